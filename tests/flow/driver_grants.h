/*
 * Commands of client_driver for the authorization code and what comes after:
 *
 * url       the authorization URL (redirect_uri, state, nonce, challenge,
 *           challenge_method, request_scopes, extras: NAME=VALUE lines)
 * push      the same, pushed
 * pkce      a verifier and its challenge, a state
 * exchange  a code for a token (code, redirect_uri, verifier), `repeat` times
 * refresh   refresh_token (extras), `repeat` times
 * revoke    token (hint); first discovers what it needs, if told so (needs)
 * keys      the key set: how many, and their kids
 * userinfo  as identity, and where it is signed the jwt
 * profile   userinfo with access_token
 * id_email  likewise: id and email alone
 */
#ifndef PAM_OAUTH2_TESTS_DRIVER_GRANTS_H
#define PAM_OAUTH2_TESTS_DRIVER_GRANTS_H

#include "base/secret.h"
#include "driver.h"
#include "oauth2/authorize.h"
#include "oauth2/code.h"
#include "oauth2/discovery.h"
#include "oauth2/identity.h"
#include "oauth2/jwks.h"
#include "oauth2/pkce.h"
#include "oauth2/profile.h"
#include "oauth2/refresh.h"
#include "oauth2/revoke.h"

/* NAME=VALUE lines, cut in place. */
static inline struct oauth2_parameters
read_extras(char *text, struct oauth2_parameter *items)
{
	struct oauth2_parameters extras = { items, 0 };
	char *line;

	while (text != NULL && (line = strsep(&text, "\n")) != NULL) {
		struct oauth2_parameter *item = &items[extras.count++];

		item->name = strsep(&line, "=");
		item->value = line != NULL ? line : "";
	}
	return extras;
}

static inline enum oauth2_err
run_authorize(struct driver *d, bool is_pushed, struct detail *detail)
{
	AUTO(secret_text_free) char *lines = secret_strdup(option(d, "extras"));
	AUTO(strlist_free) struct strlist scopes = STRLIST(LIST_MAX);
	AUTO(secret_text_free) char *url = NULL;
	struct oauth2_parameter items[LIST_MAX];
	struct oauth2_authorization_request request = {
		.redirect_uri = option(d, "redirect_uri"),
		.state = option(d, "state"),
		.nonce = option(d, "nonce"),
		.code_challenge = option(d, "challenge"),
		.code_challenge_method = option(d, "challenge_method"),
		.extras = read_extras(lines, items),
	};
	int expires_in = 0;
	enum oauth2_err err = words(d, "request_scopes", &scopes);

	if (option(d, "request_scopes") != NULL)
		request.scopes = &scopes;
	if (err == OAUTH2_ERR_OK && is_pushed)
		err = oauth2_push_authorization_request(
		    d->client, &request, &url, &expires_in, detail);
	else if (err == OAUTH2_ERR_OK)
		err = oauth2_get_authorization_url(
		    d->client, &request, &url, detail);
	put_text(d, "url", url);
	put_number(d, "expires_in", expires_in);
	return err;
}

static inline enum oauth2_err
run_url(struct driver *d, struct detail *detail)
{
	return run_authorize(d, false, detail);
}

static inline enum oauth2_err
run_push(struct driver *d, struct detail *detail)
{
	return run_authorize(d, true, detail);
}

static inline enum oauth2_err
run_pkce(struct driver *d, struct detail *detail)
{
	AUTO(oauth2_pkce_free) struct oauth2_pkce *pkce = NULL;
	AUTO(secret_text_free) char *state = NULL;
	enum oauth2_err err = oauth2_pkce_new(&pkce);

	(void)detail;
	if (err == OAUTH2_ERR_OK)
		err = oauth2_random(&state);
	if (err != OAUTH2_ERR_OK)
		return err;
	put_text(d, "verifier", pkce->verifier);
	put_text(d, "challenge", pkce->challenge);
	put_text(d, "state", state);
	return err;
}

static inline enum oauth2_err
exchange(struct driver *d, struct oauth2_token **ret, struct detail *detail)
{
	const struct oauth2_code code = {
		.code = option(d, "code"),
		.redirect_uri = option(d, "redirect_uri"),
		.code_verifier = option(d, "verifier"),
	};

	return oauth2_get_access_token(d->client, &code, NOW, ret, detail);
}

