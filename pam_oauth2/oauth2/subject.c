#include "oauth2/subject.h"

#include <string.h>

#include "base/secret.h"
#include "codec/base64url.h"
#include "oauth2/field.h"
#include "oauth2/token.h"

#define SUB_MAX 255

static enum oauth2_err
malformed(enum oauth2_err err, struct detail *d)
{
	if (err == OAUTH2_ERR_OK || err == OAUTH2_ERR_NOMEM)
		return err;
	return detail_fail(because(d, OAUTH2_CAUSE_PROTOCOL), OAUTH2_ERR_SYNTAX,
	    "the ID token is none, or has no sub");
}

/* The middle one of the three parts of a JWS in compact form (RFC 7515). */
static enum oauth2_err
read_claims(const char *id_token, struct json **ret)
{
	AUTO(buf_free) struct buf text = BUF(OAUTH2_TOKEN_MAX);
	const char *first = strchr(id_token, '.'),
		   *last = strrchr(id_token, '.');
	enum oauth2_err err;

	if (first == NULL || first == last ||
	    memchr(first + 1, '.', (size_t)(last - first - 1)) != NULL)
		return OAUTH2_ERR_SYNTAX;
	err = base64url_decode(&text, first + 1, (size_t)(last - first - 1));
	return err == OAUTH2_ERR_OK ? json_parse(text.data, text.len, ret, NULL)
				    : err;
}

enum oauth2_err
subject_check(const char *id_token, const char *sub, struct detail *d)
{
	AUTO(json_free) struct json *claims = NULL;
	AUTO(secret_text_free) char *other = NULL;
	enum oauth2_err err;

	if (id_token == NULL)
		return OAUTH2_ERR_OK;
	err = read_claims(id_token, &claims);
	if (err == OAUTH2_ERR_OK)
		err = field_text(claims, "sub", SUB_MAX, &other, NULL);
	if (err != OAUTH2_ERR_OK)
		return malformed(err, d);
	if (strcmp(other, sub) != 0)
		return detail_fail(because(d, OAUTH2_CAUSE_PROTOCOL),
		    OAUTH2_ERR_SYNTAX,
		    "userinfo and ID token are about different people");
	return OAUTH2_ERR_OK;
}
