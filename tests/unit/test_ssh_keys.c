/* login/ssh_keys: the keys that sshd says it has taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "ssh_keys_case.h"

#include "login/ssh_keys.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* As `ssh-keygen -l` gives them, in the alphabet for URLs. */
#define CA	     "3s1OJc_Ojn1GjOKmGNk31reFngKuWOYBI6xg8RjOmGw"
#define CA_OTHER     "cz_TcS0nQ1GFZhyGNPL83pvo0so2BNNtKrv82XNgoD8"
#define ED25519_NAME "FZCL71k6o-qD6mwHh8s7sHf2rETvveTKVcRMmKwhIpM"
#define ECDSA_NAME   "cNbU_syXjRloDGQ44cHEhMYGbgudj4aMc31kVP4PqDw"
#define RSA_NAME     "j6sLU_gmpz-p6FsWuGEBCygBrINRlqkW-gy91GsH8KM"

static void
read_into(const char *text, struct strlist *ret)
{
	assert_int_equal(ssh_keys_read(text, ret), OAUTH2_ERR_OK);
}

static void
a_key_has_the_name_that_ssh_keygen_gives_it(void **state)
{
	static const struct {
		const char *text;
		const char *name;
	} rows[] = {
		{ "publickey " ED25519, ED25519_NAME },
		{ "publickey " ED25519 "\n", ED25519_NAME },
		{ "publickey " ECDSA, ECDSA_NAME },
		{ "publickey " RSA, RSA_NAME },
		{ "publickey " ED25519_CERT, ED25519_NAME "+" CA },
		{ "publickey " ED25519_OTHER_CA, ED25519_NAME "+" CA_OTHER },
		{ "publickey " ECDSA_CERT, ECDSA_NAME "+" CA },
		{ "publickey " ECDSA_CERT_NEW, ECDSA_NAME "+" CA },
		{ "publickey " RSA_CERT, RSA_NAME "+" CA },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(strlist_free) struct strlist keys = STRLIST(SSH_KEYS_MAX);

		read_into(rows[i].text, &keys);
		assert_int_equal(keys.count, 1);
		assert_string_equal(keys.items[0], rows[i].name);
	}
}

static void
each_publickey_line_is_a_key_and_no_other(void **state)
{
	AUTO(strlist_free) struct strlist keys = STRLIST(SSH_KEYS_MAX);

	(void)state;
	read_into("hostbased " RSA "\npublickey " ED25519
		  "\nkeyboard-interactive/pam\npassword\npublickey " ECDSA
		  "\npublickey " ED25519 "\n",
	    &keys);
	assert_int_equal(keys.count, 2);
	assert_string_equal(keys.items[0], ED25519_NAME);
	assert_string_equal(keys.items[1], ECDSA_NAME);
}

static void
what_is_no_publickey_line_is_no_key(void **state)
{
	static const char *const texts[] = { "", "\n", "password", "none",
		"hostbased " ED25519, "publickeys " ED25519,
		"PUBLICKEY " ED25519, "xpublickey " ED25519,
		"publickey/x " ED25519 };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		AUTO(strlist_free) struct strlist keys = STRLIST(SSH_KEYS_MAX);

		read_into(texts[i], &keys);
		assert_int_equal(keys.count, 0);
	}
}

static void
a_publickey_line_that_cannot_be_read_is_an_error(void **state)
{
	static const char *const texts[] = { "publickey", "publickey ssh-rsa",
		"publickey " ED25519 " more", "publickey ssh-rsa AAAA",
		"publickey ssh-ed25519 !!!!",
		/* another type than the blob's */
		"publickey ssh-rsa "
		"AAAAC3NzaC1lZDI1NTE5AAAAIO/orgRLHPExVBUh11aCdK3wN4O8xrrSSvud/"
		"mz7/8W3",
		"publickey ssh-dss-cert-v01@openssh.com "
		"AAAAHHNzaC1kc3MtY2VydC12MDFAb3BlbnNzaC5jb20=",
		"publickey " ED25519 "\npublickey x y" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		AUTO(strlist_free) struct strlist keys = STRLIST(SSH_KEYS_MAX);

		if (ssh_keys_read(texts[i], &keys) != OAUTH2_ERR_SYNTAX)
			fail_msg("taken: %s", texts[i]);
	}
}

/* A certificate that ends early certifies nothing; its signature is sshd's. */
static void
a_certificate_cut_anywhere_is_an_error(void **state)
{
	static const char whole[] = "publickey " ED25519_CERT;
	const size_t start =
	    sizeof("publickey ssh-ed25519-cert-v01@openssh.com");
	const size_t bytes = (sizeof(whole) - 1 - start) / 4 * 3 - 1;
	const size_t signature = 4 + 0x53;
	char text[sizeof(whole)];

	(void)state;
	for (size_t n = 1; n * 6 / 8 < bytes - signature; n++) {
		AUTO(strlist_free) struct strlist keys = STRLIST(SSH_KEYS_MAX);

		memcpy(text, whole, start + n);
		text[start + n] = '\0';
		if (ssh_keys_read(text, &keys) == OAUTH2_ERR_OK)
			fail_msg("%zu characters are enough", n);
	}
}

static void
too_many_keys_are_an_error(void **state)
{
	AUTO(strlist_free) struct strlist keys = STRLIST(1);

	(void)state;
	assert_int_equal(
	    ssh_keys_read("publickey " ED25519 "\npublickey " ECDSA, &keys),
	    OAUTH2_ERR_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_has_the_name_that_ssh_keygen_gives_it),
		cmocka_unit_test(each_publickey_line_is_a_key_and_no_other),
		cmocka_unit_test(what_is_no_publickey_line_is_no_key),
		cmocka_unit_test(
		    a_publickey_line_that_cannot_be_read_is_an_error),
		cmocka_unit_test(a_certificate_cut_anywhere_is_an_error),
		cmocka_unit_test(too_many_keys_are_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
