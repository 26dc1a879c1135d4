/*
 * The public interface of the OAuth2 client on a command line, for tests:
 *
 *   client_driver COMMAND [KEY=VALUE ...]
 *
 * fetch     one HTTP request (url, form, authorization, once, open), or
 *           `repeat` of them with pause_ms between
 * discover  find the endpoints
 * start     ... and ask for a device code
 * poll      ... poll once with device_code; the endpoints are set by hand
 * identity  ... fetch userinfo with access_token
 * login     all of it; a second of waiting lasts second_ms
 * serve     a command, then those on standard input: see driver_serve.h
 * code_login  a code for a token, and identity
 * others    see driver_grants.h
 *
 * Prints one line of JSON and exits 0 whatever came of it: tests compare.
 */
#include "driver.h"
#include "driver_fail.h"
#include "driver_grants.h"
#include "driver_serve.h"
#include "driver_signer.h"
#include "oauth2/device.h"
#include "oauth2/discovery.h"
#include "oauth2/identity.h"

#define NEEDS (OAUTH2_NEEDS_DEVICE | OAUTH2_NEEDS_TOKEN | OAUTH2_NEEDS_USERINFO)

static void
put_result(struct driver *d, enum oauth2_err err, const struct detail *detail)
{
	put_text(d, "result", err_name(err));
	put_text(d, "cause", err_cause_name(detail->cause));
	put_number(d, "http_status", detail->http_status);
	put_text(d, "error", detail->error);
	put_text(d, "description", detail->description);
	put_text(d, "text", detail->text);
	put_number(d, "is_request", oauth2_err_is_request(err));
}

static bool
should_stop(void *arg)
{
	struct driver *d = arg;

	if ((d->stop_ns != 0 && clock_monotonic_ns() >= d->stop_ns) ||
	    (d->polls > 0 && d->polls == number(d, "stop_polls", 0)))
		return true;
	return d->stop_after > 0 && --d->stop_after == 0;
}

static enum oauth2_err
open_http(struct driver *d)
{
	struct http_config config = {
		.ca_file = option(d, "ca_file"),
		.proxy = option(d, "proxy"),
		.connect_timeout_ms = number(d, "connect_timeout_ms", 0),
		.request_timeout_ms = number(d, "timeout_ms", 0),
		.should_stop = should_stop,
		.arg = d,
	};
	int deadline_ms = number(d, "deadline_ms", 0);
	int stop_ms = number(d, "stop_ms", 0);

	if (stop_ms != 0)
		d->stop_ns = clock_monotonic_ns() + stop_ms * CLOCK_NS_PER_MS;
	d->stop_after = number(d, "stop_after", 0);
	if (deadline_ms != 0)
		config.deadline_ns =
		    clock_monotonic_ns() + deadline_ms * CLOCK_NS_PER_MS;
	return http_new(&config, &d->http);
}

static enum oauth2_err
open_client(struct driver *d, struct detail *detail)
{
	struct oauth2_config config = {
		.name = "test",
		.issuer = option(d, "issuer"),
		.client_id = option(d, "client_id"),
		.client_secret = option(d, "client_secret"),
		.token_endpoint_auth_method = option(d, "method"),
		.revocation_endpoint_auth_method =
		    option(d, "revocation_method"),
		.get_assertion =
		    option(d, "key") != NULL ? get_assertion : NULL,
		.assertion_arg = d,
		.basic_raw = number(d, "basic_raw", 0) != 0,
		.pkce = option(d, "pkce"),
		.authorization_endpoint = option(d, "authorization_endpoint"),
		.token_endpoint = option(d, "token_endpoint"),
		.device_authorization_endpoint =
		    option(d, "device_authorization_endpoint"),
		.userinfo_endpoint = option(d, "userinfo_endpoint"),
		.revocation_endpoint = option(d, "revocation_endpoint"),
		.pushed_authorization_request_endpoint =
		    option(d, "par_endpoint"),
		.jwks_uri = option(d, "jwks_uri"),
		.refresh_token_endpoint = option(d, "refresh_token_endpoint"),
		.endpoint_hosts = &d->endpoint_hosts,
		.verification_hosts = &d->verification_hosts,
		.scopes = &d->scopes,
		.required_scopes = &d->required_scopes,
		.preset = option(d, "preset"),
		.email_verified_string =
		    number(d, "email_verified_string", 0) != 0,
		.http = d->http,
	};

	if (words(d, "endpoint_hosts", &d->endpoint_hosts) ||
	    words(d, "verification_hosts", &d->verification_hosts) ||
	    words(d, "scopes", &d->scopes) || words(d, "claims", &d->claims) ||
	    words(d, "required_scopes", &d->required_scopes))
		return OAUTH2_ERR_INTERNAL;
	return oauth2_new(&config, detail, &d->client);
}

