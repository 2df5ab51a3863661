#define _GNU_SOURCE
#include "steps.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { OPEN_FILES = 1024 };

static _Noreturn void give_up(uint32_t step, const char *what) {
    struct step_failure failure = {step, (uint32_t)errno, ""};
    snprintf(failure.text, sizeof failure.text, "%s: %s", what, strerror((int)failure.cause));
    write_all(FAILURE_FD, &failure, sizeof failure);
    _exit(127);
}

static const char *reset_signals(void) {
    /* By the system call: libc keeps two signals for itself and will not reset them. */
    static const unsigned long original[8] = {0};
    for (int signal = 1; signal < NSIG; signal++) {
        bool fixed = signal == SIGKILL || signal == SIGSTOP;
        if (!fixed && syscall(SYS_rt_sigaction, signal, original, NULL, sizeof original[0]) != 0) {
            return "reset the signal handlers";
        }
    }
    sigset_t none;
    sigemptyset(&none);
    return sigprocmask(SIG_SETMASK, &none, NULL) != 0 ? "reset the signal mask" : NULL;
}

static const char *set_resource_limits(void) {
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) {
        return "read the limit of open files";
    }
    files.rlim_cur = files.rlim_max < OPEN_FILES ? files.rlim_max : OPEN_FILES;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0) {
        return "limit the open files";
    }
    struct rlimit core;
    if (getrlimit(RLIMIT_CORE, &core) != 0) {
        return "read the limit of core dumps";
    }
    core.rlim_cur = 0;
    return setrlimit(RLIMIT_CORE, &core) != 0 ? "limit core dumps" : NULL;
}

/* The job can be chosen by the kernel's memory killer again; launcher and monitor cannot. */
static const char *restore_oom_score(const struct launch_spec *spec) {
    if (!spec->node.is_root) {
        return NULL;
    }
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return "open oom_score_adj";
    }
    int result = write_all(fd, "0", 1);
    return close(fd) != 0 || result != 0 ? "reset oom_score_adj" : NULL;
}

/* A path of the order, until the next one. */
static const char *path_of(const struct launch_fields *fields, struct span span) {
    static char path[ORDER_MAX_PATH + 1];
    memcpy(path, fields->order + span.at, span.length);
    path[span.length] = 0;
    return path;
}

static bool is_same(const struct stat *one, const struct stat *other) {
    return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

/* Whether this open folder is `tmp` or below it, wherever links have led. */
static bool is_in(int folder, const struct stat *tmp) {
    struct stat here;
    struct stat above;
    int fd = fcntl(folder, F_DUPFD_CLOEXEC, 0);
    bool found = false;
    bool more = fd >= 0 && fstat(fd, &here) == 0;
    while (more && !found) {
        found = is_same(&here, tmp);
        int up = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
        close(fd);
        fd = up;
        more = fd >= 0 && fstat(fd, &above) == 0 && !is_same(&here, &above);
        here = above;
    }
    if (fd >= 0) {
        close(fd);
    }
    return found;
}

/* Who works or writes below /tmp finds there what is there. What cannot be opened is for the steps that follow to say. */
static bool uses_tmp(const struct launch_spec *spec, const struct launch_fields *fields) {
    const struct span outputs[] = {spec->order.stdout_path, spec->order.stderr_path};
    struct stat tmp;
    if (stat("/tmp", &tmp) != 0) {
        return false;
    }
    int folder = open(path_of(fields, spec->order.work_dir), O_PATH | O_DIRECTORY | O_CLOEXEC);
    bool found = folder >= 0 && is_in(folder, &tmp);
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs && !found && outputs[i].length > 0; i++) {
        char parent[ORDER_MAX_PATH + 1];
        snprintf(parent, sizeof parent, "%s", path_of(fields, outputs[i]));
        char *slash = strrchr(parent, '/');
        if (slash != NULL) {
            slash[slash == parent ? 1 : 0] = 0;
            int above = openat(folder, parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
            found = above >= 0 && is_in(above, &tmp);
            if (above >= 0) {
                close(above);
            }
        }
    }
    if (folder >= 0) {
        close(folder);
    }
    return found;
}

/* With the eyes of the user: on a file system over the network root may see less, and the user's links may lead anywhere. */
static bool user_uses_tmp(const struct launch_spec *spec, const struct launch_fields *fields) {
    if (setgroups(spec->group_count, fields->groups) != 0) {
        return false;
    }
    setfsgid(spec->gid);
    setfsuid(spec->order.uid);
    bool found = uses_tmp(spec, fields);
    setfsuid(geteuid());
    setfsgid(getegid());
    return found;
}

static const char *mount_private_tmp(const struct launch_spec *spec, const struct launch_fields *fields) {
    char source[SPEC_PATH_BYTES + 16];
    if (!spec->node.private_tmp || user_uses_tmp(spec, fields)) {
        return NULL;
    }
    snprintf(source, sizeof source, "%.3900s/runs/%s.tmp/" PRIVATE_TMP_INNER, spec->node.data_path, spec->run_name);
    if (unshare(CLONE_NEWNS) != 0) {
        return "create a mount namespace";
    }
    if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) != 0) {
        return "keep mounts from spreading";
    }
    return mount(source, "/tmp", NULL, MS_BIND, NULL) != 0 ? "mount the private temporary directory" : NULL;
}

