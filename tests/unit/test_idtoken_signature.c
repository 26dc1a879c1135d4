/* oauth2/idtoken: signatures that nobody genuine made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "forgery_case.h"

#include <openssl/hmac.h>

/* The token up to its last dot, to be signed anew. */
static void
cut_signature(struct buf *token)
{
	while (token->data[token->len - 1] != '.')
		token->len--;
}

static void
put_hmac(struct buf *token, const void *secret, size_t n)
{
	unsigned char mac[32];
	unsigned size = sizeof(mac);

	cut_signature(token);
	assert_non_null(HMAC(EVP_sha256(), secret, (int)n, token->data,
	    token->len - 1, mac, &size));
	base64url_encode(token, mac, size);
}

static void
hmac_with_the_pem(struct buf *token)
{
	BIO *bio = BIO_new_mem_buf(rsa, -1), *out = BIO_new(BIO_s_mem());
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	char *text;

	PEM_write_bio_PUBKEY(out, key);
	put_hmac(token, text, (size_t)BIO_get_mem_data(out, &text));
	EVP_PKEY_free(key);
	BIO_free(out);
	BIO_free(bio);
}

static void
hmac_with_the_modulus(struct buf *token)
{
	AUTO(buf_free) struct buf n = BUF(256);

	assert_int_equal(
	    base64url_decode(&n, RSA_N, strlen(RSA_N)), OAUTH2_ERR_OK);
	put_hmac(token, n.data, n.len);
}

static void
hmac_with_the_text(struct buf *token)
{
	put_hmac(token, RSA_N, strlen(RSA_N));
}

static void
hmac_with_nothing(struct buf *token)
{
	put_hmac(token, "", 0);
}

static char rs256[] = "RS256", ps256[] = "PS256", es256[] = "ES256";
static char eddsa[] = "EdDSA", hs256[] = "HS256", none_alg[] = "none";
static char *rsa_items[] = { rs256, ps256, hs256, none_alg };
static char *ec_items[] = { es256, eddsa, hs256, none_alg };
static const struct strlist rsa_algs = LIST(rsa_items);
static const struct strlist ec_algs = LIST(ec_items);
static const struct oauth2_idtoken_expected rsa_alone = { CODE,
	.algs = &rsa_algs };
static const struct oauth2_idtoken_expected ec_alone = { CODE,
	.algs = &ec_algs };
static const struct oauth2_idtoken_expected no_alg = { CODE, .algs = &no_list };

static const struct signer longer[] = {
	[CRYPTO_RS256] = { .pem = rsa, .md = EVP_sha384 },
	[CRYPTO_PS256] = { .pem = rsa,
	    .md = EVP_sha384,
	    .mgf1 = EVP_sha384,
	    .salt = 48 },
	[CRYPTO_ES256] = { .pem = ec, .md = EVP_sha384 },
	[CRYPTO_EDDSA] = { .pem = ed25519_other },
};

/* RS256 and PS256 in each other's place; the rest by the other curve. */
static const struct signer swapped[] = {
	[CRYPTO_RS256] = { .pem = rsa,
	    .md = EVP_sha256,
	    .mgf1 = EVP_sha256,
	    .salt = 32 },
	[CRYPTO_PS256] = { .pem = rsa, .md = EVP_sha256 },
	[CRYPTO_ES256] = { .pem = ed25519 },
	[CRYPTO_EDDSA] = { .pem = ec, .md = EVP_sha256 },
};

static void
o6_an_algorithm_is_one_of_four_and_allowed(void **state)
{
	static const struct forgery rows[] = {
		{ "none", .header = "{\"alg\":\"none\"}",
		    .after = cut_signature, .text = NO_ALG },
		{ "none, and signed", .header = "{\"alg\":\"none\"}",
		    .text = NO_ALG },
		{ "nOnE", .header = "{\"alg\":\"nOnE\",\"kid\":\"#\"}",
		    .after = cut_signature, .text = NO_ALG },
		{ "none, and allowed", .header = "{\"alg\":\"none\"}",
		    .expected = &rsa_alone, .after = cut_signature,
		    .text = NO_ALG },
		{ "HS256 with the PEM",
		    .header = "{\"alg\":\"HS256\",\"kid\":\"r\"}",
		    .after = hmac_with_the_pem, .text = NO_ALG },
		{ "HS256 with the modulus",
		    .header = "{\"alg\":\"HS256\",\"kid\":\"r\"}",
		    .after = hmac_with_the_modulus, .text = NO_ALG },
		{ "HS256, and allowed",
		    .header = "{\"alg\":\"HS256\",\"kid\":\"r\"}",
		    .expected = &rsa_alone, .after = hmac_with_the_modulus,
		    .text = NO_ALG },
		{ "HS256 with the text",
		    .header = "{\"alg\":\"HS256\",\"kid\":\"r\"}",
		    .after = hmac_with_the_text, .text = NO_ALG },
		{ "HS256 with nothing", .header = "{\"alg\":\"HS256\"}",
		    .after = hmac_with_nothing, .text = NO_ALG },
		{ "an HMAC under the right name", .after = hmac_with_the_text,
		    .text = BAD_SIG },
		{ "RS384", .header = "{\"alg\":\"RS384\",\"kid\":\"r\"}",
		    .signers = longer, .algs = BIT(RS256), .text = NO_ALG },
		{ "PS384", .header = "{\"alg\":\"PS384\",\"kid\":\"p\"}",
		    .signers = longer, .algs = BIT(PS256), .text = NO_ALG },
		{ "a longer digest under our name", .signers = longer,
		    .text = BAD_SIG },
		{ "another way to sign", .signers = swapped, .text = BAD_SIG },
		{ "no alg", .header = "{\"kid\":\"#\"}", .text = NO_ALG },
		{ "alg in small letters",
		    .header = "{\"alg\":\"eddsa\",\"kid\":\"#\"}",
		    .text = NO_ALG },
		{ "alg in an array",
		    .header = "{\"alg\":[\"@\"],\"kid\":\"#\"}",
		    .text = NO_ALG },
		{ "curves, where RSA is allowed", .expected = &rsa_alone,
		    .algs = BIT(ES256) | BIT(EDDSA),
		    .text = "the token's header: alg is not among those" },
		{ "RSA, where curves are allowed", .expected = &ec_alone,
		    .algs = RSA_ONES,
		    .text = "the token's header: alg is not among those" },
		{ "any, where none is allowed", .expected = &no_alg,
		    .text = "the token's header: alg is not among those" },
	};

	(void)state;
	run_forgeries(rows, COUNT(rows));
}

