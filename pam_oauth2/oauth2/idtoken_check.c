#include "oauth2/idtoken_check.h"

#include <inttypes.h>
#include <string.h>

#define SKEW_S	   60  /* by which clocks may differ */
#define FRESH_S	   600 /* age of a token from a fresh sign-in */
#define AUD_MAX	   512 /* bytes of an audience */
#define CLOCK_HINT "; is the clock of this host right?"

#define REFUSE(d, ...) detail_fail((d), OAUTH2_ERR_ID_TOKEN, __VA_ARGS__)

/* What is null is not there, as everywhere. */
static bool
is_there(const struct json *claims, const char *name)
{
	bool value;
	enum json_found found = json_get_bool(claims, name, &value);

	return found != JSON_ABSENT && found != JSON_NULL;
}

static bool
is_text(const struct json *claims, const char *name, const char *wanted)
{
	const char *text;

	return json_get_text(claims, name, strlen(wanted), &text) ==
		   JSON_FOUND &&
	       strcmp(text, wanted) == 0;
}

enum json_found
idtoken_read_aud(const struct json *claims, struct strlist *ret)
{
	return json_get_texts(claims, "aud", AUD_MAX, ret);
}

static enum oauth2_err
read_time(
    const struct json *claims, const char *name, int64_t *ret, struct detail *d)
{
	switch (json_get_int64(claims, name, ret)) {
	case JSON_FOUND:
		return OAUTH2_ERR_OK;
	case JSON_ABSENT:
	case JSON_NULL:
		return REFUSE(d, "%s is missing", name);
	default:
		return REFUSE(d, "%s is not a whole number", name);
	}
}

static enum oauth2_err
check_issuer(const struct oauth2_idtoken_expected *expected,
    const struct json *claims, struct detail *d)
{
	if (!is_text(claims, "iss", expected->issuer))
		return REFUSE(d, "iss is not the configured issuer");
	return OAUTH2_ERR_OK;
}

static bool
is_contained(const struct strlist *a, const struct strlist *b)
{
	for (size_t i = 0; i < a->count; i++)
		if (!strlist_has(b, a->items[i]))
			return false;
	return true;
}

static enum oauth2_err
check_audience(const struct oauth2_idtoken_expected *expected,
    const struct json *claims, struct detail *d)
{
	const struct strlist *extra = expected->extra_audiences;
	const struct strlist *before = expected->aud;
	AUTO(strlist_free) struct strlist aud = STRLIST(OAUTH2_AUD_MAX);
	enum json_found found = idtoken_read_aud(claims, &aud);

	if (found == JSON_NOMEM)
		return OAUTH2_ERR_NOMEM;
	if (found != JSON_FOUND || !strlist_has(&aud, expected->client_id))
		return REFUSE(d, "aud does not name this client");
	for (size_t i = 0; i < aud.count; i++)
		if (strcmp(aud.items[i], expected->client_id) != 0 &&
		    (extra == NULL || !strlist_has(extra, aud.items[i])))
			return REFUSE(
			    d, "aud names one that is not in extra_audiences");
	if (before != NULL &&
	    (!is_contained(&aud, before) || !is_contained(before, &aud)))
		return REFUSE(d, "aud is not what it was at the sign-in");
	return OAUTH2_ERR_OK;
}

static bool
has_several(const struct json *claims, const char *name)
{
	const struct json *array, *first;

	if (json_get_array(claims, name, &array) != JSON_FOUND)
		return false;
	first = json_first(array);
	return first != NULL && json_next(first) != NULL;
}

