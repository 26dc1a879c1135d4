/* What the tests of the settings share: texts that are right or wrong. */
#ifndef PAM_OAUTH2_TESTS_SETTINGS_CASE_H
#define PAM_OAUTH2_TESTS_SETTINGS_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "login/settings.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define PROVIDER \
	"[provider corp]\n" \
	"issuer = https://id.example\n" \
	"client_id = linux\n"

static inline enum oauth2_err
parse_n(const char *text, size_t n, const char *service, struct settings **ret,
    struct detail *d)
{
	const struct settings_host host = { service, service };
	struct source source = { "conf", text, n };

	d->text[0] = '\0';
	return settings_parse(&source, 1, &host, ret, d);
}

static inline enum oauth2_err
parse(const char *text, const char *service, struct settings **ret,
    struct detail *d)
{
	return parse_n(text, strlen(text), service, ret, d);
}

/* Settings that must be right. */
static inline struct settings *
good(const char *text, const char *service)
{
	struct settings *settings = NULL;
	struct detail d;

	if (parse(text, service, &settings, &d) != OAUTH2_ERR_OK)
		fail_msg("%s\n%s", d.text, text);
	return settings;
}

/* A text that must be refused, with a message that starts and contains. */
static inline void
bad(const char *text, const char *start, const char *contained)
{
	struct settings *settings = NULL;
	struct detail d;
	enum oauth2_err err = parse(text, "sshd", &settings, &d);

	if (err != OAUTH2_ERR_CONFIG || settings != NULL)
		fail_msg("%s instead of CONFIG (%s) for\n%s", err_name(err),
		    d.text, text);
	if (strncmp(d.text, start, strlen(start)) != 0 ||
	    strstr(d.text, contained) == NULL)
		fail_msg("'%s', not '%s...%s' for\n%s", d.text, start,
		    contained, text);
}

#endif
