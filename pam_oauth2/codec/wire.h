/*
 * The messages between module, monitor and worker.
 *
 * One message is one SOCK_SEQPACKET packet: a header of 24 bytes (magic
 * "PO2W", version, type, length of the body, nonce of the session; big
 * endian) and a body of fields (tag, length, value). Which fields a message
 * has, of which kind and how long, stands in one table in wire_body.c; both
 * ends check it, so nobody sends what the other would refuse. What the table
 * does not allow ends the session.
 */
#ifndef PAM_OAUTH2_CODEC_WIRE_H
#define PAM_OAUTH2_CODEC_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"

#define WIRE_VERSION	1
#define WIRE_NONCE_SIZE 16
#define WIRE_PACKET_MAX 65535 /* bytes, on any leg */
#define WIRE_TICKET_MAX 32    /* hexadecimal digits */

/* Who sends: the upper four bits of a type. */
enum wire_sender {
	WIRE_FROM_MODULE,
	WIRE_FROM_MONITOR_TO_MODULE,
	WIRE_FROM_MONITOR_TO_WORKER,
	WIRE_FROM_WORKER,
	WIRE_FROM_MONITOR_TO_JUDGE,
	WIRE_FROM_JUDGE,
	WIRE_FROM_MONITOR_TO_FETCHER,
	WIRE_FROM_FETCHER,
	WIRE_FROM_ANYONE,
};

enum wire_type {
	/* module to monitor */
	WIRE_HELLO = 1,
	WIRE_REPLY,
	WIRE_CANCEL,
	/* monitor to module */
	WIRE_READY = 16,
	WIRE_SHOW,
	WIRE_ASK,
	WIRE_RESULT,
	/* monitor to worker */
	WIRE_START = 32,
	WIRE_POLL,
	WIRE_CODE,
	WIRE_IDENTIFY,
	WIRE_SIGNED,
	WIRE_REFRESH,
	WIRE_REVOKE,
	/* worker to monitor */
	WIRE_DEVICE = 48,
	WIRE_AUTHORIZE,
	WIRE_TOKENS,
	WIRE_IDENTITY,
	WIRE_USERINFO, /* in place of IDENTITY: the provider has signed it */
	WIRE_FAILED,
	WIRE_SIGN,
	WIRE_REVOKED,
	/* monitor to judge */
	WIRE_TRUST = 64,
	WIRE_JUDGE,
	WIRE_JUDGE_USERINFO,
	/* judge to monitor */
	WIRE_CLAIMS = 80,
	WIRE_REFUSED,
	/* monitor to fetcher */
	WIRE_FETCH_METADATA = 96,
	WIRE_FETCH_KEYS,
	/* fetcher to monitor */
	WIRE_METADATA = 112,
	WIRE_KEYS,
	WIRE_UNCHANGED,
	WIRE_NOT_FETCHED,
};

