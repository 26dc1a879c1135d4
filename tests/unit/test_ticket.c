/* login/ticket: from the browser to the session, once. Runs as root. */
#include "approval_case.h"

#include "login/ticket.h"

static void
a_ticket_is_redeemed_once(void **state)
{
	AUTO(dir_free) struct dir *dir = open_place();
	AUTO(approval_free) struct approval *put = sample_approval();
	AUTO(approval_free) struct approval *got = NULL;
	AUTO(approval_free) struct approval *again = NULL;
	char ticket[TICKET_SIZE] = "", other[TICKET_SIZE] = "";
	char name[TICKET_SIZE + 16];
	struct stat st;

	(void)state;
	assert_int_equal(ticket_issue(dir, put, ticket, NULL), OAUTH2_ERR_OK);
	assert_int_equal(ticket_issue(dir, put, other, NULL), OAUTH2_ERR_OK);
	assert_int_equal(strlen(ticket), 32);
	assert_string_not_equal(ticket, other);
	assert_int_equal(count_files(dir, ".ticket"), 2);
	snprintf(name, sizeof(name), "%s.ticket", other);
	assert_int_equal(stat(at(name), &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(ticket_redeem(dir, ticket, &got, NULL), OAUTH2_ERR_OK);
	assert_string_equal(got->user, "alice");
	assert_string_equal(got->amr.items[1], "otp");
	assert_null(got->acr);
	assert_int_equal(
	    ticket_redeem(dir, ticket, &again, NULL), OAUTH2_ERR_NOT_FOUND);
	assert_null(again);
	assert_int_equal(count_files(dir, ".ticket"), 1);
}

static void
what_is_no_ticket_opens_no_file(void **state)
{
	static const char *const rows[] = { "", "0011223344556677",
		"00112233445566778899AABBCCDDEEFF",
		"../11223344556677/8899aabbccddeef",
		"00112233445566778899aabbccddeeff0" };
	AUTO(dir_free) struct dir *dir = open_place();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(approval_free) struct approval *got = NULL;
		struct detail d = { .text = "" };

		assert_int_equal(ticket_redeem(dir, rows[i], &got, &d),
		    OAUTH2_ERR_NOT_FOUND);
		assert_string_equal(d.text, "that is no ticket");
	}
}

static void
a_session_is_no_ticket(void **state)
{
	AUTO(dir_free) struct dir *dir = open_place();
	AUTO(approval_free) struct approval *session = sample_approval();
	AUTO(approval_free) struct approval *got = NULL;
	AUTO(buf_free) struct buf text = BUF(APPROVAL_MAX);

	(void)state;
	assert_int_equal(
	    approval_write(session, APPROVAL_SESSION, &text), OAUTH2_ERR_OK);
	assert_int_equal(
	    dir_replace(
		dir, "00112233445566778899aabbccddeeff.ticket", &text, NULL),
	    OAUTH2_ERR_OK);
	assert_int_equal(
	    ticket_redeem(dir, "00112233445566778899aabbccddeeff", &got, NULL),
	    OAUTH2_ERR_SYNTAX);
}

static void
what_was_never_redeemed_is_removed_after_a_minute(void **state)
{
	AUTO(dir_free) struct dir *dir = open_place();
	AUTO(approval_free) struct approval *a = sample_approval();
	char ticket[TICKET_SIZE];

	(void)state;
	put("bad.ticket", "{}", 0600);
	assert_int_equal(ticket_issue(dir, a, ticket, NULL), OAUTH2_ERR_OK);
	assert_int_equal(count_files(dir, ".ticket"), 1);
	a->when.boot_s += TICKET_MAX_AGE - 1;
	assert_int_equal(ticket_issue(dir, a, ticket, NULL), OAUTH2_ERR_OK);
	assert_int_equal(count_files(dir, ".ticket"), 2);
	a->when.boot_s += 1;
	assert_int_equal(ticket_issue(dir, a, ticket, NULL), OAUTH2_ERR_OK);
	assert_int_equal(count_files(dir, ".ticket"), 2);
	memcpy(a->when.boot_id, BOOT_B, sizeof(BOOT_B));
	assert_int_equal(ticket_issue(dir, a, ticket, NULL), OAUTH2_ERR_OK);
	assert_int_equal(count_files(dir, ".ticket"), 1);
}

/* Who comes: the zero row is right. */
struct visitor {
	const char *why; /* NULL: it fits */
	const char *user;
	uid_t uid;
	const char *service;
	const char *rhost;
	pid_t pid;
	int64_t started;
	uint32_t session;
	uint32_t loginuid;
	int64_t age;
	const char *boot;
};

static bool
fits(const struct visitor *v, struct detail *d)
{
	AUTO(approval_free) struct approval *approval = sample_approval();
	struct moment now = { 1700000000, 1000 + v->age, BOOT_A };
	const struct process host = {
		.pid = v->pid != 0 ? v->pid : OPENED,
		.started = v->started != 0 ? v->started : OPENED,
	};
	const struct process_login login = {
		v->session != 0 ? v->session : SESSION,
		v->loginuid != 0 ? v->loginuid : 1001,
	};
	const struct ticket_holder holder = {
		.user = v->user != NULL ? v->user : "alice",
		.uid = v->uid != 0 ? v->uid : 1001,
		.service = v->service != NULL ? v->service : "sshd",
		.rhost = v->rhost != NULL ? v->rhost : "192.0.2.1",
		.host = &host,
		.login = &login,
		.now = &now,
	};

	if (v->boot != NULL)
		memcpy(now.boot_id, v->boot, sizeof(now.boot_id));
	return ticket_fits(approval, &holder, d);
}

static void
it_fits_who_it_was_issued_for(void **state)
{
	static const char other_user[] = "the ticket is another user's";
	static const char other_login[] = "the ticket is of another login";
	static const char expired[] = "the ticket has expired";
	static const struct visitor rows[] = {
		{ .why = NULL },
		{ .why = NULL, .pid = ASKED, .started = ASKED },
		{ .why = NULL, .age = 59 },
		{ .why = expired, .age = 60 },
		{ .why = expired, .age = -1 },
		{ .why = expired, .boot = BOOT_B },
		{ .why = other_user, .user = "bob" },
		{ .why = other_user, .user = "alice2" },
		{ .why = other_user, .uid = 1002, .loginuid = 1002 },
		{ .why = "the ticket is for another service",
		    .service = "login" },
		{ .why = "the ticket is for another remote host",
		    .rhost = "192.0.2.2" },
		{ .why = "the ticket is for another remote host", .rhost = "" },
		{ .why = other_login, .pid = 601 },
		{ .why = other_login, .started = 601 },
		{ .why = other_login, .pid = ASKED },
		{ .why = "there is no audit session", .session = UINT32_MAX },
		{ .why = "the loginuid is another user's", .loginuid = 1002 },
		{ .why = "the loginuid is another user's",
		    .loginuid = UINT32_MAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct detail d = { .text = "" };

		if (fits(&rows[i], &d) != (rows[i].why == NULL))
			fail_msg("row %zu: %s", i, d.text);
		if (rows[i].why != NULL)
			assert_ptr_equal(strstr(d.text, rows[i].why), d.text);
	}
}

/* As sudo does, whose person has been logged in before. */
static void
the_session_is_a_new_one(void **state)
{
	AUTO(approval_free) struct approval *approval = sample_approval();
	const struct moment now = { 1700000000, 1000, BOOT_A };
	const struct process host = { .pid = OPENED, .started = OPENED };
	const struct process_login login = { SESSION, 1001 };
	const struct ticket_holder holder = { "alice", 1001, "sshd",
		"192.0.2.1", &host, &login, &now };
	struct detail d;

	(void)state;
	assert_true(ticket_fits(approval, &holder, &d));
	approval->audit_session = SESSION;
	assert_false(ticket_fits(approval, &holder, &d));
	assert_string_equal(d.text, "no session was opened since the sign-in");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
		    a_ticket_is_redeemed_once, empty_house),
		cmocka_unit_test(what_is_no_ticket_opens_no_file),
		cmocka_unit_test_teardown(a_session_is_no_ticket, empty_house),
		cmocka_unit_test_teardown(
		    what_was_never_redeemed_is_removed_after_a_minute,
		    empty_house),
		cmocka_unit_test(it_fits_who_it_was_issued_for),
		cmocka_unit_test(the_session_is_a_new_one),
	};

	return cmocka_run_group_tests(tests, build_house, pull_down_house);
}
