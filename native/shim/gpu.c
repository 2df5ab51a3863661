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
    return failed != 0 ? ENOSYS : nvml.init() != 0 ? ENXIO : 0;
}

int32_t shim_gpu_read(int64_t values[3]) {
    unsigned count = 0;
    int64_t busy = 0;
    memset(values, 0, 3 * sizeof values[0]);
    cause = cause < 0 ? load() : cause;
    if (cause != 0 || nvml.count(&count) != 0) {
        return cause != 0 ? -cause : -EIO;
    }
    for (unsigned i = 0; i < count; i++) {
        void *device = NULL;
        struct nvml_utilization utilization = {0, 0};
        struct nvml_memory memory = {0, 0, 0};
        unsigned milliwatts = 0;
        if (nvml.device(i, &device) != 0 || nvml.utilization(device, &utilization) != 0 ||
            nvml.memory(device, &memory) != 0) {
            return -EIO;
        }
        busy += (int64_t)utilization.gpu * 10;
        values[1] += (int64_t)memory.used;
        /* Some models do not tell their power. */
        values[2] += nvml.power(device, &milliwatts) == 0 ? milliwatts : 0;
    }
    values[0] = count == 0 ? 0 : busy / count;
    return (int32_t)count;
}
