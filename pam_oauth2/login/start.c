#include "login/start.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/text.h"
#include "login/children.h"
#include "login/openid.h"
#include "login/stored.h"
#include "login/wanted.h"

#define HOST_CHARACTERS \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"
#define STATE_CHARACTERS \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
#define RANDOM_SIZE 32 /* characters, of 6 bits each */
#define PARAM_MAX   1024

#define OFFLINE_ACCESS "offline_access" /* OpenID Connect Core 11 */

/* 192 random bits, as text. */
static bool
make_random(char *ret)
{
	unsigned char random[RANDOM_SIZE];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return false;
	for (size_t i = 0; i < sizeof(random); i++)
		ret[i] = STATE_CHARACTERS[random[i] & 63];
	ret[sizeof(random)] = '\0';
	return true;
}

/* The state also names this host, for the callback page to show. */
static bool
make_secrets(struct signin *s)
{
	char host[65] = "";

	if (!make_random(s->state) || !make_random(s->nonce))
		return false;
	if (gethostname(host, sizeof(host)) == 0 && strlen(host) <= 63 &&
	    text_has_only(host, HOST_CHARACTERS))
		(void)snprintf(s->state + RANDOM_SIZE,
		    sizeof(s->state) - RANDOM_SIZE, ".%s", host);
	return true;
}

/* Names of claims have none of the characters that JSON would escape. */
static void
put_claim(struct buf *b, const char *name)
{
	if (buf_text(b)[b->len - 1] != '{')
		buf_putc(b, ',');
	buf_printf(b, "\"%s\":null", name);
}

/* "NAME=..." is among the parameters that the settings add to an address. */
static bool
has_own(const struct settings *settings, const char *start)
{
	const struct strlist *params = &settings->provider.authorize_params;

	if (settings->flow != SETTINGS_FLOW_CODE)
		return false;
	for (size_t i = 0; i < params->count; i++)
		if (strncmp(params->items[i], start, strlen(start)) == 0)
			return true;
	return false;
}

/*
 * OpenID Connect Core 5.5: to have the claims in the ID token, where they are
 * signed, and not in userinfo alone.
 */
static void
put_claims(struct signin *s, const struct strlist *asked, struct wire_out *out)
{
	AUTO(buf_free) struct buf b = BUF(PARAM_MAX);

	if (!s->has_claims_parameter || asked->count == 0 ||
	    !openid_is_used(&s->settings->provider) ||
	    has_own(s->settings, "claims="))
		return;
	buf_puts(&b, "claims={\"id_token\":{");
	for (size_t i = 0; i < asked->count; i++)
		put_claim(&b, asked->items[i]);
	buf_puts(&b, "}}");
	/* Too many to be asked for by name: then userinfo has to say them. */
	if (buf_err(&b) == OAUTH2_ERR_OK)
		wire_put_text(out, WIRE_TAG_PARAMETER, buf_text(&b));
}

/* What the answer is going to be held against is asked for as well. */
static void
put_demands(const struct settings *settings, struct wire_out *out)
{
	AUTO(buf_free) struct buf acr = BUF(PARAM_MAX);
	char max_age[sizeof("max_age=4294967295")];

	if (!openid_is_used(&settings->provider))
		return;
	if (settings->max_age != 0) {
		(void)snprintf(
		    max_age, sizeof(max_age), "max_age=%u", settings->max_age);
		wire_put_text(out, WIRE_TAG_PARAMETER, max_age);
	}
	if (settings->require_acr.count == 0)
		return;
	buf_puts(&acr, "acr_values=");
	for (size_t i = 0; i < settings->require_acr.count; i++)
		buf_printf(&acr, "%s%s", i > 0 ? " " : "",
		    settings->require_acr.items[i]);
	wire_put_text(out, WIRE_TAG_PARAMETER, buf_text(&acr));
}

/* What a demand has asked for already is not asked for differently. */
static void
put_own(const struct settings *settings, struct wire_out *out)
{
	const struct strlist *params = &settings->provider.authorize_params;
	const bool has_acr = settings->require_acr.count > 0;
	const bool has_max_age = settings->max_age != 0;

	for (size_t i = 0; i < params->count; i++) {
		const char *text = params->items[i];

		if ((has_acr && strncmp(text, "acr_values=", 11) == 0) ||
		    (has_max_age && strncmp(text, "max_age=", 8) == 0))
			continue;
		wire_put_text(out, WIRE_TAG_PARAMETER, text);
	}
}

static void
put_params(struct signin *s, const struct strlist *asked, struct wire_out *out)
{
	const struct provider_settings *p = &s->settings->provider;
	char hd[sizeof("hd=") + TEXT_DOMAIN_MAX];

	if (s->is_revocation)
		return;
	if (s->is_renewal) {
		wire_put_list(out, WIRE_TAG_PARAMETER, &p->refresh_params);
		return;
	}
	put_claims(s, asked, out);
	put_demands(s->settings, out);
	if (s->settings->flow != SETTINGS_FLOW_CODE)
		return;
	put_own(s->settings, out);
	if (p->hd == NULL)
		return;
	(void)snprintf(hd, sizeof(hd), "hd=%s", p->hd);
	wire_put_text(out, WIRE_TAG_PARAMETER, hd);
}