static void
add_part(struct buf *token)
{
	buf_puts(token, ".AAAA");
}

static void
drop_part(struct buf *token)
{
	cut_signature(token);
	token->len--;
}

static void
add_padding(struct buf *token)
{
	buf_puts(token, "==");
}

static void
add_newline(struct buf *token)
{
	buf_putc(token, '\n');
}

static void
add_bytes(struct buf *token)
{
	buf_puts(token, "AAAA");
}

static void
cut_bytes(struct buf *token)
{
	token->len -= 4;
}

static void
fill_32_kib(struct buf *token)
{
	while (token->len <= JWS_MAX)
		buf_putc(token, 'A');
}

/* As many zero bytes as there were others. */
static void
zero_signature(struct buf *token)
{
	size_t n = token->len;

	cut_signature(token);
	while (token->len < n)
		buf_putc(token, 'A');
}

static size_t
payload_at(const struct buf *token)
{
	const uint8_t *dot = memchr(token->data, '.', token->len);

	return (size_t)(dot - token->data) + 1;
}

/* {"iss": becomes {"lss":, which is JSON as well. */
static void
change_payload(struct buf *token)
{
	token->data[payload_at(token) + 3] ^= 3;
}

static void
change_signature(struct buf *token)
{
	uint8_t *c = &token->data[token->len - 20];

	*c = *c == 'A' ? 'B' : 'A';
}

/* Header and payload of one token, the signature of another. */
static void
take_another_signature(struct buf *token)
{
	struct buf copy = BUF(2 * JWS_MAX), signature = BUF(1024);
	const struct signer *how = &signers[CRYPTO_RS256];

	buf_put(&copy, "x", 1);
	sign_bytes(how, copy.data, copy.len, &signature);
	cut_signature(token);
	base64url_encode(token, signature.data, signature.len);
	buf_free(&copy);
	buf_free(&signature);
}

static const struct signer unusual[] = {
	[CRYPTO_PS256] = { .pem = rsa,
	    .md = EVP_sha256,
	    .mgf1 = EVP_sha256,
	    .salt = 20 },
	[CRYPTO_ES256] = { .pem = ec, .md = EVP_sha256, .der = true },
};

static void
o11_a_token_is_three_strict_parts_that_belong_together(void **state)
{
	static const char parts[] = "the token is not three parts";
	static const char loose[] = "the token's signature is not canonical";
	static const struct forgery rows[] = {
		{ "four parts", .after = add_part, .text = parts },
		{ "two parts", .after = drop_part, .text = parts },
		{ "padding", .after = add_padding, .text = loose },
		{ "a newline", .after = add_newline, .text = loose },
		{ "no signature", .after = cut_signature, .text = BAD_SIG },
		{ "a signature of zeroes", .after = zero_signature,
		    .text = BAD_SIG },
		{ "three bytes more", .after = add_bytes, .text = "the token" },
		{ "three bytes less", .after = cut_bytes, .text = "the token" },
		{ "more than 32 KiB", .after = fill_32_kib,
		    .text = "the token is longer than 32768 bytes" },
		{ "another payload", .after = change_payload, .text = BAD_SIG },
		{ "another signature", .after = change_signature,
		    .text = BAD_SIG },
		{ "a signature of something else",
		    .after = take_another_signature, .text = BAD_SIG },
		{ "a signature of another form", .signers = unusual,
		    .algs = BIT(PS256) | BIT(ES256), .text = BAD_SIG },
	};

	(void)state;
	run_forgeries(rows, COUNT(rows));
}

static void
none_was_accepted(void **state)
{
	(void)state;
	assert_refused(80);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(o6_an_algorithm_is_one_of_four_and_allowed),
		cmocka_unit_test(
		    o11_a_token_is_three_strict_parts_that_belong_together),
		cmocka_unit_test(none_was_accepted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
