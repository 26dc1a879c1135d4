/* login/proof: what the worker can have signed, and how often. */
#include "settings_case.h"

#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/secret.h"
#include "codec/base64url.h"
#include "codec/crypto.h"
#include "codec/wire.h"
#include "crypto_case.h"
#include "login/proof.h"

#define METHOD \
	"token_endpoint_auth_method = private_key_jwt\n" \
	"private_key_file = /etc/k\n"
#define SOON_NS (20 * CLOCK_NS_PER_MS)
#define POLLING 3

/* A login, and the worker's end of its leg. */
struct login {
	int fds[2];
	struct wire leg;
	struct wire worker;
	struct signin signin;
};

static void
login_open(struct login *l, const char *text, const char *pem)
{
	static const uint8_t nonce[WIRE_NONCE_SIZE] = "0123456789abcdef";

	memset(l, 0, sizeof(*l));
	assert_int_equal(wire_pair(l->fds), OAUTH2_ERR_OK);
	wire_init(&l->leg, l->fds[0], &wire_worker_leg, nonce);
	wire_init(&l->worker, l->fds[1], &wire_worker_leg, nonce);
	l->leg.state = l->worker.state = POLLING;
	l->signin.worker = &l->leg;
	l->signin.settings = good(text, "sshd");
	if (pem != NULL)
		assert_int_equal(crypto_key_parse(pem, strlen(pem),
				     &l->signin.private_key, NULL),
		    OAUTH2_ERR_OK);
	l->signin.deadline_ns =
	    clock_monotonic_ns() + 10 * CLOCK_NS_PER_S + CLOCK_NS_PER_S / 2;
	proof_limit(&l->signin);
}

static void
login_close(struct login *l)
{
	settings_free(l->signin.settings);
	crypto_key_free(l->signin.private_key);
	wire_free(&l->leg);
	wire_free(&l->worker);
	close(l->fds[0]);
	close(l->fds[1]);
}

/* The worker asks, and is answered. */
static bool
ask(struct login *l)
{
	struct wire_out out;
	struct wire_msg m;

	wire_begin(&out, WIRE_SIGN);
	assert_int_equal(wire_send(&l->worker, &out), OAUTH2_ERR_OK);
	assert_int_equal(wire_recv(&l->leg, clock_monotonic_ns() + SOON_NS, &m),
	    OAUTH2_ERR_OK);
	assert_int_equal(m.type, WIRE_SIGN);
	return proof_give(&l->signin);
}

/* What the worker then hears, or NULL. */
static char *
hear(struct login *l)
{
	struct wire_msg m;
	char *jwt = NULL;

	if (wire_recv(&l->worker, clock_monotonic_ns() + SOON_NS, &m) !=
	    OAUTH2_ERR_OK)
		return NULL;
	assert_int_equal(m.type, WIRE_SIGNED);
	assert_int_equal(wire_take_text(&m, WIRE_TAG_JWT, &jwt), OAUTH2_ERR_OK);
	return jwt;
}

static void
assert_says(const char *part, const char *start)
{
	AUTO(buf_free) struct buf text = BUF(2000);

	assert_int_equal(
	    base64url_decode(&text, part, strcspn(part, ".")), OAUTH2_ERR_OK);
	if (strncmp(buf_text(&text), start, strlen(start)) != 0)
		fail_msg("%s, not %s", buf_text(&text), start);
}

