/*
 * The first process of the virtual machine of the tests: lays out the control groups of one kind, runs the tests that
 * /tests lists, and says at the end whether all passed. Its arguments are the kind and the files of kernel modules.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* So often it is told where a line of tests stands that is not done; machine.sh takes less for a machine that stands still. */
enum { LOOK_S = 120, LOOKS = 4, KERNEL_THREADS = 2 };

static const char *const controllers[] = {"cpuset", "memory", "pids", "cpu", "cpuacct", "devices", "freezer"};

_Noreturn static void leave(void) {
    fflush(stdout);
    sync();
    reboot(RB_AUTOBOOT);
    for (;;) {
        pause();
    }
}

static void expect(bool holds, const char *what) {
    if (!holds) {
        printf("guest: %s: %s\nguest: FAILED\n", what, strerror(errno));
        leave();
    }
}

static void mount_on(const char *type, const char *path, const char *options) {
    expect((mkdir(path, 0755) == 0 || errno == EEXIST) && mount(type, path, type, 0, options) == 0, path);
}

static void lay_out_groups(const char *kind) {
    if (strcmp(kind, "unified") == 0) {
        mount_on("cgroup2", "/sys/fs/cgroup", NULL);
        return;
    }
    mount_on("tmpfs", "/sys/fs/cgroup", "mode=0755");
    for (size_t i = 0; i < sizeof controllers / sizeof *controllers; i++) {
        char path[64];
        snprintf(path, sizeof path, "/sys/fs/cgroup/%s", controllers[i]);
        mount_on("cgroup", path, controllers[i]);
    }
    if (strcmp(kind, "hybrid") == 0) {
        mount_on("cgroup2", "/sys/fs/cgroup/unified", NULL);
    }
}

static void lay_out_files(void) {
    static const char *const links[][2] = {
        {"/proc/self/fd", "/dev/fd"}, {"/proc/self/fd/0", "/dev/stdin"}, {"/proc/self/fd/1", "/dev/stdout"}};
    mount_on("proc", "/proc", NULL);
    mount_on("sysfs", "/sys", NULL);
    mount_on("devtmpfs", "/dev", NULL);
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        expect(symlink(links[i][0], links[i][1]) == 0, links[i][1]);
    }
    expect(mkdir("/dev/shm", 01777) == 0 && chmod("/dev/shm", 01777) == 0, "/dev/shm");
    /* Not parts of the first file system, so that they can be mounted and counted like those of a node. */
    mount_on("tmpfs", "/tmp", "mode=1777");
    mount_on("tmpfs", "/var/tmp", "mode=1777");
}

static void load(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    expect(fd >= 0 && syscall(SYS_finit_module, fd, "", 0) == 0 && close(fd) == 0, path);
}

static void bring_loopback_up(void) {
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    expect(fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0 && close(fd) == 0, "loopback");
}

/* The file of a process on one line; empty where there is none. */
static const char *read_file(const char *pid, const char *name, char *text, size_t capacity) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%.20s/%s", pid, name);
    FILE *file = fopen(path, "re");
    size_t length = file == NULL ? 0 : fread(text, 1, capacity - 1, file);
    text[length] = 0;
    for (size_t i = 0; i < length; i++) {
        text[i] = text[i] == 0 || text[i] == '\n' ? ' ' : text[i];
    }
    if (file != NULL) {
        fclose(file);
    }
    return text;
}

static void print_process(const char *pid) {
    char text[1024];
    const char *state = strrchr(read_file(pid, "stat", text, sizeof text), ')');
    int parent = 0;
    if (state == NULL || sscanf(state, ") %*c %d", &parent) != 1 || parent == KERNEL_THREADS) {
        return;
    }
    printf("guest: %s", text);
    printf(" %s", read_file(pid, "cmdline", text, sizeof text));
    printf(" %s\n", read_file(pid, "stack", text, sizeof text));
}

/* Where each stands, so that a test that does not end can be understood. */
static void print_processes(void) {
    DIR *all = opendir("/proc");
    for (struct dirent *each = all == NULL ? NULL : readdir(all); each != NULL; each = readdir(all)) {
        if (strspn(each->d_name, "0123456789") == strlen(each->d_name)) {
            print_process(each->d_name);
        }
    }
    if (all != NULL) {
        closedir(all);
    }
}

static void interrupt(int signal_number) {
    (void)signal_number;
}

/* Whether the line's command ends with 0 in its time; whatever else ends meanwhile is an orphan of the tests. */
static bool run(const char *line) {
    struct timespec start;
    struct timespec end;
    int status = 1;
    int looks = 0;
    printf("guest: %s", line);
    fflush(stdout);
    clock_gettime(CLOCK_MONOTONIC, &start);
    pid_t pid = fork();
    if (pid == 0) {
        setsid();
        execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(99);
    }
    alarm(LOOK_S);
    for (pid_t ended = 0; pid > 0 && ended != pid;) {
        int state = 0;
        ended = wait(&state);
        status = ended == pid ? state : status;
        if (ended < 0 && errno == EINTR) {
            printf("guest: after %d s not done:\n", ++looks * LOOK_S);
            print_processes();
            fflush(stdout);
            alarm(LOOK_S);
        }
        if (looks == LOOKS) {
            kill(-1, SIGKILL);
        }
    }
    alarm(0);
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("guest: %s in %ld s\n", status == 0 ? "passed" : "did not pass", (long)(end.tv_sec - start.tv_sec));
    fflush(stdout);
    return status == 0;
}

int main(int count, char **arguments) {
    char line[1024];
    int ran = 0;
    int passed = 0;
    const struct sigaction look = {.sa_handler = interrupt};
    expect(sigaction(SIGALRM, &look, NULL) == 0, "SIGALRM");
    lay_out_files();
    lay_out_groups(count > 1 ? arguments[1] : "unified");
    for (int i = 2; i < count; i++) {
        load(arguments[i]);
    }
    bring_loopback_up();
    setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
    setenv("LC_ALL", "C", 1);
    FILE *tests = fopen("/tests", "re");
    expect(tests != NULL && chdir("/test-bin") == 0, "/tests");
    while (fgets(line, sizeof line, tests) != NULL) {
        ran++;
        passed += run(line);
    }
    printf("guest: %d of %d passed\n", passed, ran);
    printf(ran > 0 && passed == ran ? "guest: ALL PASSED\n" : "guest: FAILED\n");
    leave();
}