/* Step 5. */
static const char *isolate_session(const struct launch_spec *spec, const struct launch_fields *fields, pid_t monitor,
                                   bool born_inside) {
    if (close_range(FAILURE_FD + 1, ~0U, 0) != 0) {
        return "close the descriptors";
    }
    /* Without a control group this is what ends the job when its monitor is killed. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) {
        return "follow the monitor's death";
    }
    if (getppid() != monitor) {
        errno = ESRCH;
        return "find the monitor";
    }
    if (setsid() < 0) {
        return "start a session";
    }
    const char *failed = reset_signals();
    umask(077);
    failed = failed != NULL ? failed : set_resource_limits();
    failed = failed != NULL ? failed : restore_oom_score(spec);
    failed = failed != NULL ? failed : mount_private_tmp(spec, fields);
    if (failed != NULL) {
        return failed;
    }
    if (cgroup_join(&spec->node.layout, spec->run_name, born_inside) != 0) {
        return "join the control group";
    }
    return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 ? "clear ambient capabilities" : NULL;
}

/* As the user: a regular file or exactly the null device, never through a symbolic link. */
static int open_output(const char *path) {
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666);
    if (fd < 0) {
        return -1;
    }
    struct stat status;
    if (fstat(fd, &status) != 0) {
        return -1;
    }
    bool is_null = S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
    if (!S_ISREG(status.st_mode) && !is_null) {
        errno = EINVAL;
        return -1;
    }
    if (!is_null && ftruncate(fd, 0) != 0) {
        return -1;
    }
    return fcntl(fd, F_SETFL, O_APPEND) == 0 ? fd : -1;
}

/* Step 8. */
static const char *open_streams(const struct order *order, const struct launch_fields *fields) {
    umask(022);
    if (chdir(path_of(fields, order->work_dir)) != 0) {
        return "enter the work directory";
    }
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (in < 0) {
        return "open standard input";
    }
    int out = open_output(path_of(fields, order->stdout_path));
    if (out < 0) {
        return "open standard output";
    }
    int err = order->stderr_path.length == 0 ? out : open_output(path_of(fields, order->stderr_path));
    if (err < 0) {
        return "open standard error";
    }
    if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0) {
        return "connect the standard streams";
    }
    return NULL;
}

