#include "login/judgement.h"

#include <string.h>

#include "base/clock.h"
#include "base/secret.h"
#include "base/text.h"
#include "login/children.h"
#include "login/keep.h"
#include "login/keys.h"
#include "login/openid.h"
#include "login/wanted.h"

/* What the judge needs to know of whom the document has to be about. */
static void
put_expected(
    const struct signin *s, const struct strlist *claims, struct wire_out *out)
{
	const struct provider_settings *p = &s->settings->provider;

	wire_put_text(out, WIRE_TAG_ISSUER, p->issuer);
	wire_put_text(out, WIRE_TAG_CLIENT_ID, p->client_id);
	wire_put_list(out, WIRE_TAG_AUDIENCE, &p->extra_audiences);
	wire_put_list(out, WIRE_TAG_ALG, &p->id_token_algs);
	wire_put_u64(out, WIRE_TAG_NOW, (uint64_t)clock_unix_s());
	wire_put_text(out, WIRE_TAG_GROUPS_CLAIM, wanted_groups(s));
	wire_put_list(out, WIRE_TAG_CLAIM, claims);
	wire_put_text(out, WIRE_TAG_PRESET, p->preset);
	wire_put_u64(
	    out, WIRE_TAG_EMAIL_VERIFIED_STRING, p->email_verified_string);
}

/* What the judge is asked about: an ID token, or userinfo that is signed. */
struct document {
	const char *jwt;
	const char *at_hash; /* NULL: the worker could not make one */
	const char *sub;     /* userinfo: whom it has to be about; else NULL */
};

static void
put_id_token(const struct signin *s, const struct document *document,
    struct wire_out *out)
{
	const struct settings *settings = s->settings;

	wire_put_text(out, WIRE_TAG_ID_TOKEN, document->jwt);
	wire_put_text(out, WIRE_TAG_AT_HASH, document->at_hash);
	if (s->is_renewal) {
		wire_put_text(out, WIRE_TAG_SUB, s->record->sub);
		wire_put_text(out, WIRE_TAG_NONCE, s->record->nonce);
		wire_put_list(out, WIRE_TAG_FIRST_AUDIENCE, &s->record->aud);
		wire_put_u64(out, WIRE_TAG_MAX_AGE, 0);
		return;
	}
	if (openid_has_nonce(settings))
		wire_put_text(out, WIRE_TAG_NONCE, s->nonce);
	wire_put_u64(out, WIRE_TAG_MAX_AGE, settings->max_age);
	wire_put_list(out, WIRE_TAG_ACR, &settings->require_acr);
	wire_put_list(out, WIRE_TAG_AMR, &settings->require_amr);
}

static bool
ask_judge(struct signin *s, const struct document *document,
    const struct strlist *claims)
{
	const bool is_userinfo = document->sub != NULL;
	struct wire_out out;

	wire_begin(&out, is_userinfo ? WIRE_JUDGE_USERINFO : WIRE_JUDGE);
	put_expected(s, claims, &out);
	if (is_userinfo) {
		wire_put_text(&out, WIRE_TAG_USERINFO, document->jwt);
		wire_put_text(&out, WIRE_TAG_SUB, document->sub);
	} else {
		put_id_token(s, document, &out);
	}
	return children_tell(s, s->judge, &out);
}

static enum oauth2_err
take_identity(
    const struct signin *s, const struct wire_msg *m, struct identity **ret)
{
	AUTO(identity_free) struct identity *who = identity_new();
	enum oauth2_err err;

	if (who == NULL)
		return OAUTH2_ERR_NOMEM;
	who->issuer = secret_strdup(s->settings->provider.issuer);
	if (who->issuer == NULL)
		return OAUTH2_ERR_NOMEM;
	err = wire_take_text(m, WIRE_TAG_SUB, &who->sub);
	if (err == OAUTH2_ERR_OK)
		err = wire_take_text(m, WIRE_TAG_EMAIL, &who->email);
	if (err == OAUTH2_ERR_OK)
		err = wire_take_list(m, WIRE_TAG_GROUP, &who->groups);
	if (err == OAUTH2_ERR_OK)
		err = wire_take_list(m, WIRE_TAG_CLAIM, &who->claims);
	if (err == OAUTH2_ERR_OK)
		err = wire_take_list(m, WIRE_TAG_SAID, &who->said);
	who->email_verified = wire_get_u64(m, WIRE_TAG_EMAIL_VERIFIED) == 1;
	if (err == OAUTH2_ERR_OK)
		*ret = TAKE(who);
	return err;
}

