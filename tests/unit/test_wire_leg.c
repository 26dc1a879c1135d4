/* codec/wire: packets, headers, turns. */
#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>

#include "wire_leg_case.h"

#define MODULE_STATES  7
#define WORKER_STATES  12
#define JUDGE_STATES   4
#define FETCHER_STATES 4

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
	bool is_too_long;

	begin_message(&out, type);
	/* A message of another leg. */
	is_too_long = out.body.len > p->ours.leg->max - WIRE_HEADER_SIZE;
	p->theirs.state = state;
	if (wire_send(&p->theirs, &out) !=
		(is_too_long ? OAUTH2_ERR_LIMIT : expected) ||
	    p->theirs.state != next)
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
	static const struct {
		const struct wire_leg *leg;
		int states;
	} legs[] = {
		{ &wire_module_leg, MODULE_STATES },
		{ &wire_worker_leg, WORKER_STATES },
		{ &wire_judge_leg, JUDGE_STATES },
		{ &wire_fetcher_leg, FETCHER_STATES },
	};
	struct pair p;

	(void)state;
	for (size_t i = 0; i < COUNT(legs); i++) {
		pair_open(&p, legs[i].leg);
		for (int s = 0; s < legs[i].states; s++)
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
	p.ours.state = WIRE_MODULE_ASKED;
	make_packet(&p, WIRE_REPLY);
	p.packet.data[WIRE_HEADER_SIZE - 1] ^= 1;
	send_bytes(&p, p.packet.len);
	assert_int_equal(receive(&p), OAUTH2_ERR_PROTOCOL);
	make_packet(&p, WIRE_REPLY);
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

/* SIGNED is the one message of ours that a peer can ask for again. */
static void
nobody_waits_for_an_end_that_does_not_read(void **state)
{
	const struct itimerval off = { 0 }, soon = { .it_value = { 2, 0 } };
	struct wire_out out;
	enum oauth2_err err;
	struct pair p;
	int sent = 0;

	(void)state;
	pair_open(&p, &wire_worker_leg);
	setitimer(ITIMER_REAL, &soon, NULL); /* kills a test that waits */
	do {
		p.ours.state = 10;
		begin_message(&out, WIRE_SIGNED);
		err = wire_send(&p.ours, &out);
		sent++;
	} while (err == OAUTH2_ERR_OK && sent < 100000);
	setitimer(ITIMER_REAL, &off, NULL);
	assert_int_equal(err, OAUTH2_ERR_PROTOCOL);
	assert_true(sent > 4);
	pair_close(&p);
}

static void
what_waits_to_be_received_is_known(void **state)
{
	struct pair p;

	(void)state;
	pair_open(&p, &wire_worker_leg);
	p.ours.state = 1;
	assert_false(wire_has_more(&p.ours));
	make_packet(&p, WIRE_FAILED);
	send_bytes(&p, p.packet.len);
	assert_true(wire_has_more(&p.ours));
	assert_int_equal(receive(&p), OAUTH2_ERR_OK);
	assert_false(wire_has_more(&p.ours));
	p.ours.state = 1;
	send_bytes(&p, p.packet.len);
	close(p.fds[1]);
	p.fds[1] = -1;
	assert_true(wire_has_more(&p.ours));
	assert_int_equal(receive(&p), OAUTH2_ERR_OK);
	assert_false(wire_has_more(&p.ours));
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
	struct wire_msg m;
	struct pair p;
	int64_t start = clock_monotonic_ns();

	(void)state;
	pair_open(&p, &wire_module_leg);
	/* For good: valgrind may deliver a tick after the timer is off. */
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &ticks, NULL);
	assert_int_equal(
	    wire_recv(&p.ours, start + SOON_NS, &m), OAUTH2_ERR_TIMEOUT);
	setitimer(ITIMER_REAL, &off, NULL);
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

/* Where a host prints, its texts would be packets. */
static void
no_end_is_a_standard_descriptor(void **state)
{
	int aside[3], fds[2][2];
	enum oauth2_err errs[2];

	(void)state;
	for (int fd = 0; fd < 3; fd++) {
		aside[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 100);
		close(fd);
	}
	errs[0] = wire_pair(fds[0]); /* both would be */
	errs[1] = wire_pair(fds[1]);
	for (int fd = 0; fd < 3; fd++) {
		dup2(aside[fd], fd);
		close(aside[fd]);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(errs[i], OAUTH2_ERR_OK);
		for (int end = 0; end < 2; end++) {
			assert_true(fds[i][end] > STDERR_FILENO);
			assert_int_equal(
			    fcntl(fds[i][end], F_GETFD), FD_CLOEXEC);
			close(fds[i][end]);
		}
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
		cmocka_unit_test(nobody_waits_for_an_end_that_does_not_read),
		cmocka_unit_test(what_waits_to_be_received_is_known),
		cmocka_unit_test(
		    waiting_ends_at_the_deadline_whatever_interrupts),
		cmocka_unit_test(both_ends_close_on_exec),
		cmocka_unit_test(no_end_is_a_standard_descriptor),
		cmocka_unit_test(a_freed_leg_has_forgotten),
	};

	return cmocka_run_group_tests_name("wire_leg", tests, NULL, NULL);
}
