/* login/subjects: whose an email has been. Runs as root. */
#include "fault_case.h"

#include "base/dir.h"
#include "login/subjects.h"

#define STATE  at("state")
#define ISSUER "https://id.example"
#define RACERS 6

static const struct subject_claim alice = { ISSUER, "Alice@Corp.example", true,
	"alice", "sub-1", 1700000000 };

static struct subject_claim
with_sub(const char *sub)
{
	struct subject_claim claim = alice;

	claim.sub = sub;
	return claim;
}

static enum subject_verdict
admit(const struct subject_claim *claim)
{
	struct detail d = { .text = "" };
	enum subject_verdict verdict = subjects_admit(STATE, claim, &d);

	/* Words where somebody has to look after it, and nowhere else. */
	assert_int_equal(d.text[0] != '\0',
	    verdict == SUBJECT_UNREADABLE || verdict == SUBJECT_UNRECORDED);
	return verdict;
}

static enum subject_verdict
check(const struct subject_claim *claim)
{
	return subjects_check(STATE, claim, NULL);
}

/* The path of the only file there. */
static const char *
the_file(void)
{
	static char path[600];
	AUTO(dir_free) struct dir *dir = NULL;
	AUTO(strlist_free) struct strlist names = STRLIST(2);

	assert_int_equal(
	    dir_open(at("state/subjects"), DIR_EXISTING, &dir, NULL),
	    OAUTH2_ERR_OK);
	assert_int_equal(dir_list(dir, "", &names, NULL), OAUTH2_ERR_OK);
	assert_int_equal(names.count, 1);
	snprintf(
	    path, sizeof(path), "%s/%s", at("state/subjects"), names.items[0]);
	return path;
}

static void
the_first_sub_is_recorded_and_another_refused(void **state)
{
	const struct subject_claim other = with_sub("sub-2");

	(void)state;
	assert_int_equal(check(&alice), SUBJECT_UNKNOWN);
	assert_int_not_equal(access(STATE, F_OK), 0);
	assert_int_equal(admit(&alice), SUBJECT_RECORDED);
	assert_int_equal(admit(&alice), SUBJECT_SAME);
	assert_int_equal(check(&alice), SUBJECT_SAME);
	assert_int_equal(admit(&other), SUBJECT_OTHER);
	assert_int_equal(check(&other), SUBJECT_OTHER);
	assert_int_equal(check(&alice), SUBJECT_SAME);
}

static void
what_is_kept_says_what_it_is_and_its_name_nothing(void **state)
{
	static const char content[] =
	    "{\"form\":\"pam_oauth2 subject 1\",\"issuer\":\"" ISSUER "\","
	    "\"email\":\"alice@corp.example\",\"user\":\"alice\","
	    "\"sub\":\"sub-1\",\"time\":1700000000}";
	char text[1000] = "";
	struct stat st;
	int fd;

	(void)state;
	assert_int_equal(admit(&alice), SUBJECT_RECORDED);
	fd = open(the_file(), O_RDONLY);
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	assert_int_equal(fstat(fd, &st), 0);
	close(fd);
	assert_string_equal(text, content);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	/* printf 'subject\0ISSUER\0alice@corp.example\0' | sha256sum */
	assert_string_equal(strrchr(the_file(), '/'),
	    "/283bd46a3e41a49f6ab31670afedf6917728481b8b19ce0cf1aeec30c308b741"
	    ".subject");
}

static void
a_pair_is_an_issuer_and_an_email(void **state)
{
	struct subject_claim claim = alice;

	(void)state;
	assert_int_equal(admit(&alice), SUBJECT_RECORDED);
	claim.email = "ALICE@CORP.EXAMPLE";
	assert_int_equal(admit(&claim), SUBJECT_SAME);
	claim.user = "ops";
	assert_int_equal(admit(&claim), SUBJECT_SAME);
	claim.fold_local = false;
	assert_int_equal(admit(&claim), SUBJECT_RECORDED);
	claim = alice;
	claim.issuer = ISSUER "/";
	assert_int_equal(admit(&claim), SUBJECT_RECORDED);
	claim = alice;
	claim.email = "alice@other.example";
	assert_int_equal(admit(&claim), SUBJECT_RECORDED);
}

