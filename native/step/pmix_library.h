/*
 * What of libpmix a step uses, as the PMIx standard defines it since version 4. Declared here, so that its
 * headers are not needed to build this; where they are, a test compares.
 */
#ifndef QUEQIAO_STEP_PMIX_LIBRARY_H
#define QUEQIAO_STEP_PMIX_LIBRARY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum pmix_library_limit { PMIX_NAME_BYTES = 256, PMIX_KEY_BYTES = 512, PMIX_VALUE_WORDS = 4, PMIX_FUNCTIONS = 64 };

/* Types of values, and what calls return. */
enum pmix_library_type { PMIX_TYPE_BOOL = 1, PMIX_TYPE_TEXT = 3, PMIX_TYPE_U32 = 14, PMIX_TYPE_RANK = 40, PMIX_TYPE_REGEX = 49 };
enum pmix_library_status {
    PMIX_DONE = 0,
    PMIX_NO_RESOURCE = -29,
    PMIX_NOT_FOUND = -46,
    PMIX_UNSUPPORTED = -47,
    PMIX_DONE_AT_ONCE = -157
};

static const uint32_t pmix_all_ranks = UINT32_MAX - 1;

struct pmix_rank_name {
    char space[PMIX_NAME_BYTES];
    uint32_t rank;
};

/* The value is filled by the library alone. */
struct pmix_fact {
    char key[PMIX_KEY_BYTES];
    uint32_t flags;
    uint64_t value[PMIX_VALUE_WORDS];
};

typedef void pmix_done(int status, void *argument);
typedef void pmix_release(void *argument);
typedef void pmix_take_data(int status, const char *bytes, size_t length, void *argument, pmix_release *release,
                            void *release_argument);
typedef void pmix_take_answer(int status, char *bytes, size_t length, void *argument);

/* The library calls these, on a thread of its own. */
struct pmix_callbacks {
    int (*connected)(const struct pmix_rank_name *rank, void *object, pmix_done *done, void *argument);
    int (*finalized)(const struct pmix_rank_name *rank, void *object, pmix_done *done, void *argument);
    int (*aborted)(const struct pmix_rank_name *rank, void *object, int status, const char *words,
                   struct pmix_rank_name *ranks, size_t count, pmix_done *done, void *argument);
    int (*fence)(const struct pmix_rank_name *ranks, size_t count, const struct pmix_fact *facts, size_t fact_count,
                 char *bytes, size_t length, pmix_take_data *take, void *argument);
    int (*ask)(const struct pmix_rank_name *rank, const struct pmix_fact *facts, size_t fact_count, pmix_take_data *take,
               void *argument);
    /* What is not served; later versions know more, and read what they know. */
    void *others[PMIX_FUNCTIONS];
};

struct pmix_library {
    const char *(*version)(void);
    int (*init)(struct pmix_callbacks *callbacks, struct pmix_fact *facts, size_t count);
    int (*finalize)(void);
    int (*load)(struct pmix_fact *fact, const char *key, const void *value, uint16_t type);
    int (*nodes)(const char *names, char **packed);
    int (*ranks)(const char *ranges, char **packed);
    int (*register_space)(const char *space, int local, struct pmix_fact *facts, size_t count, pmix_done *done,
                          void *argument);
    void (*deregister_space)(const char *space, pmix_done *done, void *argument);
    int (*register_rank)(const struct pmix_rank_name *rank, uid_t user, gid_t group, void *object, pmix_done *done,
                         void *argument);
    int (*setup)(const struct pmix_rank_name *rank, char ***variables);
    int (*ask)(const struct pmix_rank_name *rank, pmix_take_answer *take, void *argument);
    const char *(*error)(int status);
};

#endif
