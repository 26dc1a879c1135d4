#include "helper/judge.h"

#include <string.h>

#include "base/clock.h"
#include "base/secret.h"
#include "codec/json.h"
#include "codec/jwk.h"
#include "helper/sandbox.h"
#include "helper/take.h"
#include "oauth2/idtoken.h"

#define LIST_MAX 32
#define KEYS_MAX (72 * 1024) /* bytes of a key set */

struct judge {
	struct wire *leg;
	struct jwk_set *keys; /* NULL: nobody is trusted yet */
};

/* What a case says; `expected` points into the rest. */
struct judge_case {
	char *token;
	char *issuer, *client_id;
	char *nonce, *at_hash, *sub, *groups_claim, *preset;
	struct strlist audiences, first, algs, acr, amr, claims;
	struct oauth2_idtoken_expected expected;
};

#define CASE \
	{ \
		.audiences = STRLIST(LIST_MAX), .first = STRLIST(LIST_MAX), \
		.algs = STRLIST(LIST_MAX), .acr = STRLIST(LIST_MAX), \
		.amr = STRLIST(LIST_MAX), .claims = STRLIST(LIST_MAX) \
	}

static void
case_free(struct judge_case *c)
{
	secret_free(c->token);
	secret_free(c->issuer);
	secret_free(c->client_id);
	secret_free(c->nonce);
	secret_free(c->at_hash);
	secret_free(c->sub);
	secret_free(c->groups_claim);
	secret_free(c->preset);
	strlist_free(&c->audiences);
	strlist_free(&c->first);
	strlist_free(&c->algs);
	strlist_free(&c->acr);
	strlist_free(&c->amr);
	strlist_free(&c->claims);
}

static inline void
case_free_scope(struct judge_case *c)
{
	case_free(c);
}

static enum oauth2_err
case_read(const struct wire_msg *m, struct judge_case *c)
{
	enum oauth2_err err = OAUTH2_ERR_OK;

	TAKE_TEXT(m->type == WIRE_JUDGE ? WIRE_TAG_ID_TOKEN : WIRE_TAG_USERINFO,
	    &c->token);
	TAKE_TEXT(WIRE_TAG_ISSUER, &c->issuer);
	TAKE_TEXT(WIRE_TAG_CLIENT_ID, &c->client_id);
	TAKE_TEXT(WIRE_TAG_NONCE, &c->nonce);
	TAKE_TEXT(WIRE_TAG_AT_HASH, &c->at_hash);
	TAKE_TEXT(WIRE_TAG_SUB, &c->sub);
	TAKE_TEXT(WIRE_TAG_GROUPS_CLAIM, &c->groups_claim);
	TAKE_TEXT(WIRE_TAG_PRESET, &c->preset);
	TAKE_LIST(WIRE_TAG_AUDIENCE, &c->audiences);
	TAKE_LIST(WIRE_TAG_FIRST_AUDIENCE, &c->first);
	if (err == OAUTH2_ERR_OK)
		err = strlist_add(&c->first, c->client_id);
	TAKE_LIST(WIRE_TAG_ALG, &c->algs);
	TAKE_LIST(WIRE_TAG_ACR, &c->acr);
	TAKE_LIST(WIRE_TAG_AMR, &c->amr);
	TAKE_LIST(WIRE_TAG_CLAIM, &c->claims);
	c->expected = (struct oauth2_idtoken_expected){
		.issuer = c->issuer,
		.client_id = c->client_id,
		.now = (int64_t)wire_get_u64(m, WIRE_TAG_NOW),
		.algs = &c->algs,
		.extra_audiences = &c->audiences,
		.nonce = c->nonce,
		.at_hash = c->at_hash,
		.max_age = (int64_t)wire_get_u64(m, WIRE_TAG_MAX_AGE),
		.require_acr = &c->acr,
		.require_amr = &c->amr,
		.sub = c->sub,
		.aud = m->type == WIRE_JUDGE && c->sub != NULL ? &c->first
							       : NULL,
		.query = {
		    .groups_claim = c->groups_claim,
		    .claims = &c->claims,
		    .provider = oauth2_provider_find(c->preset),
		    .is_text_true = wire_get_u64(m,
			WIRE_TAG_EMAIL_VERIFIED_STRING) == 1,
		},
	};
	return err;
}

/* The keys arrive one by one; the set is one document again here. */
static enum oauth2_err
read_keys(const struct wire_msg *m, struct jwk_set **ret)
{
	AUTO(strlist_free) struct strlist keys = STRLIST(JWK_KEYS_MAX);
	AUTO(buf_free) struct buf text = BUF(KEYS_MAX);
	AUTO(json_free) struct json *document = NULL;
	enum oauth2_err err = wire_take_list(m, WIRE_TAG_KEY, &keys);

	buf_puts(&text, "{\"keys\":[");
	for (size_t i = 0; i < keys.count; i++)
		buf_printf(&text, "%s%s", i > 0 ? "," : "", keys.items[i]);
	buf_puts(&text, "]}");
	if (err == OAUTH2_ERR_OK)
		err = buf_err(&text);
	if (err == OAUTH2_ERR_OK)
		err = json_parse(text.data, text.len, &document, NULL);
	return err == OAUTH2_ERR_OK ? jwk_set_parse(document, ret, NULL) : err;
}

