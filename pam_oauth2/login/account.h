/*
 * The account phase, for who has logged in by other means, such as an SSH
 * key: is the account at the provider still good? It can only deny.
 */
#ifndef PAM_OAUTH2_LOGIN_ACCOUNT_H
#define PAM_OAUTH2_LOGIN_ACCOUNT_H

#include <stdbool.h>

#include "login/signin_state.h"

/*
 * Whether root's settings leave this account alone: other services than
 * account_services, root and system users, account_exempt, refresh_use = off.
 * Needs no other file than the settings, so that a mistake in another keeps
 * nobody out whom it does not concern.
 */
bool account_is_exempt(const struct signin *s);

/*
 * Ask the provider. s->reason is account_active, account_grace or
 * account_not_checked, or why the account is refused. s->is_exempt: the
 * allowlist leaves this account alone.
 */
void account_check(struct signin *s);

#endif
