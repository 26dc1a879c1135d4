/* codec/wire_body: every rule of the table, kept and broken once. */
#include "wire_case.h"

/* What became of a body; the buffer is emptied for the next. */
static enum oauth2_err
check(uint8_t type, struct buf *body)
{
	enum oauth2_err err;

	assert_int_equal(buf_err(body), OAUTH2_ERR_OK);
	err = wire_check_body(type, body->data, body->len);
	buf_reset(body);
	return err;
}

static void
demand(uint8_t type, struct buf *body, enum oauth2_err expected,
    const char *what, unsigned tag)
{
	if (check(type, body) != expected)
		fail_msg("type %u tag %u: %s", type, tag, what);
}

static void
largest_values_are_accepted(void **state)
{
	AUTO(buf_free) struct buf body = BUF(BODY_MAX);

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		put_all(&body, types[i], true, NULL);
		demand(types[i], &body, OAUTH2_ERR_OK, "all fields", 0);
		put_all(&body, types[i], false, NULL);
		demand(types[i], &body, OAUTH2_ERR_OK, "required fields", 0);
	}
}

static void
smallest_values_are_accepted(void **state)
{
	AUTO(buf_free) struct buf body = BUF(BODY_MAX);

	(void)state;
	for (size_t i = 0; i < COUNT(rules); i++) {
		const struct rule *r = &rules[i];

		put_all(&body, r->type, false, r);
		if (r->kind == TEXT)
			put_field(&body, r->tag, "", 0);
		else
			put_number(&body, r->tag, r->kind == CHOICE, 8);
		demand(r->type, &body, OAUTH2_ERR_OK, "smallest", r->tag);
	}
}

static void
a_required_field_may_not_be_missing(void **state)
{
	AUTO(buf_free) struct buf body = BUF(BODY_MAX);

	(void)state;
	for (size_t i = 0; i < COUNT(rules); i++) {
		const struct rule *r = &rules[i];

		put_all(&body, r->type, true, r);
		demand(r->type, &body,
		    r->presence == ONE ? OAUTH2_ERR_PROTOCOL : OAUTH2_ERR_OK,
		    "missing", r->tag);
	}
}

static void
only_a_list_may_have_a_field_twice(void **state)
{
	AUTO(buf_free) struct buf body = BUF(BODY_MAX);

	(void)state;
	for (size_t i = 0; i < COUNT(rules); i++) {
		const struct rule *r = &rules[i];

		put_all(&body, r->type, true, NULL);
		put_largest(&body, r);
		demand(r->type, &body,
		    r->presence == LIST ? OAUTH2_ERR_OK : OAUTH2_ERR_PROTOCOL,
		    "twice", r->tag);
	}
}

/* A value for the field of a rule, in a message that is right otherwise. */
static void
demand_value(struct buf *body, const struct rule *r, const void *value,
    size_t n, enum oauth2_err expected, const char *what)
{
	put_all(body, r->type, false, r);
	put_field(body, r->tag, value, n);
	demand(r->type, body, expected, what, r->tag);
}

static void
a_text_is_utf8_without_nul_and_not_too_long(void **state)
{
	AUTO(buf_free) struct buf body = BUF(BODY_MAX);

	(void)state;
	for (size_t i = 0; i < COUNT(rules); i++) {
		const struct rule *r = &rules[i];

		if (r->kind != TEXT)
			continue;
		put_all(&body, r->type, false, r);
		put_letters(&body, r->tag, r->max + 1);
		demand(r->type, &body, OAUTH2_ERR_PROTOCOL, "too long", r->tag);
		demand_value(&body, r, "a\0b", 3, OAUTH2_ERR_PROTOCOL, "NUL");
		demand_value(&body, r, "a\0", 2, OAUTH2_ERR_PROTOCOL, "NUL");
		demand_value(&body, r, "\xff", 1, OAUTH2_ERR_PROTOCOL, "0xff");
		demand_value(
		    &body, r, "a\xe2\x82", 3, OAUTH2_ERR_PROTOCOL, "cut");
		demand_value(&body, r, "\xed\xa0\x80", 3, OAUTH2_ERR_PROTOCOL,
		    "surrogate");
		demand_value(
		    &body, r, "\xe2\x82\xac", 3, OAUTH2_ERR_OK, "euro");
	}
}

