/* codec/wire: packets, headers, turns, and what comes out again. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "wire_case.h"

#include "base/clock.h"
#include "base/secret.h"

#define SOON_NS	     (20 * CLOCK_NS_PER_MS)
#define ROUNDS	     400
#define MODULE_STATE 6
#define WORKER_STATE 5

static const uint8_t nonce[WIRE_NONCE_SIZE] = "0123456789abcdef";

/* What may be said when; wire.c has this table too. */
static const struct turn {
	const struct wire_leg *leg;
	uint8_t state;
	uint8_t type;
	uint8_t next;
} turns[] = {
	{ &wire_module_leg, 0, WIRE_HELLO, 1 },
	{ &wire_module_leg, 1, WIRE_READY, 2 },
	{ &wire_module_leg, 1, WIRE_RESULT, 5 },
	{ &wire_module_leg, 2, WIRE_SHOW, 2 },
	{ &wire_module_leg, 2, WIRE_ASK, 3 },
	{ &wire_module_leg, 2, WIRE_CANCEL, 4 },
	{ &wire_module_leg, 2, WIRE_RESULT, 5 },
	{ &wire_module_leg, 3, WIRE_REPLY, 2 },
	{ &wire_module_leg, 3, WIRE_CANCEL, 4 },
	{ &wire_module_leg, 3, WIRE_RESULT, 5 },
	{ &wire_module_leg, 4, WIRE_SHOW, 4 },
	{ &wire_module_leg, 4, WIRE_ASK, 4 },
	{ &wire_module_leg, 4, WIRE_RESULT, 5 },
	{ &wire_worker_leg, 0, WIRE_START, 1 },
	{ &wire_worker_leg, 0, WIRE_FAILED, 4 },
	{ &wire_worker_leg, 1, WIRE_DEVICE, 2 },
	{ &wire_worker_leg, 1, WIRE_FAILED, 4 },
	{ &wire_worker_leg, 2, WIRE_POLL, 3 },
	{ &wire_worker_leg, 3, WIRE_IDENTITY, 4 },
	{ &wire_worker_leg, 3, WIRE_FAILED, 4 },
};

/* A leg with both its ends, and a packet to send by hand. */
struct pair {
	int fds[2];
	struct wire ours;
	struct wire theirs;
	struct buf packet;
};

static void
pair_open(struct pair *p, const struct wire_leg *leg)
{
	memset(p, 0, sizeof(*p));
	p->packet = (struct buf)BUF(BODY_MAX);
	assert_int_equal(wire_pair(p->fds), OAUTH2_ERR_OK);
	wire_init(&p->ours, p->fds[0], leg, nonce);
	wire_init(&p->theirs, p->fds[1], leg, nonce);
}

static void
pair_close(struct pair *p)
{
	wire_free(&p->ours);
	wire_free(&p->theirs);
	close(p->fds[0]);
	if (p->fds[1] >= 0)
		close(p->fds[1]);
	buf_free(&p->packet);
}

/* A whole message as it travels. */
static void
make_packet(struct pair *p, uint8_t type)
{
	uint8_t head[WIRE_HEADER_SIZE] = { 'P', 'O', '2', 'W', 1, type };
	size_t n;

	buf_reset(&p->packet);
	memcpy(head + 8, nonce, sizeof(nonce));
	buf_put(&p->packet, head, sizeof(head));
	put_all(&p->packet, type, false, NULL);
	n = p->packet.len - WIRE_HEADER_SIZE;
	p->packet.data[6] = (uint8_t)(n >> 8);
	p->packet.data[7] = (uint8_t)n;
}

static void
send_bytes(struct pair *p, size_t n)
{
	assert_int_equal(send(p->fds[1], p->packet.data, n, 0), n);
}

/* Receive what the other end has sent, which is there already. */
static enum oauth2_err
receive(struct pair *p)
{
	struct wire_msg m;

	return wire_recv(&p->ours, clock_monotonic_ns() + SOON_NS, &m);
}

static const struct turn *
find_turn(const struct wire_leg *leg, uint8_t state, uint8_t type)
{
	for (size_t i = 0; i < COUNT(turns); i++)
		if (turns[i].leg == leg && turns[i].state == state &&
		    turns[i].type == type)
			return &turns[i];
	return NULL;
}

static void
begin_message(struct wire_out *out, uint8_t type)
{
	wire_begin(out, (enum wire_type)type);
	put_all(&out->body, type, false, NULL);
}

