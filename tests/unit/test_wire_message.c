/* codec/wire: what was put into a message comes out of it, and only that. */
#include <stdlib.h>

#include "wire_leg_case.h"

#include "base/secret.h"

#define ROUNDS 400

/* A value that a rule allows, drawn by lot. */
static uint64_t
draw_number(const struct rule *r)
{
	uint64_t value = (uint64_t)random() << 32 ^ (uint64_t)random();

	if (random() % 3 == 0)
		return r->max;
	value = r->max == UINT64_MAX ? value : value % (r->max + 1);
	return value == 0 && r->kind == CHOICE ? 1 : value;
}

static void
draw_text(const struct rule *r, struct strlist *ret)
{
	static const char *const letters[] = { "a", "~", "\t", "\n", "é", "€",
		"\xf0\x9f\x94\x91" };
	AUTO(buf_free) struct buf text = BUF(r->max);
	size_t n = (size_t)random() % (r->max < 300 ? r->max + 1 : 300);

	while (text.len + 4 <= n)
		buf_puts(&text, letters[random() % (long)COUNT(letters)]);
	assert_int_equal(strlist_add(ret, buf_text(&text)), OAUTH2_ERR_OK);
}

/* What was put for each rule; texts of a rule in a list of its own. */
struct drawn {
	struct strlist texts[COUNT(rules)];
	uint64_t numbers[COUNT(rules)];
	bool is_there[COUNT(rules)];
};

static void
draw_message(uint8_t type, struct wire_out *out, struct drawn *d)
{
	wire_begin(out, (enum wire_type)type);
	for (size_t i = 0; i < COUNT(rules); i++) {
		const struct rule *r = &rules[i];
		long n = r->presence == LIST ? random() % 5 : 1;

		if (r->type != type ||
		    (r->presence == OPTIONAL && random() % 2 == 0))
			continue;
		d->is_there[i] = n > 0;
		d->texts[i].max = 8;
		if (r->kind != TEXT) {
			d->numbers[i] = draw_number(r);
			wire_put_u64(out, (enum wire_tag)r->tag, d->numbers[i]);
			continue;
		}
		while (n-- > 0)
			draw_text(r, &d->texts[i]);
		wire_put_list(out, (enum wire_tag)r->tag, &d->texts[i]);
	}
}

static void
check_texts(const struct wire_msg *m, size_t i, const struct drawn *d)
{
	AUTO(strlist_free) struct strlist got = STRLIST(8);
	AUTO(secret_text_free) char *first = NULL;
	const struct strlist *put = &d->texts[i];
	enum wire_tag tag = (enum wire_tag)rules[i].tag;

	assert_int_equal(wire_take_list(m, tag, &got), OAUTH2_ERR_OK);
	assert_int_equal(got.count, put->count);
	for (size_t j = 0; j < put->count; j++)
		assert_string_equal(got.items[j], put->items[j]);
	assert_int_equal(wire_take_text(m, tag, &first), OAUTH2_ERR_OK);
	assert_int_equal(first != NULL, put->count > 0);
	if (first == NULL)
		return;
	assert_string_equal(first, put->items[0]);
	assert_true(wire_text_is(m, tag, first));
}

static void
check_message(const struct wire_msg *m, uint8_t type, const struct drawn *d)
{
	assert_int_equal(m->type, type);
	for (size_t i = 0; i < COUNT(rules); i++) {
		if (rules[i].type != type)
			continue;
		assert_int_equal(
		    wire_has(m, (enum wire_tag)rules[i].tag), d->is_there[i]);
		if (rules[i].kind == TEXT)
			check_texts(m, i, d);
		else
			assert_true(
			    wire_get_u64(m, (enum wire_tag)rules[i].tag) ==
			    d->numbers[i]);
	}
}

static void
whatever_may_be_sent_comes_out_the_same(void **state)
{
	struct wire_out out;
	struct wire_msg m;
	struct pair p;

	(void)state;
	srandom(1);
	for (int round = 0; round < ROUNDS; round++) {
		const struct turn *turn = &turns[round % (int)COUNT(turns)];
		struct drawn d = { 0 };

		pair_open(&p, turn->leg);
		p.ours.state = p.theirs.state = turn->state;
		draw_message(turn->type, &out, &d);
		assert_int_equal(wire_send(&p.theirs, &out), OAUTH2_ERR_OK);
		assert_int_equal(
		    wire_recv(&p.ours, clock_monotonic_ns() + SOON_NS, &m),
		    OAUTH2_ERR_OK);
		check_message(&m, turn->type, &d);
		for (size_t i = 0; i < COUNT(rules); i++)
			strlist_free(&d.texts[i]);
		pair_close(&p);
	}
}

static void
texts_are_taken_whole_or_not_at_all(void **state)
{
	AUTO(strlist_free) struct strlist full = STRLIST(1);
	struct wire_out out;
	struct wire_msg m;
	char small[3] = "zz", fits[4];
	struct pair p;

	(void)state;
	pair_open(&p, &wire_worker_leg);
	p.ours.state = p.theirs.state = 8;
	wire_begin(&out, WIRE_IDENTITY);
	wire_put_text(&out, WIRE_TAG_SUB, "sub");
	wire_put_text(&out, WIRE_TAG_EMAIL, NULL);
	wire_put_u64(&out, WIRE_TAG_EMAIL_VERIFIED, 0);
	wire_put_text(&out, WIRE_TAG_GROUP, "a");
	wire_put_text(&out, WIRE_TAG_GROUP, "b");
	assert_int_equal(wire_send(&p.theirs, &out), OAUTH2_ERR_OK);
	assert_int_equal(wire_recv(&p.ours, clock_monotonic_ns() + SOON_NS, &m),
	    OAUTH2_ERR_OK);
	assert_int_equal(wire_copy_text(&m, WIRE_TAG_SUB, small, sizeof(small)),
	    OAUTH2_ERR_LIMIT);
	assert_string_equal(small, "zz");
	assert_int_equal(wire_copy_text(&m, WIRE_TAG_SUB, fits, sizeof(fits)),
	    OAUTH2_ERR_OK);
	assert_string_equal(fits, "sub");
	assert_int_equal(wire_copy_text(&m, WIRE_TAG_EMAIL, fits, sizeof(fits)),
	    OAUTH2_ERR_OK);
	assert_string_equal(fits, "");
	assert_false(wire_has(&m, WIRE_TAG_EMAIL));
	assert_int_equal(wire_get_u64(&m, WIRE_TAG_UID), 0);
	assert_false(wire_text_is(&m, WIRE_TAG_SUB, "su"));
	assert_false(wire_text_is(&m, WIRE_TAG_SUB, "subb"));
	assert_false(wire_text_is(&m, WIRE_TAG_EMAIL, ""));
	assert_int_equal(
	    wire_take_list(&m, WIRE_TAG_GROUP, &full), OAUTH2_ERR_PROTOCOL);
	pair_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_may_be_sent_comes_out_the_same),
		cmocka_unit_test(texts_are_taken_whole_or_not_at_all),
	};

	return cmocka_run_group_tests_name("wire_message", tests, NULL, NULL);
}
