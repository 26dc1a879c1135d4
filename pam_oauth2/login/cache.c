#include "login/cache.h"

#include <string.h>

#include "base/dir_write.h"
#include "base/paths.h"
#include "base/text.h"
#include "login/hash_name.h"

#define TIME_SIZE    8
#define HEAD_SIZE    (6 + 3 * TIME_SIZE) /* magic, version, type, times */
#define NAME_SIZE    (HASH_NAME_MAX + sizeof(".metadata"))
#define ORIGIN_MAX   (64 * 1024)
#define CLOCK_SKEW_S 60

static const uint8_t magic[4] = { 'P', 'O', '2', 'C' };

/*
 * Everything that has a say in what is fetched, and from whom: with other
 * settings it is another document.
 */
static void
put_origin(const struct provider_settings *p, struct buf *b)
{
	const char *const texts[] = { p->jwks_uri, p->ca_file, p->proxy };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		buf_printf(b, "%s\n", texts[i] != NULL ? texts[i] : "");
	for (size_t i = 0; i < p->endpoint_hosts.count; i++)
		buf_printf(b, "%s\n", p->endpoint_hosts.items[i]);
}

static enum oauth2_err
make_name(const struct provider_settings *p, enum wire_type type, char *ret,
    size_t size)
{
	AUTO(buf_free) struct buf origin = BUF(ORIGIN_MAX);
	struct hash_name what = { .purpose = "cache", .issuer = p->issuer };

	put_origin(p, &origin);
	if (buf_err(&origin) != OAUTH2_ERR_OK)
		return buf_err(&origin);
	what.who = buf_text(&origin);
	return hash_name(
	    &what, type == WIRE_KEYS ? ".keys" : ".metadata", ret, size);
}

/* -1: not a time. */
static int64_t
read_time(const uint8_t *p)
{
	uint64_t time = 0;

	for (size_t i = 0; i < TIME_SIZE; i++)
		time = time << 8 | p[i];
	return time > INT64_MAX ? -1 : (int64_t)time;
}

static enum oauth2_err
parse(enum wire_type type, struct cached *c)
{
	const uint8_t *p = c->body.data;

	if (c->body.len < HEAD_SIZE || memcmp(p, magic, sizeof(magic)) != 0 ||
	    p[4] != WIRE_VERSION || p[5] != type)
		return OAUTH2_ERR_SYNTAX;
	c->fetched_at = read_time(p + 6);
	c->renewed_at = read_time(p + 6 + TIME_SIZE);
	c->whole_at = read_time(p + 6 + 2 * TIME_SIZE);
	if (c->fetched_at < 0 || c->renewed_at < 0 || c->whole_at < 0)
		return OAUTH2_ERR_SYNTAX;
	return wire_parse(
	    type, p + HEAD_SIZE, c->body.len - HEAD_SIZE, &c->message);
}

enum oauth2_err
cache_load(const struct provider_settings *provider, enum wire_type type,
    struct cached *ret)
{
	AUTO(dir_free) struct dir *dir = NULL;
	char name[NAME_SIZE];
	enum oauth2_err err;

	buf_reset(&ret->body);
	err = make_name(provider, type, name, sizeof(name));
	if (err == OAUTH2_ERR_OK)
		err = dir_open(PATH_CACHE, DIR_EXISTING, &dir, NULL);
	if (err == OAUTH2_ERR_OK)
		err = dir_read(dir, name, &ret->body, NULL);
	if (err == OAUTH2_ERR_OK)
		err = parse(type, ret);
	if (err != OAUTH2_ERR_OK)
		cache_free(ret);
	return err;
}

bool
cache_is_fresh(const struct cached *cached, int64_t now)
{
	return cached->message.body != NULL &&
	       cached->fetched_at <= now + CLOCK_SKEW_S &&
	       now - cached->fetched_at < CACHE_LIFETIME_S;
}

static void
put_time(int64_t time, uint8_t *ret)
{
	for (int i = 0; i < TIME_SIZE; i++)
		ret[i] = (uint8_t)((uint64_t)time >> (56 - 8 * i));
}

static void
put_head(enum wire_type type, const struct cached *cached, uint8_t *ret)
{
	memcpy(ret, magic, sizeof(magic));
	ret[4] = WIRE_VERSION;
	ret[5] = (uint8_t)type;
	put_time(cached->fetched_at, ret + 6);
	put_time(cached->renewed_at, ret + 6 + TIME_SIZE);
	put_time(cached->whole_at, ret + 6 + 2 * TIME_SIZE);
}

void
cache_etag(struct cached *cached, int64_t now, char *ret)
{
	const bool is_recent =
	    cached->whole_at <= now && now - cached->whole_at < CACHE_WHOLE_S;

	if (cached->message.body == NULL || !is_recent ||
	    wire_copy_text(&cached->message, WIRE_TAG_ETAG, ret,
		HTTP_ETAG_SIZE) != OAUTH2_ERR_OK ||
	    !text_is_printable_ascii(ret))
		ret[0] = '\0';
	cached->may_be_unchanged = ret[0] != '\0';
}

enum oauth2_err
cache_update(const struct wire_msg *answer, int64_t now, struct cached *cached)
{
	uint8_t head[HEAD_SIZE];
	enum oauth2_err err;

	if (answer->type == WIRE_UNCHANGED && !cached->may_be_unchanged)
		return OAUTH2_ERR_PROTOCOL;
	cached->fetched_at = now;
	if (answer->type == WIRE_UNCHANGED) {
		cached->may_be_unchanged = false;
		put_head(cached->message.type, cached, cached->body.data);
		return OAUTH2_ERR_OK;
	}
	cached->whole_at = now;
	put_head(answer->type, cached, head);
	cache_free(cached);
	buf_put(&cached->body, head, sizeof(head));
	buf_put(&cached->body, answer->body, answer->len);
	err = buf_err(&cached->body);
	if (err == OAUTH2_ERR_OK)
		err = parse(answer->type, cached);
	return err;
}

enum oauth2_err
cache_save(const struct provider_settings *provider,
    const struct cached *cached, struct detail *d)
{
	AUTO(dir_free) struct dir *dir = NULL;
	char name[NAME_SIZE];
	enum oauth2_err err;

	err = make_name(provider, cached->message.type, name, sizeof(name));
	if (err == OAUTH2_ERR_OK)
		err = dir_open(PATH_CACHE, DIR_EXISTING, &dir, d);
	if (err == OAUTH2_ERR_OK)
		err = dir_replace(dir, name, &cached->body, d);
	return err;
}

void
cache_free(struct cached *cached)
{
	cached->message = (struct wire_msg){ 0 };
	cached->fetched_at = 0;
	cached->renewed_at = 0;
	cached->whole_at = 0;
	cached->may_be_unchanged = false;
	buf_free(&cached->body);
}
