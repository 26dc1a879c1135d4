/* How a client shows its secret where nothing but the provider says it. */
#ifndef PAM_OAUTH2_OAUTH2_AUTH_METHOD_H
#define PAM_OAUTH2_OAUTH2_AUTH_METHOD_H

#include <stdbool.h>

#include "base/err.h"
#include "base/strlist.h"

/*
 * client_secret_post; client_secret_basic where the provider announces that
 * one and not the other. Both go to the same endpoints: what is announced
 * can have a secret sent to nobody else, and take no better proof away.
 *
 * offered  what is announced. Without items it is nothing, for then it is to
 *          be left out (RFC 8414 section 3.2).
 *
 * d->cause POLICY; d->text names the setting and what is offered, cleaned.
 *
 * Errors: NOT_SUPPORTED_AUTH_METHOD (neither is offered), NOMEM.
 */
enum oauth2_err oauth2_choose_auth_method(const struct strlist *offered,
    bool *ret_is_basic, struct detail *d) MUST_CHECK;

#endif
