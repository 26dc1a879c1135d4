/* login/messages: what people read, whatever the host and others sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/text.h"
#include "login/messages.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define TEXT_MAX     15000
#define LEFT_S	     95

/* A sign-in that is about to be shown; the test changes what it likes. */
struct scene {
	struct settings settings;
	struct signin signin;
	struct buf text;
};

static void
set(struct scene *s)
{
	struct signin *in = &s->signin;

	memset(s, 0, sizeof(*s));
	s->text = (struct buf)BUF(TEXT_MAX);
	s->settings.display = SETTINGS_DISPLAY_PROMPT;
	s->settings.qr = SETTINGS_QR_UTF8;
	s->settings.qr_max_rows = 40;
	s->settings.qr_max_columns = 80;
	in->settings = &s->settings;
	in->reason = REASON_access_denied;
	in->deadline_ns =
	    clock_monotonic_ns() + LEFT_S * CLOCK_NS_PER_S + CLOCK_NS_PER_S / 2;
	strcpy(in->greeting.id, "7K3M-9QXD");
	strcpy(in->greeting.user, "alice");
	strcpy(in->greeting.service, "sshd");
	strcpy(in->greeting.rhost, "198.51.100.7");
	strcpy(in->offer.user_code, "WDJB-MJHT");
	strcpy(in->offer.verification_uri, "https://id.example/device");
}

static const char *
invite(struct scene *s)
{
	buf_reset(&s->text);
	messages_invite(&s->signin, &s->text);
	assert_int_equal(buf_err(&s->text), OAUTH2_ERR_OK);
	return buf_text(&s->text);
}

static const char *
farewell(struct scene *s)
{
	buf_reset(&s->text);
	messages_farewell(&s->signin, &s->text);
	assert_int_equal(buf_err(&s->text), OAUTH2_ERR_OK);
	return buf_text(&s->text);
}

/* Where a text stands, which has to stand there. */
static size_t
find(const char *text, const char *part)
{
	const char *at = strstr(text, part);

	if (at == NULL)
		fail_msg("no \"%s\" in\n%s", part, text);
	return (size_t)(at - text);
}

static void
lack(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("\"%s\" in\n%s", part, text);
}

/* Every line is fit for a terminal. */
static void
demand_plain(const char *text)
{
	char line[1000];

	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		assert_true(n < sizeof(line));
		memcpy(line, text, n);
		line[n] = '\0';
		if (!text_is_printable(line))
			fail_msg("not fit to be shown: %s", line);
		text += n + (text[n] == '\n');
	}
}

static void
the_code_is_on_top_and_the_address_below(void **state)
{
	struct scene s;
	const char *text;

	(void)state;
	set(&s);
	text = invite(&s);
	demand_plain(text);
	assert_true(find(text, "█") < find(text, "Sign in to "));
	assert_true(find(text, " as alice (sshd, from 198.51.100.7).") <
		    find(text, "Only go on if you started this login"));
	assert_true(find(text, "Only go on") <
		    find(text, "  Open:  https://id.example/device\n"));
	assert_true(find(text, "  Open:") < find(text, "  Code:  WDJB-MJHT "));
	assert_true(find(text, "  Code:") <
		    find(text, "Approve in the browser, then press Enter."));
	buf_free(&s.text);
}

static void
a_paste_is_invited_with_the_address_alone(void **state)
{
	struct scene s;
	const char *text;

	(void)state;
	set(&s);
	s.signin.offer.is_code = true;
	strcpy(s.signin.offer.url, "https://id.example/auth?client_id=x");
	text = invite(&s);
	demand_plain(text);
	assert_true(find(text, "█") < find(text, "Sign in to "));
	assert_true(
	    find(text, "Only go on") <
	    find(text, "  Open:  https://id.example/auth?client_id=x\n"));
	assert_true(
	    find(text, "  Open:") < find(text, "then paste here what "));
	lack(text, "Code:");
	lack(text, "Open the address within");
	buf_free(&s.text);
}

static void
a_pushed_request_that_ends_first_is_told(void **state)
{
	struct scene s;

	(void)state;
	set(&s);
	s.signin.offer.is_code = true;
	strcpy(s.signin.offer.url, "https://id.example/auth?request_uri=x");
	s.signin.offer.url_expires_in = LEFT_S - 1;
	(void)find(invite(&s), "\nOpen the address within 94 s.\nApprove in ");
	s.signin.offer.url_expires_in = LEFT_S;
	lack(invite(&s), "Open the address within");
	s.signin.offer.url_expires_in = UINT32_MAX;
	lack(invite(&s), "Open the address within");
	buf_free(&s.text);
}

