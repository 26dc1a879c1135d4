#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

#define X_TEXT(name, text) text,
#define X_NAME(name, text) #name,
static const char *const texts[] = { OAUTH2_ERRORS(X_TEXT) };
static const char *const names[] = { OAUTH2_ERRORS(X_NAME) };
static const char *const causes[] = { OAUTH2_CAUSES(X_TEXT) };

const char *
err_text(enum oauth2_err err)
{
	return (unsigned)err < OAUTH2_ERR_COUNT ? texts[err] : "unknown error";
}

const char *
err_name(enum oauth2_err err)
{
	return (unsigned)err < OAUTH2_ERR_COUNT ? names[err] : "UNKNOWN";
}

const char *
err_cause_name(enum oauth2_cause cause)
{
	return (unsigned)cause < OAUTH2_CAUSE_COUNT ? causes[cause] : "unknown";
}

bool
oauth2_err_is_request(enum oauth2_err err)
{
	switch (err) {
	case OAUTH2_ERR_DISCOVERY:
	case OAUTH2_ERR_USERINFO_MISMATCH:
	case OAUTH2_ERR_JWKS:
	case OAUTH2_ERR_DEVICE_AUTHORIZATION:
	case OAUTH2_ERR_PUSHED_AUTHORIZATION:
	case OAUTH2_ERR_GET_ACCESS_TOKEN:
	case OAUTH2_ERR_REFRESH_TOKEN:
	case OAUTH2_ERR_REVOKE_TOKEN:
	case OAUTH2_ERR_GET_ID_EMAIL:
	case OAUTH2_ERR_GET_PROFILE:
		return true;
	default:
		return false;
	}
}

enum oauth2_err
detail_fail(struct detail *d, enum oauth2_err err, const char *fmt, ...)
{
	va_list ap;

	if (d == NULL)
		return err;
	va_start(ap, fmt);
	vsnprintf(d->text, sizeof(d->text), fmt, ap);
	va_end(ap);
	return err;
}
