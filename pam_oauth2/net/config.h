/* A copy of an http_config, checked and with its defaults in place. */
#ifndef PAM_OAUTH2_NET_CONFIG_H
#define PAM_OAUTH2_NET_CONFIG_H

#include "net/http.h"

/*
 * ret      to be given to config_free() also on failure; start with zeroes.
 *
 * Errors: CONFIG (proxy is no http URL), NOMEM.
 */
enum oauth2_err config_copy(
    const struct http_config *config, struct http_config *ret) MUST_CHECK;

/* Wipe and free the texts of a copy. */
void config_free(struct http_config *config);

#endif
