/* Where the monitor may make files: in our own directories, nowhere else. */
#ifndef PAM_OAUTH2_HELPER_CONFINE_H
#define PAM_OAUTH2_HELPER_CONFINE_H

#include "base/err.h"

/*
 * From here on the process, root as it is, makes, replaces and removes files
 * below the directories of base/paths.h alone (Landlock). A kernel without
 * Landlock leaves it at what the seccomp filter allows: new files, with
 * root's other permissions.
 *
 * Directories that are missing are made, mode 0700; where that fails nothing
 * can be kept, and a sign-in goes on without.
 *
 * Errors: SANDBOX.
 */
enum oauth2_err confine_writing(void) MUST_CHECK;

#endif
