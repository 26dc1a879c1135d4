/*
 * ID tokens of which one thing is wrong: the same token without it is always
 * shown to be accepted, so that nothing else can be why it is refused.
 */
#ifndef PAM_OAUTH2_TESTS_IDTOKEN_CASE_H
#define PAM_OAUTH2_TESTS_IDTOKEN_CASE_H

#include "base/secret.h"
#include "jwt_case.h"
#include "oauth2/at_hash.h"
#include "oauth2/idtoken.h"

#define NOW	     INT64_C(1700000000)
#define ISSUER	     "https://id.example/realm"
#define CLIENT	     "login-hosts"
#define NONCE	     "n-0S6_WzA2Mj"
#define ACCESS_TOKEN "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
#define OUR_KEYS     KEYS("{" RSA_KEY "},{" EC_KEY "},{" ED_KEY "}")
#define AT_HASH	     "" /* stands for that of the token's algorithm */
#define CHANGES	     3

/* A member of the claims; a value is JSON, NULL leaves it out. */
struct claim {
	const char *name, *value;
};

static const struct claim usual[] = {
	{ "iss", "\"" ISSUER "\"" },
	{ "sub", "\"248289761001\"" },
	{ "aud", "\"" CLIENT "\"" },
	{ "exp", "1700000300" },
	{ "iat", "1700000000" },
	{ "nonce", "\"" NONCE "\"" },
	{ "at_hash", AT_HASH },
	{ "email", "\"alice@corp.example\"" },
	{ "email_verified", "true" },
};

static char resource[] = "resource", api[] = "api", client[] = CLIENT;
static char loa2[] = "loa2", loa3[] = "loa3", mfa[] = "mfa", hwk[] = "hwk";
static char *extra_items[] = { resource, api };
static char *acr_items[] = { loa2, loa3 }, *amr_items[] = { mfa, hwk };
static char *aud_items[] = { client, resource };
#define LIST(array) \
	{ \
		.items = (array), .count = COUNT(array), .max = COUNT(array) \
	}
static const struct strlist extra = LIST(extra_items);
static const struct strlist acr_list = LIST(acr_items);
static const struct strlist amr_list = LIST(amr_items);
static const struct strlist aud_list = LIST(aud_items);
static const struct strlist no_list = { .max = 0 };

/* What a sign-in with a code expects, and the variants of it. */
#define CODE \
	.issuer = ISSUER, .client_id = CLIENT, .now = NOW, .nonce = NONCE, \
	.at_hash = AT_HASH
#define DEVICE \
	.issuer = ISSUER, .client_id = CLIENT, .now = NOW, .at_hash = AT_HASH
#define REFRESH DEVICE, .sub = "248289761001"
static const struct oauth2_idtoken_expected code = { CODE };
static const struct oauth2_idtoken_expected device = { DEVICE };
static const struct oauth2_idtoken_expected refresh = { REFRESH };
static const struct oauth2_idtoken_expected refresh_aud = { REFRESH,
	.aud = &aud_list, .extra_audiences = &extra };
static const struct oauth2_idtoken_expected refresh_nonce = { REFRESH,
	.nonce = NONCE };
static const struct oauth2_idtoken_expected blind = {
	.issuer = ISSUER, .client_id = CLIENT, .now = NOW, .nonce = NONCE
};
static const struct oauth2_idtoken_expected several = { CODE,
	.extra_audiences = &extra };
static const struct oauth2_idtoken_expected aged = { CODE, .max_age = 300 };
static const struct oauth2_idtoken_expected acr = { CODE,
	.require_acr = &acr_list };
static const struct oauth2_idtoken_expected amr = { CODE,
	.require_amr = &amr_list };
static const struct oauth2_idtoken_expected groups = { CODE,
	.query = { .groups_claim = "groups" } };
static const struct oauth2_idtoken_expected roles = { CODE,
	.query = { .groups_claim = "realm_access.roles" } };

static inline const char *
at_hash_of(enum crypto_alg alg)
{
	return alg == CRYPTO_EDDSA
		   ? "q7nS86GgvvFaZkzALLWqJYaJIKw2wCDAVfCAsm5CrBM"
		   : "77QmUPtjPfzWtF2AnpK9RQ";
}

static inline void
put_claim(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, "%s\"%s\":%s", b->len > 1 ? "," : "", name, value);
}

static inline const struct claim *
changed(const struct claim *changes, const char *name)
{
	const struct claim *last = NULL;

	for (size_t i = 0; i < CHANGES && changes[i].name != NULL; i++)
		if (strcmp(changes[i].name, name) == 0)
			last = &changes[i];
	return last;
}

