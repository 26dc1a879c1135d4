/*
 * Whom an email has belonged to: (issuer, email) -> sub. Mailboxes and
 * domains change hands; so the first who signs in with an email binds it to
 * their sub, and the same email with another sub is refused until somebody
 * unbinds it. One file for each pair, in the directory `subjects` of what
 * this host keeps; they outlive tokens.
 */
#ifndef PAM_OAUTH2_LOGIN_SUBJECTS_H
#define PAM_OAUTH2_LOGIN_SUBJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strlist.h"

#define SUBJECTS_MAX 200000 /* pairs that are looked through at once */

/* Who says that they are whom; texts are borrowed for the call. */
struct subject_claim {
	const char *issuer;
	const char *email;
	bool fold_local;  /* Alice@ is alice@ */
	const char *user; /* whom they sign in as; noted for unbind */
	const char *sub;
	int64_t now; /* Unix seconds */
};

/* Two of them let nobody in, and one of them is zero. */
enum subject_verdict {
	SUBJECT_UNREADABLE, /* what is recorded cannot be read or trusted */
	SUBJECT_OTHER,	    /* the email is another sub's */
	SUBJECT_UNKNOWN,    /* nothing is recorded: strict refuses this */
	SUBJECT_SAME,
	SUBJECT_RECORDED,   /* the first use; recorded now */
	SUBJECT_UNRECORDED, /* the first use, and it could not be recorded */
};

/*
 * What is recorded? One of the first four.
 *
 * state    the directory of what this host keeps, PATH_STATE
 * d->text  of SUBJECT_UNREADABLE: which file, and how.
 */
enum subject_verdict subjects_check(const char *state,
    const struct subject_claim *claim, struct detail *d) MUST_CHECK;

/*
 * The same, and record what is unknown; never SUBJECT_UNKNOWN. Of two first
 * uses at once one records, and the other is compared with it.
 *
 * d->text  also of SUBJECT_UNRECORDED: why. The caller logs that.
 */
enum subject_verdict subjects_admit(const char *state,
    const struct subject_claim *claim, struct detail *d) MUST_CHECK;

/* What to forget. */
enum subject_key {
	SUBJECT_OF_USER,
	SUBJECT_OF_EMAIL, /* in any case of letters, of any issuer */
};

/*
 * Accept a new sub: forget what is recorded.
 *
 * ret_emails  whose, one for each that was forgotten, also on failure.
 *
 * Errors: those of dir.h and SYNTAX: a file could not be read or removed,
 * the last of which d->text names; the others were dealt with.
 */
enum oauth2_err subjects_forget(const char *state, enum subject_key key,
    const char *value, struct strlist *ret_emails, struct detail *d) MUST_CHECK;

#endif
