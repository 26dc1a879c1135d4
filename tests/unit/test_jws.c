/* codec/jws: the form of a token, its header, and who signed it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "codec/jws.h"
#include "jwt_case.h"

#define OUR_KEYS "{" RSA_KEY "},{" EC_KEY "},{" ED_KEY "}"
#define NO_ALG	 "the token's header: alg is none that is accepted"

static void
a_header_is_what_we_know(void **state)
{
#define REFUSED(name, why) \
	OAUTH2_ERR_SYNTAX, "the token's header: " name " " why
#define NO_OBJECT \
	OAUTH2_ERR_SYNTAX, "the token's header is not an object in JSON"
	static const struct {
		const char *header;
		enum oauth2_err err;
		const char *text;
	} rows[] = {
		{ "{\"alg\":\"ES256\"}", OAUTH2_ERR_OK, "" },
		{ " { \"alg\" : \"ES256\" } ", OAUTH2_ERR_OK, "" },
		{ "{\"alg\":\"ES256\",\"typ\":\"JWT\"}", OAUTH2_ERR_OK, "" },
		{ "{\"alg\":\"ES256\",\"typ\":\"jwt\"}", OAUTH2_ERR_OK, "" },
		{ "{\"alg\":\"ES256\",\"typ\":\"application/jwt\"}",
		    OAUTH2_ERR_OK, "" },
		{ "{\"alg\":\"ES256\",\"x5t\":\"a\",\"other\":{\"a\":1}}",
		    OAUTH2_ERR_OK, "" },
		{ "{\"alg\":\"ES256\",\"jku\":\"https://evil.example/\","
		  "\"x5u\":\"https://evil.example/\",\"x5c\":[\"AA\"],"
		  "\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"}}",
		    OAUTH2_ERR_OK, "" },
		{ "{\"alg\":\"ES256\",\"kid\":\"e\"}", OAUTH2_ERR_UNKNOWN_KEY,
		    "none of the provider's 3 usable keys (0 are not) fits the "
		    "kid of the token" },
		{ "{\"alg\":\"ES256\",\"kid\":5}",
		    REFUSED("kid", "is not what it should be") },
		{ "{\"alg\":\"ES256\",\"kid\":null}",
		    REFUSED("kid", "is not what it should be") },
		{ "{\"alg\":\"ES256\",\"crit\":[\"exp\"],\"exp\":1}",
		    REFUSED("crit", "is not accepted") },
		{ "{\"alg\":\"ES256\",\"crit\":[]}",
		    REFUSED("crit", "is not accepted") },
		{ "{\"alg\":\"ES256\",\"crit\":null}",
		    REFUSED("crit", "is not accepted") },
		{ "{\"alg\":\"ES256\",\"zip\":\"DEF\"}",
		    REFUSED("zip", "is not accepted") },
		{ "{\"alg\":\"ES256\",\"b64\":true}",
		    REFUSED("b64", "is not accepted") },
		{ "{\"alg\":\"ES256\",\"b64\":false,\"crit\":[\"b64\"]}",
		    REFUSED("crit", "is not accepted") },
		{ "{\"alg\":\"ES256\",\"cty\":\"JWT\"}",
		    REFUSED("cty", "is not accepted") },
		{ "{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}",
		    REFUSED("typ", "is not JWT") },
		{ "{\"alg\":\"ES256\",\"typ\":\"application/at+jwt\"}",
		    REFUSED("typ", "is not JWT") },
		{ "{\"alg\":\"ES256\",\"typ\":\"logout+jwt\"}",
		    REFUSED("typ", "is not JWT") },
		{ "{\"alg\":\"ES256\",\"typ\":\"\"}",
		    REFUSED("typ", "is not JWT") },
		{ "{\"alg\":\"ES256\",\"typ\":null}",
		    REFUSED("typ", "is not JWT") },
		{ "{\"alg\":\"ES256\",\"typ\":[\"JWT\"]}",
		    REFUSED("typ", "is not JWT") },
		{ "{}", OAUTH2_ERR_SYNTAX, NO_ALG },
		{ "{\"Alg\":\"ES256\"}", OAUTH2_ERR_SYNTAX, NO_ALG },
		{ "{\"alg\":null}", OAUTH2_ERR_SYNTAX, NO_ALG },
		{ "{\"alg\":[\"ES256\"]}", OAUTH2_ERR_SYNTAX, NO_ALG },
		{ "{\"alg\":\"\"}", OAUTH2_ERR_SYNTAX, NO_ALG },
		{ "{\"alg\":\"es256\"}", OAUTH2_ERR_SYNTAX, NO_ALG },
		{ "{\"alg\":\"ES256 \"}", OAUTH2_ERR_SYNTAX, NO_ALG },
		{ "{\"alg\":\"none\"}", OAUTH2_ERR_SYNTAX, NO_ALG },
		{ "{\"alg\":\"ES384\"}", OAUTH2_ERR_SYNTAX, NO_ALG },
		{ "{\"alg\":\"ES256\",\"alg\":\"ES256\"}", NO_OBJECT },
		{ "{\"alg\":\"ES256\"}x", NO_OBJECT },
		{ "[\"alg\",\"ES256\"]", NO_OBJECT },
		{ "\"ES256\"", NO_OBJECT },
		{ "", NO_OBJECT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(buf_free) struct buf token = BUF(JWS_MAX);
		AUTO(buf_free) struct buf payload = BUF(JWS_MAX);
		struct detail d = { 0 };

		make_jwt(&signers[CRYPTO_ES256], rows[i].header, "{}", &token);
		if (verify_jws(KEYS(OUR_KEYS), buf_text(&token), &payload,
			&d) != rows[i].err)
			fail_msg("%s: %s", rows[i].header, d.text);
		assert_string_equal(d.text, rows[i].text);
	}
}

/* The key that made the signature lies in the token. */
static void
a_token_brings_no_key(void **state)
{
	AUTO(buf_free) struct buf token = BUF(JWS_MAX);
	AUTO(buf_free) struct buf payload = BUF(JWS_MAX);
	struct detail d = { 0 };

	(void)state;
	make_jwt(&others[CRYPTO_EDDSA],
	    "{\"alg\":\"EdDSA\",\"jwk\":{" ED_OTHER_KEY "}}", "{}", &token);
	assert_int_equal(
	    verify_jws(KEYS(OUR_KEYS), buf_text(&token), &payload, &d),
	    OAUTH2_ERR_SIGNATURE);
	assert_int_equal(verify_jws(KEYS("{" ED_OTHER_KEY "}"),
			     buf_text(&token), &payload, &d),
	    OAUTH2_ERR_OK);
}