/* The usual claims, the changes made to them in turn, and what they add. */
static inline void
put_claims(
    enum crypto_alg alg, const struct claim changes[CHANGES], struct buf *b)
{
	buf_putc(b, '{');
	for (size_t i = 0; i < COUNT(usual); i++) {
		const struct claim *c = changed(changes, usual[i].name);
		const char *value = c != NULL ? c->value : usual[i].value;

		if (value != NULL && value[0] == '\0')
			buf_printf(b, ",\"at_hash\":\"%s\"", at_hash_of(alg));
		else if (value != NULL)
			put_claim(b, usual[i].name, value);
	}
	for (size_t i = 0; i < CHANGES && changes[i].name != NULL; i++) {
		bool is_usual = false;

		for (size_t j = 0; j < COUNT(usual); j++)
			is_usual |= strcmp(usual[j].name, changes[i].name) == 0;
		if (!is_usual && changes[i].value != NULL &&
		    changed(changes, changes[i].name) == &changes[i])
			put_claim(b, changes[i].name, changes[i].value);
	}
	buf_putc(b, '}');
	assert_int_equal(buf_err(b), OAUTH2_ERR_OK);
}

static inline struct oauth2_idtoken_expected
expected_for(enum crypto_alg alg, const struct oauth2_idtoken_expected *e)
{
	struct oauth2_idtoken_expected copy = *e;

	if (copy.at_hash != NULL)
		copy.at_hash = at_hash_of(alg);
	return copy;
}

static inline enum oauth2_err
verify_token(const struct oauth2_idtoken_expected *e, const char *token,
    const char *keys, struct oauth2_idtoken_claims **ret, struct detail *d)
{
	AUTO(jwk_set_free) struct jwk_set *set = parse_keys(keys);
	struct oauth2_idtoken_claims *claims = NULL;
	enum oauth2_err err = oauth2_idtoken_verify(e, token, set, &claims, d);

	assert_int_equal(claims != NULL, err == OAUTH2_ERR_OK);
	if (ret != NULL)
		*ret = TAKE(claims);
	oauth2_idtoken_claims_free(claims);
	return err;
}

/* Sign claims properly and check the token. */
static inline enum oauth2_err
verify_text(enum crypto_alg alg, const struct oauth2_idtoken_expected *expected,
    const char *claims, struct oauth2_idtoken_claims **ret, struct detail *d)
{
	struct oauth2_idtoken_expected e = expected_for(alg, expected);
	AUTO(buf_free) struct buf header = BUF(64);
	AUTO(buf_free) struct buf token = BUF(JWS_MAX);

	buf_printf(&header, "{\"alg\":\"%s\"}", alg_names[alg]);
	make_jwt(&signers[alg], buf_text(&header), claims, &token);
	return verify_token(&e, buf_text(&token), OUR_KEYS, ret, d);
}

static inline enum oauth2_err
verify_claims(enum crypto_alg alg,
    const struct oauth2_idtoken_expected *expected,
    const struct claim changes[CHANGES], struct oauth2_idtoken_claims **ret,
    struct detail *d)
{
	AUTO(buf_free) struct buf claims = BUF(JWS_MAX);

	put_claims(alg, changes, &claims);
	return verify_text(alg, expected, buf_text(&claims), ret, d);
}

/* given is fine; with damage as well it no longer is. */
struct row {
	const char *what;
	const struct oauth2_idtoken_expected *expected;
	struct claim given[CHANGES - 1];
	struct claim damage;
	const char *text; /* how d->text begins */
};

static unsigned refused, accepted, turn;

static inline void
run_row(const struct row *row, enum oauth2_err wanted)
{
	enum crypto_alg alg = (enum crypto_alg)(turn++ % ALGS);
	struct claim changes[CHANGES] = { row->given[0], row->given[1] };
	enum oauth2_err err;
	struct detail d = { 0 };

	if (verify_claims(alg, row->expected, changes, NULL, &d) !=
	    OAUTH2_ERR_OK)
		fail_msg("refused without the damage: %s (%s): %s", row->what,
		    alg_names[alg], d.text);
	for (size_t i = 0; i < CHANGES; i++) {
		if (changes[i].name == NULL) {
			changes[i] = row->damage;
			break;
		}
	}
	err = verify_claims(alg, row->expected, changes, NULL, &d);
	*(err == OAUTH2_ERR_OK ? &accepted : &refused) += 1;
	if (err != wanted || strncmp(d.text, row->text, strlen(row->text)) != 0)
		fail_msg("%s (%s): %s, \"%s\"", row->what, alg_names[alg],
		    err_name(err), d.text);
}

static inline void
run_rows(const struct row *rows, size_t n, enum oauth2_err wanted)
{
	for (size_t i = 0; i < n; i++)
		run_row(&rows[i], wanted);
}

#endif