enum wire_tag {
	WIRE_TAG_PHASE = 1,
	WIRE_TAG_ID,
	WIRE_TAG_SERVICE,
	WIRE_TAG_SECTION,
	WIRE_TAG_CONFIG_PATH,
	WIRE_TAG_DEBUG,
	WIRE_TAG_FLAGS,
	WIRE_TAG_CAN_CONVERSE,
	WIRE_TAG_USER,
	WIRE_TAG_ACCOUNT, /* its own name, whichever USER is */
	WIRE_TAG_UID,
	WIRE_TAG_RUID,
	WIRE_TAG_RHOST,
	WIRE_TAG_TTY,
	WIRE_TAG_STARTED_NS,
	WIRE_TAG_ALARM_NS,
	WIRE_TAG_AUTH_INFO,
	WIRE_TAG_IS_PRIOR_MODULE,
	WIRE_TAG_TEXT,
	WIRE_TAG_IS_CUT, /* of REPLY: it was longer than the host takes */
	WIRE_TAG_CAUSE,
	WIRE_TAG_DEADLINE_NS,
	WIRE_TAG_STYLE,
	WIRE_TAG_ECHO,
	WIRE_TAG_VERDICT,
	WIRE_TAG_REASON,
	WIRE_TAG_FLOW,
	WIRE_TAG_ISSUER,
	WIRE_TAG_CLIENT_ID,
	WIRE_TAG_CLIENT_SECRET,
	WIRE_TAG_AUTH_METHOD,
	WIRE_TAG_REVOCATION_AUTH_METHOD,
	WIRE_TAG_REDIRECT_URI,
	WIRE_TAG_STATE,
	WIRE_TAG_AUTHORIZATION_ENDPOINT,
	WIRE_TAG_PAR_ENDPOINT,
	WIRE_TAG_TOKEN_ENDPOINT,
	WIRE_TAG_DEVICE_ENDPOINT,
	WIRE_TAG_USERINFO_ENDPOINT,
	WIRE_TAG_REVOCATION_ENDPOINT,
	WIRE_TAG_JWKS_URI,
	WIRE_TAG_IS_CLAIMS_PARAMETER,
	WIRE_TAG_IS_OFFLINE_OFFERED,
	WIRE_TAG_LACKS_S256,
	WIRE_TAG_REFUSED_ENDPOINT,
	WIRE_TAG_ETAG,
	WIRE_TAG_KEY,
	WIRE_TAG_NONCE,
	WIRE_TAG_MAX_AGE,
	WIRE_TAG_IS_FRESH, /* there, and 1: the token was made just now */
	WIRE_TAG_AUTH_TIME,
	WIRE_TAG_ACR,
	WIRE_TAG_AMR,
	WIRE_TAG_REFRESH_TOKEN,
	WIRE_TAG_IS_KEPT, /* of START: there is a use for a refresh token */
	WIRE_TAG_ID_TOKEN,
	WIRE_TAG_AT_HASH,
	WIRE_TAG_USERINFO,
	WIRE_TAG_ALG,
	WIRE_TAG_AUDIENCE,	 /* beside the client */
	WIRE_TAG_FIRST_AUDIENCE, /* likewise, of the first ID token */
	WIRE_TAG_NOW,
	WIRE_TAG_PRESET,
	WIRE_TAG_ENDPOINT_HOST,
	WIRE_TAG_VERIFICATION_HOST,
	WIRE_TAG_SCOPE,
	WIRE_TAG_REQUIRED_SCOPE,
	WIRE_TAG_PARAMETER, /* NAME=VALUE, of the request for approval */
	WIRE_TAG_EMAIL_VERIFIED_STRING,
	WIRE_TAG_GROUPS_CLAIM,
	WIRE_TAG_CLAIM,
	WIRE_TAG_SAID, /* a name that was asked for is there, be it empty */
	WIRE_TAG_CA_FILE,
	WIRE_TAG_PROXY,
	WIRE_TAG_DELAY_S,
	WIRE_TAG_CODE,
	WIRE_TAG_URL,
	WIRE_TAG_IS_ISS_SENT,
	WIRE_TAG_USER_CODE,
	WIRE_TAG_VERIFICATION_URI,
	WIRE_TAG_VERIFICATION_URI_COMPLETE,
	WIRE_TAG_EXPIRES_IN,
	WIRE_TAG_INTERVAL,
	WIRE_TAG_SUB,
	WIRE_TAG_EMAIL,
	WIRE_TAG_EMAIL_VERIFIED,
	WIRE_TAG_GROUP,
	WIRE_TAG_ERROR,
	WIRE_TAG_HTTP_STATUS,
	WIRE_TAG_IS_UNSENT, /* there, and 1: the request never left */
	WIRE_TAG_PROVIDER_ERROR,
	WIRE_TAG_DESCRIPTION,
	WIRE_TAG_BASIC_RAW,
	WIRE_TAG_IS_PKCE_PLAIN,
	WIRE_TAG_JWT,
	WIRE_TAG_TICKET, /* for the session that follows, see login/ticket.h */
	WIRE_TAG_COUNT
};

