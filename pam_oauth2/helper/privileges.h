/* Who we run as: take back what a caller handed down, give up what we may. */
#ifndef PAM_OAUTH2_HELPER_PRIVILEGES_H
#define PAM_OAUTH2_HELPER_PRIVILEGES_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * Whether descriptor 3 is a SOCK_SEQPACKET socket that root made, and we are
 * in the first user namespace: under `unshare -Ur` anybody is "root".
 */
bool privileges_started_by_root(int fd);

/*
 * Become root in every id (sudo and su leave the caller's real uid, who
 * could send us signals), and undo what a hostile caller may hand down:
 * groups, umask, directory, signals, timers, limits, scheduling.
 *
 * Errors: SANDBOX.
 */
enum oauth2_err privileges_take(void) MUST_CHECK;

/*
 * Give up every capability but the one to end the worker. What root owns
 * can still be read.
 *
 * Errors: SANDBOX.
 */
enum oauth2_err privileges_keep_kill(void) MUST_CHECK;

/*
 * Look a user up in /etc/passwd alone: NSS modules are other people's code,
 * and some of them talk to the network.
 *
 * Errors: NOT_FOUND, SANDBOX (it is uid or gid 0).
 */
enum oauth2_err privileges_find_user(
    const char *name, uid_t *ret_uid, gid_t *ret_gid) MUST_CHECK;

/*
 * Become that user for good: groups, gid, uid; proof that there is no way
 * back; no new privileges, no core dump, small limits, dies with its parent.
 *
 * parent   who forked us: where it is gone already, so are we.
 *
 * Errors: SANDBOX.
 */
enum oauth2_err privileges_drop(uid_t uid, gid_t gid, pid_t parent) MUST_CHECK;

#endif
