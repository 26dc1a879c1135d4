#include "codec/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/secret.h"
#include "codec/wire_body.h"

static const uint8_t magic[4] = { 'P', 'O', '2', 'W' };

#define TURNS(table) table, sizeof(table) / sizeof((table)[0])

static const struct wire_turn module_turns[] = {
	{ WIRE_MODULE_NEW, WIRE_HELLO, WIRE_MODULE_GREETED },
	{ WIRE_MODULE_GREETED, WIRE_READY, WIRE_MODULE_OPEN },
	{ WIRE_MODULE_GREETED, WIRE_RESULT, WIRE_MODULE_ENDED },
	{ WIRE_MODULE_OPEN, WIRE_SHOW, WIRE_MODULE_OPEN },
	{ WIRE_MODULE_OPEN, WIRE_ASK, WIRE_MODULE_ASKED },
	{ WIRE_MODULE_OPEN, WIRE_CANCEL, WIRE_MODULE_CANCELLED },
	{ WIRE_MODULE_OPEN, WIRE_RESULT, WIRE_MODULE_ENDED },
	{ WIRE_MODULE_ASKED, WIRE_REPLY, WIRE_MODULE_OPEN },
	{ WIRE_MODULE_ASKED, WIRE_CANCEL, WIRE_MODULE_CANCELLED },
	/* The deadline came while the person was asked. */
	{ WIRE_MODULE_ASKED, WIRE_RESULT, WIRE_MODULE_ENDED },
	/* What was on its way when the module cancelled. */
	{ WIRE_MODULE_CANCELLED, WIRE_SHOW, WIRE_MODULE_CANCELLED },
	{ WIRE_MODULE_CANCELLED, WIRE_ASK, WIRE_MODULE_CANCELLED },
	{ WIRE_MODULE_CANCELLED, WIRE_RESULT, WIRE_MODULE_ENDED },
};

enum worker_state {
	WORKER_IDLE,
	WORKER_STARTED,
	WORKER_SHOWN, /* a code to compare: the person says when */
	WORKER_POLLING,
	WORKER_ENDED,
	WORKER_AUTHORIZED, /* an address: the person brings a code */
	WORKER_TRADING,
	WORKER_GRANTED,	    /* it has an access token */
	WORKER_IDENTIFYING, /* it asks whose that is */
	/* Wherever requests are made, one may need an assertion before. */
	WORKER_STARTED_SIGNING,
	WORKER_POLLING_SIGNING,
	WORKER_TRADING_SIGNING,
	/* What was kept is used, or given back; then it may be started anew. */
	WORKER_RENEWING,
	WORKER_RENEWING_SIGNING,
	WORKER_RENEWED,
	WORKER_RENEWED_IDENTIFYING,
	WORKER_READY,
};

