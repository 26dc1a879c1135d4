/* Rules for the heads of HTTP messages that libcurl does not have. */
#ifndef PAM_OAUTH2_NET_HEAD_H
#define PAM_OAUTH2_NET_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* The heads of one reply while they arrive; start with zeroes. */
struct head {
	size_t bytes;		 /* of all lines, 1xx replies included */
	char content_length[20]; /* of the head being read; "" without */
};

/*
 * Take one line, its CR and LF and the empty last one included.
 *
 * ret_why  what is wrong, a constant.
 *
 * Errors: LIMIT (above HTTP_HEADERS_MAX), HTTP (a Content-Length that is no
 * number, or another one than before).
 */
enum oauth2_err head_take_line(struct head *h, const char *line, size_t n,
    const char **ret_why) MUST_CHECK;

/*
 * "NAME: value" for a request, to be freed with secret_free(). Errors:
 * SYNTAX (CR, LF or anything but 0x20-0x7e in the value), LIMIT, NOMEM.
 */
enum oauth2_err head_make_line(
    const char *name, const char *value, char **ret) MUST_CHECK;

#endif
