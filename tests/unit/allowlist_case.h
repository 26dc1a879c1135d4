/* What the tests of the allowlist share. */
#ifndef PAM_OAUTH2_TESTS_ALLOWLIST_CASE_H
#define PAM_OAUTH2_TESTS_ALLOWLIST_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "login/allowlist.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static inline enum oauth2_err
parse_n(const char *text, size_t n, const char *user, struct allowlist **ret,
    struct detail *d)
{
	struct source source = { "allow", text, n };

	d->text[0] = '\0';
	return allowlist_parse(&source, user, true, ret, d);
}

static inline enum oauth2_err
parse(const char *text, const char *user, struct allowlist **ret,
    struct detail *d)
{
	return parse_n(text, strlen(text), user, ret, d);
}

#endif