static const struct wire_turn worker_turns[] = {
	{ WORKER_IDLE, WIRE_START, WORKER_STARTED },
	{ WORKER_IDLE, WIRE_FAILED, WORKER_ENDED }, /* no sandbox */
	{ WORKER_STARTED, WIRE_DEVICE, WORKER_SHOWN },
	{ WORKER_STARTED, WIRE_FAILED, WORKER_ENDED },
	{ WORKER_STARTED, WIRE_AUTHORIZE, WORKER_AUTHORIZED },
	{ WORKER_STARTED, WIRE_SIGN, WORKER_STARTED_SIGNING },
	{ WORKER_STARTED_SIGNING, WIRE_SIGNED, WORKER_STARTED },
	{ WORKER_SHOWN, WIRE_POLL, WORKER_POLLING },
	{ WORKER_AUTHORIZED, WIRE_CODE, WORKER_TRADING },
	{ WORKER_POLLING, WIRE_TOKENS, WORKER_GRANTED },
	{ WORKER_POLLING, WIRE_FAILED, WORKER_ENDED },
	{ WORKER_POLLING, WIRE_SIGN, WORKER_POLLING_SIGNING },
	{ WORKER_POLLING_SIGNING, WIRE_SIGNED, WORKER_POLLING },
	{ WORKER_TRADING, WIRE_TOKENS, WORKER_GRANTED },
	{ WORKER_TRADING, WIRE_FAILED, WORKER_ENDED },
	{ WORKER_TRADING, WIRE_SIGN, WORKER_TRADING_SIGNING },
	{ WORKER_TRADING_SIGNING, WIRE_SIGNED, WORKER_TRADING },
	{ WORKER_GRANTED, WIRE_IDENTIFY, WORKER_IDENTIFYING },
	{ WORKER_IDENTIFYING, WIRE_IDENTITY, WORKER_ENDED },
	{ WORKER_IDENTIFYING, WIRE_USERINFO, WORKER_ENDED },
	{ WORKER_IDENTIFYING, WIRE_FAILED, WORKER_ENDED },
	{ WORKER_STARTED, WIRE_REFRESH, WORKER_RENEWING },
	{ WORKER_STARTED, WIRE_REVOKE, WORKER_RENEWING },
	{ WORKER_RENEWING, WIRE_SIGN, WORKER_RENEWING_SIGNING },
	{ WORKER_RENEWING_SIGNING, WIRE_SIGNED, WORKER_RENEWING },
	{ WORKER_RENEWING, WIRE_TOKENS, WORKER_RENEWED },
	{ WORKER_RENEWING, WIRE_REVOKED, WORKER_READY },
	{ WORKER_RENEWING, WIRE_FAILED, WORKER_READY },
	{ WORKER_RENEWED, WIRE_IDENTIFY, WORKER_RENEWED_IDENTIFYING },
	{ WORKER_RENEWED, WIRE_START, WORKER_STARTED },
	{ WORKER_RENEWED_IDENTIFYING, WIRE_IDENTITY, WORKER_READY },
	{ WORKER_RENEWED_IDENTIFYING, WIRE_USERINFO, WORKER_READY },
	{ WORKER_RENEWED_IDENTIFYING, WIRE_FAILED, WORKER_READY },
	{ WORKER_READY, WIRE_START, WORKER_STARTED },
};

enum judge_state {
	JUDGE_NEW,
	JUDGE_READY, /* it knows whom to trust */
	JUDGE_AT_WORK,
	JUDGE_ENDED,
};

static const struct wire_turn judge_turns[] = {
	{ JUDGE_NEW, WIRE_TRUST, JUDGE_READY },
	{ JUDGE_NEW, WIRE_REFUSED, JUDGE_ENDED }, /* no sandbox */
	{ JUDGE_READY, WIRE_TRUST, JUDGE_READY },
	{ JUDGE_READY, WIRE_JUDGE, JUDGE_AT_WORK },
	{ JUDGE_READY, WIRE_JUDGE_USERINFO, JUDGE_AT_WORK },
	{ JUDGE_AT_WORK, WIRE_CLAIMS, JUDGE_READY },
	{ JUDGE_AT_WORK, WIRE_REFUSED, JUDGE_READY },
};

enum fetcher_state {
	FETCHER_IDLE,
	FETCHER_FETCHES_METADATA,
	FETCHER_FETCHES_KEYS,
	FETCHER_ENDED,
};

static const struct wire_turn fetcher_turns[] = {
	{ FETCHER_IDLE, WIRE_NOT_FETCHED, FETCHER_ENDED }, /* no sandbox */
	{ FETCHER_IDLE, WIRE_FETCH_METADATA, FETCHER_FETCHES_METADATA },
	{ FETCHER_FETCHES_METADATA, WIRE_METADATA, FETCHER_IDLE },
	{ FETCHER_FETCHES_METADATA, WIRE_UNCHANGED, FETCHER_IDLE },
	{ FETCHER_FETCHES_METADATA, WIRE_NOT_FETCHED, FETCHER_IDLE },
	{ FETCHER_IDLE, WIRE_FETCH_KEYS, FETCHER_FETCHES_KEYS },
	{ FETCHER_FETCHES_KEYS, WIRE_KEYS, FETCHER_IDLE },
	{ FETCHER_FETCHES_KEYS, WIRE_UNCHANGED, FETCHER_IDLE },
	{ FETCHER_FETCHES_KEYS, WIRE_NOT_FETCHED, FETCHER_IDLE },
};

const struct wire_leg wire_module_leg = { 16384, TURNS(module_turns) };
const struct wire_leg wire_worker_leg = { WIRE_PACKET_MAX,
	TURNS(worker_turns) };
const struct wire_leg wire_judge_leg = { WIRE_PACKET_MAX, TURNS(judge_turns) };
const struct wire_leg wire_fetcher_leg = { WIRE_PACKET_MAX,
	TURNS(fetcher_turns) };

