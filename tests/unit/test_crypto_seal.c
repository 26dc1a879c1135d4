/* codec/crypto_seal: what was changed, cut or swapped does not open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "codec/crypto_scrypt.h"
#include "codec/crypto_seal.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define TEXT(text)   ((struct crypto_bytes){ (text), strlen(text) })
#define ALL(buf)     ((struct crypto_bytes){ (buf).data, (buf).len })

static const uint8_t key[CRYPTO_KEY_SIZE] = { 1, 2, 3 };

static void
put_hex(struct buf *b, const char *hex)
{
	unsigned value;

	for (; *hex != '\0'; hex += 2) {
		assert_int_equal(sscanf(hex, "%2x", &value), 1);
		buf_putc(b, (char)value);
	}
}

/* Test case 16 of McGrew and Viega's specification of GCM. */
static void
the_example_of_the_specification_opens(void **state)
{
	AUTO(buf_free) struct buf its_key = BUF(32);
	AUTO(buf_free) struct buf context = BUF(100);
	AUTO(buf_free) struct buf sealed = BUF(200);
	AUTO(buf_free) struct buf expected = BUF(100);
	AUTO(buf_free) struct buf plain = BUF(100);

	(void)state;
	put_hex(&its_key, "feffe9928665731c6d6a8f9467308308"
			  "feffe9928665731c6d6a8f9467308308");
	put_hex(&context, "feedfacedeadbeeffeedfacedeadbeefabaddad2");
	put_hex(&sealed, "cafebabefacedbaddecaf888"
			 "522dc1f099567d07f47f37a32a84427d"
			 "643a8cdcbfe5c0c97598a2bd2555d1aa"
			 "8cb08e48590dbb3da7b08b1056828838"
			 "c5f61e6393ba7a0abcc9f662"
			 "76fc6ece0f4e1768cddf8853bb2d551b");
	put_hex(&expected, "d9313225f88406e5a55909c5aff5269a"
			   "86a7a9531534f7da2e4c303d8a318a72"
			   "1c3c0c95956809532fcf0e2449a6b525"
			   "b16aedf5aa0de657ba637b39");
	assert_int_equal(
	    crypto_open(its_key.data, ALL(context), ALL(sealed), &plain),
	    OAUTH2_ERR_OK);
	assert_int_equal(plain.len, expected.len);
	assert_memory_equal(plain.data, expected.data, expected.len);
}

static void
what_was_sealed_opens_whatever_its_length(void **state)
{
	static char text[300];

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		AUTO(buf_free) struct buf sealed = BUF(400);
		AUTO(buf_free) struct buf plain = BUF(400);
		const struct crypto_bytes bytes = { text, n };

		text[n] = (char)n;
		assert_int_equal(
		    crypto_seal(key, TEXT("for a"), bytes, &sealed),
		    OAUTH2_ERR_OK);
		assert_int_equal(sealed.len, n + CRYPTO_SEAL_OVERHEAD);
		buf_puts(&plain, "> ");
		assert_int_equal(
		    crypto_open(key, TEXT("for a"), ALL(sealed), &plain),
		    OAUTH2_ERR_OK);
		assert_int_equal(plain.len, n + 2);
		assert_memory_equal(plain.data, "> ", 2);
		assert_memory_equal(plain.data + 2, text, n);
	}
}

static void
nothing_shines_through_and_no_two_are_alike(void **state)
{
	AUTO(buf_free) struct buf one = BUF(100);
	AUTO(buf_free) struct buf two = BUF(100);

	(void)state;
	assert_int_equal(
	    crypto_seal(key, TEXT(""), TEXT("the same secret"), &one),
	    OAUTH2_ERR_OK);
	assert_int_equal(
	    crypto_seal(key, TEXT(""), TEXT("the same secret"), &two),
	    OAUTH2_ERR_OK);
	assert_null(memmem(one.data, one.len, "same", 4));
	assert_memory_not_equal(one.data, two.data, 12);
	assert_memory_not_equal(one.data + 12, two.data + 12, 15);
}

static void
refuse(const uint8_t *with, const char *context, struct crypto_bytes sealed)
{
	AUTO(buf_free) struct buf plain = BUF(100);

	assert_int_equal(
	    crypto_open(with, TEXT(context), sealed, &plain), OAUTH2_ERR_SEAL);
	assert_int_equal(plain.len, 0);
}

static void
every_bit_counts(void **state)
{
	AUTO(buf_free) struct buf sealed = BUF(100);
	uint8_t other[CRYPTO_KEY_SIZE];

	(void)state;
	assert_int_equal(
	    crypto_seal(key, TEXT("for a"), TEXT("secret"), &sealed),
	    OAUTH2_ERR_OK);
	for (size_t bit = 0; bit < 8 * sealed.len; bit++) {
		sealed.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		refuse(key, "for a", ALL(sealed));
		sealed.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t bit = 0; bit < 8 * sizeof(other); bit++) {
		memcpy(other, key, sizeof(other));
		other[bit / 8] ^= (uint8_t)(1 << bit % 8);
		refuse(other, "for a", ALL(sealed));
	}
}