/* One type in one state, sent and received. */
static void
try_turn(struct pair *p, uint8_t state, uint8_t type)
{
	const struct turn *turn = find_turn(p->ours.leg, state, type);
	enum oauth2_err expected =
	    turn != NULL ? OAUTH2_ERR_OK : OAUTH2_ERR_PROTOCOL;
	uint8_t next = turn != NULL ? turn->next : state;
	struct wire_out out;

	begin_message(&out, type);
	p->theirs.state = state;
	if (wire_send(&p->theirs, &out) != expected || p->theirs.state != next)
		fail_msg("sending %u in state %u", type, state);
	if (turn == NULL) {
		make_packet(p, type);
		send_bytes(p, p->packet.len);
	}
	p->ours.state = state;
	if (receive(p) != expected || p->ours.state != next)
		fail_msg("receiving %u in state %u", type, state);
}

static void
what_is_out_of_turn_is_refused_at_both_ends(void **state)
{
	static const struct wire_leg *const legs[] = { &wire_module_leg,
		&wire_worker_leg };
	struct pair p;

	(void)state;
	for (size_t i = 0; i < COUNT(legs); i++) {
		pair_open(&p, legs[i]);
		for (int s = 0; s <= (i == 0 ? MODULE_STATE : WORKER_STATE);
		     s++)
			for (int type = 0; type < 256; type++)
				try_turn(&p, (uint8_t)s, (uint8_t)type);
		pair_close(&p);
	}
}

static void
a_message_that_breaks_the_table_is_not_sent(void **state)
{
	struct pair p;
	struct wire_out out;

	(void)state;
	pair_open(&p, &wire_module_leg);
	wire_begin(&out, WIRE_HELLO);
	wire_put_u64(&out, WIRE_TAG_PHASE, 1);
	assert_int_equal(wire_send(&p.theirs, &out), OAUTH2_ERR_PROTOCOL);
	assert_int_equal(receive(&p), OAUTH2_ERR_TIMEOUT);
	assert_int_equal(p.theirs.state, 0);
	pair_close(&p);
}

static void
a_packet_that_is_too_large_is_not_sent(void **state)
{
	AUTO(buf_free) struct buf text = BUF(BODY_MAX);
	struct pair p;
	struct wire_out out;

	(void)state;
	for (int i = 0; i < 66000; i++)
		buf_putc(&text, 'x');
	pair_open(&p, &wire_module_leg);
	begin_message(&out, WIRE_HELLO);
	for (int i = 0; i < 16; i++)
		wire_put_text(&out, WIRE_TAG_TTY, buf_text(&text) + 65000);
	assert_int_equal(wire_send(&p.theirs, &out), OAUTH2_ERR_LIMIT);
	begin_message(&out, WIRE_HELLO);
	wire_put_text(&out, WIRE_TAG_TTY, buf_text(&text));
	assert_int_equal(wire_send(&p.theirs, &out), OAUTH2_ERR_LIMIT);
	assert_int_equal(receive(&p), OAUTH2_ERR_TIMEOUT);
	pair_close(&p);
}

static void
every_damaged_bit_of_the_header_is_noticed(void **state)
{
	struct pair p;

	(void)state;
	for (size_t at = 0; at < WIRE_HEADER_SIZE; at++) {
		for (int bit = 0; bit < 8; bit++) {
			pair_open(&p, &wire_module_leg);
			make_packet(&p, WIRE_HELLO);
			p.packet.data[at] ^= (uint8_t)(1 << bit);
			send_bytes(&p, p.packet.len);
			if (receive(&p) != OAUTH2_ERR_PROTOCOL ||
			    p.ours.state != 0)
				fail_msg("byte %zu bit %d", at, bit);
			pair_close(&p);
		}
	}
}

static void
a_packet_cut_or_stretched_is_refused(void **state)
{
	struct pair p;
	size_t whole;

	(void)state;
	pair_open(&p, &wire_module_leg);
	make_packet(&p, WIRE_HELLO);
	whole = p.packet.len;
	for (size_t n = 1; n < whole; n++) {
		send_bytes(&p, n);
		assert_int_equal(receive(&p), OAUTH2_ERR_PROTOCOL);
	}
	buf_putc(&p.packet, '\0');
	send_bytes(&p, whole + 1);
	assert_int_equal(receive(&p), OAUTH2_ERR_PROTOCOL);
	send_bytes(&p, whole);
	assert_int_equal(receive(&p), OAUTH2_ERR_OK);
	pair_close(&p);
}

