/* A record to keep, for tests of what is kept. */
#ifndef PAM_OAUTH2_TESTS_RECORD_CASE_H
#define PAM_OAUTH2_TESTS_RECORD_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/secret.h"
#include "login/record.h"

#define BOOT_A "aaaaaaaa-0000-4000-8000-000000000001"
#define BOOT_B "bbbbbbbb-0000-4000-8000-000000000002"

/* A sign-in, and what it brought: this refresh token. */
static inline struct record *
sample_record(const char *token)
{
	struct record *record = record_new();

	assert_non_null(record);
	record->sub = secret_strdup("sub-1");
	record->name = secret_strdup("alice");
	record->refresh_token = secret_strdup(token);
	record->email = secret_strdup("alice@corp.example");
	record->interactive = (struct moment){ 1700000000, 1000, BOOT_A };
	record->success = (struct moment){ 1700003600, 4600, BOOT_A };
	record->network = secret_strdup("192.0.2.0/24");
	record->auth_time = 1699999999;
	assert_int_equal(strlist_add(&record->keys, "SHA256:abc"), 0);
	assert_int_equal(strlist_add_words(&record->amr, "pwd otp"), 0);
	return record;
}

#endif