/* What the judge's refusal means to the administrator. */
static const struct {
	enum oauth2_err err;
	enum reason reason;
} refusals[] = {
	{ OAUTH2_ERR_UNKNOWN_KEY, REASON_id_token_invalid },
	{ OAUTH2_ERR_ID_TOKEN, REASON_id_token_invalid },
	{ OAUTH2_ERR_ACR_AMR_MISSING, REASON_acr_amr_missing },
	{ OAUTH2_ERR_AUTH_TOO_OLD, REASON_auth_too_old },
	{ OAUTH2_ERR_GROUPS_OVERAGE, REASON_groups_overage },
	{ OAUTH2_ERR_USERINFO, REASON_identity_invalid },
	{ OAUTH2_ERR_USERINFO_MISMATCH, REASON_userinfo_mismatch },
	{ OAUTH2_ERR_OTHER_PERSON, REASON_subject_changed },
	{ OAUTH2_ERR_SANDBOX, REASON_sandbox_failed },
};

static bool
fail_refused(struct signin *s, const struct wire_msg *m)
{
	const uint64_t err = wire_get_u64(m, WIRE_TAG_ERROR);
	char text[256], clean[256];

	if (wire_copy_text(m, WIRE_TAG_TEXT, text, sizeof(text)) !=
	    OAUTH2_ERR_OK)
		return signin_fail_err(s, OAUTH2_ERR_PROTOCOL);
	text_clean(clean, sizeof(clean), text, strlen(text));
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++)
		if (refusals[i].err == err)
			return signin_fail(s, refusals[i].reason, "%s: %s",
			    err_text(refusals[i].err), clean);
	return signin_fail(s, REASON_internal_error, "the judge: %s", clean);
}

/* One verdict; ret_is_key_unknown tells the one after which to ask again. */
static bool
hear_judge(struct signin *s, const struct document *document,
    struct identity **ret, bool *ret_is_key_unknown)
{
	struct wire_msg m;
	enum oauth2_err err;

	*ret_is_key_unknown = false;
	if (!children_await(s, s->judge, &m))
		return false;
	if (m.type == WIRE_REFUSED) {
		*ret_is_key_unknown =
		    wire_get_u64(&m, WIRE_TAG_ERROR) == OAUTH2_ERR_UNKNOWN_KEY;
		return fail_refused(s, &m);
	}
	err = take_identity(s, &m, ret);
	if (err != OAUTH2_ERR_OK)
		return signin_fail_err(s, err);
	if (document->sub != NULL)
		return true;
	/* Of a renewal it is the first sign-in's that counts; and an old token
	 * may have been seen by whoever brings it. */
	s->is_unproven =
	    s->is_renewal && wire_get_u64(&m, WIRE_TAG_IS_FRESH) != 1;
	return s->is_renewal || keep_authentication(s, &m);
}

/* A key that is not known may be newer than the keys that are. */
static bool
is_judged_good(struct signin *s, const struct document *document,
    const struct strlist *claims, struct identity **ret)
{
	bool is_key_unknown, is_new;

	if (!ask_judge(s, document, claims))
		return false;
	if (hear_judge(s, document, ret, &is_key_unknown))
		return true;
	if (!is_key_unknown || !keys_renew(s, &is_new) || !is_new)
		return false;
	return ask_judge(s, document, claims) &&
	       hear_judge(s, document, ret, &is_key_unknown);
}

/* An ID token may also say that there are none: then nobody adds any. */
static bool
are_groups_missing(const struct signin *s)
{
	return wanted_groups(s) != NULL &&
	       !strlist_has(&s->identity->said, wanted_groups(s));
}

