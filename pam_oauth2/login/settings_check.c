#include "login/settings_check.h"

#include <string.h>

#include "base/text.h"
#include "codec/crypto.h"
#include "codec/uri.h"
#include "login/pattern.h"
#include "login/settings.h"
#include "oauth2/authorize.h"
#include "oauth2/providers.h"
#include "oauth2/refresh.h"

#define LOWER	      "abcdefghijklmnopqrstuvwxyz"
#define UPPER	      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS	      "0123456789"
#define SCOPE_MAX     255 /* bytes of one */
#define WORD_MAX      255
#define PARAMETER_MAX 1023
#define CLAIM	      LOWER UPPER DIGITS "_-:/"

bool
settings_check_path(const char *text)
{
	const char *next;
	size_t n;

	if (text[0] != '/' || !text_is_printable(text))
		return false;
	for (; text != NULL; text = next) {
		text++;
		next = strchr(text, '/');
		n = next != NULL ? (size_t)(next - text) : strlen(text);
		if (n == 0 || (n == 1 && text[0] == '.') ||
		    (n == 2 && text[0] == '.' && text[1] == '.'))
			return false;
	}
	return true;
}

bool
settings_check_name(const char *text)
{
	return strlen(text) <= 64 && text_has_only(text, LOWER DIGITS "_.-");
}

bool
settings_check_pattern(const char *text)
{
	struct pattern pattern;

	return pattern_parse(text, &pattern) == OAUTH2_ERR_OK;
}

bool
settings_check_host(const char *text)
{
	return text_is_domain(text) && text_has_only(text, LOWER DIGITS "-.");
}

/* HOST:PORT */
static bool
is_authority(const char *text)
{
	char copy[TEXT_DOMAIN_MAX + sizeof(":65535")], *colon;
	uint64_t port;

	if (text_copy(copy, sizeof(copy), text) != OAUTH2_ERR_OK)
		return false;
	colon = strchr(copy, ':');
	if (colon == NULL)
		return false;
	*colon = '\0';
	return settings_check_host(copy) && strlen(colon + 1) <= 5 &&
	       text_parse_u64(colon + 1, 65535, &port) == OAUTH2_ERR_OK &&
	       port > 0;
}

/* Step over a prefix; NULL when it is not there. */
static const char *
skip(const char *text, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(text, prefix, n) == 0 ? text + n : NULL;
}

bool
settings_check_issuer(const char *text)
{
	struct uri uri;

	return skip(text, "https://") != NULL &&
	       uri_parse(text, 0, &uri, NULL) == OAUTH2_ERR_OK;
}

bool
settings_check_url(const char *text)
{
	struct uri uri;

	return skip(text, "https://") != NULL &&
	       uri_parse(text, URI_ALLOW_QUERY, &uri, NULL) == OAUTH2_ERR_OK;
}

bool
settings_check_landing(const char *text)
{
	const char *authority = skip(text, "https://");
	size_t n;

	if (authority == NULL || !settings_check_url(text))
		return false;
	n = strcspn(authority, "/?");
	return authority[n] == '/' && strcspn(authority, UPPER) >= n &&
	       (n < 4 || strncmp(authority + n - 4, ":443", 4) != 0);
}

bool
settings_check_proxy(const char *text)
{
	const char *rest = skip(text, "http://");

	return rest != NULL && is_authority(rest);
}

bool
settings_check_preset(const char *text)
{
	return oauth2_provider_find(text) != NULL;
}

static bool
is_parameter(const char *text, bool (*is_reserved)(const char *name))
{
	char copy[PARAMETER_MAX + 1];
	struct oauth2_parameter parameter;

	return text_copy(copy, sizeof(copy), text) == OAUTH2_ERR_OK &&
	       oauth2_parameter_cut(copy, &parameter) == OAUTH2_ERR_OK &&
	       !is_reserved(parameter.name);
}

bool
settings_check_parameter(const char *text)
{
	return is_parameter(text, oauth2_authorization_has);
}

bool
settings_check_refresh_parameter(const char *text)
{
	return is_parameter(text, oauth2_refresh_has);
}

bool
settings_check_scope(const char *text)
{
	return text_is_visible_ascii(text) && strlen(text) <= SCOPE_MAX &&
	       strpbrk(text, "\"\\") == NULL;
}

bool
settings_check_alg(const char *text)
{
	enum crypto_alg alg;

	return crypto_alg_parse(text, &alg) == OAUTH2_ERR_OK;
}

bool
settings_check_word(const char *text)
{
	return text_is_visible_ascii(text) && strlen(text) <= WORD_MAX;
}

bool
settings_check_claim(const char *text)
{
	return text_has_only(text, CLAIM ".") && text[0] != '.' &&
	       text[strlen(text) - 1] != '.' && strstr(text, "..") == NULL;
}

bool
settings_check_factor(const char *text)
{
	return strcmp(text, FACTOR_SSH_PUBLICKEY) == 0 ||
	       strcmp(text, FACTOR_SAME_NETWORK) == 0 ||
	       strcmp(text, FACTOR_PRIOR_MODULE) == 0;
}