static enum oauth2_err
discover(struct driver *d, struct detail *detail)
{
	const struct oauth2_metadata *m;
	enum oauth2_err err;

	err = oauth2_discover(
	    d->client, (unsigned)number(d, "needs", NEEDS), detail);
	if (err == OAUTH2_ERR_OK && number(d, "again", 0) != 0)
		err = oauth2_discover(
		    d->client, (unsigned)number(d, "again", 0), detail);
	m = oauth2_metadata(d->client);
	put_text(d, "token_endpoint", m->token_endpoint);
	put_text(d, "device_authorization_endpoint",
	    m->device_authorization_endpoint);
	put_text(d, "userinfo_endpoint", m->userinfo_endpoint);
	put_text(d, "authorization_endpoint", m->authorization_endpoint);
	put_text(d, "revocation_endpoint", m->revocation_endpoint);
	put_text(d, "par_endpoint", m->pushed_authorization_request_endpoint);
	put_text(d, "jwks_uri", m->jwks_uri);
	put_number(d, "iss_parameter",
	    m->authorization_response_iss_parameter_supported);
	return err;
}

static enum oauth2_err
start(struct driver *d, struct oauth2_device **ret, struct detail *detail)
{
	enum oauth2_err err = oauth2_device_start(d->client, NULL, ret, detail);

	if (err != OAUTH2_ERR_OK)
		return err;
	put_text(d, "device_code", (*ret)->device_code);
	put_text(d, "user_code", (*ret)->user_code);
	put_text(d, "verification_uri", (*ret)->verification_uri);
	put_text(
	    d, "verification_uri_complete", (*ret)->verification_uri_complete);
	put_number(d, "expires_in", (*ret)->expires_in);
	return err;
}

/* Poll until it ends; what each poll said, and what came to wait after it. */
static enum oauth2_err
poll_until(struct driver *d, struct oauth2_device *dev, int most,
    struct oauth2_token **ret, struct detail *detail)
{
	int second_ms = number(d, "second_ms", 10);
	int64_t end = clock_monotonic_ns() +
		      (int64_t)dev->expires_in * second_ms * CLOCK_NS_PER_MS;
	AUTO(buf_free) struct buf log = BUF(1 << 16);
	enum oauth2_err err;

	for (;;) {
		clock_sleep_until(clock_monotonic_ns() + (int64_t)dev->wait *
							     second_ms *
							     CLOCK_NS_PER_MS);
		err = oauth2_device_poll(d->client, dev, NOW, ret, detail);
		d->polls++;
		buf_printf(&log, "%s%s %d", log.len > 0 ? "\n" : "",
		    err_name(err), dev->wait);
		if (!oauth2_device_goes_on(err) || --most == 0 ||
		    clock_monotonic_ns() >= end)
			break;
	}
	put_text(d, "polls", buf_text(&log));
	put_number(d, "interval", dev->interval);
	return err;
}

static enum oauth2_err
identity(struct driver *d, const struct oauth2_token *t, struct detail *detail)
{
	struct oauth2_identity_query query = {
		.groups_claim = option(d, "groups_claim"),
		.sub = option(d, "expected_sub"),
		.claims = &d->claims,
	};
	AUTO(identity_free) struct identity *who = NULL;
	enum oauth2_err err;

	err = oauth2_get_identity(d->client, t, &query, &who, detail);
	if (err != OAUTH2_ERR_OK)
		return err;
	put_identity(d, who);
	put_list(d, "groups", &who->groups);
	put_list(d, "claims", &who->claims);
	return err;
}

static enum oauth2_err
run_fetch(struct driver *d, struct detail *detail)
{
	struct http_request request = {
		.url = option(d, "url"),
		.form = option(d, "form"),
		.authorization = option(d, "authorization"),
		.once = number(d, "once", 0) != 0,
	};
	int left = number(d, "repeat", 1);
	enum oauth2_err err;

	for (;;) {
		AUTO(http_response_free)
		struct http_response r = HTTP_RESPONSE;

		if (number(d, "open", 0) != 0)
			err = http_open(d->http, request.url, detail);
		else
			err = http_request(d->http, &request, &r, detail);
		if (err != OAUTH2_ERR_OK || --left == 0) {
			put_number(d, "status", r.status);
			put_text(d, "type", r.content_type);
			put_text(d, "body", buf_text(&r.body));
			put_number(
			    d, "is_open", http_is_open(d->http, request.url));
			return err;
		}
		clock_sleep_until(clock_monotonic_ns() +
				  number(d, "pause_ms", 0) * CLOCK_NS_PER_MS);
	}
}

