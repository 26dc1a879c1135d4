/* What every grant does at the token endpoint: for this floor only. */
#ifndef PAM_OAUTH2_OAUTH2_GRANT_H
#define PAM_OAUTH2_OAUTH2_GRANT_H

#include "oauth2/request.h"
#include "oauth2/token.h"

/*
 * oauth2_token_parse(), and the scopes this client needs. Errors: as that
 * (d->cause POLICY: a required scope was not granted).
 */
enum oauth2_err grant_read(const struct oauth2_client *c,
    const struct json *json, int64_t now, struct oauth2_token **ret,
    struct detail *d) MUST_CHECK;

/*
 * Add the client's authentication to the form of what is spent by sending
 * it, send it and read the reply.
 *
 * Errors: as request_send().
 */
enum oauth2_err grant_send(const struct oauth2_client *c, const char *url,
    struct buf *form, struct reply *ret, struct detail *d) MUST_CHECK;

#endif
