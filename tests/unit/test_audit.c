/* base/audit: one line for every decision, whatever its values hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <cmocka.h>

#include "base/audit.h"

/* What reached the system log: ours stands in for the C library's. */
static struct {
	int calls;
	int priority;
	char line[AUDIT_LINE_MAX];
} logged;

void
vsyslog(int priority, const char *fmt, va_list ap)
{
	logged.calls++;
	logged.priority = priority;
	vsnprintf(logged.line, sizeof(logged.line), fmt, ap);
}

static struct audit_event
usual_event(void)
{
	return (struct audit_event){
		.time = 1767323045,
		.id = "7K3M-9QXD",
		.phase = "authenticate",
		.reason = REASON_approved,
		.host = "web1",
		.service = "sshd",
		.user = "alice",
		.has_uid = true,
		.uid = 1000,
		.rhost = "192.0.2.7",
		.tty = "ssh",
		.flow = "device",
		.iss = "https://id.example",
		.sub = "42",
		.rule = "alice email:alice@corp.example",
		.duration_ms = 1234,
		.detail = "",
	};
}

static const char *
format(const struct audit_event *event)
{
	static char line[AUDIT_LINE_MAX];
	AUTO(buf_free) struct buf b = BUF(AUDIT_LINE_MAX);

	audit_format(event, &b);
	assert_int_equal(buf_err(&b), OAUTH2_ERR_OK);
	snprintf(line, sizeof(line), "%s", buf_text(&b));
	return line;
}

static void
a_grant_is_one_line_of_the_fixed_fields(void **state)
{
	struct audit_event event = usual_event();

	(void)state;
	assert_string_equal(format(&event),
	    "event=decision time=\"2026-01-02T03:04:05Z\" id=\"7K3M-9QXD\" "
	    "phase=\"authenticate\" result=\"granted\" reason=\"approved\" "
	    "host=\"web1\" service=\"sshd\" user=\"alice\" uid=\"1000\" "
	    "rhost=\"192.0.2.7\" tty=\"ssh\" flow=\"device\" "
	    "iss=\"https://id.example\" sub=\"42\" "
	    "rule=\"alice email:alice@corp.example\" duration_ms=\"1234\" "
	    "detail=\"\"");
}

static bool
is_let_in(enum reason reason)
{
	return reason_class(reason) == REASON_CLASS_GRANTED ||
	       reason_class(reason) == REASON_CLASS_CONFIRMED;
}

static void
a_denial_says_so_and_names_no_rule(void **state)
{
	struct audit_event event = usual_event();
	const char *line;

	(void)state;
	for (int i = 0; i < REASON_COUNT; i++) {
		if (is_let_in((enum reason)i))
			continue;
		event.reason = (enum reason)i;
		line = format(&event);
		assert_non_null(strstr(line, " result=\"denied\" "));
		assert_non_null(strstr(line, " rule=\"\" "));
		assert_null(strchr(line, '@'));
	}
}

static void
a_zeroed_event_is_a_denial_with_empty_values(void **state)
{
	struct audit_event event;

	(void)state;
	memset(&event, 0, sizeof(event));
	assert_string_equal(format(&event),
	    "event=decision time=\"1970-01-01T00:00:00Z\" id=\"\" phase=\"\" "
	    "result=\"denied\" reason=\"internal_error\" host=\"\" "
	    "service=\"\" user=\"\" uid=\"\" rhost=\"\" tty=\"\" flow=\"\" "
	    "iss=\"\" sub=\"\" rule=\"\" duration_ms=\"0\" detail=\"\"");
}

static void
an_unknown_uid_or_duration_is_empty(void **state)
{
	struct audit_event event = usual_event();

	(void)state;
	event.has_uid = false;
	event.duration_ms = -1;
	assert_non_null(strstr(format(&event), " uid=\"\" "));
	assert_non_null(strstr(format(&event), " duration_ms=\"\" "));
	event.has_uid = true;
	event.uid = 4294967294;
	assert_non_null(strstr(format(&event), " uid=\"4294967294\" "));
}

/* Each text of an event, to be replaced by something hostile. */
static const size_t texts[] = {
	offsetof(struct audit_event, id),
	offsetof(struct audit_event, phase),
	offsetof(struct audit_event, host),
	offsetof(struct audit_event, service),
	offsetof(struct audit_event, user),
	offsetof(struct audit_event, rhost),
	offsetof(struct audit_event, tty),
	offsetof(struct audit_event, flow),
	offsetof(struct audit_event, iss),
	offsetof(struct audit_event, sub),
	offsetof(struct audit_event, rule),
	offsetof(struct audit_event, detail),
};

static size_t
count(const char *line, char c)
{
	size_t n = 0;

	for (; *line != '\0'; line++)
		n += *line == c;
	return n;
}

