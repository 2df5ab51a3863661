/* The maker's library is looked for when it is asked for; a stand-in takes its place. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "shim.h"

static void anAbsentLibraryIsSaidToBeAbsent(void) {
    int64_t devices[2][SHIM_GPU_FIELDS];
    CHECK_EQUAL(-ENOENT, shim_gpu_read(devices, 2));
    CHECK_EQUAL(-ENOENT, shim_gpu_read(devices, 2));
}

static void eachAcceleratorTellsItsOwnAndTheNumberOfItsFile(void) {
    int64_t devices[2][SHIM_GPU_FIELDS];
    static const int64_t expected[2][SHIM_GPU_FIELDS - 1] = {{1, 20, 30000, 100030}, {0, 700, 70000, 100070}};
    CHECK_EQUAL(2, shim_gpu_read(devices, 2));
    for (int i = 0; i < 2; i++) {
        for (int field = 0; field < SHIM_GPU_ENERGY; field++) {
            CHECK_EQUAL(expected[i][field], devices[i][field]);
        }
    }
    int64_t before = devices[0][SHIM_GPU_ENERGY];
    CHECK(before > 0);
    CHECK_EQUAL(-1, devices[1][SHIM_GPU_ENERGY]);
    usleep(20000);
    CHECK_EQUAL(2, shim_gpu_read(devices, 2));
    CHECK(devices[0][SHIM_GPU_ENERGY] > before);
    CHECK_EQUAL(-E2BIG, shim_gpu_read(devices, 1));
}

int main(int count, char **arguments) {
    bool present = getenv("LD_LIBRARY_PATH") != NULL;
    const struct test absent_tests[] = {TEST(anAbsentLibraryIsSaidToBeAbsent)};
    const struct test present_tests[] = {TEST(eachAcceleratorTellsItsOwnAndTheNumberOfItsFile)};
    return run_tests(count, arguments, present ? present_tests : absent_tests, 1);
}
