/* login/record: what is kept, as text and back. */
#include "record_case.h"

#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const char whole[] =
    "{\"form\":\"pam_oauth2 record 1\",\"sub\":\"sub-1\","
    "\"name\":\"alice\",\"refresh_token\":\"token-1\",\"email\":\"alice@corp.example\","
    "\"interactive_wall\":1700000000,\"interactive_boot_s\":1000,"
    "\"interactive_boot_id\":\"" BOOT_A "\","
    "\"success_wall\":1700003600,\"success_boot_s\":4600,"
    "\"success_boot_id\":\"" BOOT_A "\",\"intent\":0,"
    "\"keys\":[\"SHA256:abc\"],\"network\":\"192.0.2.0/24\","
    "\"amr\":[\"pwd\",\"otp\"],\"aud\":[],\"auth_time\":1699999999}";

static void
a_record_is_this_text_and_comes_back_whole(void **state)
{
	AUTO(record_free) struct record *record = sample_record("token-1");
	AUTO(record_free) struct record *back = NULL;
	AUTO(buf_free) struct buf text = BUF(RECORD_MAX);
	AUTO(buf_free) struct buf again = BUF(RECORD_MAX);

	(void)state;
	assert_int_equal(record_write(record, &text), OAUTH2_ERR_OK);
	assert_string_equal(buf_text(&text), whole);
	assert_int_equal(record_read(&text, &back, NULL), OAUTH2_ERR_OK);
	assert_string_equal(back->refresh_token, "token-1");
	assert_string_equal(back->interactive.boot_id, BOOT_A);
	assert_int_equal(back->success.boot_s, 4600);
	assert_null(back->acr);
	assert_int_equal(record_write(back, &again), OAUTH2_ERR_OK);
	assert_string_equal(buf_text(&again), whole);
}

static void
a_record_cut_or_of_another_version_is_none(void **state)
{
	AUTO(buf_free) struct buf other = BUF(RECORD_MAX);
	struct record *back = NULL;

	(void)state;
	for (size_t n = 0; n < strlen(whole); n++) {
		AUTO(buf_free) struct buf text = BUF(RECORD_MAX);

		buf_put(&text, whole, n);
		assert_int_equal(
		    record_read(&text, &back, NULL), OAUTH2_ERR_SYNTAX);
	}
	buf_puts(&other, whole);
	*strchr((char *)other.data, '1') = '2';
	assert_int_equal(record_read(&other, &back, NULL), OAUTH2_ERR_SYNTAX);
	assert_null(back);
}

static char *
long_text(size_t n)
{
	char *text = secret_alloc(n + 1);

	assert_non_null(text);
	memset(text, 'x', n);
	return text;
}

static void
a_token_of_16_KiB_fits_and_no_longer_one(void **state)
{
	AUTO(record_free) struct record *record = sample_record("");
	AUTO(buf_free) struct buf text = BUF(RECORD_MAX);

	(void)state;
	secret_free(record->refresh_token);
	record->refresh_token = long_text(16 * 1024);
	assert_int_equal(record_write(record, &text), OAUTH2_ERR_OK);
	buf_reset(&text);
	secret_free(record->refresh_token);
	record->refresh_token = long_text(16 * 1024 + 1);
	assert_int_equal(record_write(record, &text), OAUTH2_ERR_SYNTAX);
}

static void
what_it_cannot_do_without(void **state)
{
	AUTO(record_free) struct record *empty = record_new();
	AUTO(buf_free) struct buf text = BUF(RECORD_MAX);

	(void)state;
	assert_int_equal(record_write(empty, &text), OAUTH2_ERR_SYNTAX);
	empty->sub = secret_strdup("s");
	empty->refresh_token = secret_strdup("t");
	empty->name = secret_strdup("n");
	empty->interactive = (struct moment){ 0, 0, BOOT_A };
	buf_reset(&text);
	assert_int_equal(record_write(empty, &text), OAUTH2_ERR_SYNTAX);
	empty->success = (struct moment){ 0, 0, BOOT_A };
	buf_reset(&text);
	assert_int_equal(record_write(empty, &text), OAUTH2_ERR_OK);
	empty->success.wall = -1;
	buf_reset(&text);
	assert_int_equal(record_write(empty, &text), OAUTH2_ERR_SYNTAX);
}

static void
a_tombstone_is_no_record_and_a_record_none(void **state)
{
	const struct tombstone stone = { "token_revoked", 1700000000 };
	struct tombstone back;
	struct record *record = NULL;
	AUTO(buf_free) struct buf text = BUF(RECORD_MAX);

	(void)state;
	assert_int_equal(tombstone_write(&stone, &text), OAUTH2_ERR_OK);
	assert_string_equal(buf_text(&text),
	    "{\"form\":\"pam_oauth2 tombstone 1\","
	    "\"because\":\"token_revoked\",\"time\":1700000000}");
	assert_int_equal(tombstone_read(&text, &back, NULL), OAUTH2_ERR_OK);
	assert_string_equal(back.because, "token_revoked");
	assert_int_equal(back.time, 1700000000);
	assert_int_equal(record_read(&text, &record, NULL), OAUTH2_ERR_SYNTAX);
	buf_reset(&text);
	buf_puts(&text, whole);
	assert_int_equal(tombstone_read(&text, &back, NULL), OAUTH2_ERR_SYNTAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_is_this_text_and_comes_back_whole),
		cmocka_unit_test(a_record_cut_or_of_another_version_is_none),
		cmocka_unit_test(a_token_of_16_KiB_fits_and_no_longer_one),
		cmocka_unit_test(what_it_cannot_do_without),
		cmocka_unit_test(a_tombstone_is_no_record_and_a_record_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
