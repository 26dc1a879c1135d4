/*
 * login/cache: what is fresh, and what an answer makes of what is kept. The
 * files are in tests/flow/test_helper_cache.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "login/cache.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define NOW	     1700000000
#define HEAD	     30 /* bytes before the message */

/* A message from the fetcher; what it points into lives as long as out. */
static struct wire_msg
answer(enum wire_type type, const char *text, struct wire_out *out)
{
	struct wire_msg m;

	wire_begin(out, type);
	if (type == WIRE_KEYS) {
		wire_put_text(out, WIRE_TAG_KEY, text);
		wire_put_text(out, WIRE_TAG_ETAG, "\"e\"");
	}
	if (type == WIRE_METADATA) {
		wire_put_text(out, WIRE_TAG_JWKS_URI, text);
		wire_put_u64(out, WIRE_TAG_IS_ISS_SENT, 0);
		wire_put_u64(out, WIRE_TAG_IS_CLAIMS_PARAMETER, 1);
		wire_put_u64(out, WIRE_TAG_LACKS_S256, 0);
		wire_put_u64(out, WIRE_TAG_IS_OFFLINE_OFFERED, 0);
	}
	assert_int_equal(
	    wire_parse(type, out->body.data, out->body.len, &m), OAUTH2_ERR_OK);
	return m;
}

static enum oauth2_err
update(enum wire_type type, const char *text, int64_t now, struct cached *c)
{
	struct wire_out out;
	struct wire_msg m = answer(type, text, &out);
	enum oauth2_err err = cache_update(&m, now, c);

	buf_free(&out.body); /* nothing of it may be needed any more */
	return err;
}

/* The ETag to ask with at this time. */
static const char *
etag(struct cached *c, int64_t now)
{
	static char text[HTTP_ETAG_SIZE];

	cache_etag(c, now, text);
	return text;
}

static void
holds(const struct cached *c, enum wire_type type, const char *text)
{
	const enum wire_tag tag =
	    type == WIRE_KEYS ? WIRE_TAG_KEY : WIRE_TAG_JWKS_URI;

	assert_int_equal(c->message.type, type);
	assert_true(wire_text_is(&c->message, tag, text));
	assert_ptr_equal(c->message.body, c->body.data + HEAD);
	assert_int_equal(c->message.len, c->body.len - HEAD);
}

static void
a_document_is_fresh_for_an_hour(void **state)
{
	static const struct {
		int64_t fetched_at, now;
		bool is_fresh;
	} rows[] = {
		{ NOW, NOW, true },
		{ NOW - 3599, NOW, true },
		{ NOW - 3600, NOW, false },
		{ NOW + 60, NOW, true },
		{ NOW + 61, NOW, false },
		{ INT64_MAX, NOW, false },
		{ 0, NOW, false },
		{ NOW, 0, false },
	};
	struct cached c = CACHED;

	(void)state;
	assert_false(cache_is_fresh(&c, 0));
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(update(WIRE_KEYS, "k", rows[i].fetched_at, &c),
		    OAUTH2_ERR_OK);
		if (cache_is_fresh(&c, rows[i].now) != rows[i].is_fresh)
			fail_msg("row %zu", i);
	}
	cache_free(&c);
	assert_false(cache_is_fresh(&c, NOW));
}

static void
a_new_document_replaces_the_old_one(void **state)
{
	struct cached c = CACHED;

	(void)state;
	assert_int_equal(update(WIRE_KEYS, "one", NOW, &c), OAUTH2_ERR_OK);
	holds(&c, WIRE_KEYS, "one");
	assert_int_equal(
	    update(WIRE_KEYS, "another", NOW + 5, &c), OAUTH2_ERR_OK);
	holds(&c, WIRE_KEYS, "another");
	assert_int_equal(c.fetched_at, NOW + 5);
	assert_int_equal(
	    update(WIRE_METADATA, "https://a", NOW, &c), OAUTH2_ERR_OK);
	holds(&c, WIRE_METADATA, "https://a");
	cache_free(&c);
}

