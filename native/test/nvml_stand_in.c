/*
 * Two accelerators in the place of the maker's library, the second behind the file of number 0: the first is as good as
 * idle and counts its energy, 1 kW by the clock; the second is busy and tells its power alone.
 */
#define _GNU_SOURCE
#include <time.h>

struct memory {
    unsigned long long total, free, used;
};
struct utilization {
    unsigned gpu, memory;
};
int nvmlInit_v2(void);
int nvmlDeviceGetCount_v2(unsigned *count);
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device);
int nvmlDeviceGetUtilizationRates(void *device, struct utilization *utilization);
int nvmlDeviceGetMemoryInfo(void *device, struct memory *memory);
int nvmlDeviceGetPowerUsage(void *device, unsigned *milliwatts);
int nvmlDeviceGetMinorNumber(void *device, unsigned *minor);
int nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *millijoules);

enum { NOT_SUPPORTED = 3 };

static unsigned devices[2] = {30, 70};

int nvmlInit_v2(void) {
    return 0;
}

int nvmlDeviceGetCount_v2(unsigned *count) {
    *count = 2;
    return 0;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) {
    *device = &devices[index];
    return 0;
}

int nvmlDeviceGetUtilizationRates(void *device, struct utilization *utilization) {
    utilization->gpu = device == &devices[0] ? 2 : 70;
    return 0;
}

int nvmlDeviceGetMemoryInfo(void *device, struct memory *memory) {
    memory->used = *(unsigned *)device * 1000ULL;
    return 0;
}

int nvmlDeviceGetPowerUsage(void *device, unsigned *milliwatts) {
    *milliwatts = 100000 + *(unsigned *)device;
    return 0;
}

int nvmlDeviceGetMinorNumber(void *device, unsigned *minor) {
    *minor = device == &devices[0] ? 1 : 0;
    return 0;
}

int nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *millijoules) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    *millijoules = (unsigned long long)now.tv_sec * 1000000 + (unsigned long long)now.tv_nsec / 1000;
    return device == &devices[0] ? 0 : NOT_SUPPORTED;
}
