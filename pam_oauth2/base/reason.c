#include "base/reason.h"

#include <string.h>
#include <syslog.h>

#define X_TEXT(name, text)   text,
#define X_NAME(name, class)  #name,
#define X_CLASS(name, class) REASON_CLASS_##class,
static const char *const class_texts[] = { REASON_CLASSES(X_TEXT) };
static const char *const names[] = { REASONS(X_NAME) };
static const enum reason_class classes[] = { REASONS(X_CLASS) };

const char *
reason_name(enum reason reason)
{
	return (unsigned)reason < REASON_COUNT ? names[reason]
					       : "internal_error";
}

enum oauth2_err
reason_parse(const char *name, enum reason *ret)
{
	for (unsigned i = 0; i < REASON_COUNT; i++) {
		if (strcmp(names[i], name) == 0) {
			*ret = (enum reason)i;
			return OAUTH2_ERR_OK;
		}
	}
	return OAUTH2_ERR_NOT_FOUND;
}

enum reason_class
reason_class(enum reason reason)
{
	return (unsigned)reason < REASON_COUNT ? classes[reason]
					       : REASON_CLASS_SETUP;
}

void
reason_text(enum reason reason, const char *user, char *ret, size_t size)
{
	const char *text = class_texts[reason_class(reason)];
	const char *hole = strstr(text, "%s");
	size_t n = 0;

	/* Not a format string: the user name is text, whatever is in it. */
	for (const char *p = text; *p != '\0' && n + 1 < size; p++) {
		if (p != hole) {
			ret[n++] = *p;
			continue;
		}
		for (const char *u = user; *u != '\0' && n + 1 < size; u++)
			ret[n++] = *u;
		p++;
	}
	ret[n] = '\0';
}

int
reason_priority(enum reason reason)
{
	if (reason == REASON_account_grace)
		return LOG_WARNING; /* let in without having asked */
	switch (reason_class(reason)) {
	case REASON_CLASS_GRANTED:
	case REASON_CLASS_CONFIRMED:
		return LOG_NOTICE;
	case REASON_CLASS_SETUP:
		return LOG_ERR;
	default:
		return LOG_WARNING;
	}
}
