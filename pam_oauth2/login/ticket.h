/*
 * A pending approval: from the sign-in in the browser to the login session
 * that follows, often in another process. It lies in a directory for root's
 * eyes, named by a random ticket; the ticket alone travels, in the PAM
 * environment, in which a user's ~/.pam_environment can put anything, and
 * from which it can copy. So whoever has one proves nothing by it: the
 * approval fits one process of this host, and the user, service and remote
 * host that it was for.
 */
#ifndef PAM_OAUTH2_LOGIN_TICKET_H
#define PAM_OAUTH2_LOGIN_TICKET_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/dir.h"
#include "codec/wire.h"
#include "login/approval.h"
#include "login/process.h"

#define TICKET_SIZE    (WIRE_TICKET_MAX + 1) /* 128 random bits, and NUL */
#define TICKET_MAX_AGE 60		     /* seconds */

/*
 * Put a pending approval there; remove those that have expired.
 *
 * Errors: SYNTAX, LIMIT, IO, TIMEOUT, NOMEM, INTERNAL (no random bytes).
 */
enum oauth2_err ticket_issue(const struct dir *dir,
    const struct approval *approval, char ret[TICKET_SIZE],
    struct detail *d) MUST_CHECK;

/*
 * Take it away: of several who have the ticket one gets it, once.
 *
 * Errors: NOT_FOUND (also what is no ticket at all), SYNTAX, and those of
 * dir_read() and dir_remove().
 */
enum oauth2_err ticket_redeem(const struct dir *dir, const char *ticket,
    struct approval **ret, struct detail *d) MUST_CHECK;

/* Who has come with a ticket; borrowed. */
struct ticket_holder {
	const char *user;
	uid_t uid;
	const char *service;
	const char *rhost; /* "": none */
	const struct process *host;
	const struct process_login *login;
	const struct moment *now;
};

/*
 * Whether it is theirs, and of this minute; and whether the session has been
 * opened since, by this login, in a way that the kernel knows.
 *
 * d->text  why not.
 */
bool ticket_fits(const struct approval *approval,
    const struct ticket_holder *holder, struct detail *d) MUST_CHECK;

#endif