const char *
wire_phase_name(enum wire_phase phase)
{
	switch (phase) {
	case WIRE_PHASE_AUTHENTICATE:
		return "authenticate";
	case WIRE_PHASE_ACCOUNT:
		return "account";
	case WIRE_PHASE_OPEN_SESSION:
		return "open_session";
	case WIRE_PHASE_CLOSE_SESSION:
		return "close_session";
	case WIRE_PHASE_CHANGE_PIN:
		return "change_pin";
	case WIRE_PHASE_REVOKE:
		return "revoke";
	}
	return "";
}

/* Move the leg's state machine; what is not listed ends the session. */
static enum oauth2_err
take_turn(struct wire *w, uint8_t type)
{
	const struct wire_turn *turn = w->leg->turns;

	for (size_t n = w->leg->turn_count; n > 0; n--, turn++) {
		if (turn->state == w->state && turn->type == type) {
			w->state = turn->next;
			return OAUTH2_ERR_OK;
		}
	}
	return OAUTH2_ERR_PROTOCOL;
}

/* A host that closed its 0-2 would print into the leg: move away from there. */
static bool
move_up(int *fd)
{
	int high;

	if (*fd > STDERR_FILENO)
		return true;
	high = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (high < 0)
		return false;
	close(*fd);
	*fd = high;
	return true;
}

enum oauth2_err
wire_pair(int ret_fd[2])
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0)
		return OAUTH2_ERR_IO;
	if (!move_up(&fds[0]) || !move_up(&fds[1])) {
		close(fds[0]);
		close(fds[1]);
		return OAUTH2_ERR_IO;
	}
	ret_fd[0] = fds[0];
	ret_fd[1] = fds[1];
	return OAUTH2_ERR_OK;
}

void
wire_init(
    struct wire *w, int fd, const struct wire_leg *leg, const uint8_t *nonce)
{
	memset(w, 0, sizeof(*w));
	w->fd = fd;
	w->leg = leg;
	w->sender = WIRE_FROM_ANYONE;
	w->packet = (struct buf)BUF(leg->max);
	if (nonce != NULL) {
		memcpy(w->nonce, nonce, sizeof(w->nonce));
		w->has_nonce = true;
	}
}

void
wire_accept(struct wire *w, enum wire_sender sender)
{
	w->sender = sender;
}

void
wire_free(struct wire *w)
{
	buf_free(&w->packet);
	secret_wipe(w->nonce, sizeof(w->nonce));
	w->has_nonce = false;
}

void
wire_forget(struct wire *w)
{
	buf_free(&w->packet);
}

/*
 * Turns leave little to be read at a time. An end that lets it pile up would
 * have us wait past every deadline: it is out of turn.
 */