/* Whether the decision needs what the ID token does not say. */
static bool
is_more_needed(const struct signin *s, const struct strlist *claims)
{
	const struct identity *who = s->identity;

	if (openid_is_enough(s->settings))
		return false;
	if (wanted_email(s) && who->email == NULL)
		return true;
	if (are_groups_missing(s))
		return true;
	for (size_t i = 0; i < claims->count; i++)
		if (!strlist_has(&who->said, claims->items[i]))
			return true;
	return false;
}

static enum oauth2_err
add_all(const struct strlist *from, struct strlist *ret)
{
	enum oauth2_err err = OAUTH2_ERR_OK;

	for (size_t i = 0; err == OAUTH2_ERR_OK && i < from->count; i++)
		err = strlist_add(ret, from->items[i]);
	return err;
}

/* "NAME=VALUE" of those names alone that were missing before. */
static enum oauth2_err
add_claims(const struct strlist *missing, const struct strlist *from,
    struct strlist *ret)
{
	enum oauth2_err err = OAUTH2_ERR_OK;

	for (size_t i = 0; err == OAUTH2_ERR_OK && i < from->count; i++) {
		const size_t n = strcspn(from->items[i], "=");

		for (size_t j = 0; j < missing->count; j++)
			if (strlen(missing->items[j]) == n &&
			    memcmp(missing->items[j], from->items[i], n) == 0)
				err = strlist_add(ret, from->items[i]);
	}
	return err;
}

/*
 * What the ID token says stands; the rest is userinfo's. Email and
 * email_verified come from the same document.
 */
static enum oauth2_err
merge(struct signin *s, struct identity *other, const struct strlist *claims)
{
	AUTO(strlist_free) struct strlist missing = STRLIST(claims->count);
	struct identity *who = s->identity;
	enum oauth2_err err = OAUTH2_ERR_OK;

	for (size_t i = 0; err == OAUTH2_ERR_OK && i < claims->count; i++)
		if (!strlist_has(&who->said, claims->items[i]))
			err = strlist_add(&missing, claims->items[i]);
	if (err == OAUTH2_ERR_OK && are_groups_missing(s))
		err = add_all(&other->groups, &who->groups);
	if (err == OAUTH2_ERR_OK)
		err = add_claims(&missing, &other->claims, &who->claims);
	if (err == OAUTH2_ERR_OK && who->email == NULL) {
		who->email = TAKE(other->email);
		who->email_verified = other->email_verified;
	}
	return err;
}

/* The provider has signed it: then the judge reads it, and not the worker. */
static bool
judge_userinfo(struct signin *s, const struct wire_msg *m,
    const struct strlist *claims, struct identity **ret)
{
	AUTO(secret_text_free) char *jwt = NULL;
	struct document userinfo = { 0 };
	enum oauth2_err err;

	userinfo.sub = s->identity != NULL ? s->identity->sub
		       : s->is_renewal	   ? s->record->sub
					   : NULL;
	if (userinfo.sub == NULL)
		return signin_fail(s, REASON_identity_invalid,
		    "signed userinfo, and no ID token to go with it");
	err = wire_take_text(m, WIRE_TAG_USERINFO, &jwt);
	if (err != OAUTH2_ERR_OK)
		return signin_fail_err(s, err);
	userinfo.jwt = jwt;
	if (is_judged_good(s, &userinfo, claims, ret))
		return true;
	if (s->reason == REASON_id_token_invalid) /* its key is unknown */
		s->reason = REASON_identity_invalid;
	return false;
}

static bool
ask_userinfo(struct signin *s, const struct strlist *claims,
    struct identity **ret, bool *ret_is_signed)
{
	struct wire_out out;
	struct wire_msg m;
	enum oauth2_err err;

