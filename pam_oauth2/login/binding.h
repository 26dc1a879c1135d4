/*
 * The setting subject_binding: an email goes on belonging to the account
 * (sub) that signed in with it first.
 */
#ifndef PAM_OAUTH2_LOGIN_BINDING_H
#define PAM_OAUTH2_LOGIN_BINDING_H

#include "base/err.h"
#include "base/identity.h"
#include "base/reason.h"
#include "login/settings.h"

/* All borrowed for the call. */
struct binding {
	const struct settings *settings;
	const struct identity *identity;
	const char *user; /* whom they sign in as */
	int64_t now;	  /* Unix seconds */
};

/*
 * May the identity's email speak for its sub? Reads what is recorded.
 *
 * Returns REASON_approved (also without an email: nothing rests on it),
 * subject_changed or store_failed; d->text then says more.
 */
enum reason binding_check(
    const struct binding *binding, struct detail *d) MUST_CHECK;

/*
 * Record a first use, before it is answered. Returns like binding_check(); a
 * first use that cannot be recorded is admitted and logged.
 */
enum reason binding_record(
    const struct binding *binding, struct detail *d) MUST_CHECK;

#endif
