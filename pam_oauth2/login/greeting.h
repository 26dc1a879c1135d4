/* Who stands at the door, as the module says and as the kernel knows. */
#ifndef PAM_OAUTH2_LOGIN_GREETING_H
#define PAM_OAUTH2_LOGIN_GREETING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/reason.h"
#include "codec/wire.h"

#define GREETING_AUTH_INFO_MAX 8192

/* Texts are "" where the host did not say. */
struct greeting {
	enum wire_phase phase;
	char id[10];
	char service[65];
	char section[65]; /* whose settings */
	char config_path[1025];
	char user[256];	   /* as it was given */
	char account[256]; /* the account's own name; else as user */
	char rhost[256];
	char tty[256];
	/* What sshd says has succeeded before; "" of any other host. */
	char auth_info[GREETING_AUTH_INFO_MAX + 1];
	bool has_prior_module; /* root asserts that one proved who it is */
	char ticket[WIRE_TICKET_MAX + 1]; /* of open_session */
	bool has_uid;
	uid_t uid;
	uint32_t flags; /* PAM's */
	uid_t ruid;	/* who runs the host process */
	pid_t host;	/* that process */
	bool can_converse;
	bool is_debug;
	/* Monotonic: when the sign-in began, when the host began to count,
	 * when its own alarm ends it (INT64_MAX: there is none). */
	int64_t started_ns;
	int64_t host_started_ns;
	int64_t alarm_ns;
};

/* The process that started us. */
struct greeting_host {
	pid_t pid;
	bool is_sshd;
};

/*
 * Look at it, before the sandbox is closed: then the kernel tells no more
 * which program another process runs. That is what counts: in su and sudo
 * others may have set variables that look like sshd's, and chosen the name
 * that /proc shows.
 */
void greeting_look(struct greeting_host *ret);

/* Take a HELLO apart. Errors: PROTOCOL, LIMIT. */
enum oauth2_err greeting_read(const struct wire_msg *hello,
    const struct greeting_host *host, struct greeting *ret) MUST_CHECK;

/*
 * Whether the host can put a question to a person.
 *
 * ret      why not: silent (told to show nothing; sudo always says so and
 *          does not mean it) or no_conversation.
 */
bool greeting_can_ask(const struct greeting *g, enum reason *ret) MUST_CHECK;

/*
 * How to show a text in this host without asking: su prints what is for
 * information to standard output, which `su -c command > file` hides in the
 * file; what it takes for an error comes to the terminal.
 */
enum wire_style greeting_info_style(const struct greeting *g);

#endif