	wire_begin(&out, WIRE_IDENTIFY);
	if (!children_tell(s, s->worker, &out) ||
	    !children_await(s, s->worker, &m))
		return false;
	*ret_is_signed = m.type == WIRE_USERINFO;
	if (*ret_is_signed)
		return judge_userinfo(s, &m, claims, ret);
	err = take_identity(s, &m, ret);
	return err == OAUTH2_ERR_OK || signin_fail_err(s, err);
}

/* OpenID Connect Core 5.3.2: userinfo is about the token's sub, or it is no
 * answer. */
static bool
add_userinfo(struct signin *s, const struct strlist *claims)
{
	AUTO(identity_free) struct identity *other = NULL;
	bool is_signed;
	enum oauth2_err err;

	if (s->settings->provider.userinfo_endpoint == NULL)
		return true; /* there is no more: the decision says so */
	if (!ask_userinfo(s, claims, &other, &is_signed))
		return false;
	if (strcmp(other->sub, s->identity->sub) != 0)
		return signin_fail(s, REASON_userinfo_mismatch,
		    "userinfo is about another sub than the ID token");
	err = merge(s, other, claims);
	if (err != OAUTH2_ERR_OK)
		return signin_fail_err(s, err);
	s->is_unsigned = !is_signed;
	return true;
}

/* With a renewal there need not be an ID token (OpenID Connect Core 12.2). */
static bool
judge_userinfo_alone(struct signin *s, const struct strlist *claims)
{
	bool is_signed;

	if (!s->is_renewal || openid_is_enough(s->settings))
		return signin_fail(s, REASON_id_token_invalid,
		    "the provider sent no ID token");
	if (!keys_trust(s) ||
	    !ask_userinfo(s, claims, &s->identity, &is_signed))
		return false;
	s->is_unsigned = !is_signed;
	s->is_unproven = true; /* signed, but nobody knows when */
	return true;
}

/* An OpenID provider: the ID token, and more where it is needed. */
static bool
judge_tokens(
    struct signin *s, const struct wire_msg *m, const struct strlist *claims)
{
	AUTO(secret_text_free) char *jwt = NULL;
	AUTO(secret_text_free) char *at_hash = NULL;
	struct document token = { 0 };
	enum oauth2_err err;

	err = wire_take_text(m, WIRE_TAG_ID_TOKEN, &jwt);
	if (err == OAUTH2_ERR_OK)
		err = wire_take_text(m, WIRE_TAG_AT_HASH, &at_hash);
	if (err != OAUTH2_ERR_OK)
		return signin_fail_err(s, err);
	if (jwt == NULL)
		return judge_userinfo_alone(s, claims);
	token.jwt = jwt;
	token.at_hash = at_hash;
	if (!keys_trust(s) || !is_judged_good(s, &token, claims, &s->identity))
		return false;
	return !is_more_needed(s, claims) || add_userinfo(s, claims);
}

static bool
identify(struct signin *s, const struct wire_msg *m)
{
	AUTO(strlist_free) struct strlist claims = STRLIST(IDENTITY_CLAIMS_MAX);
	enum oauth2_err err = wanted_claims(s, &claims);
	bool is_signed;

	if (err != OAUTH2_ERR_OK)
		return signin_fail_err(s, err);
	if (openid_is_used(&s->settings->provider))
		return judge_tokens(s, m, &claims);
	s->is_unsigned = true;
	return ask_userinfo(s, &claims, &s->identity, &is_signed);
}

/* Who was kept is who it has to be; the judge has looked already. */
static bool
is_same_person(struct signin *s)
{
	return !s->is_renewal ||
	       strcmp(s->identity->sub, s->record->sub) == 0 ||
	       signin_fail(s, REASON_subject_changed,
		   "sub is not what it was at the sign-in");
}

bool
judgement_reached(struct signin *s, const struct wire_msg *m)
{
	if (!identify(s, m) || !is_same_person(s))
		return false;
	signin_note(s, "the provider names somebody: email %s%s, %zu groups",
	    s->identity->email == NULL	  ? "missing"
	    : s->identity->email_verified ? "verified"
					  : "unverified",
	    s->is_unsigned ? ", unsigned" : "", s->identity->groups.count);
	return true;
}