static void
algorithms_can_be_narrowed(void **state)
{
	AUTO(jwk_set_free) struct jwk_set *set = parse_keys(KEYS(OUR_KEYS));
	AUTO(strlist_free) struct strlist algs = STRLIST(2);

	(void)state;
	assert_int_equal(strlist_add(&algs, "PS256"), OAUTH2_ERR_OK);
	assert_int_equal(strlist_add(&algs, "HS256"), OAUTH2_ERR_OK);
	for (size_t alg = 0; alg < ALGS; alg++) {
		AUTO(buf_free) struct buf header = BUF(64);
		AUTO(buf_free) struct buf token = BUF(JWS_MAX);
		AUTO(buf_free) struct buf payload = BUF(JWS_MAX);
		struct detail d = { 0 };

		buf_printf(&header, "{\"alg\":\"%s\"}", alg_names[alg]);
		make_jwt(&signers[alg], buf_text(&header), "{}", &token);
		assert_int_equal(
		    jws_verify(buf_text(&token), set, &algs, &payload, &d),
		    alg == CRYPTO_PS256 ? OAUTH2_ERR_OK : OAUTH2_ERR_SYNTAX);
		if (alg != CRYPTO_PS256)
			assert_string_equal(d.text,
			    "the token's header: alg is not among those "
			    "allowed");
	}
}