static void
put_endpoints(const struct provider_settings *p, struct wire_out *out)
{
	wire_put_text(
	    out, WIRE_TAG_AUTHORIZATION_ENDPOINT, p->authorization_endpoint);
	wire_put_text(out, WIRE_TAG_PAR_ENDPOINT,
	    p->pushed_authorization_request_endpoint);
	wire_put_text(out, WIRE_TAG_TOKEN_ENDPOINT, p->token_endpoint);
	wire_put_text(
	    out, WIRE_TAG_DEVICE_ENDPOINT, p->device_authorization_endpoint);
	wire_put_text(out, WIRE_TAG_USERINFO_ENDPOINT, p->userinfo_endpoint);
	wire_put_text(
	    out, WIRE_TAG_REVOCATION_ENDPOINT, p->revocation_endpoint);
	wire_put_list(out, WIRE_TAG_ENDPOINT_HOST, &p->endpoint_hosts);
	wire_put_list(out, WIRE_TAG_VERIFICATION_HOST, &p->verification_hosts);
}

/*
 * A refresh token of an OpenID provider's is mostly asked for by this scope;
 * at one that does not know it the request might fail.
 */
static void
put_scopes(const struct signin *s, struct wire_out *out)
{
	const struct provider_settings *p = &s->settings->provider;

	wire_put_list(out, WIRE_TAG_SCOPE, &p->scopes);
	if (s->is_offline_offered && stored_is_wanted(s) && openid_is_used(p) &&
	    !strlist_has(&p->scopes, OFFLINE_ACCESS))
		wire_put_text(out, WIRE_TAG_SCOPE, OFFLINE_ACCESS);
}

static enum settings_auth_method
revocation_method(const struct provider_settings *p)
{
	return p->revocation_endpoint_auth_method == SETTINGS_AUTH_METHOD_AUTO
		   ? p->token_endpoint_auth_method
		   : p->revocation_endpoint_auth_method;
}

static void
put_client(const struct signin *s, struct wire_out *out)
{
	const struct provider_settings *p = &s->settings->provider;

	wire_put_text(out, WIRE_TAG_PRESET, p->preset);
	wire_put_text(out, WIRE_TAG_ISSUER, p->issuer);
	wire_put_text(out, WIRE_TAG_CLIENT_ID, p->client_id);
	wire_put_text(out, WIRE_TAG_CLIENT_SECRET, s->client_secret);
	wire_put_text(out, WIRE_TAG_AUTH_METHOD,
	    settings_auth_method_name(p->token_endpoint_auth_method));
	wire_put_text(out, WIRE_TAG_REVOCATION_AUTH_METHOD,
	    settings_auth_method_name(revocation_method(p)));
	wire_put_u64(out, WIRE_TAG_BASIC_RAW, p->basic_raw);
	wire_put_u64(
	    out, WIRE_TAG_IS_PKCE_PLAIN, p->pkce == SETTINGS_PKCE_PLAIN);
	put_scopes(s, out);
	wire_put_list(out, WIRE_TAG_REQUIRED_SCOPE, &p->required_scopes);
	wire_put_u64(
	    out, WIRE_TAG_EMAIL_VERIFIED_STRING, p->email_verified_string);
	wire_put_text(out, WIRE_TAG_CA_FILE, p->ca_file);
	wire_put_text(out, WIRE_TAG_PROXY, p->proxy);
}

static enum wire_flow
flow_of(const struct signin *s)
{
	if (s->is_revocation)
		return WIRE_FLOW_REVOKE;
	if (s->is_renewal)
		return WIRE_FLOW_REFRESH;
	return s->settings->flow == SETTINGS_FLOW_CODE ? WIRE_FLOW_CODE
						       : WIRE_FLOW_DEVICE;
}

static void
put_login(struct signin *s, const struct strlist *claims,
    const struct strlist *asked, struct wire_out *out)
{
	wire_put_u64(out, WIRE_TAG_FLOW, flow_of(s));
	wire_put_text(
	    out, WIRE_TAG_REDIRECT_URI, s->settings->provider.redirect_uri);
	wire_put_text(out, WIRE_TAG_STATE, s->state);
	if (openid_has_nonce(s->settings))
		wire_put_text(out, WIRE_TAG_NONCE, s->nonce);
	put_params(s, asked, out);
	wire_put_text(out, WIRE_TAG_GROUPS_CLAIM, wanted_groups(s));
	wire_put_list(out, WIRE_TAG_CLAIM, claims);
	wire_put_u64(out, WIRE_TAG_IS_KEPT, stored_is_wanted(s));
	wire_put_u64(out, WIRE_TAG_DEADLINE_NS, (uint64_t)s->deadline_ns);
}

bool
start_send(struct signin *s)
{
	AUTO(strlist_free) struct strlist claims = STRLIST(IDENTITY_CLAIMS_MAX);
	AUTO(strlist_free) struct strlist asked = STRLIST(WANTED_MAX);
	struct wire_out out;
	enum oauth2_err err = wanted_claims(s, &claims);

	if (err == OAUTH2_ERR_OK)
		err = wanted_by_anybody(s, &asked);
	if (err != OAUTH2_ERR_OK)
		return signin_fail_err(s, err);
	if (!make_secrets(s))
		return signin_fail_err(s, OAUTH2_ERR_INTERNAL);
	wire_begin(&out, WIRE_START);
	put_client(s, &out);
	put_endpoints(&s->settings->provider, &out);
	put_login(s, &claims, &asked, &out);
	return children_tell(s, s->worker, &out);
}
