/* The maker's library is looked for when it is asked for; a stand-in takes its place. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "shim.h"

static void anAbsentLibraryIsSaidToBeAbsent(void) {
    int64_t values[3];
    CHECK_EQUAL(-ENOENT, shim_gpu_read(values));
    CHECK_EQUAL(-ENOENT, shim_gpu_read(values));
}

static void theFiguresOfAllAcceleratorsAreAddedUp(void) {
    int64_t values[3];
    CHECK_EQUAL(2, shim_gpu_read(values));
    CHECK_EQUAL(500, values[0]);
    CHECK_EQUAL(100000, values[1]);
    CHECK_EQUAL(200100, values[2]);
}

int main(int count, char **arguments) {
    bool present = getenv("LD_LIBRARY_PATH") != NULL;
    const struct test absent_tests[] = {TEST(anAbsentLibraryIsSaidToBeAbsent)};
    const struct test present_tests[] = {TEST(theFiguresOfAllAcceleratorsAreAddedUp)};
    return run_tests(count, arguments, present ? present_tests : absent_tests, 1);
}
