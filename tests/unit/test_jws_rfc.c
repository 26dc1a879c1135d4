/* codec/jws: the examples of RFC 7515, 7520 and 8037. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "codec/jws.h"
#include "jwt_case.h"

#define CLAIMS \
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxl" \
	"LmNvbS9pc19yb290Ijp0cnVlfQ"
#define CLAIMS_TEXT \
	"{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n " \
	"\"http://example.com/is_root\":true}"
#define RFC_7520 \
	"SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIg" \
	"ZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVw" \
	"IHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJl" \
	"IHN3ZXB0IG9mZiB0by4"
#define RFC_7520_TEXT \
	"It\xe2\x80\x99s a dangerous business, Frodo, going out your door. " \
	"You step onto the road, and if you don't keep your feet, " \
	"there\xe2\x80\x99s no knowing where you might be swept off to."
#define OUR_KEYS "{" RSA_KEY "},{" EC_KEY "},{" ED_KEY "}"
#define BILBO	 KID("bilbo.baggins@hobbiton.example")
#define RFC_KEYS \
	KEYS("{" RSA_KEY "},{" EC_KEY "},{" ED_OTHER_KEY \
	     "},{" BILBO RSA_OTHER_KEY "}")
#define NO_ALG "the token's header: alg is none that is accepted"

static void
the_examples_of_the_rfcs_that_we_take(void **state)
{
	static const struct {
		const char *what, *token, *payload;
	} rows[] = {
		{ "RFC 7515 A.2, RS256",
		    "eyJhbGciOiJSUzI1NiJ9." CLAIMS
		    ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XO"
		    "iZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7"
		    "t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBAr"
		    "LIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12"
		    "jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEU"
		    "ipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUP"
		    "QGe77Rw",
		    CLAIMS_TEXT },
		{ "RFC 7515 A.3, ES256",
		    "eyJhbGciOiJFUzI1NiJ9." CLAIMS
		    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5dj"
		    "xLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
		    CLAIMS_TEXT },
		{ "RFC 7520 4.1, RS256",
		    "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0"
		    "b24uZXhhbXBsZSJ9." RFC_7520
		    ".MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKt"
		    "ainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBw"
		    "A78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1"
		    "uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePP"
		    "QdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI"
		    "-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y1"
		    "8kDquDg",
		    RFC_7520_TEXT },
		{ "RFC 8037 A.4, EdDSA",
		    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
		    ".hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki"
		    "4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
		    "Example of Ed25519 signing" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(buf_free) struct buf payload = BUF(JWS_MAX);
		struct detail d = { 0 };

		/* A.2 and A.3 have no kid: with Bilbo's key two would fit. */
		if (verify_jws(strstr(rows[i].what, "7515")
				   ? KEYS("{" RSA_KEY "},{" EC_KEY "}")
				   : RFC_KEYS,
			rows[i].token, &payload, &d) != OAUTH2_ERR_OK)
			fail_msg("%s: %s", rows[i].what, d.text);
		assert_string_equal(buf_text(&payload), rows[i].payload);
	}
}

static void
the_examples_of_the_rfcs_that_we_refuse(void **state)
{
	static const struct {
		const char *what, *token, *text;
	} rows[] = {
		{ "RFC 7515 A.1, HS256",
		    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." CLAIMS
		    ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
		    NO_ALG },
		{ "RFC 7515 A.4, ES512",
		    "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9"
		    "wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO"
		    "0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqO"
		    "gzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn",
		    NO_ALG },
		{ "RFC 7515 A.5, none", "eyJhbGciOiJub25lIn0." CLAIMS ".",
		    NO_ALG },
		{ "RFC 7515 A.7, JSON",
		    "{\"payload\":\"" CLAIMS
		    "\",\"protected\":\"eyJhbGciOiJFUzI1NiJ9\","
		    "\"signature\":\"DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4Gawxae"
		    "pmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q\"}",
		    "the token is not three parts with two dots" },
		{ "RFC 7520 4.2, PS384",
		    "eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0"
		    "b24uZXhhbXBsZSJ9." RFC_7520
		    ".cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1"
		    "xEsnk2IpN6-tPid6VrklHkqsGqDqHCdP6O8TTB5dDDItllVo6_1OLPpc"
		    "bUrhiUSMxbbXUvdvWXzg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVF"
		    "n442ZdNqiVJRmBqrYRXe8P_ijQ7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8"
		    "ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64"
		    "QQSUmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM"
		    "-X72Eaw",
		    NO_ALG },
		{ "RFC 7520 4.4, HS256",
		    "eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1i"
		    "ZmQ2LWVlZjMxNGJjNzAzNyJ9." RFC_7520
		    ".s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0",
		    NO_ALG },
	};
	/* The secrets are among the keys, for who would use them. */
	static const char keys[] = KEYS(OUR_KEYS
	    ",{" BILBO RSA_OTHER_KEY "},"
	    "{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"
	    "-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow\"},"
	    "{\"kty\":\"oct\","
	    "\"kid\":\"018c0ae5-4d9b-471b-bfd6-eef314bc7037\","
	    "\"k\":\"hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg\"}");

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(buf_free) struct buf payload = BUF(JWS_MAX);
		struct detail d = { 0 };

		if (verify_jws(keys, rows[i].token, &payload, &d) !=
		    OAUTH2_ERR_SYNTAX)
			fail_msg("%s", rows[i].what);
		assert_string_equal(d.text, rows[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_examples_of_the_rfcs_that_we_take),
		cmocka_unit_test(the_examples_of_the_rfcs_that_we_refuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