/* Where not one of them can be used nobody is trusted; newer ones may come. */
static void
trust(struct judge *j, const struct wire_msg *m)
{
	jwk_set_free(TAKE(j->keys));
	if (read_keys(m, &j->keys) != OAUTH2_ERR_OK)
		j->keys = NULL;
}

/* For whom else a token is. */
static enum oauth2_err
put_audiences(
    const struct judge_case *c, const struct strlist *aud, struct wire_out *out)
{
	AUTO(strlist_free) struct strlist others = STRLIST(LIST_MAX);
	enum oauth2_err err = OAUTH2_ERR_OK;

	for (size_t i = 0; err == OAUTH2_ERR_OK && i < aud->count; i++)
		if (strcmp(aud->items[i], c->client_id) != 0)
			err = strlist_add(&others, aud->items[i]);
	wire_put_list(out, WIRE_TAG_AUDIENCE, &others);
	return err;
}

/* token: where there is one, how its person was authenticated. */
static enum oauth2_err
send_claims(struct judge *j, const struct judge_case *c,
    const struct identity *who, const struct oauth2_idtoken_claims *token)
{
	enum oauth2_err err = OAUTH2_ERR_OK;
	struct wire_out out;

	wire_begin(&out, WIRE_CLAIMS);
	wire_put_text(&out, WIRE_TAG_SUB, who->sub);
	wire_put_text(&out, WIRE_TAG_EMAIL, who->email);
	wire_put_u64(&out, WIRE_TAG_EMAIL_VERIFIED, who->email_verified);
	wire_put_list(&out, WIRE_TAG_GROUP, &who->groups);
	wire_put_list(&out, WIRE_TAG_CLAIM, &who->claims);
	wire_put_list(&out, WIRE_TAG_SAID, &who->said);
	if (token != NULL) {
		if (token->is_fresh)
			wire_put_u64(&out, WIRE_TAG_IS_FRESH, 1);
		wire_put_text(&out, WIRE_TAG_ACR, token->acr);
		wire_put_list(&out, WIRE_TAG_AMR, &token->amr);
		err = put_audiences(c, &token->aud, &out);
		if (token->auth_time > 0)
			wire_put_u64(&out, WIRE_TAG_AUTH_TIME,
			    (uint64_t)token->auth_time);
	}
	if (err == OAUTH2_ERR_OK)
		return wire_send(j->leg, &out);
	buf_free(&out.body);
	return err;
}

static enum oauth2_err
send_refused(struct wire *leg, enum oauth2_err err, const struct detail *d)
{
	struct wire_out out;

	wire_begin(&out, WIRE_REFUSED);
	wire_put_u64(&out, WIRE_TAG_ERROR, err);
	wire_put_text(&out, WIRE_TAG_TEXT, d->text);
	return wire_send(leg, &out);
}

static enum oauth2_err
judge_id_token(struct judge *j, struct judge_case *c, struct detail *d)
{
	AUTO(oauth2_idtoken_claims_free)
	struct oauth2_idtoken_claims *claims = NULL;
	enum oauth2_err err =
	    oauth2_idtoken_verify(&c->expected, c->token, j->keys, &claims, d);

	if (err != OAUTH2_ERR_OK)
		return send_refused(j->leg, err, d);
	return send_claims(j, c, claims->identity, claims);
}

static enum oauth2_err
judge_userinfo(struct judge *j, struct judge_case *c, struct detail *d)
{
	AUTO(identity_free) struct identity *who = NULL;
	enum oauth2_err err =
	    oauth2_userinfo_verify(&c->expected, c->token, j->keys, &who, d);

	if (err != OAUTH2_ERR_OK)
		return send_refused(j->leg, err, d);
	return send_claims(j, c, who, NULL);
}

/* Always one answer; an error is one of the leg. */
static enum oauth2_err
judge(struct judge *j, const struct wire_msg *m)
{
	AUTO(case_free) struct judge_case c = CASE;
	struct detail d = { 0 };
	enum oauth2_err err = case_read(m, &c);

	if (err == OAUTH2_ERR_OK && j->keys == NULL)
		err = detail_fail(&d, OAUTH2_ERR_UNKNOWN_KEY,
		    "the provider has no key that could be used");
	if (err != OAUTH2_ERR_OK)
		return send_refused(j->leg, err, &d);
	return m->type == WIRE_JUDGE ? judge_id_token(j, &c, &d)
				     : judge_userinfo(j, &c, &d);
}

static void
run(struct wire *leg)
{
	struct judge state = { .leg = leg };
	struct wire_msg m;

	while (wire_recv(leg, clock_monotonic_ns() + CHILD_WAIT_NS, &m) ==
	       OAUTH2_ERR_OK) {
		if (m.type == WIRE_TRUST)
			trust(&state, &m);
		else if (judge(&state, &m) != OAUTH2_ERR_OK)
			break;
	}
	jwk_set_free(state.keys);
}

static void
fail(struct wire *leg, enum oauth2_err err)
{
	const struct detail none = { 0 };

	(void)!send_refused(leg, err, &none);
}

const struct child_kind judge_kind = {
	.name = "po2-judge",
	.leg = &wire_judge_leg,
	.sender = WIRE_FROM_JUDGE,
	.asker = WIRE_FROM_MONITOR_TO_JUDGE,
	.sandbox = sandbox_judge,
	.run = run,
	.fail = fail,
};