static void
no_value_can_break_out_of_its_quotes_or_its_line(void **state)
{
	static const char hostile[] =
	    "x\" result=\"granted\n\r\x1b[2J\\\x80\xff\xe2\x80\xae%n%s";
	const char *p = hostile, *line;
	struct audit_event event;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		event = usual_event();
		memcpy((char *)&event + texts[i], &p, sizeof(p));
		line = format(&event);
		assert_int_equal(count(line, '"'), 2 * 17);
		assert_non_null(
		    strstr(line, "x\\x22 result=\\x22granted\\x0a\\x0d\\x1b"));
		for (const char *c = line; *c != '\0'; c++)
			assert_true(*c >= 0x20 && *c <= 0x7e);
	}
}

static void
a_value_is_cut_at_128_bytes_and_not_within_an_escape(void **state)
{
	struct audit_event event = usual_event();
	char value[300], expected[400];

	(void)state;
	memset(value, 'v', sizeof(value));
	value[128] = '\0';
	event.user = value;
	snprintf(expected, sizeof(expected), " user=\"%s\" ", value);
	assert_non_null(strstr(format(&event), expected));
	value[128] = 'v';
	value[299] = '\0';
	assert_non_null(strstr(format(&event), expected));
	value[126] = '\n';
	expected[sizeof(" user=\"") - 1 + 126] = '\0';
	strcat(expected, "\" ");
	assert_non_null(strstr(format(&event), expected));
}

static void
every_value_at_its_longest_fits_the_line(void **state)
{
	struct audit_event event = usual_event();
	char value[300];
	const char *p = value;

	(void)state;
	memset(value, '\n', sizeof(value));
	value[299] = '\0';
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		memcpy((char *)&event + texts[i], &p, sizeof(p));
	event.duration_ms = INT64_MAX;
	event.time = INT64_MAX;
	assert_true(strlen(format(&event)) < 2048);
}

static void
a_detail_never_holds_an_address(void **state)
{
	static const struct {
		const char *detail;
		const char *written;
	} rows[] = {
		{ "plain words", "plain words" },
		{ "alice@corp.example", "[address]" },
		{ "The user 'alice@corp.example' is not assigned",
		    "The user [address] is not assigned" },
		{ "a@b, c@d\n<e@f>", "[address] [address]\\x0a[address]" },
		{ "@", "[address]" },
		{ "login_hint=alice%40corp.example is unknown",
		    "[address] is unknown" },
	};
	struct audit_event event = usual_event();
	char expected[200];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		event.detail = rows[i].detail;
		snprintf(expected, sizeof(expected), " detail=\"%s\"",
		    rows[i].written);
		if (strstr(format(&event), expected) == NULL)
			fail_msg("%s", rows[i].detail);
	}
}

static void
an_address_far_into_a_word_is_found_before_the_cut(void **state)
{
	struct audit_event event = usual_event();
	char detail[400];

	(void)state;
	memset(detail, 'a', sizeof(detail));
	memcpy(detail + 300, "@b", 3);
	event.detail = detail;
	assert_non_null(strstr(format(&event), " detail=\"[address]\""));
}

static void
a_sub_that_is_an_address_is_written_only_when_granted(void **state)
{
	struct audit_event event = usual_event();

	(void)state;
	event.sub = "alice@corp.example";
	assert_non_null(strstr(format(&event), " sub=\"alice@corp.example\""));
	event.reason = REASON_identity_not_allowed;
	assert_non_null(strstr(format(&event), " sub=\"\" "));
	event.sub = "oidc|alice%40corp.example";
	assert_non_null(strstr(format(&event), " sub=\"\" "));
	event.sub = "42";
	assert_non_null(strstr(format(&event), " sub=\"42\" "));
}

static void
it_is_logged_once_with_the_priority_of_the_reason(void **state)
{
	struct audit_event event = usual_event();

	(void)state;
	logged.calls = 0;
	event.user = "%s%n";
	audit_write(&event);
	assert_int_equal(logged.calls, 1);
	assert_int_equal(logged.priority, LOG_AUTHPRIV | LOG_NOTICE);
	assert_non_null(strstr(logged.line, " user=\"%s%n\" "));
	event.reason = REASON_access_denied;
	audit_write(&event);
	assert_int_equal(logged.priority, LOG_AUTHPRIV | LOG_WARNING);
	event.reason = REASON_settings_invalid;
	audit_write(&event);
	assert_int_equal(logged.priority, LOG_AUTHPRIV | LOG_ERR);
	assert_int_equal(logged.calls, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_grant_is_one_line_of_the_fixed_fields),
		cmocka_unit_test(a_denial_says_so_and_names_no_rule),
		cmocka_unit_test(a_zeroed_event_is_a_denial_with_empty_values),
		cmocka_unit_test(an_unknown_uid_or_duration_is_empty),
		cmocka_unit_test(
		    no_value_can_break_out_of_its_quotes_or_its_line),
		cmocka_unit_test(
		    a_value_is_cut_at_128_bytes_and_not_within_an_escape),
		cmocka_unit_test(every_value_at_its_longest_fits_the_line),
		cmocka_unit_test(a_detail_never_holds_an_address),
		cmocka_unit_test(
		    an_address_far_into_a_word_is_found_before_the_cut),
		cmocka_unit_test(
		    a_sub_that_is_an_address_is_written_only_when_granted),
		cmocka_unit_test(
		    it_is_logged_once_with_the_priority_of_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
