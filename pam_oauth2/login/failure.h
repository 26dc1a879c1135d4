/* What the worker's failure means to the administrator. */
#ifndef PAM_OAUTH2_LOGIN_FAILURE_H
#define PAM_OAUTH2_LOGIN_FAILURE_H

#include "base/err.h"
#include "base/reason.h"

/* error is the provider's word, "" without one. */
enum reason failure_reason(
    enum oauth2_err err, enum oauth2_cause cause, const char *error);

/*
 * Whether a failure says nothing about the person: no answer, or one of a
 * provider that cannot answer, or to a client that it does not know. All else
 * is a no.
 */
bool failure_is_outage(
    enum oauth2_cause cause, int http_status, const char *error);

#endif
