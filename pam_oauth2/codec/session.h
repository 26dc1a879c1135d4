/*
 * The client's side of one sign-in: tell the helper who is asking, show and
 * ask what it wants shown and asked, and bring home its verdict. Serves the
 * PAM module and the command line alike, through three callbacks.
 */
#ifndef PAM_OAUTH2_CODEC_SESSION_H
#define PAM_OAUTH2_CODEC_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/reason.h"
#include "codec/wire.h"

/* Texts are borrowed for the length of session_run(); NULL: not known. */
struct session_hello {
	enum wire_phase phase;
	const char *id;		 /* correlation id, "7K3M-9QXD" */
	const char *service;	 /* as the host calls itself */
	const char *section;	 /* whose settings; NULL: the service's */
	const char *config_path; /* NULL: the default */
	const char *user;
	const char
	    *account; /* which may have several names: its own; or NULL */
	const char *rhost;
	const char *tty;
	const char *auth_info; /* of sshd: what has succeeded before */
	const char *ticket;    /* of open_session: from the sign-in before */
	bool has_prior_module; /* root says: a module has proved who it is */
	bool has_uid;	       /* the user exists */
	uid_t uid;
	uid_t ruid; /* who runs the host process */
	uint32_t flags;
	bool can_converse;
	bool is_debug;
	int64_t started_ns; /* monotonic: when this sign-in began */
	int64_t alarm_ns;   /* when the host's own alarm ends it; 0: none */
};

struct session_callbacks {
	void *context;
	void (*show)(void *context, enum wire_style style, const char *text);
	/*
	 * Ask, and hand over the answer (secret_free), or say in *ret_cause
	 * why there is none. LIMIT: there was one, too long to be handed
	 * over; the person may be asked again.
	 */
	enum oauth2_err (*ask)(void *context, enum wire_echo echo,
	    const char *text, char **ret, enum wire_cancel *ret_cause);
	/* Whether the person is gone, and how; asked several times a second. */
	bool (*cancelled)(void *context, enum wire_cancel *ret_cause);
};

struct session_result {
	enum wire_verdict verdict;
	enum reason reason;
	char text[1025]; /* for the person, "" when there is nothing to say */
	char ticket[WIRE_TICKET_MAX + 1]; /* for open_session; "": none */
};

/*
 * Hold one session over a connected SOCK_SEQPACKET descriptor (borrowed).
 *
 * GRANT is returned only when a well-formed RESULT said so with this
 * session's nonce, this phase and this user's name, the helper then closed
 * without another word, and all of it was read in time.
 *
 * nonce    WIRE_NONCE_SIZE random bytes.
 * ret      starts as DENY and stays so on every error.
 *
 * Errors: TIMEOUT, CLOSED, PROTOCOL, NOMEM, IO. Blocks until the helper's
 * deadline plus five seconds at most, and as long as ask() does.
 */
enum oauth2_err session_run(int fd, const uint8_t *nonce,
    const struct session_hello *hello, const struct session_callbacks *cb,
    struct session_result *ret) MUST_CHECK;

#endif
