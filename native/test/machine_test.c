/* Topology and energy: of a machine that the test makes below a folder, and of this one beside lscpu. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "shim.h"

enum { MOST = 4096 };

static char root[64];
static int32_t cpus[MOST][SHIM_CPU_FIELDS];

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

static void begin(void) {
    const char *temporary = getenv("TMPDIR");
    snprintf(root, sizeof root, "%.32s/queqiao-machine-XXXXXX", temporary == NULL ? P_tmpdir : temporary);
    CHECK(mkdtemp(root) != NULL);
}

static void end(void) {
    CHECK(nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
}

/* A file below the root, with its folders. */
static void put(const char *file, const char *text) {
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", root, file);
    for (char *slash = strchr(path + strlen(root) + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        CHECK(mkdir(path, 0755) == 0 || errno == EEXIST);
        *slash = '/';
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && close(fd) == 0);
}

static void put_cpu(int cpu, const char *core, const char *package) {
    char file[PATH_BYTES];
    snprintf(file, sizeof file, "sys/devices/system/cpu/cpu%d/topology/core_id", cpu);
    put(file, core);
    snprintf(file, sizeof file, "sys/devices/system/cpu/cpu%d/topology/physical_package_id", cpu);
    put(file, package);
}

static void cpusAreFoundWithCorePackageAndNumaNode(void) {
    begin();
    put("sys/devices/system/cpu/online", "0-2,5\n");
    put_cpu(0, "0\n", "0\n");
    put_cpu(1, "0\n", "0\n");
    put_cpu(2, "7\n", "1\n");
    put("sys/devices/system/node/online", "0,3\n");
    put("sys/devices/system/node/node0/cpulist", "0-1\n");
    put("sys/devices/system/node/node3/cpulist", "2,5\n");
    static const int32_t expected[4][SHIM_CPU_FIELDS] = {{0, 0, 0, 0}, {1, 0, 0, 0}, {2, 7, 1, 3}, {5, -1, -1, 3}};
    CHECK_EQUAL(4, shim_topology_cpus(root, cpus, MOST));
    CHECK(memcmp(expected, cpus, sizeof expected) == 0);
    CHECK_EQUAL(-E2BIG, shim_topology_cpus(root, cpus, 3));
    end();
}

static void whatTheKernelDoesNotTellIsSaid(void) {
    begin();
    CHECK_EQUAL(-ENOENT, shim_topology_cpus(root, cpus, MOST));
    static const char *const wrong[] = {"", "\n", "x", "-3", "7-3", "99999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        put("sys/devices/system/cpu/online", wrong[i]);
        CHECK_EQUAL(-ENODATA, shim_topology_cpus(root, cpus, MOST));
    }
    put("sys/devices/system/cpu/online", "0");
    CHECK_EQUAL(1, shim_topology_cpus(root, cpus, MOST));
    CHECK_EQUAL(-1, cpus[0][SHIM_CPU_NUMA]);
    end();
}

static void put_zone(const char *zone, const char *name, const char *energy) {
    char file[PATH_BYTES];
    snprintf(file, sizeof file, "sys/class/powercap/%s/name", zone);
    put(file, name);
    snprintf(file, sizeof file, "sys/class/powercap/%s/max_energy_range_uj", zone);
    put(file, "262143328850\n");
    snprintf(file, sizeof file, "sys/class/powercap/%s/energy_uj", zone);
    put(file, energy);
}

static void energyIsThatOfPackagesAndTheirMemory(void) {
    int64_t zones[8][SHIM_ENERGY_FIELDS];
    begin();
    CHECK_EQUAL(-ENOENT, shim_energy_read(root, zones, 8));
    put_zone("intel-rapl:1", "package-1\n", "2000\n");
    put_zone("intel-rapl:0", "package-0\n", "1000\n");
    put_zone("intel-rapl:0:0", "core\n", "900\n");
    put_zone("intel-rapl:0:1", "dram\n", "77\n");
    put_zone("intel-rapl-mmio:0", "package-0\n", "1000\n");
    static const int64_t expected[3][SHIM_ENERGY_FIELDS] = {{SHIM_ENERGY_PACKAGE, 1000, 262143328850},
                                                            {SHIM_ENERGY_MEMORY, 77, 262143328850},
                                                            {SHIM_ENERGY_PACKAGE, 2000, 262143328850}};
    CHECK_EQUAL(3, shim_energy_read(root, zones, 8));
    CHECK(memcmp(expected, zones, sizeof expected) == 0);
    CHECK_EQUAL(-E2BIG, shim_energy_read(root, zones, 2));
    put_zone("intel-rapl:1", "package-1\n", "nothing\n");
    CHECK_EQUAL(-ENODATA, shim_energy_read(root, zones, 8));
    end();
}

/* The PMU of a made machine has a type that no kernel gives, so that opening it is refused as unknown. */
static void energyEventsAreLookedForOnTheRightProcessor(void) {
    int64_t femtojoules = -1;
    begin();
    CHECK_EQUAL(-ENOENT, shim_energy_open(root, SHIM_ENERGY_PACKAGE, 0, &femtojoules));
    put("sys/bus/event_source/devices/power/type", "2147483600\n");
    put("sys/bus/event_source/devices/power/cpumask", "0,1\n");
    put("sys/bus/event_source/devices/power/events/energy-pkg", "event=0x02\n");
    put("sys/bus/event_source/devices/power/events/energy-pkg.scale", "2.3283064365386962890625e-10\n");
    int32_t opened = shim_energy_open(root, SHIM_ENERGY_PACKAGE, 1, &femtojoules);
    CHECK(opened == -ENOENT || opened == -EACCES || opened == -EPERM);
    CHECK_EQUAL(232830, femtojoules);
    CHECK_EQUAL(-ENODEV, shim_energy_open(root, SHIM_ENERGY_PACKAGE, 2, &femtojoules));
    CHECK_EQUAL(-ENOENT, shim_energy_open(root, SHIM_ENERGY_MEMORY, 0, &femtojoules));
    CHECK_EQUAL(-EINVAL, shim_energy_open(root, 2, 0, &femtojoules));
    end();
}

static void put_pmu(const char *name, const char *file, const char *text) {
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "sys/bus/event_source/devices/%s/%s", name, file);
    put(path, text);
}

