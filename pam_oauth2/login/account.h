/*
 * The account phase, for who has logged in by other means, such as an SSH
 * key: is the account at the provider still good? It can only deny.
 */
#ifndef PAM_OAUTH2_LOGIN_ACCOUNT_H
#define PAM_OAUTH2_LOGIN_ACCOUNT_H

#include "login/signin_state.h"

/*
 * Ask the provider. s->reason is account_active, account_grace or
 * account_not_checked, or why the account is refused. s->is_exempt: the
 * settings leave this account alone.
 */
void account_check(struct signin *s);

#endif