static void
what_is_no_email_or_cannot_be_kept_is_refused(void **state)
{
	char longest[300];
	struct subject_claim claim = alice;

	(void)state;
	claim.email = "no address";
	assert_int_equal(admit(&claim), SUBJECT_UNREADABLE);
	assert_int_equal(check(&claim), SUBJECT_UNREADABLE);
	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	claim = with_sub(longest);
	assert_int_equal(admit(&claim), SUBJECT_UNREADABLE);
	claim = with_sub("");
	assert_int_equal(admit(&claim), SUBJECT_UNREADABLE);
}

/* Replace the file's content. */
static void
spoil(const char *content)
{
	int fd = open(the_file(), O_WRONLY | O_TRUNC);

	assert_true(write(fd, content, strlen(content)) >= 0);
	close(fd);
}

static void
a_spoilt_file_is_never_taken_for_none(void **state)
{
	static const char *const contents[] = {
		"",
		"{}",
		"sub-1",
		"{\"form\":\"pam_oauth2 subject 1\",\"issuer\":\"" ISSUER "\"",
		/* another version */
		"{\"form\":\"pam_oauth2 subject 2\",\"issuer\":\"" ISSUER "\","
		"\"email\":\"alice@corp.example\",\"user\":\"alice\","
		"\"sub\":\"sub-1\",\"time\":1700000000}",
		/* another pair's, moved here */
		"{\"form\":\"pam_oauth2 subject 1\",\"issuer\":\"" ISSUER "\","
		"\"email\":\"mallory@corp.example\",\"user\":\"alice\","
		"\"sub\":\"sub-1\",\"time\":1700000000}",
		"{\"form\":\"pam_oauth2 subject 1\",\"issuer\":\"https://x.y\","
		"\"email\":\"alice@corp.example\",\"user\":\"alice\","
		"\"sub\":\"sub-1\",\"time\":1700000000}",
	};

	(void)state;
	assert_int_equal(admit(&alice), SUBJECT_RECORDED);
	for (size_t i = 0; i < COUNT(contents); i++) {
		spoil(contents[i]);
		assert_int_equal(admit(&alice), SUBJECT_UNREADABLE);
		assert_int_equal(check(&alice), SUBJECT_UNREADABLE);
	}
}

static void
what_others_could_have_written_is_never_taken_for_none(void **state)
{
	(void)state;
	assert_int_equal(admit(&alice), SUBJECT_RECORDED);
	assert_int_equal(chown(the_file(), 65534, 0), 0);
	assert_int_equal(admit(&alice), SUBJECT_UNREADABLE);
	assert_int_equal(chown(the_file(), 0, 0), 0);
	assert_int_equal(chmod(the_file(), 0660), 0);
	assert_int_equal(admit(&alice), SUBJECT_UNREADABLE);
	assert_int_equal(chmod(the_file(), 0600), 0);
	assert_int_equal(admit(&alice), SUBJECT_SAME);
	assert_int_equal(chmod(at("state/subjects"), 0755), 0);
	assert_int_equal(admit(&alice), SUBJECT_UNREADABLE);
	assert_int_equal(check(&alice), SUBJECT_UNREADABLE);
	assert_int_equal(chmod(at("state/subjects"), 0700), 0);
	assert_int_equal(chown(STATE, 65534, 0), 0);
	assert_int_equal(admit(&alice), SUBJECT_UNREADABLE);
}

static void
a_directory_that_others_could_write_is_never_used(void **state)
{
	(void)state;
	assert_int_equal(mkdir(STATE, 0700), 0);
	assert_int_equal(chmod(STATE, 0755), 0);
	assert_int_equal(admit(&alice), SUBJECT_UNREADABLE);
	assert_int_equal(chmod(STATE, 0700), 0);
	put("state/subjects", "", 0600);
	assert_int_equal(admit(&alice), SUBJECT_UNREADABLE);
}

