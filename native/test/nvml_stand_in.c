/* Two accelerators that always say the same, in the place of the maker's library. */
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
    utilization->gpu = *(unsigned *)device;
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