static void
a_number_has_eight_bytes_and_is_in_range(void **state)
{
	static const size_t sizes[] = { 0, 1, 2, 4, 7, 9, 16 };
	AUTO(buf_free) struct buf body = BUF(BODY_MAX);

	(void)state;
	for (size_t i = 0; i < COUNT(rules); i++) {
		const struct rule *r = &rules[i];

		if (r->kind == TEXT)
			continue;
		for (size_t j = 0; j < COUNT(sizes); j++) {
			put_all(&body, r->type, false, r);
			put_number(&body, r->tag, 1, sizes[j]);
			demand(r->type, &body, OAUTH2_ERR_PROTOCOL, "size",
			    r->tag);
		}
		put_all(&body, r->type, false, r);
		put_number(&body, r->tag, r->max + 1, 8);
		demand(
		    r->type, &body, OAUTH2_ERR_PROTOCOL, "too large", r->tag);
		put_all(&body, r->type, false, r);
		put_number(&body, r->tag, UINT64_MAX, 8);
		demand(r->type, &body, OAUTH2_ERR_PROTOCOL, "largest", r->tag);
		put_all(&body, r->type, false, r);
		put_number(&body, r->tag, 0, 8);
		demand(r->type, &body,
		    r->kind == CHOICE ? OAUTH2_ERR_PROTOCOL : OAUTH2_ERR_OK,
		    "choice 0", r->tag);
	}
}

static bool
is_known(uint8_t type, int tag)
{
	for (size_t i = 0; i < COUNT(rules); i++)
		if (rules[i].type == type && rules[i].tag == tag)
			return true;
	return false;
}

static void
a_field_that_a_message_does_not_have_is_refused(void **state)
{
	AUTO(buf_free) struct buf body = BUF(BODY_MAX);

	(void)state;
	for (int type = 0; type < 256; type++) {
		for (int tag = 0; tag < 256; tag++) {
			if (is_known((uint8_t)type, tag))
				continue;
			put_all(&body, (uint8_t)type, false, NULL);
			put_field(&body, tag, "", 0);
			demand((uint8_t)type, &body, OAUTH2_ERR_PROTOCOL,
			    "unknown, as a text", (unsigned)tag);
			put_all(&body, (uint8_t)type, false, NULL);
			put_number(&body, tag, 1, 8);
			demand((uint8_t)type, &body, OAUTH2_ERR_PROTOCOL,
			    "unknown, as a number", (unsigned)tag);
		}
	}
}

static void
a_cut_or_stretched_body_is_refused(void **state)
{
	AUTO(buf_free) struct buf body = BUF(BODY_MAX);
	static const uint8_t stray[4] = { WIRE_TAG_TEXT, 0xff, 0xff, 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		put_all(&body, types[i], false, NULL);
		for (size_t n = 0; n < body.len; n++)
			if (wire_check_body(types[i], body.data, n) ==
			    OAUTH2_ERR_OK)
				fail_msg("type %u cut to %zu", types[i], n);
		buf_reset(&body);
		for (size_t n = 1; n <= sizeof(stray); n++) {
			put_all(&body, types[i], false, NULL);
			buf_put(&body, stray, n);
			demand(types[i], &body, OAUTH2_ERR_PROTOCOL, "stray",
			    (unsigned)n);
		}
	}
}

static void
a_list_may_be_long(void **state)
{
	AUTO(buf_free) struct buf body = BUF(BODY_MAX);

	(void)state;
	put_all(&body, WIRE_IDENTITY, false, NULL);
	for (int i = 0; i < 1000; i++)
		put_letters(&body, WIRE_TAG_GROUP, 20);
	demand(WIRE_IDENTITY, &body, OAUTH2_ERR_OK, "1000 groups", 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(largest_values_are_accepted),
		cmocka_unit_test(smallest_values_are_accepted),
		cmocka_unit_test(a_required_field_may_not_be_missing),
		cmocka_unit_test(only_a_list_may_have_a_field_twice),
		cmocka_unit_test(a_text_is_utf8_without_nul_and_not_too_long),
		cmocka_unit_test(a_number_has_eight_bytes_and_is_in_range),
		cmocka_unit_test(
		    a_field_that_a_message_does_not_have_is_refused),
		cmocka_unit_test(a_cut_or_stretched_body_is_refused),
		cmocka_unit_test(a_list_may_be_long),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
