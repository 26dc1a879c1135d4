/* What the tests of a leg share: its turns, and both its ends. */
#ifndef PAM_OAUTH2_TESTS_WIRE_LEG_CASE_H
#define PAM_OAUTH2_TESTS_WIRE_LEG_CASE_H

#include <sys/socket.h>
#include <unistd.h>

#include "wire_case.h"

#include "base/clock.h"

#define SOON_NS (20 * CLOCK_NS_PER_MS)

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
	{ &wire_worker_leg, 1, WIRE_AUTHORIZE, 5 },
	{ &wire_worker_leg, 5, WIRE_CODE, 6 },
	{ &wire_worker_leg, 3, WIRE_TOKENS, 7 },
	{ &wire_worker_leg, 3, WIRE_FAILED, 4 },
	{ &wire_worker_leg, 6, WIRE_TOKENS, 7 },
	{ &wire_worker_leg, 6, WIRE_FAILED, 4 },
	{ &wire_worker_leg, 7, WIRE_IDENTIFY, 8 },
	{ &wire_worker_leg, 8, WIRE_IDENTITY, 4 },
	{ &wire_worker_leg, 8, WIRE_USERINFO, 4 },
	{ &wire_worker_leg, 8, WIRE_FAILED, 4 },
	{ &wire_worker_leg, 1, WIRE_SIGN, 9 },
	{ &wire_worker_leg, 9, WIRE_SIGNED, 1 },
	{ &wire_worker_leg, 3, WIRE_SIGN, 10 },
	{ &wire_worker_leg, 10, WIRE_SIGNED, 3 },
	{ &wire_worker_leg, 6, WIRE_SIGN, 11 },
	{ &wire_worker_leg, 11, WIRE_SIGNED, 6 },
	{ &wire_worker_leg, 1, WIRE_REFRESH, 12 },
	{ &wire_worker_leg, 1, WIRE_REVOKE, 12 },
	{ &wire_worker_leg, 12, WIRE_SIGN, 13 },
	{ &wire_worker_leg, 13, WIRE_SIGNED, 12 },
	{ &wire_worker_leg, 12, WIRE_TOKENS, 14 },
	{ &wire_worker_leg, 12, WIRE_REVOKED, 16 },
	{ &wire_worker_leg, 12, WIRE_FAILED, 16 },
	{ &wire_worker_leg, 14, WIRE_IDENTIFY, 15 },
	{ &wire_worker_leg, 14, WIRE_START, 1 },
	{ &wire_worker_leg, 15, WIRE_IDENTITY, 16 },
	{ &wire_worker_leg, 15, WIRE_USERINFO, 16 },
	{ &wire_worker_leg, 15, WIRE_FAILED, 16 },
	{ &wire_worker_leg, 16, WIRE_START, 1 },
	{ &wire_judge_leg, 0, WIRE_TRUST, 1 },
	{ &wire_judge_leg, 0, WIRE_REFUSED, 3 },
	{ &wire_judge_leg, 1, WIRE_TRUST, 1 },
	{ &wire_judge_leg, 1, WIRE_JUDGE, 2 },
	{ &wire_judge_leg, 1, WIRE_JUDGE_USERINFO, 2 },
	{ &wire_judge_leg, 2, WIRE_CLAIMS, 1 },
	{ &wire_judge_leg, 2, WIRE_REFUSED, 1 },
	{ &wire_fetcher_leg, 0, WIRE_NOT_FETCHED, 3 },
	{ &wire_fetcher_leg, 0, WIRE_FETCH_METADATA, 1 },
	{ &wire_fetcher_leg, 1, WIRE_METADATA, 0 },
	{ &wire_fetcher_leg, 1, WIRE_UNCHANGED, 0 },
	{ &wire_fetcher_leg, 1, WIRE_NOT_FETCHED, 0 },
	{ &wire_fetcher_leg, 0, WIRE_FETCH_KEYS, 2 },
	{ &wire_fetcher_leg, 2, WIRE_KEYS, 0 },
	{ &wire_fetcher_leg, 2, WIRE_UNCHANGED, 0 },
	{ &wire_fetcher_leg, 2, WIRE_NOT_FETCHED, 0 },
};

/* A leg with both its ends, and a packet to send by hand. */
struct pair {
	int fds[2];
	struct wire ours;
	struct wire theirs;
	struct buf packet;
};

static inline void
pair_open(struct pair *p, const struct wire_leg *leg)
{
	memset(p, 0, sizeof(*p));
	p->packet = (struct buf)BUF(BODY_MAX);
	assert_int_equal(wire_pair(p->fds), OAUTH2_ERR_OK);
	wire_init(&p->ours, p->fds[0], leg, nonce);
	wire_init(&p->theirs, p->fds[1], leg, nonce);
}

static inline void
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
static inline void
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

static inline void
send_bytes(struct pair *p, size_t n)
{
	assert_int_equal(send(p->fds[1], p->packet.data, n, 0), n);
}

/* Receive what the other end has sent, which is there already. */
static inline enum oauth2_err
receive(struct pair *p)
{
	struct wire_msg m;

	return wire_recv(&p->ours, clock_monotonic_ns() + SOON_NS, &m);
}

#endif
