/* What a text in the settings must look like: the whole of it, or nothing. */
#ifndef PAM_OAUTH2_LOGIN_SETTINGS_CHECK_H
#define PAM_OAUTH2_LOGIN_SETTINGS_CHECK_H

#include <stdbool.h>

/* Absolute, printable, without empty, `.` or `..` components. */
bool settings_check_path(const char *text);

/* The NAME of a section: [a-z0-9_.-]{1,64}. */
bool settings_check_name(const char *text);

bool settings_check_pattern(const char *text);

/* A domain of lower case letters; also what an IPv4 address looks like. */
bool settings_check_host(const char *text);

/* As uri_parse(), with `https` in lower case; the issuer has no query. */
bool settings_check_issuer(const char *text);
bool settings_check_url(const char *text);

/*
 * A URL that browsers do not rewrite: what is pasted from an address bar has
 * to match it to the letter.
 */
bool settings_check_landing(const char *text);

/* http or https, a host and a port, nothing more. */
bool settings_check_proxy(const char *text);

/* The name of a row of oauth2/providers.h. */
bool settings_check_preset(const char *text);

/* NAME=VALUE of an authorization request, not a NAME of its own. */
bool settings_check_parameter(const char *text);

/* The same for a refresh, which has other parameters by itself. */
bool settings_check_refresh_parameter(const char *text);

/* scope-token of RFC 6749 section 3.3. */
bool settings_check_scope(const char *text);

/* The name of an algorithm that ID tokens may be signed with. */
bool settings_check_alg(const char *text);

/* Printable ASCII without blanks, 1 to 255 bytes. */
bool settings_check_word(const char *text);

/* One of FACTOR_*. */
bool settings_check_factor(const char *text);

/* Claim names with single dots between them. */
bool settings_check_claim(const char *text);

#endif
