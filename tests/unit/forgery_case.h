/*
 * The usual claims in tokens that nobody genuine signed, for each algorithm;
 * the genuine token is always shown to be accepted.
 */
#ifndef PAM_OAUTH2_TESTS_FORGERY_CASE_H
#define PAM_OAUTH2_TESTS_FORGERY_CASE_H

#include "idtoken_case.h"

#define NAMED_KEYS \
	KEYS("{" KID("r") RSA_KEY "},{" KID("p") RSA_KEY "},{" KID("e") EC_KEY \
	    "},{" KID("o") ED_KEY "}")
#define BIT(alg) (1U << CRYPTO_##alg)
#define RSA_ONES (BIT(RS256) | BIT(PS256))
#define BAD_SIG	 "the token's signature does not verify"
#define NO_ALG	 "the token's header: alg is none that is accepted"
#define NOT_KEY	 "the key with the kid of the token is not for its alg"
#define UNKNOWN	 "none of the provider's"

static const char *const kids[] = {
	[CRYPTO_RS256] = "r",
	[CRYPTO_PS256] = "p",
	[CRYPTO_ES256] = "e",
	[CRYPTO_EDDSA] = "o",
};

/* What differs from a genuine token of each algorithm. */
struct forgery {
	const char *what;
	const char *header;	      /* with @ for alg and # for kid */
	const char *keys;	      /* what the provider lists */
	const struct signer *signers; /* of each algorithm */
	void (*after)(struct buf *);  /* done to the token in the end */
	const struct oauth2_idtoken_expected *expected;
	const char *text;
	enum oauth2_err err; /* 0: ID_TOKEN */
	unsigned algs;	     /* 0: all */
};

static unsigned forged;

static inline void
put_header(const char *pattern, enum crypto_alg alg, struct buf *b)
{
	for (; *pattern != '\0'; pattern++) {
		if (*pattern == '@')
			buf_puts(b, alg_names[alg]);
		else if (*pattern == '#')
			buf_puts(b, kids[alg]);
		else
			buf_putc(b, *pattern);
	}
	assert_int_equal(buf_err(b), OAUTH2_ERR_OK);
}

static inline enum oauth2_err
forge(const struct forgery *f, enum crypto_alg alg, struct detail *d)
{
	static const struct claim none[CHANGES] = { { NULL, NULL } };
	struct oauth2_idtoken_expected e =
	    expected_for(alg, f->expected ? f->expected : &code);
	AUTO(buf_free) struct buf header = BUF(JWS_MAX);
	AUTO(buf_free) struct buf claims = BUF(JWS_MAX);
	AUTO(buf_free) struct buf token = BUF(2 * JWS_MAX);

	put_header(f->header ? f->header : "{\"alg\":\"@\",\"kid\":\"#\"}", alg,
	    &header);
	put_claims(alg, none, &claims);
	make_jwt(&(f->signers ? f->signers : signers)[alg], buf_text(&header),
	    buf_text(&claims), &token);
	if (f->after != NULL)
		f->after(&token);
	return verify_token(
	    &e, buf_text(&token), f->keys ? f->keys : NAMED_KEYS, NULL, d);
}

/* The same in every way but for what a forgery changes. */
static inline void
assert_genuine_is_accepted(enum crypto_alg alg)
{
	static const struct forgery genuine = { .what = "genuine" };
	static bool is_known[ALGS];
	struct detail d = { 0 };

	if (!is_known[alg])
		assert_int_equal(forge(&genuine, alg, &d), OAUTH2_ERR_OK);
	is_known[alg] = true;
}

static inline void
run_forgery(const struct forgery *f)
{
	enum oauth2_err wanted = f->err ? f->err : OAUTH2_ERR_ID_TOKEN;

	for (enum crypto_alg alg = 0; alg < ALGS; alg++) {
		struct detail d = { 0 };
		enum oauth2_err err;

		if (f->algs != 0 && (f->algs & 1U << alg) == 0)
			continue;
		assert_genuine_is_accepted(alg);
		err = forge(f, alg, &d);
		*(err == OAUTH2_ERR_OK ? &accepted : &refused) += 1;
		if (err != wanted ||
		    strncmp(d.text, f->text, strlen(f->text)) != 0)
			fail_msg("%s (%s): %s, \"%s\"", f->what, alg_names[alg],
			    err_name(err), d.text);
	}
	forged++;
}

static inline void
run_forgeries(const struct forgery *forgeries, size_t n)
{
	for (size_t i = 0; i < n; i++)
		run_forgery(&forgeries[i]);
}

/* Tell the counts; none may have been accepted. */
static inline void
assert_refused(unsigned at_least)
{
	printf("[ forged   ] forgeries=%u refused=%u accepted=%u\n", forged,
	    refused, accepted);
	assert_true(refused >= at_least);
	assert_int_equal(accepted, 0);
}

#endif
