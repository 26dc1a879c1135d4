/*
 * login/binding: what the setting subject_binding makes of what is recorded.
 * The record itself is played here (the linker puts ours in its place, see
 * the Makefile): that it is kept well is what test_subjects.c is about.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/paths.h"
#include "login/binding.h"
#include "login/subjects.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define NOW	     1700000000

enum subject_verdict __wrap_subjects_check(
    const char *state, const struct subject_claim *claim, struct detail *d);
enum subject_verdict __wrap_subjects_admit(
    const char *state, const struct subject_claim *claim, struct detail *d);

/* What the record is going to say, and what it was asked. */
static enum subject_verdict verdict;
static unsigned checks, admissions;
static struct subject_claim asked;

static enum subject_verdict
look_up(const char *state, const struct subject_claim *claim, struct detail *d)
{
	assert_string_equal(state, PATH_STATE);
	asked = *claim;
	if (verdict == SUBJECT_UNREADABLE || verdict == SUBJECT_UNRECORDED)
		(void)detail_fail(d, OAUTH2_ERR_IO, "the record");
	return verdict;
}

enum subject_verdict
__wrap_subjects_check(
    const char *state, const struct subject_claim *claim, struct detail *d)
{
	checks++;
	return look_up(state, claim, d);
}

enum subject_verdict
__wrap_subjects_admit(
    const char *state, const struct subject_claim *claim, struct detail *d)
{
	admissions++;
	return look_up(state, claim, d);
}

static char issuer[] = "https://id.example";
static char sub[] = "sub-1";
static char email[] = "Alice@Corp.example";

static int
begin(void **state)
{
	(void)state;
	checks = admissions = 0;
	asked = (struct subject_claim){ .issuer = NULL };
	return 0;
}

typedef enum reason asked_of(const struct binding *, struct detail *);

static enum reason
ask(asked_of *how, enum settings_binding setting, struct detail *d)
{
	const struct settings settings = { .subject_binding = setting };
	const struct identity identity = {
		.issuer = issuer, .sub = sub, .email = email
	};
	const struct binding binding = { &settings, &identity, "alice", NOW };

	return how(&binding, d);
}

/* How a record decides; the words say why where it does not let in. */
struct row {
	enum settings_binding setting;
	enum subject_verdict verdict;
	enum reason reason;
	const char *says;
};

static void
run_rows(asked_of *how, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct detail d = { .text = "" };

		verdict = rows[i].verdict;
		assert_int_equal(ask(how, rows[i].setting, &d), rows[i].reason);
		if (strstr(d.text, rows[i].says) == NULL)
			fail_msg("row %zu: '%s'", i, d.text);
		assert_null(strchr(d.text, '@'));
	}
}

#define FIRST  SETTINGS_BINDING_FIRST_USE
#define STRICT SETTINGS_BINDING_STRICT

static void
the_record_is_asked_before_the_decision(void **state)
{
	static const struct row rows[] = {
		{ FIRST, SUBJECT_SAME, REASON_approved, "" },
		{ FIRST, SUBJECT_UNKNOWN, REASON_approved, "" },
		{ FIRST, SUBJECT_OTHER, REASON_subject_changed, "another sub" },
		{ FIRST, SUBJECT_UNREADABLE, REASON_store_failed,
		    "the record" },
		{ STRICT, SUBJECT_SAME, REASON_approved, "" },
		{ STRICT, SUBJECT_UNKNOWN, REASON_subject_changed, "strict" },
		{ STRICT, SUBJECT_OTHER, REASON_subject_changed,
		    "another sub" },
		{ STRICT, SUBJECT_UNREADABLE, REASON_store_failed,
		    "the record" },
	};

	(void)state;
	run_rows(binding_check, rows, COUNT(rows));
	assert_int_equal(checks, COUNT(rows));
	assert_int_equal(admissions, 0);
}

static void
a_first_use_is_recorded_after_it(void **state)
{
	static const struct row rows[] = {
		{ FIRST, SUBJECT_RECORDED, REASON_approved, "" },
		{ FIRST, SUBJECT_SAME, REASON_approved, "" },
		/* Somebody else was first, since we looked. */
		{ FIRST, SUBJECT_OTHER, REASON_subject_changed, "another sub" },
		/* The disk is in the way: that is for the log. */
		{ FIRST, SUBJECT_UNRECORDED, REASON_approved, "the record" },
		{ FIRST, SUBJECT_UNREADABLE, REASON_store_failed,
		    "the record" },
	};

	(void)state;
	run_rows(binding_record, rows, COUNT(rows));
	assert_int_equal(admissions, COUNT(rows));
	assert_int_equal(checks, 0);
}

static void
strict_records_nothing(void **state)
{
	struct detail d = { .text = "" };

	(void)state;
	verdict = SUBJECT_OTHER;
	assert_int_equal(ask(binding_record, STRICT, &d), REASON_approved);
	assert_int_equal(admissions, 0);
}

static void
off_does_not_even_look(void **state)
{
	asked_of *const all[] = { binding_check, binding_record };

	(void)state;
	verdict = SUBJECT_OTHER;
	for (size_t i = 0; i < COUNT(all); i++) {
		struct detail d = { .text = "" };

		assert_int_equal(
		    ask(all[i], SETTINGS_BINDING_OFF, &d), REASON_approved);
	}
	assert_int_equal(checks + admissions, 0);
}

/* No email rule can rest on these: there is nothing to bind. */
static void
what_is_no_email_is_not_bound(void **state)
{
	char emails[][24] = { "", "alice", "a@b@c.example", "@corp.example",
		"alice@corp.example." };
	const struct settings settings = { .subject_binding = FIRST };

	(void)state;
	verdict = SUBJECT_OTHER;
	for (size_t i = 0; i < COUNT(emails); i++) {
		const struct identity identity = {
			.issuer = issuer, .sub = sub, .email = emails[i]
		};
		const struct binding binding = { &settings, &identity, "alice",
			NOW };
		struct detail d = { .text = "" };

		assert_int_equal(binding_check(&binding, &d), REASON_approved);
		assert_int_equal(binding_record(&binding, &d), REASON_approved);
	}
	assert_int_equal(checks + admissions, 0);
}

static void
what_is_claimed_is_the_identitys(void **state)
{
	static const enum settings_local_part parts[] = {
		SETTINGS_LOCAL_PART_FOLD, SETTINGS_LOCAL_PART_EXACT
	};

	(void)state;
	verdict = SUBJECT_SAME;
	for (size_t i = 0; i < COUNT(parts); i++) {
		const struct settings settings = { .subject_binding = FIRST,
			.email_local_part = parts[i] };
		const struct identity identity = {
			.issuer = issuer, .sub = sub, .email = email
		};
		const struct binding binding = { &settings, &identity, "alice",
			NOW };
		struct detail d = { .text = "" };

		assert_int_equal(binding_check(&binding, &d), REASON_approved);
		assert_int_equal(
		    asked.fold_local, parts[i] == SETTINGS_LOCAL_PART_FOLD);
		assert_string_equal(asked.issuer, issuer);
		assert_string_equal(asked.email, email);
		assert_string_equal(asked.sub, sub);
		assert_string_equal(asked.user, "alice");
		assert_int_equal(asked.now, NOW);
	}
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_record_is_asked_before_the_decision),
		TEST(a_first_use_is_recorded_after_it),
		TEST(strict_records_nothing),
		TEST(off_does_not_even_look),
		TEST(what_is_no_email_is_not_bound),
		TEST(what_is_claimed_is_the_identitys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