/* WIRE_TAG_PHASE */
enum wire_phase {
	WIRE_PHASE_AUTHENTICATE = 1,
	WIRE_PHASE_ACCOUNT,
	WIRE_PHASE_OPEN_SESSION,
	WIRE_PHASE_CLOSE_SESSION,
	WIRE_PHASE_CHANGE_PIN,
	WIRE_PHASE_REVOKE,
};

/* Its name in the log, such as authenticate. */
const char *wire_phase_name(enum wire_phase phase);

/* WIRE_TAG_FLOW */
enum wire_flow {
	WIRE_FLOW_DEVICE = 1,
	WIRE_FLOW_CODE,
	/* Nobody is asked: what was kept of a sign-in is used, or given back.
	 */
	WIRE_FLOW_REFRESH,
	WIRE_FLOW_REVOKE,
};

/* WIRE_TAG_CAUSE of CANCEL: why there is no answer to ASK */
enum wire_cancel {
	WIRE_CANCEL_CONVERSATION = 1, /* the host's conversation failed */
	WIRE_CANCEL_PASSWORD,	      /* it answers without a person */
	WIRE_CANCEL_SIGNAL,	      /* the person pressed Ctrl-C */
	WIRE_CANCEL_GONE,	      /* the client hung up */
};

/* WIRE_TAG_STYLE of SHOW */
enum wire_style {
	WIRE_STYLE_INFO = 1,
	WIRE_STYLE_ERROR,
};

/* WIRE_TAG_ECHO of ASK */
enum wire_echo {
	WIRE_ECHO_PROBE = 1, /* no prompt: tell how the host takes a message */
	WIRE_ECHO_ENTER,     /* with echo; the answer is "" whatever is typed */
	WIRE_ECHO_ON,
	WIRE_ECHO_OFF,
	WIRE_ECHO_OFFER, /* likewise; who does not answer has answered "" */
};

/* WIRE_TAG_VERDICT of RESULT */
enum wire_verdict {
	WIRE_VERDICT_GRANT = 1,
	WIRE_VERDICT_DENY,
	WIRE_VERDICT_UNAVAILABLE, /* only where the settings ask for it */
	WIRE_VERDICT_IGNORE,	  /* only where the settings ask for it */
};

/* What a state machine allows: in state, this type leads to next. */
struct wire_turn {
	uint8_t state;
	uint8_t type;
	uint8_t next;
};

/*
 * A leg: how large its packets may be, and one table of turns for both of
 * its ends and both directions. Every leg starts in state 0.
 */
struct wire_leg {
	size_t max; /* bytes of a packet */
	const struct wire_turn *turns;
	size_t turn_count;
};

extern const struct wire_leg wire_module_leg;
extern const struct wire_leg wire_worker_leg;
extern const struct wire_leg wire_judge_leg;
extern const struct wire_leg wire_fetcher_leg;

/* The states of the module's leg. */
enum wire_module_state {
	WIRE_MODULE_NEW,
	WIRE_MODULE_GREETED,
	WIRE_MODULE_OPEN,
	WIRE_MODULE_ASKED,
	WIRE_MODULE_CANCELLED,
	WIRE_MODULE_ENDED,
};

/*
 * One end of a leg. The descriptor is borrowed. An end whose nonce is not
 * known yet takes it from the first packet that it receives.
 */
struct wire {
	int fd;
	const struct wire_leg *leg;
	enum wire_sender sender; /* of what is received */
	uint8_t state;
	bool has_nonce;
	uint8_t nonce[WIRE_NONCE_SIZE];
	struct buf packet; /* the last one received */
};

/* A received message; valid until the next wire_recv() on that leg. */
struct wire_msg {
	enum wire_type type;
	const uint8_t *body;
	size_t len;
};