static void
what_has_not_changed_is_as_good_as_new(void **state)
{
	struct cached c = CACHED;

	(void)state;
	assert_int_equal(
	    update(WIRE_UNCHANGED, NULL, NOW, &c), OAUTH2_ERR_PROTOCOL);
	assert_null(c.message.body);
	assert_int_equal(update(WIRE_KEYS, "k", NOW - 7200, &c), OAUTH2_ERR_OK);
	assert_false(cache_is_fresh(&c, NOW));
	assert_int_equal(
	    update(WIRE_UNCHANGED, NULL, NOW, &c), OAUTH2_ERR_PROTOCOL);
	assert_string_equal(etag(&c, NOW), "\"e\"");
	assert_int_equal(update(WIRE_UNCHANGED, NULL, NOW, &c), OAUTH2_ERR_OK);
	assert_true(cache_is_fresh(&c, NOW));
	holds(&c, WIRE_KEYS, "k");
	/* Once for each time that it was asked. */
	assert_int_equal(
	    update(WIRE_UNCHANGED, NULL, NOW, &c), OAUTH2_ERR_PROTOCOL);
	cache_free(&c);
}

/* However often the provider has said that nothing is new. */
static void
once_a_day_a_document_comes_whole(void **state)
{
	struct cached c = CACHED;

	(void)state;
	assert_string_equal(etag(&c, NOW), "");
	assert_int_equal(update(WIRE_KEYS, "k", NOW, &c), OAUTH2_ERR_OK);
	for (int64_t hour = 1; hour < 24; hour++) {
		assert_string_equal(etag(&c, NOW + hour * 3600), "\"e\"");
		assert_int_equal(
		    update(WIRE_UNCHANGED, NULL, NOW + hour * 3600, &c),
		    OAUTH2_ERR_OK);
	}
	assert_string_equal(etag(&c, NOW + 86399), "\"e\"");
	assert_string_equal(etag(&c, NOW + 86400), "");
	assert_int_equal(
	    update(WIRE_UNCHANGED, NULL, NOW, &c), OAUTH2_ERR_PROTOCOL);
	assert_string_equal(etag(&c, NOW - 1), "");
	assert_int_equal(
	    update(WIRE_KEYS, "l", NOW + 86400, &c), OAUTH2_ERR_OK);
	assert_string_equal(etag(&c, NOW + 86400), "\"e\"");
	cache_free(&c);
}

/* It says when unknown keys made us ask, whatever was fetched meanwhile. */
static void
the_time_of_a_renewal_outlasts_what_is_fetched(void **state)
{
	struct cached c = CACHED;

	(void)state;
	assert_int_equal(update(WIRE_KEYS, "k", NOW, &c), OAUTH2_ERR_OK);
	assert_int_equal(c.renewed_at, 0);
	c.renewed_at = NOW + 1;
	assert_int_equal(update(WIRE_KEYS, "l", NOW + 2, &c), OAUTH2_ERR_OK);
	assert_int_equal(c.renewed_at, NOW + 1);
	assert_string_equal(etag(&c, NOW + 3), "\"e\"");
	assert_int_equal(
	    update(WIRE_UNCHANGED, NULL, NOW + 3, &c), OAUTH2_ERR_OK);
	assert_int_equal(c.renewed_at, NOW + 1);
	assert_int_equal(c.fetched_at, NOW + 3);
	cache_free(&c);
	assert_int_equal(c.renewed_at, 0);
}

static void
the_largest_message_fits(void **state)
{
	struct cached c = CACHED;
	struct wire_out out;
	struct wire_msg m;
	char key[2001];

	(void)state;
	memset(key, 'k', sizeof(key));
	key[2000] = '\0';
	wire_begin(&out, WIRE_KEYS);
	for (int i = 0; i < 32; i++)
		wire_put_text(&out, WIRE_TAG_KEY, key);
	assert_int_equal(buf_err(&out.body), OAUTH2_ERR_OK);
	assert_int_equal(wire_parse(WIRE_KEYS, out.body.data, out.body.len, &m),
	    OAUTH2_ERR_OK);
	assert_int_equal(cache_update(&m, NOW, &c), OAUTH2_ERR_OK);
	assert_int_equal(c.message.len, 32 * 2003);
	buf_free(&out.body);
	cache_free(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_is_fresh_for_an_hour),
		cmocka_unit_test(a_new_document_replaces_the_old_one),
		cmocka_unit_test(what_has_not_changed_is_as_good_as_new),
		cmocka_unit_test(once_a_day_a_document_comes_whole),
		cmocka_unit_test(
		    the_time_of_a_renewal_outlasts_what_is_fetched),
		cmocka_unit_test(the_largest_message_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