static void
an_empty_packet_is_no_end(void **state)
{
	struct pair p;

	(void)state;
	pair_open(&p, &wire_module_leg);
	send_bytes(&p, 0);
	assert_int_equal(receive(&p), OAUTH2_ERR_PROTOCOL);
	assert_int_equal(receive(&p), OAUTH2_ERR_TIMEOUT);
	close(p.fds[1]);
	p.fds[1] = -1;
	assert_int_equal(receive(&p), OAUTH2_ERR_CLOSED);
	pair_close(&p);
}

static void
an_oversize_packet_is_refused(void **state)
{
	const struct wire_leg small = { 100, wire_module_leg.turns,
		wire_module_leg.turn_count };
	struct pair p;

	(void)state;
	pair_open(&p, &wire_module_leg);
	make_packet(&p, WIRE_HELLO);
	while (p.packet.len <= wire_module_leg.max)
		put_letters(&p.packet, WIRE_TAG_TTY, 255);
	send_bytes(&p, wire_module_leg.max + 1);
	assert_int_equal(receive(&p), OAUTH2_ERR_PROTOCOL);
	pair_close(&p);
	/* Right as far as it was read: what is behind may not be lost. */
	pair_open(&p, &small);
	make_packet(&p, WIRE_REPLY);
	p.packet.data[6] = 0;
	p.packet.data[7] = 76;
	p.packet.data[WIRE_HEADER_SIZE + 1] = 0;
	p.packet.data[WIRE_HEADER_SIZE + 2] = 73;
	p.ours.state = WIRE_MODULE_ASKED;
	send_bytes(&p, 100);
	assert_int_equal(receive(&p), OAUTH2_ERR_OK);
	p.ours.state = WIRE_MODULE_ASKED;
	send_bytes(&p, 101);
	assert_int_equal(receive(&p), OAUTH2_ERR_PROTOCOL);
	pair_close(&p);
}

static void
a_packet_with_a_descriptor_is_refused(void **state)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)),
			  .cmsg_level = SOL_SOCKET,
			  .cmsg_type = SCM_RIGHTS } };
	struct iovec iov;
	struct msghdr mh = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.bytes) };
	struct pair p;
	int before, after;

	(void)state;
	pair_open(&p, &wire_module_leg);
	make_packet(&p, WIRE_HELLO);
	iov = (struct iovec){ p.packet.data, p.packet.len };
	memcpy(CMSG_DATA(&control.head), &p.fds[1], sizeof(int));
	before = dup(p.fds[0]);
	close(before);
	assert_int_equal(sendmsg(p.fds[1], &mh, 0), p.packet.len);
	assert_int_equal(receive(&p), OAUTH2_ERR_PROTOCOL);
	after = dup(p.fds[0]);
	close(after);
	assert_int_equal(before, after);
	pair_close(&p);
}

static void
an_end_without_a_nonce_takes_the_first_and_keeps_it(void **state)
{
	struct pair p;

	(void)state;
	pair_open(&p, &wire_module_leg);
	wire_init(&p.ours, p.fds[0], &wire_module_leg, NULL);
	make_packet(&p, WIRE_HELLO);
	send_bytes(&p, p.packet.len);
	assert_int_equal(receive(&p), OAUTH2_ERR_OK);
	assert_memory_equal(p.ours.nonce, nonce, sizeof(nonce));
	make_packet(&p, WIRE_READY);
	p.packet.data[WIRE_HEADER_SIZE - 1] ^= 1;
	send_bytes(&p, p.packet.len);
	assert_int_equal(receive(&p), OAUTH2_ERR_PROTOCOL);
	make_packet(&p, WIRE_READY);
	send_bytes(&p, p.packet.len);
	assert_int_equal(receive(&p), OAUTH2_ERR_OK);
	pair_close(&p);
}

static void
what_was_sent_before_the_end_is_received(void **state)
{
	struct pair p;

	(void)state;
	pair_open(&p, &wire_module_leg);
	make_packet(&p, WIRE_HELLO);
	send_bytes(&p, p.packet.len);
	close(p.fds[1]);
	p.fds[1] = -1;
	assert_int_equal(receive(&p), OAUTH2_ERR_OK);
	assert_int_equal(receive(&p), OAUTH2_ERR_CLOSED);
	pair_close(&p);
}

