/* login/offer: what a worker that was taken over would have people see. */
#include "settings_case.h"

#include "base/clock.h"
#include "login/offer.h"

#define SHOWN	  "https://id.example/activate"
#define AUTHORIZE "https://id.example/authorize"
#define DEVICE	  PROVIDER "verification_hosts = shown.example\n"
#define CODE \
	"[pam_oauth2]\nflow = code\n" PROVIDER \
	"redirect_uri = https://login.example/callback\n" \
	"authorization_endpoint = " AUTHORIZE "\n"

static void
put_device(const char *user_code, const char *uri, const char *complete,
    struct wire_out *out)
{
	wire_begin(out, WIRE_DEVICE);
	wire_put_text(out, WIRE_TAG_USER_CODE, user_code);
	wire_put_text(out, WIRE_TAG_VERIFICATION_URI, uri);
	wire_put_text(out, WIRE_TAG_VERIFICATION_URI_COMPLETE, complete);
	wire_put_u64(out, WIRE_TAG_EXPIRES_IN, 600);
	wire_put_u64(out, WIRE_TAG_INTERVAL, 5);
}

/* How a message ends: approved stands for the story that goes on. */
static enum reason
take(const char *text, struct wire_out *out)
{
	struct signin s = {
		.settings = good(text, "sshd"),
		.deadline_ns = clock_monotonic_ns() + 50 * CLOCK_NS_PER_S,
		.reason = REASON_internal_error,
	};
	struct wire_msg m;

	assert_int_equal(
	    wire_parse(out->type, out->body.data, out->body.len, &m),
	    OAUTH2_ERR_OK);
	if (s.settings->flow == SETTINGS_FLOW_AUTO)
		s.settings->flow = SETTINGS_FLOW_DEVICE; /* as discovered */
	if (offer_take(&s, &m))
		s.reason = REASON_approved;
	settings_free(s.settings);
	buf_free(&out->body);
	return s.reason;
}

static void
a_user_code_is_four_letters_digits_and_hyphens_or_more(void **state)
{
	static const char *const fine[] = { "ABCD", "a-Z-09",
		"0123456789abcdef" };
	static const char *const refused[] = { "", "ABC", "AB CD", "ABCD\n",
		"\033[2J", "<b>AB", "ABC_D", "\303\204BCD" };
	struct wire_out out;

	(void)state;
	for (size_t i = 0; i < COUNT(fine); i++) {
		put_device(fine[i], SHOWN, NULL, &out);
		assert_int_equal(take(DEVICE, &out), REASON_approved);
	}
	for (size_t i = 0; i < COUNT(refused); i++) {
		put_device(refused[i], SHOWN, NULL, &out);
		assert_int_equal(
		    take(DEVICE, &out), REASON_verification_uri_refused);
	}
}

static void
an_address_is_on_a_host_that_may_be_shown(void **state)
{
	static const char *const fine[] = { SHOWN, "https://ID.example/#a",
		"https://shown.example/?a=b" };
	static const char *const refused[] = { "", "http://id.example/",
		"https://evil.example/", "https://id.example.evil.example/",
		"https://id.example@evil.example/", "https://u@id.example/",
		"https://id.example/a b", "https://id.example/\033[2J",
		"javascript:alert(1)" };
	struct wire_out out;

	(void)state;
	for (size_t i = 0; i < COUNT(fine); i++) {
		put_device("ABCD", fine[i], fine[i], &out);
		assert_int_equal(take(DEVICE, &out), REASON_approved);
	}
	for (size_t i = 0; i < COUNT(refused); i++) {
		put_device("ABCD", refused[i], NULL, &out);
		assert_int_equal(
		    take(DEVICE, &out), REASON_verification_uri_refused);
		if (refused[i][0] == '\0')
			continue; /* no complete one, then */
		put_device("ABCD", SHOWN, refused[i], &out);
		assert_int_equal(
		    take(DEVICE, &out), REASON_verification_uri_refused);
	}
}

static void
put_authorize(const char *url, struct wire_out *out)
{
	wire_begin(out, WIRE_AUTHORIZE);
	wire_put_text(out, WIRE_TAG_URL, url);
}

static void
an_address_to_open_is_that_of_the_authorization_endpoint(void **state)
{
	static const char *const refused[] = { "", AUTHORIZE, AUTHORIZE "r?x=1",
		"https://id.example/other?x=1",
		"https://evil.example/authorize?x=1",
		"http://id.example/authorize?x=1", AUTHORIZE "?x=1#f",
		AUTHORIZE "?x=a b" };
	struct wire_out out;

	(void)state;
	put_authorize(AUTHORIZE "?x=1", &out);
	assert_int_equal(take(CODE, &out), REASON_approved);
	for (size_t i = 0; i < COUNT(refused); i++) {
		put_authorize(refused[i], &out);
		assert_int_equal(
		    take(CODE, &out), REASON_verification_uri_refused);
	}
}

static void
the_flow_is_the_one_that_was_settled(void **state)
{
	struct wire_out out;

	(void)state;
	put_authorize(AUTHORIZE "?x=1", &out);
	assert_int_equal(take(DEVICE, &out), REASON_protocol_error);
	put_device("ABCD", SHOWN, NULL, &out);
	assert_int_equal(take(CODE, &out), REASON_protocol_error);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_user_code_is_four_letters_digits_and_hyphens_or_more),
		cmocka_unit_test(an_address_is_on_a_host_that_may_be_shown),
		cmocka_unit_test(
		    an_address_to_open_is_that_of_the_authorization_endpoint),
		cmocka_unit_test(the_flow_is_the_one_that_was_settled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