#define TOKEN_HEAD    "eyJhbGciOiJFZERTQSJ9"
#define TOKEN_PAYLOAD "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
#define TOKEN_SIGNATURE \
	"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVs" \
	"Pt9g7sVvpAr_MuM0KAg"

static void
a_token_is_three_parts_of_canonical_base64url(void **state)
{
	static const struct {
		const char *what, *token, *text;
	} rows[] = {
		{ "nothing", "", "three parts" },
		{ "no dot", TOKEN_HEAD, "three parts" },
		{ "one dot", TOKEN_HEAD "." TOKEN_PAYLOAD, "three parts" },
		{ "a dot behind",
		    TOKEN_HEAD "." TOKEN_PAYLOAD "." TOKEN_SIGNATURE ".",
		    "three parts" },
		{ "a dot in front",
		    "." TOKEN_HEAD "." TOKEN_PAYLOAD "." TOKEN_SIGNATURE,
		    "three parts" },
		{ "four parts",
		    TOKEN_HEAD "." TOKEN_PAYLOAD "." TOKEN_SIGNATURE ".AA",
		    "three parts" },
		{ "five parts, as encrypted",
		    TOKEN_HEAD "." TOKEN_PAYLOAD "." TOKEN_SIGNATURE ".AA.AA",
		    "three parts" },
		{ "dots alone", "..", "not an object" },
		{ "no header", "." TOKEN_PAYLOAD "." TOKEN_SIGNATURE,
		    "not an object" },
		{ "padding of the header",
		    TOKEN_HEAD "=." TOKEN_PAYLOAD "." TOKEN_SIGNATURE,
		    "header is not canonical" },
		{ "padding of the signature",
		    TOKEN_HEAD "." TOKEN_PAYLOAD "." TOKEN_SIGNATURE "==",
		    "signature is not canonical" },
		{ "bits behind the signature",
		    TOKEN_HEAD "." TOKEN_PAYLOAD
			       ".hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6d"
			       "WbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAh",
		    "signature is not canonical" },
		{ "the alphabet of base64",
		    TOKEN_HEAD "." TOKEN_PAYLOAD
			       ".hgyY0il/MGCjP0JzlnLWG1PPOt7+09PGcvMg3AIbQR6d"
			       "WbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr/MuM0KAg",
		    "signature is not canonical" },
		{ "a newline behind",
		    TOKEN_HEAD "." TOKEN_PAYLOAD "." TOKEN_SIGNATURE "\n",
		    "signature is not canonical" },
		{ "a blank in front",
		    " " TOKEN_HEAD "." TOKEN_PAYLOAD "." TOKEN_SIGNATURE,
		    "header is not canonical" },
		{ "a blank in the signature",
		    TOKEN_HEAD "." TOKEN_PAYLOAD ". " TOKEN_SIGNATURE,
		    "signature is not canonical" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(buf_free) struct buf payload = BUF(JWS_MAX);
		struct detail d = { 0 };

		if (verify_jws(KEYS("{" ED_OTHER_KEY "}"), rows[i].token,
			&payload, &d) != OAUTH2_ERR_SYNTAX)
			fail_msg("taken: %s", rows[i].what);
		if (strstr(d.text, rows[i].text) == NULL)
			fail_msg("%s: %s", rows[i].what, d.text);
	}
}

/* The signature is over the text: who signs a loose one is refused too. */
static void
a_signed_payload_is_canonical_too(void **state)
{
	static const char *const payloads[] = { "e30=", "e31", "e3 0", "e3+0",
		"e30\n" };

	(void)state;
	for (size_t i = 0; i < COUNT(payloads); i++) {
		AUTO(buf_free) struct buf token = BUF(JWS_MAX);
		AUTO(buf_free) struct buf signature = BUF(64);
		AUTO(buf_free) struct buf payload = BUF(JWS_MAX);
		struct detail d = { 0 };

		buf_printf(&token, TOKEN_HEAD ".%s", payloads[i]);
		sign_bytes(
		    &signers[CRYPTO_EDDSA], token.data, token.len, &signature);
		buf_putc(&token, '.');
		base64url_encode(&token, signature.data, signature.len);
		assert_int_equal(
		    verify_jws(KEYS(OUR_KEYS), buf_text(&token), &payload, &d),
		    OAUTH2_ERR_SYNTAX);
		assert_string_equal(
		    d.text, "the token's payload is not canonical base64url");
	}
}

static void
a_token_has_32_kib_and_not_one_byte_more(void **state)
{
	AUTO(buf_free) struct buf filler = BUF(JWS_MAX);
	AUTO(buf_free) struct buf token = BUF(JWS_MAX + 8);
	AUTO(buf_free) struct buf payload = BUF(JWS_MAX);
	struct detail d = { 0 };

	(void)state;
	/* 20 and 86 characters, two dots; three bytes make four characters */
	while (filler.len < (JWS_MAX - 108) / 4 * 3)
		buf_putc(&filler, 'x');
	make_jwt(&signers[CRYPTO_EDDSA], "{\"alg\":\"EdDSA\"}",
	    buf_text(&filler), &token);
	assert_int_equal(token.len, JWS_MAX);
	assert_int_equal(
	    verify_jws(KEYS(OUR_KEYS), buf_text(&token), &payload, &d),
	    OAUTH2_ERR_OK);
	assert_int_equal(payload.len, filler.len);
	buf_reset(&payload);
	buf_putc(&token, 'A');
	assert_int_equal(
	    verify_jws(KEYS(OUR_KEYS), buf_text(&token), &payload, &d),
	    OAUTH2_ERR_LIMIT);
	assert_string_equal(d.text, "the token is longer than 32768 bytes");
}

static void
a_payload_stays_out_of_a_buffer_too_small(void **state)
{
	AUTO(jwk_set_free) struct jwk_set *set = parse_keys(KEYS(OUR_KEYS));
	AUTO(buf_free) struct buf token = BUF(JWS_MAX);
	AUTO(buf_free) struct buf payload = BUF(3);

	(void)state;
	make_jwt(&signers[CRYPTO_EDDSA], "{\"alg\":\"EdDSA\"}", "{  }", &token);
	assert_int_equal(
	    jws_verify(buf_text(&token), set, NULL, &payload, NULL),
	    OAUTH2_ERR_LIMIT);
}

static void
a_claimed_algorithm_is_read_unverified(void **state)
{
	enum crypto_alg alg = CRYPTO_RS256;
	struct detail d = { 0 };

	(void)state;
	assert_int_equal(
	    jws_claimed_alg(TOKEN_HEAD ".x.x", &alg, &d), OAUTH2_ERR_OK);
	assert_int_equal(alg, CRYPTO_EDDSA);
	assert_int_equal(jws_claimed_alg("eyJhbGciOiJub25lIn0.x.x", &alg, &d),
	    OAUTH2_ERR_SYNTAX);
	assert_string_equal(d.text, NO_ALG);
	assert_int_equal(
	    jws_claimed_alg(TOKEN_HEAD ".x", &alg, &d), OAUTH2_ERR_SYNTAX);
	assert_int_equal(alg, CRYPTO_EDDSA);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_header_is_what_we_know),
		cmocka_unit_test(a_token_brings_no_key),
		cmocka_unit_test(algorithms_can_be_narrowed),
		cmocka_unit_test(a_token_is_three_parts_of_canonical_base64url),
		cmocka_unit_test(a_signed_payload_is_canonical_too),
		cmocka_unit_test(a_token_has_32_kib_and_not_one_byte_more),
		cmocka_unit_test(a_payload_stays_out_of_a_buffer_too_small),
		cmocka_unit_test(a_claimed_algorithm_is_read_unverified),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