static int
race(const char *const *subs)
{
	int recorded = 0, status;

	for (int i = 0; i < RACERS; i++) {
		const struct subject_claim claim = with_sub(subs[i]);

		if (fork() == 0)
			_exit((int)admit(&claim));
	}
	for (int i = 0; i < RACERS; i++) {
		assert_true(waitpid(-1, &status, 0) > 0);
		assert_true(WIFEXITED(status));
		recorded += WEXITSTATUS(status) == SUBJECT_RECORDED;
		if (WEXITSTATUS(status) != SUBJECT_RECORDED)
			assert_int_equal(WEXITSTATUS(status),
			    strcmp(subs[0], subs[1]) == 0 ? SUBJECT_SAME
							  : SUBJECT_OTHER);
	}
	return recorded;
}

static void
of_first_uses_at_once_one_wins(void **state)
{
	static const char *const others[RACERS] = { "1", "2", "3", "4", "5",
		"6" };
	static const char *const same[RACERS] = { "1", "1", "1", "1", "1",
		"1" };

	for (int round = 0; round < 10; round++) {
		assert_int_equal(race(others), 1);
		empty_house(state);
		assert_int_equal(race(same), 1);
		empty_house(state);
	}
}

/* Somebody is first between the look and the writing. */
static void
mallory_is_first(void)
{
	const struct subject_claim claim = with_sub("mallory");
	const struct fault saved = fault;

	fault = (struct fault){ 0 };
	assert_int_equal(subjects_admit(STATE, &claim, NULL), SUBJECT_RECORDED);
	fault = saved;
}

static void
who_comes_second_is_compared_also_where_the_disk_fails(void **state)
{
	int calls;

	fault = (struct fault){ 0 };
	assert_int_equal(admit(&alice), SUBJECT_RECORDED);
	calls = fault.count;
	for (int n = 1; n < calls; n++) {
		empty_house(state);
		fault = (struct fault){ .n = n,
			.how = FAULT_MEANWHILE,
			.meanwhile = mallory_is_first };
		assert_int_equal(admit(&alice), SUBJECT_OTHER);
		empty_house(state);
		fault = (struct fault){ .n = n,
			.how = FAULT_MEANWHILE_ERROR,
			.error = EIO,
			.meanwhile = mallory_is_first };
		assert_int_equal(admit(&alice), SUBJECT_OTHER);
	}
	fault = (struct fault){ 0 };
}

static bool
admit_in_child(void *arg)
{
	(void)arg;
	switch (admit(&alice)) {
	case SUBJECT_RECORDED:
	case SUBJECT_SAME:
		return true;
	case SUBJECT_UNRECORDED:
		return false;
	default:
		_exit(99);
	}
}

static void
a_first_use_is_recorded_or_said_not_to_be(void **state)
{
	for (size_t i = 0; i < FAULT_FEW; i++) {
		enum fault_end end;
		struct fault what = fault_kinds[i];

		for (what.n = 1;; what.n++) {
			empty_house(state);
			end = fault_run(what, admit_in_child, NULL);
			if (end == FAULT_OK || end == FAULT_NEVER)
				assert_int_equal(check(&alice), SUBJECT_SAME);
			if (end == FAULT_FAILED)
				assert_int_equal(
				    check(&alice), SUBJECT_UNKNOWN);
			assert_in_range(
			    admit(&alice), SUBJECT_SAME, SUBJECT_RECORDED);
			if (end == FAULT_NEVER)
				break;
		}
		assert_true(what.n > 10);
	}
}

static void
the_known_need_no_disk_to_write_on(void **state)
{
	const struct subject_claim other = with_sub("sub-2");

	(void)state;
	assert_int_equal(admit(&alice), SUBJECT_RECORDED);
	fault = (struct fault){ .n = 1, .error = EROFS };
	assert_int_equal(admit(&alice), SUBJECT_SAME);
	assert_int_equal(admit(&other), SUBJECT_OTHER);
	assert_int_equal(fault.count, 0);
	fault = (struct fault){ 0 };
}