static void put_controller(const char *name, const char *type, const char *mask) {
    put_pmu(name, "type", type);
    put_pmu(name, "cpumask", mask);
    put_pmu(name, "format/event", "config:0-7\n");
    put_pmu(name, "format/umask", "config:8-15\n");
    put_pmu(name, "events/cas_count_read", "event=0x04,umask=0x03\n");
    put_pmu(name, "events/cas_count_read.scale", "6.103515625e-5\n");
    put_pmu(name, "events/cas_count_read.unit", "MiB\n");
    put_pmu(name, "events/cas_count_write", "event=0x04,umask=0x0c\n");
    put_pmu(name, "events/cas_count_write.scale", "6.103515625e-5\n");
    put_pmu(name, "events/cas_count_write.unit", "MiB\n");
}

/* Two controllers of each of two packages; what runs freely beside them counts the same once more. */
static void memoryIsCountedOnceByEachController(void) {
    int64_t events[16][SHIM_MEMORY_FIELDS];
    begin();
    CHECK_EQUAL(-ENOENT, shim_memory_events(root, events, 16));
    put_controller("uncore_imc_0", "13\n", "0,18\n");
    put_controller("uncore_imc_1", "14\n", "0,18\n");
    put_controller("uncore_imc_free_running_0", "15\n", "0,18\n");
    put_controller("uncore_cha_0", "16\n", "0,18\n");
    CHECK_EQUAL(8, shim_memory_events(root, events, 16));
    static const int64_t expected[8][SHIM_MEMORY_FIELDS] = {
        {0, 13, 0x0304, 0, 64}, {0, 13, 0x0304, 18, 64}, {1, 13, 0x0c04, 0, 64}, {1, 13, 0x0c04, 18, 64},
        {0, 14, 0x0304, 0, 64}, {0, 14, 0x0304, 18, 64}, {1, 14, 0x0c04, 0, 64}, {1, 14, 0x0c04, 18, 64}};
    CHECK(memcmp(expected, events, sizeof expected) == 0);
    CHECK_EQUAL(-E2BIG, shim_memory_events(root, events, 7));
    put_pmu("uncore_imc_1", "format/umask", "config1:8-15\n");
    CHECK_EQUAL(-ENOTSUP, shim_memory_events(root, events, 16));
    put_pmu("uncore_imc_1", "format/umask", "config:8\n");
    CHECK_EQUAL(-ENOTSUP, shim_memory_events(root, events, 16));
    put_pmu("uncore_imc_1", "format/umask", "config:8-15\n");
    put_pmu("uncore_imc_1", "events/cas_count_write.unit", "parsecs\n");
    CHECK_EQUAL(-ENOTSUP, shim_memory_events(root, events, 16));
    end();
}

static void controllersWithoutNamedEventsAreCountedByTheirCommands(void) {
    int64_t events[4][SHIM_MEMORY_FIELDS];
    begin();
    put_pmu("amd_umc_0", "type", "30\n");
    put_pmu("amd_umc_0", "cpumask", "0\n");
    put_pmu("amd_umc_0", "format/event", "config:0-7\n");
    put_pmu("amd_umc_0", "format/rdwrmask", "config:8-9\n");
    static const int64_t expected[2][SHIM_MEMORY_FIELDS] = {{0, 30, 0x010a, 0, 64}, {1, 30, 0x020a, 0, 64}};
    CHECK_EQUAL(2, shim_memory_events(root, events, 4));
    CHECK(memcmp(expected, events, sizeof expected) == 0);
    /* No kernel gives this type. */
    events[0][SHIM_MEMORY_TYPE] = 2147483600;
    int32_t opened = shim_memory_open(events[0]);
    CHECK(opened == -ENOENT || opened == -EACCES || opened == -EPERM);
    end();
}

