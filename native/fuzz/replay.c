/*
 * replay FOLDER [SEED]: calls a target with each file of its corpus, then with mutations of them that a seed draws. A
 * target that fails ends the process; what it was called with is left in the file that is named.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <time.h>

#include "fuzz.h"

enum { MOST_FILES = 1024, MOST_BYTES = 64 * 1024, MUTATIONS = 20000, MOST_MS = 4000 };

static struct {
    uint8_t *bytes;
    size_t length;
} corpus[MOST_FILES];
static size_t files;
static uint64_t state;
static uint8_t input[MOST_BYTES];
static size_t input_length;

static uint32_t draw(size_t bound) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)((state >> 33) % bound);
}

static long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void read_corpus(const char *folder) {
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, NULL, alphasort);
    MUST(count >= 0 && count <= MOST_FILES);
    for (int i = 0; i < count; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        FILE *file = entries[i]->d_name[0] == '.' ? NULL : fopen(path, "re");
        if (file != NULL) {
            corpus[files].bytes = malloc(MOST_BYTES);
            MUST(corpus[files].bytes != NULL);
            corpus[files].length = fread(corpus[files].bytes, 1, MOST_BYTES, file);
            files++;
            fclose(file);
        }
        free(entries[i]);
    }
    free(entries);
}

/* From memory of its own, so that a read past its end is seen; written down first, for the case that it fails. */
static void call(const char *kept) {
    /* Open all the time: a file system may wait for its disk when one is closed that was made empty. */
    static int fd = -1;
    fd = fd < 0 ? open(kept, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : fd;
    MUST(fd >= 0 && ftruncate(fd, 0) == 0 && pwrite(fd, input, input_length, 0) == (ssize_t)input_length);
    uint8_t *exact = malloc(input_length == 0 ? 1 : input_length);
    MUST(exact != NULL);
    memcpy(exact, input, input_length);
    LLVMFuzzerTestOneInput(exact, input_length);
    free(exact);
}

static void mutate(void) {
    static const uint8_t edges[] = {0, 1, 0x7F, 0x80, 0xFF};
    for (uint32_t left = draw(5) + 1; left > 0 && input_length > 0; left--) {
        size_t at = draw(draw(2) == 0 && input_length > 32 ? 32 : input_length);
        switch (draw(5)) {
        case 0:
            input[at] ^= (uint8_t)(1U << draw(8));
            break;
        case 1:
            input[at] = edges[draw(sizeof edges)];
            break;
        case 2:
            input_length = at;
            break;
        case 3: {
            size_t more = draw(64);
            if (input_length + more <= sizeof input) {
                memmove(input + at + more, input + at, input_length - at);
                input_length += more;
            }
            break;
        }
        default: {
            size_t other = draw(files);
            size_t from = draw(corpus[other].length + 1);
            size_t length = corpus[other].length - from;
            length = length < sizeof input - at ? length : sizeof input - at;
            memcpy(input + at, corpus[other].bytes + from, length);
            input_length = at + length > input_length ? at + length : input_length;
            break;
        }
        }
    }
}

static void take_of_corpus(size_t number) {
    memcpy(input, corpus[number].bytes, corpus[number].length);
    input_length = corpus[number].length;
}

int main(int count, char **arguments) {
    char kept[64];
    MUST(count > 1);
    state = count > 2 ? strtoull(arguments[2], NULL, 10) : (uint64_t)time(NULL);
    snprintf(kept, sizeof kept, "fuzz-input-%d", (int)getpid());
    read_corpus(arguments[1]);
    fprintf(stderr, "%zu files, seed %" PRIu64 "; what fails is in %s\n", files, state, kept);
    MUST(files > 0);
    for (size_t i = 0; i < files; i++) {
        take_of_corpus(i);
        call(kept);
    }
    long until_ms = now_ms() + MOST_MS;
    int mutations = 0;
    for (; mutations < MUTATIONS && now_ms() < until_ms; mutations++) {
        take_of_corpus(draw(files));
        mutate();
        call(kept);
    }
    fprintf(stderr, "%d mutations\n", mutations);
    return unlink(kept);
}
