#include "oauth2/device.h"

#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "oauth2/field.h"
#include "oauth2/grant.h"
#include "oauth2/request.h"

#define GRANT_TYPE "urn:ietf:params:oauth:grant-type:device_code"
#define FORM_MAX   (64 * 1024)

#define DEVICE_CODE_MAX	 4096
#define USER_CODE_MIN	 4
#define USER_CODE_MAX	 16
#define SHOWN_MAX	 200 /* bytes of the URI that people type */
#define COMPLETE_MAX	 512 /* bytes of the URI in the QR code */
#define EXPIRES_IN_MAX_S (24 * 3600)
#define INTERVAL_S	 5
#define INTERVAL_MAX_S	 300
#define WAIT_MAX_S	 60

#define CODE_CHARACTERS \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"

static enum oauth2_err
refuse(struct detail *d, const char *name, const char *why)
{
	return detail_fail(because(d, OAUTH2_CAUSE_POLICY), OAUTH2_ERR_POLICY,
	    "%s: %.200s", name, why);
}

static enum oauth2_err
read_user_code(const struct json *json, char **ret, struct detail *d)
{
	AUTO(secret_text_free) char *code = NULL;
	enum oauth2_err err;

	err = field_text(json, "user_code", SIZE_MAX, &code, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	if (strlen(code) < USER_CODE_MIN || strlen(code) > USER_CODE_MAX ||
	    !text_has_only(code, CODE_CHARACTERS))
		return refuse(
		    d, "user_code", "not 4 to 16 letters, digits and hyphens");
	*ret = TAKE(code);
	return OAUTH2_ERR_OK;
}

/* Whoever may receive our secrets may be shown; others must be listed. */
static bool
is_host_shown(const struct oauth2_client *c, const char *host)
{
	const char *endpoint = c->endpoints.device_authorization_endpoint;
	struct uri uri;

	return uri_host_equal(host, c->issuer_uri.host) ||
	       uri_host_in(host, &c->endpoint_hosts) ||
	       uri_host_in(host, &c->verification_hosts) ||
	       (uri_parse(endpoint, URI_ALLOW_QUERY, &uri, NULL) ==
		       OAUTH2_ERR_OK &&
		   uri_host_equal(host, uri.host));
}

static enum oauth2_err
check_uri(const struct oauth2_client *c, const char *name, const char *text,
    size_t max, struct detail *d)
{
	struct detail why = { 0 };
	struct uri uri;

	if (strlen(text) > max)
		return refuse(d, name, "it is too long to be shown");
	if (uri_parse(text, URI_ALLOW_QUERY | URI_ALLOW_FRAGMENT, &uri, &why) !=
	    OAUTH2_ERR_OK)
		return refuse(d, name, why.text);
	if (is_host_shown(c, uri.host))
		return OAUTH2_ERR_OK;
	detail_fail(&why, OAUTH2_ERR_POLICY,
	    "host %.120s is not listed in verification_hosts", uri.host);
	return refuse(d, name, why.text);
}

/* Google says verification_url. */
static enum oauth2_err
read_uris(const struct oauth2_client *c, const struct json *json,
    struct oauth2_device *dev, struct detail *d)
{
	const char *name = "verification_uri";
	enum oauth2_err err;

	if (!json_has(json, name) && json_has(json, "verification_url"))
		name = "verification_url";
	err = field_text(json, name, SIZE_MAX, &dev->verification_uri, d);
	if (err == OAUTH2_ERR_OK)
		err = check_uri(c, name, dev->verification_uri, SHOWN_MAX, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	name = "verification_uri_complete";
	err = field_text(
	    json, name, SIZE_MAX, &dev->verification_uri_complete, d);
	if (err != OAUTH2_ERR_OK)
		return field_optional(err, d);
	return check_uri(
	    c, name, dev->verification_uri_complete, COMPLETE_MAX, d);
}

static enum oauth2_err
read_times(const struct json *json, struct oauth2_device *dev, struct detail *d)
{
	int64_t expires_in = 0, interval = INTERVAL_S;
	enum oauth2_err err;

	err =
	    field_integer(json, "expires_in", EXPIRES_IN_MAX_S, &expires_in, d);
	if (err == OAUTH2_ERR_OK && expires_in < 1)
		err = detail_fail(because(d, OAUTH2_CAUSE_PROTOCOL),
		    OAUTH2_ERR_SYNTAX, "expires_in is not above 0");
	if (err != OAUTH2_ERR_OK)
		return err;
	err = field_optional(
	    field_integer(json, "interval", INT32_MAX, &interval, d), d);
	if (err != OAUTH2_ERR_OK)
		return err;
	if (interval < 1)
		interval = INTERVAL_S;
	else if (interval > INTERVAL_MAX_S || interval > expires_in)
		return detail_fail(because(d, OAUTH2_CAUSE_PROTOCOL),
		    OAUTH2_ERR_SYNTAX, "interval is too long");
	dev->expires_in = (int)expires_in;
	dev->interval = dev->wait = (int)interval;
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
read_device(const struct oauth2_client *c, const struct json *json,
    struct oauth2_device **ret, struct detail *d)
{
	AUTO(oauth2_device_free)
	struct oauth2_device *dev = secret_alloc(sizeof(*dev));
	enum oauth2_err err;

	if (dev == NULL)
		return OAUTH2_ERR_NOMEM;
	err = field_token(
	    json, "device_code", DEVICE_CODE_MAX, &dev->device_code, d);
	if (err == OAUTH2_ERR_OK)
		err = read_user_code(json, &dev->user_code, d);
	if (err == OAUTH2_ERR_OK)
		err = read_uris(c, json, dev, d);
	if (err == OAUTH2_ERR_OK)
		err = read_times(json, dev, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	*ret = TAKE(dev);
	return OAUTH2_ERR_OK;
}

static const char *const reserved[] = { "client_id", "client_secret", "scope",
	"client_assertion", "client_assertion_type", NULL };

enum oauth2_err
oauth2_device_start(const struct oauth2_client *c,
    const struct oauth2_parameters *extras, struct oauth2_device **ret,
    struct detail *d)
{
	const char *endpoint = c->endpoints.device_authorization_endpoint;
	AUTO(buf_free) struct buf form = BUF(FORM_MAX);
	AUTO(reply_free) struct reply reply = { 0 };
	enum oauth2_err err = OAUTH2_ERR_OK;

	if (endpoint == NULL)
		return detail_fail(d, OAUTH2_ERR_INTERNAL,
		    "device_authorization_endpoint is not known");
	request_add_client(c, c->method, &form);
	if (c->scope != NULL)
		uri_form_add(&form, "scope", c->scope);
	if (extras != NULL)
		err = parameters_add(extras, reserved, &form, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	err = request_post(c, endpoint, &form, &reply, d);
	if (err == OAUTH2_ERR_OK)
		err = read_device(c, reply.json, ret, d);
	return request_failed(err, OAUTH2_ERR_DEVICE_AUTHORIZATION);
}

/* RFC 8628 section 3.5, and what some providers say instead. */
static const struct {
	const char *error;
	enum oauth2_err err;
} answers[] = {
	{ "authorization_pending", OAUTH2_ERR_AUTHORIZATION_PENDING },
	{ "slow_down", OAUTH2_ERR_SLOW_DOWN },
	{ "access_denied", OAUTH2_ERR_ACCESS_DENIED },
	{ "authorization_declined", OAUTH2_ERR_ACCESS_DENIED },
	{ "expired_token", OAUTH2_ERR_EXPIRED_TOKEN },
	{ "token_expired", OAUTH2_ERR_EXPIRED_TOKEN },
	{ "bad_verification_code", OAUTH2_ERR_EXPIRED_TOKEN },
	/* Auth0 says it once, and then this; and so GitHub. */
	{ "invalid_grant", OAUTH2_ERR_EXPIRED_TOKEN },
	{ "incorrect_device_code", OAUTH2_ERR_EXPIRED_TOKEN },
	{ "temporarily_unavailable", OAUTH2_ERR_TRANSPORT },
};

/* What a refused poll means, by the JSON error whatever the status. */
static enum oauth2_err
answer_of(const struct reply *reply)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
		if (strcmp(reply->error, answers[i].error) == 0)
			return answers[i].err;
	if (reply->status == 429 || reply->status >= 500)
		return OAUTH2_ERR_TRANSPORT;
	return OAUTH2_ERR_GET_ACCESS_TOKEN;
}

/* When to ask again. Only slow_down changes the interval, and for good. */
static void
set_wait(
    struct oauth2_device *dev, enum oauth2_err err, const struct json *json)
{
	int64_t carried = 0;

	if (err == OAUTH2_ERR_SLOW_DOWN) {
		dev->interval += 5;
		if (field_integer(json, "interval", EXPIRES_IN_MAX_S, &carried,
			NULL) == OAUTH2_ERR_OK &&
		    carried > dev->interval)
			dev->interval = (int)carried;
	}
	if (err != OAUTH2_ERR_TIMEOUT && err != OAUTH2_ERR_TRANSPORT) {
		dev->wait = dev->interval;
		return;
	}
	dev->wait *= 2;
	if (dev->wait > WAIT_MAX_S)
		dev->wait = WAIT_MAX_S;
	if (dev->wait < dev->interval)
		dev->wait = dev->interval;
}

enum oauth2_err
oauth2_device_poll(const struct oauth2_client *c, struct oauth2_device *dev,
    int64_t now, struct oauth2_token **ret, struct detail *d)
{
	AUTO(buf_free) struct buf form = BUF(FORM_MAX);
	AUTO(reply_free) struct reply reply = { 0 };
	enum oauth2_err err;

	if (c->endpoints.token_endpoint == NULL)
		return detail_fail(
		    d, OAUTH2_ERR_INTERNAL, "token_endpoint is not known");
	uri_form_add(&form, "grant_type", GRANT_TYPE);
	uri_form_add(&form, "device_code", dev->device_code);
	request_add_client(c, c->method, &form);
	err = request_post(c, c->endpoints.token_endpoint, &form, &reply, d);
	if (err == OAUTH2_ERR_OK)
		err = grant_read(c, reply.json, now, ret, d);
	else if (err == OAUTH2_ERR_HTTP && reply.status != 0)
		err = answer_of(&reply);
	else if (err != OAUTH2_ERR_TIMEOUT && err != OAUTH2_ERR_TRANSPORT)
		err = request_failed(err, OAUTH2_ERR_GET_ACCESS_TOKEN);
	set_wait(dev, err, reply.json);
	return err;
}

bool
oauth2_device_goes_on(enum oauth2_err err)
{
	return err == OAUTH2_ERR_AUTHORIZATION_PENDING ||
	       err == OAUTH2_ERR_SLOW_DOWN || err == OAUTH2_ERR_TIMEOUT ||
	       err == OAUTH2_ERR_TRANSPORT;
}

void
oauth2_device_free(struct oauth2_device *dev)
{
	if (dev == NULL)
		return;
	secret_free(dev->device_code);
	secret_free(dev->user_code);
	secret_free(dev->verification_uri);
	secret_free(dev->verification_uri_complete);
	secret_free(dev);
}
