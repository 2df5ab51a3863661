/* Lists of nodes and of numbers as Slurm writes them: "cn[01-04,07],login1" and "4(x2),3". */
#ifndef QUEQIAO_STEP_HOSTS_H
#define QUEQIAO_STEP_HOSTS_H

#include <stddef.h>
#include <stdint.h>

/*
 * The names of a list, with commas between them and without brackets; to be freed. NULL when it is no
 * such list, has more than `most` names, or one of more than 255 bytes.
 */
char *hosts_expand(const char *list, size_t most);

/* The list of these names, in their order; to be freed. NULL without memory. */
char *hosts_join(const char *const *names, size_t count);

/* The number at an index of a list such as "4(x2),3"; 0 behind its end. */
uint32_t hosts_number_at(const char *list, uint32_t index);

/* The items of a list with commas from one on, so many; to be freed. NULL when there are not so many. */
char *hosts_items(const char *list, size_t from, size_t count);

#endif