static void
the_deadline_is_told_in_seconds_and_on_the_clock(void **state)
{
	struct scene s;
	char until[64];
	time_t when = time(NULL) + LEFT_S;
	struct tm local;

	(void)state;
	set(&s);
	localtime_r(&when, &local);
	strftime(until, sizeof(until), "until %H:%M", &local);
	(void)find(invite(&s), "(valid for 95 s, ");
	(void)find(buf_text(&s.text), until);
	buf_free(&s.text);
}

static void
only_a_prompt_asks_for_enter(void **state)
{
	struct scene s;
	const char *text;

	(void)state;
	set(&s);
	text = invite(&s);
	assert_int_equal(text[strlen(text) - 1], ' ');
	s.settings.display = SETTINGS_DISPLAY_TEXT;
	text = invite(&s);
	lack(text, "Enter");
	(void)find(text, "Approve in the browser; waiting");
	buf_free(&s.text);
}

/* How many characters of a code are in the text. */
static size_t
count(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part)) != NULL) {
		text += strlen(part);
		n++;
	}
	return n;
}

static void
a_code_that_does_not_fit_or_is_not_wanted_is_left_out(void **state)
{
	struct scene s;

	(void)state;
	set(&s);
	assert_true(count(invite(&s), "█") > 50);
	s.settings.qr = SETTINGS_QR_OFF;
	lack(invite(&s), "█");
	s.settings.qr = SETTINGS_QR_ASCII;
	lack(invite(&s), "█");
	assert_true(count(buf_text(&s.text), "##") > 50);
	demand_plain(buf_text(&s.text));
	s.settings.qr_max_columns = 20;
	lack(invite(&s), "##");
	s.settings.qr = SETTINGS_QR_UTF8;
	lack(invite(&s), "█");
	(void)find(buf_text(&s.text), "WDJB-MJHT");
	(void)find(buf_text(&s.text), "https://id.example/device");
	buf_free(&s.text);
}

static void
the_code_leads_to_the_complete_address(void **state)
{
	struct scene s;
	size_t rows;

	(void)state;
	set(&s);
	rows = count(invite(&s), "\n");
	strcpy(s.signin.offer.verification_uri_complete,
	    "https://id.example/device?user_code=WDJB-MJHT&and=more");
	assert_true(count(invite(&s), "\n") > rows);
	/* It is not for typing. */
	lack(buf_text(&s.text), "and=more");
	buf_free(&s.text);
}

static void
what_others_chose_cannot_draw_on_the_screen(void **state)
{
	static const char *const nasty[] = { "a\x1b[2Jb", "a\nOpen: b", "a\rb",
		"caf\xc3\xa9",
		"a\xe2\x80\xae"
		"b",
		"a\xff"
		"b",
		"a\"b\\c" };
	struct scene s;

	(void)state;
	for (size_t i = 0; i < COUNT(nasty); i++) {
		set(&s);
		s.settings.qr = SETTINGS_QR_OFF;
		strcpy(s.signin.greeting.user, nasty[i]);
		strcpy(s.signin.greeting.rhost, nasty[i]);
		strcpy(s.signin.greeting.service, nasty[i]);
		demand_plain(invite(&s));
		lack(buf_text(&s.text), nasty[i]);
		assert_int_equal(count(buf_text(&s.text), "\n"), 7);
		s.signin.reason = REASON_identity_not_allowed;
		demand_plain(farewell(&s));
		lack(buf_text(&s.text), nasty[i]);
		buf_free(&s.text);
	}
}

static void
the_longest_of_everything_fits(void **state)
{
	static char banner[201]; /* as long as the settings allow */
	struct scene s;

	(void)state;
	set(&s);
	memset(banner, 'b', sizeof(banner) - 1);
	memset(s.signin.greeting.user, 'u', 255);
	memset(s.signin.greeting.rhost, 'h', 255);
	memset(s.signin.greeting.service, 's', 64);
	memset(s.signin.offer.user_code, 'C', 16);
	memset(s.signin.offer.verification_uri + 18, 'v', 182);
	memset(s.signin.offer.verification_uri_complete, 'c', 512);
	s.settings.banner_before = s.settings.banner_after = banner;
	s.settings.support = banner;
	s.settings.qr_max_rows = 100;
	s.settings.qr_max_columns = 200;
	(void)find(invite(&s), "then press Enter.");
	buf_free(&s.text);
}