static enum oauth2_err
run_login(struct driver *d, struct detail *detail)
{
	AUTO(oauth2_device_free) struct oauth2_device *dev = NULL;
	AUTO(oauth2_token_free) struct oauth2_token *t = NULL;
	enum oauth2_err err;

	err = discover(d, detail);
	if (err == OAUTH2_ERR_OK)
		err = start(d, &dev, detail);
	if (err == OAUTH2_ERR_OK)
		err = poll_until(d, dev, 1000, &t, detail);
	if (err == OAUTH2_ERR_OK)
		put_token(d, t);
	return err == OAUTH2_ERR_OK ? identity(d, t, detail) : err;
}

static enum oauth2_err
run_code_login(struct driver *d, struct detail *detail)
{
	AUTO(oauth2_token_free) struct oauth2_token *t = NULL;
	enum oauth2_err err = oauth2_discover(d->client,
	    OAUTH2_NEEDS_TOKEN | oauth2_identity_needs(d->client), detail);

	if (err == OAUTH2_ERR_OK)
		err = exchange(d, &t, detail);
	if (err == OAUTH2_ERR_OK)
		put_token(d, t);
	return err == OAUTH2_ERR_OK ? identity(d, t, detail) : err;
}

static enum oauth2_err
run_start(struct driver *d, struct detail *detail)
{
	AUTO(oauth2_device_free) struct oauth2_device *dev = NULL;
	enum oauth2_err err = discover(d, detail);

	if (err == OAUTH2_ERR_OK)
		err = start(d, &dev, detail);
	if (err == OAUTH2_ERR_OK)
		put_number(d, "interval", dev->interval);
	return err;
}

static enum oauth2_err
run_poll(struct driver *d, struct detail *detail)
{
	AUTO(oauth2_token_free) struct oauth2_token *t = NULL;
	char code[] = "DC";
	struct oauth2_device dev = {
		.device_code = option(d, "device_code") != NULL
				   ? (char *)(uintptr_t)option(d, "device_code")
				   : code,
		.expires_in = 3600,
		.interval = 5,
		.wait = 5,
	};
	enum oauth2_err err;

	err = poll_until(d, &dev, number(d, "repeat", 1), &t, detail);
	if (err == OAUTH2_ERR_OK)
		put_token(d, t);
	return err;
}

static enum oauth2_err
run_identity(struct driver *d, struct detail *detail)
{
	char token[1 << 10] = "AT";
	struct oauth2_token t = {
		.access_token = token,
	};
	const char *given = option(d, "access_token");

	if (given != NULL &&
	    text_copy(token, sizeof(token), given) != OAUTH2_ERR_OK)
		return OAUTH2_ERR_INTERNAL;
	return identity(d, &t, detail);
}

static const struct {
	const char *name;
	enum oauth2_err (*run)(struct driver *d, struct detail *detail);
	bool needs_client;
} commands[] = {
	{ "fetch", run_fetch, false },
	{ "discover", discover, true },
	{ "start", run_start, true },
	{ "poll", run_poll, true },
	{ "identity", run_identity, true },
	{ "login", run_login, true },
	{ "code_login", run_code_login, true },
	{ "url", run_url, true },
	{ "push", run_push, true },
	{ "pkce", run_pkce, false },
	{ "exchange", run_exchange, true },
	{ "refresh", run_refresh, true },
	{ "revoke", run_revoke, true },
	{ "keys", run_keys, true },
	{ "userinfo", run_userinfo, true },
	{ "profile", run_profile, true },
	{ "id_email", run_id_email, true },
};

static void
close_driver(struct driver *d)
{
	oauth2_free(d->client);
	http_free(d->http);
	strlist_free(&d->endpoint_hosts);
	strlist_free(&d->verification_hosts);
	strlist_free(&d->scopes);
	strlist_free(&d->required_scopes);
	strlist_free(&d->claims);
	buf_free(&d->out);
}

static int
run_command(char **words)
{
	struct driver d = { .options = words + 1, .out = BUF(1 << 22) };
	struct detail detail = { 0 };
	enum oauth2_err err;
	size_t i = 0;

	while (strcmp(words[0], commands[i].name) != 0)
		if (++i == sizeof(commands) / sizeof(*commands))
			return 2;
	begin_to_fail(&d);
	buf_putc(&d.out, '{');
	err = open_http(&d);
	if (err == OAUTH2_ERR_OK && commands[i].needs_client)
		err = open_client(&d, &detail);
	if (err == OAUTH2_ERR_OK)
		err = commands[i].run(&d, &detail);
	end_to_fail(&d);
	put_result(&d, err, &detail);
	printf("%s}\n", buf_text(&d.out));
	fflush(stdout);
	close_driver(&d);
	return 0;
}

int
main(int argc, char **argv)
{
	bool is_server = argc > 1 && strcmp(argv[1], "serve") == 0;
	int status;

	argv += is_server ? 2 : 1;
	if (*argv == NULL)
		return 2;
	status = run_command(argv);
	return is_server ? serve(run_command) : status;
}