static void
the_settings_say_what_is_signed(void **state)
{
	static const struct {
		const char *text, *pem, *header, *claims;
	} rows[] = {
		{ PROVIDER METHOD, ec,
		    "{\"alg\":\"ES256\",\"typ\":\"client-authentication+jwt\"}",
		    "{\"iss\":\"linux\",\"sub\":\"linux\","
		    "\"aud\":\"https://id.example\",\"jti\":" },
		{ PROVIDER METHOD "private_key_id = k1\n", rsa,
		    "{\"alg\":\"RS256\",\"typ\":\"client-authentication+jwt\","
		    "\"kid\":\"k1\"}",
		    "{\"iss\":\"linux\",\"sub\":\"linux\","
		    "\"aud\":\"https://id.example\",\"jti\":" },
		{ PROVIDER METHOD "assertion_audience = token_endpoint\n"
				  "token_endpoint = https://t.example/t\n",
		    rsa, "{\"alg\":\"RS256\",\"typ\":\"JWT\"}",
		    "{\"iss\":\"linux\",\"sub\":\"linux\","
		    "\"aud\":\"https://t.example/t\",\"jti\":" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO(secret_text_free) char *jwt = NULL;
		struct login l;

		login_open(&l, rows[i].text, rows[i].pem);
		assert_true(ask(&l));
		jwt = hear(&l);
		assert_non_null(jwt);
		assert_says(jwt, rows[i].header);
		assert_says(strchr(jwt, '.') + 1, rows[i].claims);
		login_close(&l);
	}
}

static void
it_is_good_from_now_on(void **state)
{
	AUTO(buf_free) struct buf text = BUF(2000);
	AUTO(secret_text_free) char *jwt = NULL;
	const char *claims;
	long long before, after, iat = 0, exp = 0;
	struct login l;

	(void)state;
	login_open(&l, PROVIDER METHOD, ec);
	before = clock_unix_s();
	assert_true(ask(&l));
	jwt = hear(&l);
	after = clock_unix_s();
	assert_non_null(jwt);
	claims = strchr(jwt, '.') + 1;
	assert_int_equal(base64url_decode(&text, claims, strcspn(claims, ".")),
	    OAUTH2_ERR_OK);
	claims = strstr(buf_text(&text), "\"iat\":");
	assert_int_equal(
	    sscanf(claims, "\"iat\":%lld,\"exp\":%lld}", &iat, &exp), 2);
	assert_true(before <= iat && iat <= after);
	assert_int_equal(exp, iat + 60);
	login_close(&l);
}

static void
without_a_key_there_is_nothing_to_ask_for(void **state)
{
	struct login l;

	(void)state;
	login_open(&l, PROVIDER, NULL);
	assert_false(ask(&l));
	assert_int_equal(l.signin.reason, REASON_protocol_error);
	assert_string_equal(l.signin.detail.text,
	    "the worker asks for an assertion, and there is no key");
	assert_null(hear(&l));
	login_close(&l);
}

/* Ten seconds: a start, a poll at once, and one for each second. */
static void
there_are_as_many_as_requests_that_may_be_made(void **state)
{
	struct login l;

	(void)state;
	login_open(&l, PROVIDER METHOD, ec);
	for (int i = 0; i < 12; i++) {
		AUTO(secret_text_free) char *jwt = NULL;

		assert_true(ask(&l));
		jwt = hear(&l);
		assert_non_null(jwt);
	}
	assert_false(ask(&l));
	assert_int_equal(l.signin.reason, REASON_protocol_error);
	assert_string_equal(l.signin.detail.text,
	    "the worker asks for more assertions than it can need");
	assert_null(hear(&l));
	login_close(&l);
}

static void
the_longest_login_has_a_limit_too(void **state)
{
	struct signin s = {
		.deadline_ns = clock_monotonic_ns() + 900 * CLOCK_NS_PER_S,
	};

	(void)state;
	proof_limit(&s);
	assert_in_range(s.assertions_left, 901, 902);
	s.deadline_ns = clock_monotonic_ns() - 1;
	proof_limit(&s);
	assert_int_equal(s.assertions_left, 2);
}

static void
a_worker_that_is_gone_is_noticed(void **state)
{
	struct login l;

	(void)state;
	login_open(&l, PROVIDER METHOD, ec);
	l.leg.state = 10; /* as after SIGN */
	shutdown(l.fds[1], SHUT_RDWR);
	assert_false(proof_give(&l.signin));
	assert_int_equal(l.signin.reason, REASON_helper_failed);
	login_close(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_settings_say_what_is_signed),
		cmocka_unit_test(it_is_good_from_now_on),
		cmocka_unit_test(without_a_key_there_is_nothing_to_ask_for),
		cmocka_unit_test(
		    there_are_as_many_as_requests_that_may_be_made),
		cmocka_unit_test(the_longest_login_has_a_limit_too),
		cmocka_unit_test(a_worker_that_is_gone_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