/* Who asked for the token, where it is good for several. */
static enum oauth2_err
check_azp(const struct oauth2_idtoken_expected *expected,
    const struct json *claims, struct detail *d)
{
	if (!is_there(claims, "azp"))
		return has_several(claims, "aud")
			   ? REFUSE(d, "azp is missing, and aud names several")
			   : OAUTH2_ERR_OK;
	if (!is_text(claims, "azp", expected->client_id))
		return REFUSE(d, "azp is not this client");
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
check_exp(const struct oauth2_idtoken_expected *expected,
    const struct json *claims, struct detail *d)
{
	int64_t exp;
	enum oauth2_err err = read_time(claims, "exp", &exp, d);

	if (err == OAUTH2_ERR_OK && exp <= expected->now - SKEW_S)
		return REFUSE(d, "exp is over since %" PRId64 " s" CLOCK_HINT,
		    expected->now - exp);
	return err;
}

bool
idtoken_is_fresh(
    const struct oauth2_idtoken_expected *expected, const struct json *claims)
{
	int64_t iat;

	return json_get_int64(claims, "iat", &iat) == JSON_FOUND &&
	       iat >= expected->now - FRESH_S;
}

/* A token that is good for longer may have been stolen for longer. */
static enum oauth2_err
check_iat(const struct oauth2_idtoken_expected *expected,
    const struct json *claims, struct detail *d)
{
	int64_t iat;
	enum oauth2_err err = read_time(claims, "iat", &iat, d);

	if (err != OAUTH2_ERR_OK)
		return err;
	if (iat > expected->now + SKEW_S)
		return REFUSE(d, "iat is %" PRId64 " s ahead" CLOCK_HINT,
		    iat - expected->now);
	if (expected->sub == NULL && !idtoken_is_fresh(expected, claims))
		return REFUSE(d, "iat is %" PRId64 " s old" CLOCK_HINT,
		    expected->now - iat);
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
check_nbf(const struct oauth2_idtoken_expected *expected,
    const struct json *claims, struct detail *d)
{
	int64_t nbf;
	enum oauth2_err err = read_time(claims, "nbf", &nbf, d);

	if (err == OAUTH2_ERR_OK && nbf > expected->now + SKEW_S)
		return REFUSE(d, "nbf is %" PRId64 " s ahead" CLOCK_HINT,
		    nbf - expected->now);
	return err;
}

/*
 * A fresh token with a nonce that nobody sent is from another sign-in; one
 * from a refresh may repeat the old one (OpenID Connect section 12.2).
 */
static enum oauth2_err
check_nonce(const struct oauth2_idtoken_expected *expected,
    const struct json *claims, struct detail *d)
{
	bool is_set = is_there(claims, "nonce");

	if (expected->nonce == NULL) {
		if (is_set && expected->sub == NULL)
			return REFUSE(d, "nonce, where none was sent");
		return OAUTH2_ERR_OK;
	}
	if (!is_set)
		return expected->sub != NULL ? OAUTH2_ERR_OK
					     : REFUSE(d, "nonce is missing");
	if (!is_text(claims, "nonce", expected->nonce))
		return REFUSE(d, "nonce is not the one that was sent");
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
check_at_hash(const struct oauth2_idtoken_expected *expected,
    const struct json *claims, struct detail *d)
{
	if (expected->at_hash == NULL)
		return REFUSE(d, "at_hash, and no access token to compare");
	if (!is_text(claims, "at_hash", expected->at_hash))
		return REFUSE(d, "at_hash is not that of the access token");
	return OAUTH2_ERR_OK;
}

/*
 * A logout token of a provider that gives it no type has all that an ID token
 * has but a nonce (Back-Channel Logout 1.0 section 2.4), which one of the
 * device grant does not have either.
 */
static enum oauth2_err
check_events(const struct oauth2_idtoken_expected *expected,
    const struct json *claims, struct detail *d)
{
	(void)expected;
	(void)claims;
	return REFUSE(d, "events, which no ID token has");
}

static enum oauth2_err
check_same_person(const struct oauth2_idtoken_expected *expected,
    const struct json *claims, struct detail *d)
{
	if (expected->sub == NULL)
		return OAUTH2_ERR_OK;
	if (!is_text(claims, "iss", expected->issuer))
		return detail_fail(d, OAUTH2_ERR_OTHER_PERSON,
		    "iss is not what it was at the sign-in");
	if (!is_text(claims, "sub", expected->sub))
		return detail_fail(d, OAUTH2_ERR_OTHER_PERSON,
		    "sub is not what it was at the sign-in");
	return OAUTH2_ERR_OK;
}

struct check {
	const char *name; /* where it is only done if this is there */
	enum oauth2_err (*run)(const struct oauth2_idtoken_expected *,
	    const struct json *, struct detail *);
};

static enum oauth2_err
run_all(const struct check *checks, const struct oauth2_idtoken_expected *e,
    const struct json *claims, struct detail *d)
{
	enum oauth2_err err = OAUTH2_ERR_OK;

	for (; err == OAUTH2_ERR_OK && checks->run != NULL; checks++)
		if (checks->name == NULL || is_there(claims, checks->name))
			err = checks->run(e, claims, d);
	return err;
}

enum oauth2_err
idtoken_check(const struct oauth2_idtoken_expected *expected,
    const struct json *claims, struct detail *d)
{
	static const struct check checks[] = {
		{ NULL, check_same_person },
		{ NULL, check_issuer },
		{ NULL, check_audience },
		{ NULL, check_azp },
		{ NULL, check_exp },
		{ NULL, check_iat },
		{ "nbf", check_nbf },
		{ NULL, check_nonce },
		{ "at_hash", check_at_hash },
		{ "events", check_events },
		{ NULL, NULL },
	};

	return run_all(checks, expected, claims, d);
}

enum oauth2_err
idtoken_check_optional(const struct oauth2_idtoken_expected *expected,
    const struct json *claims, struct detail *d)
{
	static const struct check checks[] = {
		{ "iss", check_issuer },
		{ "aud", check_audience },
		{ "exp", check_exp },
		{ "nbf", check_nbf },
		{ NULL, NULL },
	};

	return run_all(checks, expected, claims, d);
}

static enum oauth2_err
check_auth_time(const struct oauth2_idtoken_expected *expected,
    int64_t auth_time, struct detail *d)
{
	if (auth_time > expected->now + SKEW_S)
		return REFUSE(d, "auth_time is %" PRId64 " s ahead" CLOCK_HINT,
		    auth_time - expected->now);
	if (expected->max_age == 0)
		return OAUTH2_ERR_OK;
	if (auth_time == 0)
		return detail_fail(d, OAUTH2_ERR_AUTH_TOO_OLD,
		    "auth_time is missing, though max_age was asked for");
	if (auth_time < expected->now - expected->max_age - SKEW_S)
		return detail_fail(d, OAUTH2_ERR_AUTH_TOO_OLD,
		    "auth_time is %" PRId64 " s ago",
		    expected->now - auth_time);
	return OAUTH2_ERR_OK;
}

enum oauth2_err
idtoken_check_sign_in(const struct oauth2_idtoken_expected *expected,
    const struct oauth2_idtoken_claims *claims, struct detail *d)
{
	const struct strlist *acr = expected->require_acr;
	const struct strlist *amr = expected->require_amr;
	enum oauth2_err err = check_auth_time(expected, claims->auth_time, d);

	if (err != OAUTH2_ERR_OK)
		return err;
	if (acr != NULL && acr->count > 0 &&
	    (claims->acr == NULL || !strlist_has(acr, claims->acr)))
		return detail_fail(d, OAUTH2_ERR_ACR_AMR_MISSING,
		    claims->acr == NULL ? "acr is missing"
					: "acr is none of require_acr");
	if (amr != NULL && !is_contained(amr, &claims->amr))
		return detail_fail(d, OAUTH2_ERR_ACR_AMR_MISSING,
		    "amr has not all of require_amr");
	return OAUTH2_ERR_OK;
}