/* The kernel reports the reset first, and would have us miss the packet. */
static void
what_was_sent_before_an_end_that_left_ours_unread_is_received(void **state)
{
	struct pair p;

	(void)state;
	pair_open(&p, &wire_module_leg);
	make_packet(&p, WIRE_HELLO);
	send_bytes(&p, p.packet.len);
	assert_int_equal(send(p.fds[0], "x", 1, 0), 1);
	close(p.fds[1]);
	p.fds[1] = -1;
	assert_int_equal(receive(&p), OAUTH2_ERR_OK);
	assert_int_equal(receive(&p), OAUTH2_ERR_CLOSED);
	pair_close(&p);
}

static void
sending_to_nobody_raises_no_signal(void **state)
{
	struct pair p;
	struct wire_out out;

	(void)state;
	pair_open(&p, &wire_module_leg);
	close(p.fds[1]);
	p.fds[1] = -1;
	begin_message(&out, WIRE_HELLO);
	assert_int_equal(wire_send(&p.ours, &out), OAUTH2_ERR_CLOSED);
	pair_close(&p);
}

static void
on_alarm(int number)
{
	(void)number;
}

static void
waiting_ends_at_the_deadline_whatever_interrupts(void **state)
{
	const struct sigaction action = { .sa_handler = on_alarm };
	const struct itimerval ticks = { { 0, 3000 }, { 0, 3000 } };
	const struct itimerval off = { 0 };
	struct sigaction before;
	struct wire_msg m;
	struct pair p;
	int64_t start = clock_monotonic_ns();

	(void)state;
	pair_open(&p, &wire_module_leg);
	sigaction(SIGALRM, &action, &before);
	setitimer(ITIMER_REAL, &ticks, NULL);
	assert_int_equal(
	    wire_recv(&p.ours, start + SOON_NS, &m), OAUTH2_ERR_TIMEOUT);
	setitimer(ITIMER_REAL, &off, NULL);
	sigaction(SIGALRM, &before, NULL);
	assert_true(clock_monotonic_ns() >= start + SOON_NS);
	assert_int_equal(wire_recv(&p.ours, 0, &m), OAUTH2_ERR_TIMEOUT);
	pair_close(&p);
}

static void
both_ends_close_on_exec(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(wire_pair(fds), OAUTH2_ERR_OK);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(fcntl(fds[i], F_GETFD), FD_CLOEXEC);
		close(fds[i]);
	}
}

static void
a_freed_leg_has_forgotten(void **state)
{
	static const uint8_t nothing[WIRE_NONCE_SIZE];
	struct pair p;

	(void)state;
	pair_open(&p, &wire_module_leg);
	make_packet(&p, WIRE_HELLO);
	send_bytes(&p, p.packet.len);
	assert_int_equal(receive(&p), OAUTH2_ERR_OK);
	wire_free(&p.ours);
	assert_memory_equal(p.ours.nonce, nothing, sizeof(nothing));
	assert_null(p.ours.packet.data);
	assert_false(p.ours.has_nonce);
	pair_close(&p);
}

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
	p.ours.state = p.theirs.state = 3;
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
	    wire_take_list(&m, WIRE_TAG_GROUP, &full), OAUTH2_ERR_LIMIT);
	pair_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_out_of_turn_is_refused_at_both_ends),
		cmocka_unit_test(a_message_that_breaks_the_table_is_not_sent),
		cmocka_unit_test(a_packet_that_is_too_large_is_not_sent),
		cmocka_unit_test(every_damaged_bit_of_the_header_is_noticed),
		cmocka_unit_test(a_packet_cut_or_stretched_is_refused),
		cmocka_unit_test(an_empty_packet_is_no_end),
		cmocka_unit_test(an_oversize_packet_is_refused),
		cmocka_unit_test(a_packet_with_a_descriptor_is_refused),
		cmocka_unit_test(
		    an_end_without_a_nonce_takes_the_first_and_keeps_it),
		cmocka_unit_test(what_was_sent_before_the_end_is_received),
		cmocka_unit_test(
		    what_was_sent_before_an_end_that_left_ours_unread_is_received),
		cmocka_unit_test(sending_to_nobody_raises_no_signal),
		cmocka_unit_test(
		    waiting_ends_at_the_deadline_whatever_interrupts),
		cmocka_unit_test(both_ends_close_on_exec),
		cmocka_unit_test(a_freed_leg_has_forgotten),
		cmocka_unit_test(whatever_may_be_sent_comes_out_the_same),
		cmocka_unit_test(texts_are_taken_whole_or_not_at_all),
	};

	return cmocka_run_group_tests_name("wire_leg", tests, NULL, NULL);
}