/* A message being made. Errors stick until wire_send(). */
struct wire_out {
	enum wire_type type;
	struct buf body;
};

/*
 * Make a socket pair for a leg; both ends close on exec.
 *
 * Errors: IO.
 */
enum oauth2_err wire_pair(int ret_fd[2]) MUST_CHECK;

/*
 * An end of a leg in state 0.
 *
 * nonce    WIRE_NONCE_SIZE bytes, or NULL to take the peer's.
 */
void wire_init(
    struct wire *w, int fd, const struct wire_leg *leg, const uint8_t *nonce);

/*
 * Take messages of this sender alone. The table of turns serves both ends:
 * without this an end would take a message that only itself may send.
 */
void wire_accept(struct wire *w, enum wire_sender sender);

/* Wipe what the leg holds. The descriptor stays open. */
void wire_free(struct wire *w);

/* Start a message; then one call for each field; then wire_send(). */
void wire_begin(struct wire_out *out, enum wire_type type);
void wire_put_u64(struct wire_out *out, enum wire_tag tag, uint64_t value);
/* NULL puts no field: for optional ones. */
void wire_put_text(struct wire_out *out, enum wire_tag tag, const char *text);
/* One field for each item. */
void wire_put_list(
    struct wire_out *out, enum wire_tag tag, const struct strlist *list);

/*
 * Send and wipe a message. Waits for nobody.
 *
 * Errors: PROTOCOL (not in turn, or not as the table of fields has it, or
 * the other end leaves unread more than it may), LIMIT, NOMEM, CLOSED (the
 * other end is gone), IO.
 */
enum oauth2_err wire_send(struct wire *w, struct wire_out *out) MUST_CHECK;

/*
 * Receive one message that is in turn and well-formed.
 *
 * Errors: TIMEOUT, CLOSED (the other end is gone), PROTOCOL (anything that
 * the tables do not allow, an empty or an oversize packet), NOMEM, IO.
 */
enum oauth2_err wire_recv(
    struct wire *w, int64_t deadline_ns, struct wire_msg *ret) MUST_CHECK;

/* Wipe the message received last: for one with a secret, once it is taken. */
void wire_forget(struct wire *w);

/*
 * A message from a body that was kept, such as one in a cache.
 *
 * body     borrowed, must outlive ret.
 *
 * Errors: PROTOCOL (not as the table of fields has it).
 */
enum oauth2_err wire_parse(enum wire_type type, const uint8_t *body, size_t len,
    struct wire_msg *ret) MUST_CHECK;

/* Whether something was sent to this end that it has not received yet. */
bool wire_has_more(const struct wire *w);

bool wire_has(const struct wire_msg *m, enum wire_tag tag);

/* A field that the table requires; 0 where an optional one is missing. */
uint64_t wire_get_u64(const struct wire_msg *m, enum wire_tag tag);

/*
 * A text field, copied.
 *
 * ret      NUL-terminated, secret_free() it; NULL where an optional field
 *          is missing.
 *
 * Errors: NOMEM.
 */
enum oauth2_err wire_take_text(
    const struct wire_msg *m, enum wire_tag tag, char **ret) MUST_CHECK;

/*
 * A text field, copied into size bytes; "" where it is missing.
 *
 * Errors: LIMIT.
 */
enum oauth2_err wire_copy_text(const struct wire_msg *m, enum wire_tag tag,
    char *ret, size_t size) MUST_CHECK;

/* Whether a text field is there and equal. */
bool wire_text_is(
    const struct wire_msg *m, enum wire_tag tag, const char *text);

/*
 * Append the fields of a list. Errors: PROTOCOL (more than ret has room for:
 * none of ours sends so many), NOMEM.
 */
enum oauth2_err wire_take_list(const struct wire_msg *m, enum wire_tag tag,
    struct strlist *ret) MUST_CHECK;

#endif
