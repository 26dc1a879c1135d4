#include "login/keys.h"

#include "base/clock.h"
#include "base/log.h"
#include "codec/jwk.h"
#include "login/cache.h"
#include "login/children.h"

static bool
ask(struct signin *s)
{
	const struct provider_settings *p = &s->settings->provider;
	char etag[HTTP_ETAG_SIZE];
	struct wire_out out;

	cache_etag(&s->keys, clock_unix_s(), etag);
	wire_begin(&out, WIRE_FETCH_KEYS);
	wire_put_text(&out, WIRE_TAG_ISSUER, p->issuer);
	wire_put_text(&out, WIRE_TAG_CLIENT_ID, p->client_id);
	wire_put_text(&out, WIRE_TAG_JWKS_URI, p->jwks_uri);
	if (etag[0] != '\0')
		wire_put_text(&out, WIRE_TAG_ETAG, etag);
	wire_put_text(&out, WIRE_TAG_CA_FILE, p->ca_file);
	wire_put_text(&out, WIRE_TAG_PROXY, p->proxy);
	wire_put_u64(&out, WIRE_TAG_DEADLINE_NS, (uint64_t)s->deadline_ns);
	s->is_waiting_for_keys = true;
	return children_tell(s, s->fetcher, &out);
}

bool
keys_prepare(struct signin *s)
{
	const enum oauth2_err err =
	    cache_load(&s->settings->provider, WIRE_KEYS, &s->keys);

	log_debug("keys in the cache: %s", err_text(err));
	return cache_is_fresh(&s->keys, clock_unix_s()) || ask(s);
}

/*
 * What was asked for, to be used and kept; that it cannot be kept is no reason
 * to keep people out. What no judge would take is not kept.
 */
static bool
take(struct signin *s)
{
	AUTO(strlist_free) struct strlist keys = STRLIST(JWK_KEYS_MAX);
	struct detail d = { 0 };
	struct wire_msg m;
	enum oauth2_err err;

	if (!children_await(s, s->fetcher, &m))
		return false;
	s->is_waiting_for_keys = false;
	err = wire_take_list(&m, WIRE_TAG_KEY, &keys);
	if (err == OAUTH2_ERR_OK)
		err = cache_update(&m, clock_unix_s(), &s->keys);
	if (err != OAUTH2_ERR_OK)
		return signin_fail_err(s, err);
	if (cache_save(&s->settings->provider, &s->keys, &d) != OAUTH2_ERR_OK)
		log_line(LOG_WARNING, "keys are not cached: %s", d.text);
	return true;
}

static bool
tell_judge(struct signin *s)
{
	AUTO(strlist_free) struct strlist keys = STRLIST(JWK_KEYS_MAX);
	struct wire_out out;
	enum oauth2_err err;

	err = wire_take_list(&s->keys.message, WIRE_TAG_KEY, &keys);
	if (err != OAUTH2_ERR_OK)
		return signin_fail_err(s, err);
	wire_begin(&out, WIRE_TRUST);
	wire_put_list(&out, WIRE_TAG_KEY, &keys);
	return children_tell(s, s->judge, &out);
}

/* One fault of the provider's does not lose a login. */
static bool
take_or_ask_again(struct signin *s)
{
	return take(s) ||
	       (reason_class(s->reason) == REASON_CLASS_UNREACHABLE && ask(s) &&
		   take(s));
}

bool
keys_trust(struct signin *s)
{
	if (s->is_waiting_for_keys && !take_or_ask_again(s))
		return false;
	return tell_judge(s);
}

bool
keys_renew(struct signin *s, bool *ret_is_new)
{
	const int64_t now = clock_unix_s();
	const int64_t age = now - s->keys.renewed_at;

	*ret_is_new = age < 0 || age >= KEYS_REFETCH_S;
	if (!*ret_is_new)
		return true;
	/* What is there cannot be right, whatever its ETag says. */
	cache_free(&s->keys);
	s->keys.renewed_at = now;
	return ask(s) && take(s) && tell_judge(s);
}