/* A locale with a comma, made by this test: the warnings about what it does not say make localedef end with 1. */
static void take_locale_with_comma(void) {
    char source[PATH_BYTES];
    char into[PATH_BYTES];
    int status = 0;
    put("source", "LC_NUMERIC\ndecimal_point \",\"\nthousands_sep \"\"\ngrouping -1\nEND LC_NUMERIC\n");
    snprintf(source, sizeof source, "%s/source", root);
    snprintf(into, sizeof into, "%s/comma", root);
    pid_t pid = fork();
    if (pid == 0) {
        execlp("localedef", "localedef", "--quiet", "-c", "-i", source, into, (char *)NULL);
        _exit(99);
    }
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) <= 1);
    CHECK(setenv("LOCPATH", root, 1) == 0 && setlocale(LC_ALL, "comma") != NULL);
    CHECK(strcmp(localeconv()->decimal_point, ",") == 0);
}

/* Java takes over the locale of whoever started it. */
static void scalesAreReadAsTheKernelWritesThemInALocaleWithComma(void) {
    int64_t events[2][SHIM_MEMORY_FIELDS];
    int64_t femtojoules = -1;
    begin();
    put_controller("uncore_imc", "13\n", "0\n");
    put("sys/bus/event_source/devices/power/type", "2147483600\n");
    put("sys/bus/event_source/devices/power/cpumask", "0\n");
    put("sys/bus/event_source/devices/power/events/energy-pkg", "event=0x02\n");
    put("sys/bus/event_source/devices/power/events/energy-pkg.scale", "2.3283064365386962890625e-10\n");
    take_locale_with_comma();
    CHECK_EQUAL(2, shim_memory_events(root, events, 2));
    CHECK_EQUAL(64, events[0][SHIM_MEMORY_BYTES]);
    shim_energy_open(root, SHIM_ENERGY_PACKAGE, 0, &femtojoules);
    CHECK_EQUAL(232830, femtojoules);
    put("sys/bus/event_source/devices/power/events/energy-pkg.scale", "none\n");
    CHECK_EQUAL(-ENOTSUP, shim_energy_open(root, SHIM_ENERGY_PACKAGE, 0, &femtojoules));
    CHECK(setlocale(LC_ALL, "C") != NULL && unsetenv("LOCPATH") == 0);
    end();
}

static int counted(int field, int32_t count) {
    int different = 0;
    for (int32_t i = 0; i < count; i++) {
        bool again = false;
        for (int32_t k = 0; k < i; k++) {
            again |= cpus[k][field] == cpus[i][field] &&
                     (field != SHIM_CPU_CORE || cpus[k][SHIM_CPU_PACKAGE] == cpus[i][SHIM_CPU_PACKAGE]);
        }
        different += !again;
    }
    return different;
}

/* lscpu -p lists CPU,CORE,SOCKET,NODE of each CPU that is online, with numbers of its own for cores. */
static void thisMachineIsWhatLscpuSays(void) {
    char line[256];
    int32_t seen = 0;
    int cores = -1;
    int packages = -1;
    int32_t count = shim_topology_cpus("/", cpus, MOST);
    CHECK(count > 0);
    FILE *lscpu = popen("LC_ALL=C lscpu -p=CPU,CORE,SOCKET,NODE", "re");
    CHECK(lscpu != NULL);
    while (fgets(line, sizeof line, lscpu) != NULL) {
        int cpu = -1;
        int core = -1;
        int package = -1;
        int numa = -1;
        if (line[0] == '#') {
            continue;
        }
        CHECK(sscanf(line, "%d,%d,%d,%d", &cpu, &core, &package, &numa) >= 3);
        CHECK(seen < count && cpus[seen][SHIM_CPU_NUMBER] == cpu);
        CHECK(numa < 0 || cpus[seen][SHIM_CPU_NUMA] == numa);
        cores = core > cores ? core : cores;
        packages = package > packages ? package : packages;
        seen++;
    }
    CHECK(pclose(lscpu) == 0);
    CHECK_EQUAL(count, seen);
    CHECK_EQUAL(cores + 1, counted(SHIM_CPU_CORE, count));
    CHECK_EQUAL(packages + 1, counted(SHIM_CPU_PACKAGE, count));
    fprintf(stderr, "%d CPUs, %d cores, %d packages\n", count, cores + 1, packages + 1);
}

static const struct test tests[] = {
    TEST(cpusAreFoundWithCorePackageAndNumaNode), TEST(whatTheKernelDoesNotTellIsSaid),
    TEST(energyIsThatOfPackagesAndTheirMemory),
    TEST(energyEventsAreLookedForOnTheRightProcessor), TEST(memoryIsCountedOnceByEachController),
    TEST(controllersWithoutNamedEventsAreCountedByTheirCommands),
    TEST(scalesAreReadAsTheKernelWritesThemInALocaleWithComma), TEST(thisMachineIsWhatLscpuSays)};

int main(int count, char **arguments) {
    return run_tests(count, arguments, tests, sizeof tests / sizeof *tests);
}
