#include "login/email.h"

#include <string.h>

#define LOCAL_CHARACTERS \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
	"0123456789._%+-"

enum oauth2_err
email_parse(const char *text, struct email *ret)
{
	const char *at = strchr(text, '@');
	struct email email;
	size_t n;

	if (at == NULL)
		return OAUTH2_ERR_SYNTAX;
	n = (size_t)(at - text);
	if (n > EMAIL_LOCAL_MAX)
		return OAUTH2_ERR_LIMIT;
	memcpy(email.local, text, n);
	email.local[n] = '\0';
	if (!text_has_only(email.local, LOCAL_CHARACTERS))
		return OAUTH2_ERR_SYNTAX;
	if (text_copy(email.domain, sizeof(email.domain), at + 1) !=
	    OAUTH2_ERR_OK)
		return OAUTH2_ERR_LIMIT;
	if (!text_is_domain(email.domain))
		return OAUTH2_ERR_SYNTAX;
	text_fold(email.domain);
	*ret = email;
	return OAUTH2_ERR_OK;
}

bool
email_is_equal(const struct email *a, const struct email *b, bool fold_local)
{
	struct email x = *a, y = *b;

	if (fold_local) {
		text_fold(x.local);
		text_fold(y.local);
	}
	return strcmp(x.local, y.local) == 0 && strcmp(x.domain, y.domain) == 0;
}

bool
email_is_of_user(const struct email *email, const char *user, bool fold_local)
{
	struct email folded = *email;

	if (fold_local)
		text_fold(folded.local);
	return strcmp(folded.local, user) == 0;
}
