/*
 * The process that talks to the provider for one login, and can do nothing
 * else. It sees this login's secrets and no other's.
 */
#ifndef PAM_OAUTH2_HELPER_WORKER_H
#define PAM_OAUTH2_HELPER_WORKER_H

#include "helper/child.h"

extern const struct child_kind worker_kind;

#endif