static void
another_context_and_what_is_cut_do_not_open(void **state)
{
	static const char *const contexts[] = { "", "for ", "for b", "for a ",
		"For a" };
	AUTO(buf_free) struct buf sealed = BUF(100);

	(void)state;
	assert_int_equal(
	    crypto_seal(key, TEXT("for a"), TEXT("secret"), &sealed),
	    OAUTH2_ERR_OK);
	for (size_t i = 0; i < COUNT(contexts); i++)
		refuse(key, contexts[i], ALL(sealed));
	for (size_t n = 0; n < sealed.len; n++) {
		refuse(key, "for a", (struct crypto_bytes){ sealed.data, n });
		refuse(key, "for a",
		    (struct crypto_bytes){
			sealed.data + n, sealed.len - n - 1 });
	}
	buf_putc(&sealed, '\0');
	refuse(key, "for a", ALL(sealed));
}

static void
what_is_too_much_is_refused(void **state)
{
	static const uint8_t large[CRYPTO_SEAL_MAX + CRYPTO_SEAL_OVERHEAD + 1];
	const struct crypto_bytes much = { large, CRYPTO_SEAL_MAX + 1 };
	AUTO(buf_free) struct buf small = BUF(CRYPTO_SEAL_OVERHEAD + 5);
	AUTO(buf_free) struct buf b = BUF(2 * CRYPTO_SEAL_MAX);

	(void)state;
	assert_int_equal(
	    crypto_seal(key, TEXT(""), much, &b), OAUTH2_ERR_LIMIT);
	assert_int_equal(
	    crypto_seal(key, much, TEXT(""), &b), OAUTH2_ERR_LIMIT);
	assert_int_equal(crypto_open(key, TEXT(""),
			     (struct crypto_bytes){ large, sizeof(large) }, &b),
	    OAUTH2_ERR_LIMIT);
	assert_int_equal(crypto_seal(key, TEXT(""), TEXT("secret"), &small),
	    OAUTH2_ERR_LIMIT);
}

static void
keys_differ_by_purpose_and_by_what_else_is_needed(void **state)
{
	static const struct {
		const char *purpose, *more, *made;
	} rows[] = {
		{ "purpose", "",
		    "7e16bef0902f89be1d6a9e57046a26ed"
		    "f959c06cc008dfec46aaa8077d9e3e11" },
		{ "purpose", "more",
		    "c48f1ea365665667bf91962a88854f7a"
		    "c263b153ff6e2b31663503607cae6197" },
		{ "purposemore", "",
		    "ca92f2d07c39b662c00292941cbba529"
		    "50341cb65593648c0dd0cf2896b09fa8" },
	};
	uint8_t from[CRYPTO_KEY_SIZE], made[CRYPTO_KEY_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(from); i++)
		from[i] = (uint8_t)i;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(buf_free) struct buf expected = BUF(CRYPTO_KEY_SIZE);

		put_hex(&expected, rows[i].made);
		assert_int_equal(crypto_derive(from, rows[i].purpose,
				     TEXT(rows[i].more), made),
		    OAUTH2_ERR_OK);
		assert_memory_equal(made, expected.data, sizeof(made));
	}
}

/* hashlib.scrypt(b"123456", salt=bytes(range(16)), n=2**15, r=8, p=3) */
static void
scrypt_is_the_one_we_say(void **state)
{
	AUTO(buf_free) struct buf expected = BUF(CRYPTO_KEY_SIZE);
	uint8_t salt[CRYPTO_SALT_SIZE], made[CRYPTO_KEY_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(salt); i++)
		salt[i] = (uint8_t)i;
	put_hex(&expected, "c99620e321cf5bd196359fbd1f533e58"
			   "1c1f134b67a2ebee89bada4aabd11298");
	assert_int_equal(
	    crypto_scrypt(TEXT("123456"), salt, made), OAUTH2_ERR_OK);
	assert_memory_equal(made, expected.data, sizeof(made));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_the_specification_opens),
		cmocka_unit_test(what_was_sealed_opens_whatever_its_length),
		cmocka_unit_test(nothing_shines_through_and_no_two_are_alike),
		cmocka_unit_test(every_bit_counts),
		cmocka_unit_test(another_context_and_what_is_cut_do_not_open),
		cmocka_unit_test(what_is_too_much_is_refused),
		cmocka_unit_test(
		    keys_differ_by_purpose_and_by_what_else_is_needed),
		cmocka_unit_test(scrypt_is_the_one_we_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