static void
record_people(void)
{
	static const char *const people[][2] = {
		{ "alice", "alice@corp.example" },
		{ "alice", "a.smith@corp.example" },
		{ "bob", "bob@corp.example" },
	};

	for (size_t i = 0; i < COUNT(people); i++) {
		struct subject_claim claim = alice;

		claim.user = people[i][0];
		claim.email = people[i][1];
		assert_int_equal(admit(&claim), SUBJECT_RECORDED);
	}
}

static void
unbinding_by_user_or_email(void **state)
{
	static const struct {
		enum subject_key key;
		const char *value;
		unsigned count;
	} cases[] = {
		{ SUBJECT_OF_USER, "alice", 2 },
		{ SUBJECT_OF_USER, "Alice", 0 },
		{ SUBJECT_OF_USER, "alice@corp.example", 0 },
		{ SUBJECT_OF_USER, "", 0 },
		{ SUBJECT_OF_EMAIL, "ALICE@corp.example", 1 },
		{ SUBJECT_OF_EMAIL, "*@corp.example", 0 },
		{ SUBJECT_OF_EMAIL, "alice", 0 },
	};
	const struct subject_claim other = with_sub("sub-2");

	for (size_t i = 0; i < COUNT(cases); i++) {
		AUTO(strlist_free) struct strlist emails = STRLIST(9);

		empty_house(state);
		assert_int_equal(subjects_forget(STATE, cases[i].key,
				     cases[i].value, &emails, NULL),
		    OAUTH2_ERR_OK);
		assert_int_equal(emails.count, 0);
		record_people();
		assert_int_equal(subjects_forget(STATE, cases[i].key,
				     cases[i].value, &emails, NULL),
		    OAUTH2_ERR_OK);
		assert_int_equal(emails.count, cases[i].count);
		assert_int_equal(strlist_has(&emails, "alice@corp.example"),
		    cases[i].count > 0);
		assert_int_equal(admit(&other),
		    emails.count > 0 ? SUBJECT_RECORDED : SUBJECT_OTHER);
	}
}

static void
a_spoilt_file_does_not_keep_the_others(void **state)
{
	AUTO(strlist_free) struct strlist emails = STRLIST(9);
	struct detail d = { .text = "" };

	(void)state;
	record_people();
	/* Enough of them for one to come before the others. */
	for (unsigned i = 0; i < 20; i++) {
		char name[40];

		snprintf(name, sizeof(name), "state/subjects/%u.subject", i);
		put(name, "spoilt", 0600);
	}
	assert_int_equal(
	    subjects_forget(STATE, SUBJECT_OF_USER, "alice", &emails, &d),
	    OAUTH2_ERR_SYNTAX);
	assert_int_equal(emails.count, 2);
	assert_non_null(strstr(d.text, ".subject: not acceptable JSON"));
	assert_int_equal(check(&alice), SUBJECT_UNKNOWN);
}

#define TEST(name) cmocka_unit_test_teardown(name, empty_house)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_sub_is_recorded_and_another_refused),
		TEST(what_is_kept_says_what_it_is_and_its_name_nothing),
		TEST(a_pair_is_an_issuer_and_an_email),
		TEST(what_is_no_email_or_cannot_be_kept_is_refused),
		TEST(a_spoilt_file_is_never_taken_for_none),
		TEST(what_others_could_have_written_is_never_taken_for_none),
		TEST(a_directory_that_others_could_write_is_never_used),
		TEST(of_first_uses_at_once_one_wins),
		TEST(who_comes_second_is_compared_also_where_the_disk_fails),
		TEST(a_first_use_is_recorded_or_said_not_to_be),
		TEST(the_known_need_no_disk_to_write_on),
		TEST(unbinding_by_user_or_email),
		TEST(a_spoilt_file_does_not_keep_the_others),
	};

	return cmocka_run_group_tests(tests, build_house, pull_down_house);
}