static void
banners_stand_around_it(void **state)
{
	static char before[] = "Welcome.", after[] = "No phone? Call 42.";
	struct scene s;
	const char *text;

	(void)state;
	set(&s);
	s.settings.banner_before = before;
	s.settings.banner_after = after;
	text = invite(&s);
	assert_int_equal(find(text, "Welcome.\n"), 0);
	assert_true(find(text, "  Code:") < find(text, after));
	assert_true(find(text, after) < find(text, "Approve in"));
	buf_free(&s.text);
}

static void
no_address_of_a_client_is_no_gap(void **state)
{
	struct scene s;

	(void)state;
	set(&s);
	s.signin.greeting.rhost[0] = '\0';
	lack(invite(&s), "from");
	(void)find(buf_text(&s.text), " as alice (sshd).");
	buf_free(&s.text);
}

static void
every_denial_ends_with_the_id(void **state)
{
	static char support[] = "Ask help@example.com.";
	struct scene s;

	(void)state;
	set(&s);
	for (unsigned i = 0; i < REASON_COUNT; i++) {
		const enum reason reason = (enum reason)i;
		const char *text;

		s.signin.reason = reason;
		s.settings.support = NULL;
		text = farewell(&s);
		if (reason == REASON_silent ||
		    reason_class(reason) == REASON_CLASS_GRANTED ||
		    reason_class(reason) == REASON_CLASS_CONFIRMED ||
		    reason_class(reason) == REASON_CLASS_GONE) {
			assert_string_equal(text, "");
			continue;
		}
		assert_int_equal(find(text, " (7K3M-9QXD)"), strlen(text) - 12);
		s.settings.support = support;
		text = farewell(&s);
		assert_int_equal(find(text, " (7K3M-9QXD) Ask help@"),
		    strlen(text) - 12 - strlen(support) - 1);
		demand_plain(text);
	}
	buf_free(&s.text);
}

static void
a_stranger_reads_the_same_for_every_rule(void **state)
{
	static const enum reason same[] = { REASON_user_unknown,
		REASON_user_forbidden, REASON_user_not_listed,
		REASON_identity_not_allowed, REASON_email_missing,
		REASON_email_unverified, REASON_email_invalid };
	struct scene s;

	(void)state;
	set(&s);
	for (size_t i = 0; i < COUNT(same); i++) {
		s.signin.reason = same[i];
		assert_string_equal(farewell(&s),
		    "This identity may not sign in as alice here. "
		    "(7K3M-9QXD)");
	}
	buf_free(&s.text);
}

static void
before_the_settings_are_known_there_is_a_text(void **state)
{
	struct scene s;

	(void)state;
	set(&s);
	s.signin.settings = NULL;
	s.signin.reason = REASON_settings_invalid;
	assert_string_equal(
	    farewell(&s), "This host is not set up correctly. (7K3M-9QXD)");
	buf_free(&s.text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_paste_is_invited_with_the_address_alone),
		cmocka_unit_test(a_pushed_request_that_ends_first_is_told),
		cmocka_unit_test(the_code_is_on_top_and_the_address_below),
		cmocka_unit_test(
		    the_deadline_is_told_in_seconds_and_on_the_clock),
		cmocka_unit_test(only_a_prompt_asks_for_enter),
		cmocka_unit_test(
		    a_code_that_does_not_fit_or_is_not_wanted_is_left_out),
		cmocka_unit_test(the_code_leads_to_the_complete_address),
		cmocka_unit_test(what_others_chose_cannot_draw_on_the_screen),
		cmocka_unit_test(the_longest_of_everything_fits),
		cmocka_unit_test(banners_stand_around_it),
		cmocka_unit_test(no_address_of_a_client_is_no_gap),
		cmocka_unit_test(every_denial_ends_with_the_id),
		cmocka_unit_test(a_stranger_reads_the_same_for_every_rule),
		cmocka_unit_test(before_the_settings_are_known_there_is_a_text),
	};

	return cmocka_run_group_tests_name("messages", tests, NULL, NULL);
}
