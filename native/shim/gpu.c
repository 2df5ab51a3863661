/*
 * The accelerators of one maker, whose library NVML is looked for when it is first asked for: a node
 * without it needs nothing of it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "shim.h"

/* As nvml.h declares them, which is not needed to build this. */
struct nvml_memory {
    unsigned long long total, free, used;
};
struct nvml_utilization {
    unsigned gpu, memory;
};

static struct {
    int (*init)(void);
    int (*count)(unsigned *count);
    int (*device)(unsigned index, void **device);
    int (*utilization)(void *device, struct nvml_utilization *utilization);
    int (*memory)(void *device, struct nvml_memory *memory);
    int (*power)(void *device, unsigned *milliwatts);
    int (*minor)(void *device, unsigned *minor);
    int (*energy)(void *device, unsigned long long *millijoules); /* NULL in a library that is too old */
} nvml;

static int cause = -1; /* not looked for yet */

static int look_up(void *library, const char *name, void *function) {
    void *found = dlsym(library, name);
    memcpy(function, &found, sizeof found);
    return found == NULL ? ENOSYS : 0;
}

static int load(void) {
    void *library = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        return ENOENT;
    }
    int failed = look_up(library, "nvmlInit_v2", &nvml.init);
    failed |= look_up(library, "nvmlDeviceGetCount_v2", &nvml.count);
    failed |= look_up(library, "nvmlDeviceGetHandleByIndex_v2", &nvml.device);
    failed |= look_up(library, "nvmlDeviceGetUtilizationRates", &nvml.utilization);
    failed |= look_up(library, "nvmlDeviceGetMemoryInfo", &nvml.memory);
    failed |= look_up(library, "nvmlDeviceGetPowerUsage", &nvml.power);
    failed |= look_up(library, "nvmlDeviceGetMinorNumber", &nvml.minor);
    look_up(library, "nvmlDeviceGetTotalEnergyConsumption", &nvml.energy);
    return failed != 0 ? ENOSYS : nvml.init() != 0 ? ENXIO : 0;
}

/* What a model does not tell stays -1: utilisation where it is divided, power and energy of some. */
static void read_device(void *device, int64_t told[SHIM_GPU_FIELDS]) {
    struct nvml_utilization utilization = {0, 0};
    struct nvml_memory memory = {0, 0, 0};
    unsigned number = 0;
    unsigned long long millijoules = 0;
    if (nvml.minor(device, &number) == 0) {
        told[SHIM_GPU_MINOR] = number;
    }
    if (nvml.utilization(device, &utilization) == 0) {
        told[SHIM_GPU_BUSY] = (int64_t)utilization.gpu * 10;
    }
    if (nvml.memory(device, &memory) == 0 && memory.used <= INT64_MAX) {
        told[SHIM_GPU_MEMORY] = (int64_t)memory.used;
    }
    if (nvml.power(device, &number) == 0) {
        told[SHIM_GPU_POWER] = number;
    }
    if (nvml.energy != NULL && nvml.energy(device, &millijoules) == 0 && millijoules <= INT64_MAX) {
        told[SHIM_GPU_ENERGY] = (int64_t)millijoules;
    }
}

int32_t shim_gpu_read(int64_t devices[][SHIM_GPU_FIELDS], int32_t most) {
    unsigned count = 0;
    cause = cause < 0 ? load() : cause;
    if (cause != 0 || nvml.count(&count) != 0) {
        return cause != 0 ? -cause : -EIO;
    }
    if (most < 0 || count > (unsigned)most) {
        return -E2BIG;
    }
    for (unsigned i = 0; i < count; i++) {
        void *device = NULL;
        for (int field = 0; field < SHIM_GPU_FIELDS; field++) {
            devices[i][field] = -1;
        }
        if (nvml.device(i, &device) != 0) {
            return -EIO;
        }
        read_device(device, devices[i]);
    }
    return (int32_t)count;
}