static inline enum oauth2_err
run_exchange(struct driver *d, struct detail *detail)
{
	AUTO(oauth2_token_free) struct oauth2_token *t = NULL;
	enum oauth2_err err = OAUTH2_ERR_OK;

	for (int left = number(d, "repeat", 1); left > 0; left--) {
		oauth2_token_free(TAKE(t));
		err = exchange(d, &t, detail);
	}
	if (err == OAUTH2_ERR_OK)
		put_token(d, t);
	return err;
}

static inline enum oauth2_err
run_refresh(struct driver *d, struct detail *detail)
{
	AUTO(secret_text_free) char *lines = secret_strdup(option(d, "extras"));
	AUTO(oauth2_token_free) struct oauth2_token *t = NULL;
	struct oauth2_parameter items[LIST_MAX];
	const struct oauth2_refresh_request request = {
		.refresh_token = option(d, "refresh_token"),
		.extras = read_extras(lines, items),
	};
	enum oauth2_err err = OAUTH2_ERR_OK;

	for (int left = number(d, "repeat", 1); left > 0; left--) {
		oauth2_token_free(TAKE(t));
		err =
		    oauth2_refresh_token(d->client, &request, NOW, &t, detail);
	}
	put_number(d, "is_over", oauth2_refresh_is_over(err, detail));
	if (err == OAUTH2_ERR_OK)
		put_token(d, t);
	return err;
}

static inline enum oauth2_err
run_revoke(struct driver *d, struct detail *detail)
{
	const unsigned needs = (unsigned)number(d, "needs", 0);
	enum oauth2_err err = oauth2_discover(d->client, needs, detail);

	if (err != OAUTH2_ERR_OK)
		return err;
	return oauth2_revoke_token(
	    d->client, option(d, "token"), option(d, "hint"), detail);
}

static inline enum oauth2_err
run_keys(struct driver *d, struct detail *detail)
{
	AUTO(oauth2_jwks_free) struct oauth2_jwks jwks = OAUTH2_JWKS;
	AUTO(buf_free) struct buf keys = BUF(1 << 16);
	enum oauth2_err err =
	    oauth2_fetch_jwks(d->client, option(d, "etag"), &jwks, detail);

	if (err != OAUTH2_ERR_OK)
		return err;
	for (size_t i = 0; i < jwks.keys.count; i++)
		buf_printf(&keys, "%s\n", jwks.keys.items[i]);
	if (buf_err(&keys) != OAUTH2_ERR_OK)
		return buf_err(&keys);
	put_number(d, "keys", (int64_t)jwks.keys.count);
	put_text(d, "texts", buf_text(&keys));
	put_text(d, "etag", jwks.etag);
	put_number(d, "unchanged", jwks.is_unchanged);
	return err;
}

static inline enum oauth2_err
run_userinfo(struct driver *d, struct detail *detail)
{
	char token[] = "AT";
	const struct oauth2_token t = { .access_token = token };
	AUTO(oauth2_userinfo_free) struct oauth2_userinfo userinfo = { 0 };
	enum oauth2_err err;

	err = oauth2_get_userinfo(d->client, &t, NULL, &userinfo, detail);
	if (err != OAUTH2_ERR_OK)
		return err;
	if (userinfo.jwt != NULL)
		put_text(d, "jwt", userinfo.jwt);
	else
		put_identity(d, userinfo.identity);
	return err;
}

static inline enum oauth2_err
run_profile(struct driver *d, struct detail *detail)
{
	char token[] = "AT";
	const struct oauth2_token t = { .access_token = token };
	AUTO(json_free) struct json *profile = NULL;
	const char *login = NULL;
	enum oauth2_err err;

	err = oauth2_get_profile(d->client, &t, &profile, detail);
	if (err == OAUTH2_ERR_OK &&
	    json_get_text(profile, "login", 100, &login) == JSON_FOUND)
		put_text(d, "login", login);
	return err;
}

static inline enum oauth2_err
run_id_email(struct driver *d, struct detail *detail)
{
	char token[] = "AT";
	const struct oauth2_token t = { .access_token = token };
	AUTO(identity_free) struct identity *who = NULL;
	enum oauth2_err err;

	err = oauth2_get_id_email(d->client, &t, &who, detail);
	if (err == OAUTH2_ERR_OK)
		put_identity(d, who);
	return err;
}

#endif
