#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "steps.h"

/* Step 6. The groups were resolved by initgroups' own rule (getgrouplist) in the launcher. */
const char *take_identity(uid_t uid, gid_t gid, const gid_t *groups, size_t count) {
    if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) != 0) {
        return "drop the wish to keep capabilities";
    }
    if (setgroups(count, groups) != 0) {
        return "set the supplementary groups";
    }
    if (setresgid(gid, gid, gid) != 0) {
        return "set the group";
    }
    if (setresuid(uid, uid, uid) != 0) {
        return "set the user";
    }
    return NULL;
}

static const char *prove_no_capabilities(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
    memset(sets, 0xFF, sizeof sets);
    if (syscall(SYS_capget, &header, sets) != 0) {
        return "read the capability sets";
    }
    for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
        if (sets[i].effective != 0 || sets[i].permitted != 0 || sets[i].inheritable != 0) {
            errno = EPERM;
            return "prove that no capability is left";
        }
    }
    return NULL;
}

/* Step 7. The set*id calls are easy to get wrong, so their effect is read back. */
const char *prove_identity(uid_t uid, gid_t gid, const gid_t *groups, size_t count) {
    static gid_t found[MAX_GROUPS];
    uid_t uids[3] = {0, 0, 0};
    gid_t gids[3] = {0, 0, 0};
    if (setreuid((uid_t)-1, 0) == 0) {
        errno = EPERM;
        return "prove that root cannot be taken back";
    }
    if (getresuid(&uids[0], &uids[1], &uids[2]) != 0 || getresgid(&gids[0], &gids[1], &gids[2]) != 0) {
        return "read the identity back";
    }
    for (int i = 0; i < 3; i++) {
        if (uids[i] != uid || gids[i] != gid) {
            errno = EPERM;
            return "prove the user and group";
        }
    }
    int found_count = getgroups(MAX_GROUPS, found);
    if (found_count < 0) {
        return "read the supplementary groups back";
    }
    if ((size_t)found_count != count || (count > 0 && memcmp(found, groups, count * sizeof *groups) != 0)) {
        errno = EPERM;
        return "prove the supplementary groups";
    }
    return prove_no_capabilities();
}