/* The variables of the order, of which this process is the task that they name; NULL with errno where they are none. */
static char *const *environment_of(const struct launch_spec *spec, const struct launch_fields *fields) {
    static const char *environment[ORDER_MAX_VARIABLES + 1];
    static char task[32];
    size_t count = 0;
    const char *at = (const char *)fields->order + spec->order.environment.at;
    const char *end = at + spec->order.environment.length;
    int name = snprintf(task, sizeof task, "SLURM_TASK_PID=");
    snprintf(task + name, sizeof task - (size_t)name, "%d", (int)getpid());
    for (; at < end; at += strlen(at) + 1) {
        if (count == ORDER_MAX_VARIABLES || at[0] == '=' || strchr(at, '=') == NULL) {
            errno = count == ORDER_MAX_VARIABLES ? E2BIG : EINVAL;
            return NULL;
        }
        environment[count++] = strncmp(at, task, (size_t)name) == 0 ? task : at;
    }
    return (char *const *)(uintptr_t)environment;
}

/* Step 9: until here the environment is empty. */
static const char *execute_script(const struct launch_spec *spec, const struct launch_fields *fields) {
    static char script[SPEC_PATH_BYTES + 8];
    snprintf(script, sizeof script, "%.3900s/runs/%s.script", spec->node.data_path, spec->run_name);
    char *arguments[] = {script, NULL};
    char *const *environment = environment_of(spec, fields);
    if (environment == NULL) {
        return "read the environment";
    }
    execve(script, arguments, environment);
    return "execute the script";
}

/* Until the monitor has done its part of step 4: what failed there must find that nothing has run. */
static const char *wait_at_gate(const int gate[2]) {
    char open = 0;
    if (close(gate[1]) != 0) {
        return "close the gate's other end";
    }
    errno = EPIPE;
    return read(gate[0], &open, 1) != 1 ? "wait for the monitor" : NULL;
}

/* Steps 5 to 7. */
static void become_user(const struct launch_spec *spec, const struct launch_fields *fields, pid_t monitor,
                        bool born_inside) {
    const char *failed = isolate_session(spec, fields, monitor, born_inside);
    if (failed != NULL) {
        give_up(5, failed);
    }
    if (spec->node.is_root) {
        failed = take_identity(spec->order.uid, spec->gid, fields->groups, spec->group_count);
        if (failed != NULL) {
            give_up(6, failed);
        }
        failed = prove_identity(spec->order.uid, spec->gid, fields->groups, spec->group_count);
    } else if (geteuid() != spec->order.uid || getuid() != spec->order.uid) {
        errno = EPERM;
        failed = "prove the user";
    }
    if (failed == NULL && (spec->order.flags & ORDER_NO_NEW_PRIVS) != 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        failed = "forbid new privileges";
    }
    if (failed != NULL) {
        give_up(7, failed);
    }
}

_Noreturn void launch_child(const struct launch_spec *spec, const struct launch_fields *fields, pid_t monitor,
                            bool born_inside, const int gate[2]) {
    const char *failed = wait_at_gate(gate);
    if (failed != NULL) {
        give_up(4, failed);
    }
    become_user(spec, fields, monitor, born_inside);
    failed = open_streams(&spec->order, fields);
    if (failed != NULL) {
        give_up(8, failed);
    }
    failed = execute_script(spec, fields);
    give_up(9, failed);
}

_Noreturn void launch_host(const struct launch_spec *spec, const struct launch_fields *fields, pid_t monitor,
                           bool born_inside) {
    static const char name[] = "QUEQIAO_PROGRAM=";
    char *arguments[] = {(char *)(uintptr_t) "queqiao", (char *)(uintptr_t) "host", NULL};
    /* Nobody reads a report of it: whoever waits for the host sees that it does not come. */
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0 ||
        dup3(STDERR_FILENO, FAILURE_FD, O_CLOEXEC) < 0) {
        _exit(127);
    }
    become_user(spec, fields, monitor, born_inside);
    umask(022);
    if (chdir(path_of(fields, spec->order.work_dir)) != 0) {
        give_up(8, "enter the work directory");
    }
    for (char *const *each = environment_of(spec, fields); each != NULL && *each != NULL; each++) {
        if (strncmp(*each, name, sizeof name - 1) == 0) {
            execve(*each + sizeof name - 1, arguments, environment_of(spec, fields));
        }
    }
    give_up(9, "execute the host");
}