static enum oauth2_err
send_packet(struct wire *w, struct wire_out *out)
{
	size_t n = out->body.len;
	uint8_t head[WIRE_HEADER_SIZE] = { magic[0], magic[1], magic[2],
		magic[3], WIRE_VERSION, (uint8_t)out->type, (uint8_t)(n >> 8),
		(uint8_t)n };
	struct iovec iov[2] = {
		{ .iov_base = head, .iov_len = sizeof(head) },
		{ .iov_base = out->body.data, .iov_len = n },
	};
	struct msghdr mh = { .msg_iov = iov, .msg_iovlen = 2 };

	memcpy(head + 8, w->nonce, WIRE_NONCE_SIZE);
	while (sendmsg(w->fd, &mh, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
		if (errno == EINTR)
			continue;
		if (errno == EAGAIN)
			return OAUTH2_ERR_PROTOCOL;
		return errno == EPIPE || errno == ECONNRESET ? OAUTH2_ERR_CLOSED
							     : OAUTH2_ERR_IO;
	}
	return OAUTH2_ERR_OK;
}

enum oauth2_err
wire_send(struct wire *w, struct wire_out *out)
{
	enum oauth2_err err = buf_err(&out->body);

	if (err == OAUTH2_ERR_OK &&
	    out->body.len > w->leg->max - WIRE_HEADER_SIZE)
		err = OAUTH2_ERR_LIMIT;
	if (err == OAUTH2_ERR_OK)
		err = wire_check_body(
		    (uint8_t)out->type, out->body.data, out->body.len);
	if (err == OAUTH2_ERR_OK)
		err = take_turn(w, (uint8_t)out->type);
	if (err == OAUTH2_ERR_OK)
		err = send_packet(w, out);
	buf_free(&out->body);
	return err;
}

static enum oauth2_err
wait_readable(int fd, int64_t deadline_ns)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int n;

	do {
		n = poll(&p, 1, clock_ms_until(deadline_ns));
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return OAUTH2_ERR_IO;
	return n == 0 ? OAUTH2_ERR_TIMEOUT : OAUTH2_ERR_OK;
}

/* Also of an end that is gone: what it said before is still there. */
bool
wire_has_more(const struct wire *w)
{
	int bytes = 0;

	return ioctl(w->fd, FIONREAD, &bytes) != 0 || bytes > 0;
}

/*
 * An empty packet reads as 0 bytes, and so does the end. The sender's
 * credentials come with every packet (SO_PASSCRED) and not with the end.
 */
static enum oauth2_err
receive_packet(struct wire *w, uint8_t *packet, size_t *ret_len)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	struct iovec iov = { .iov_base = packet, .iov_len = w->leg->max };
	struct msghdr mh = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	const int on = 1;
	bool was_reset = false;
	ssize_t n;

	if (setsockopt(w->fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) != 0)
		return OAUTH2_ERR_IO;
	/*
	 * A peer that closes with a message of ours unread resets the leg
	 * once; what it sent before comes behind that.
	 */
	do {
		n = recvmsg(w->fd, &mh, MSG_CMSG_CLOEXEC);
	} while (
	    n < 0 && (errno == EINTR || (errno == ECONNRESET && !was_reset &&
					    (was_reset = true))));
	if (n < 0)
		return errno == ECONNRESET ? OAUTH2_ERR_CLOSED : OAUTH2_ERR_IO;
	if (n == 0 && mh.msg_controllen == 0)
		return OAUTH2_ERR_CLOSED;
	if (n < WIRE_HEADER_SIZE ||
	    (mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
		return OAUTH2_ERR_PROTOCOL;
	*ret_len = (size_t)n;
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
check_header(struct wire *w, const uint8_t *packet, size_t len)
{
	size_t body = (size_t)packet[6] << 8 | packet[7];

	if (memcmp(packet, magic, sizeof(magic)) != 0 ||
	    packet[4] != WIRE_VERSION || body != len - WIRE_HEADER_SIZE)
		return OAUTH2_ERR_PROTOCOL;
	if (!w->has_nonce) {
		memcpy(w->nonce, packet + 8, WIRE_NONCE_SIZE);
		w->has_nonce = true;
	}
	if (!secret_equal(w->nonce, packet + 8, WIRE_NONCE_SIZE))
		return OAUTH2_ERR_PROTOCOL;
	return OAUTH2_ERR_OK;
}

enum oauth2_err
wire_recv(struct wire *w, int64_t deadline_ns, struct wire_msg *ret)
{
	uint8_t *packet;
	enum oauth2_err err;
	size_t len = 0;

	buf_free(&w->packet);
	packet = secret_alloc(w->leg->max);
	if (packet == NULL)
		return OAUTH2_ERR_NOMEM;
	w->packet.data = packet;
	err = wait_readable(w->fd, deadline_ns);
	if (err == OAUTH2_ERR_OK)
		err = receive_packet(w, packet, &len);
	if (err == OAUTH2_ERR_OK)
		err = check_header(w, packet, len);
	if (err == OAUTH2_ERR_OK)
		err = wire_check_body(packet[5], packet + WIRE_HEADER_SIZE,
		    len - WIRE_HEADER_SIZE);
	if (err == OAUTH2_ERR_OK && w->sender != WIRE_FROM_ANYONE &&
	    packet[5] >> 4 != (int)w->sender)
		err = OAUTH2_ERR_PROTOCOL;
	if (err == OAUTH2_ERR_OK)
		err = take_turn(w, packet[5]);
	if (err != OAUTH2_ERR_OK)
		return err;
	ret->type = (enum wire_type)packet[5];
	ret->body = packet + WIRE_HEADER_SIZE;
	ret->len = len - WIRE_HEADER_SIZE;
	return OAUTH2_ERR_OK;
}
