/*
 * The fixed list of reasons: why a sign-in ended as it did. Administrators
 * read the name in the log; the person reads the text of its class, so that
 * a stranger cannot learn from the words which rule refused them.
 */
#ifndef PAM_OAUTH2_BASE_REASON_H
#define PAM_OAUTH2_BASE_REASON_H

#include <stddef.h>

#include "base/err.h"

/* class, what the person sees */
#define REASON_CLASSES(X) \
	X(GRANTED, "Signed in.") \
	X(DECLINED, "Sign-in was declined in the browser.") \
	X(EXPIRED, "The code has expired; log in again.") \
	X(GONE, "") \
	X(PASTE, \
	    "That is not the code or address shown after approving; copy it whole.") \
	X(IDENTITY, "This identity may not sign in as %s here.") \
	X(STRONGER, "A stronger or newer sign-in is needed.") \
	X(UNTRUSTED, "The provider's answer could not be trusted.") \
	X(UNREACHABLE, \
	    "The identity provider cannot be reached. Try later, or use the emergency access.") \
	X(SETUP, "This host is not set up correctly.") \
	X(CANNOT_ASK, "This program cannot ask you.") \
	X(NOT_ROOT, "Needs root.") \
	X(PIN, "The PIN is wrong, or locked.") \
	X(CONFIRMED, "Your account is good.") \
	X(ACCOUNT, \
	    "Your account could not be confirmed at the provider. Sign in in the browser again: ssh -o PreferredAuthentications=keyboard-interactive HOST")

/* name, class. The first, which zeroed memory holds, is a denial. */
#define REASONS(X) \
	X(internal_error, SETUP) \
	X(approved, GRANTED) \
	X(second_factor, GRANTED) \
	X(pin, GRANTED) \
	X(session, GRANTED) \
	X(account_active, CONFIRMED) \
	X(account_grace, CONFIRMED) \
	X(account_not_checked, CONFIRMED) \
	X(access_denied, DECLINED) \
	X(code_expired, EXPIRED) \
	X(login_timeout, EXPIRED) \
	X(cancelled, GONE) \
	X(client_gone, GONE) \
	X(paste_invalid, PASTE) \
	X(paste_cut, PASTE) \
	X(paste_state, PASTE) \
	X(paste_issuer, PASTE) \
	X(code_refused, PASTE) \
	X(user_unknown, IDENTITY) \
	X(user_forbidden, IDENTITY) \
	X(user_not_listed, IDENTITY) \
	X(identity_not_allowed, IDENTITY) \
	X(email_missing, IDENTITY) \
	X(email_unverified, IDENTITY) \
	X(email_invalid, IDENTITY) \
	X(groups_overage, IDENTITY) \
	X(tenant_not_allowed, IDENTITY) \
	X(subject_changed, IDENTITY) \
	X(acr_amr_missing, STRONGER) \
	X(auth_too_old, STRONGER) \
	X(factor_missing, STRONGER) \
	X(id_token_invalid, UNTRUSTED) \
	X(userinfo_mismatch, UNTRUSTED) \
	X(identity_invalid, UNTRUSTED) \
	X(provider_malformed, UNTRUSTED) \
	X(verification_uri_refused, UNTRUSTED) \
	X(endpoint_refused, UNTRUSTED) \
	X(provider_unreachable, UNREACHABLE) \
	X(provider_timeout, UNREACHABLE) \
	X(provider_tls, UNREACHABLE) \
	X(provider_error, UNREACHABLE) \
	X(client_rejected, SETUP) \
	X(settings_invalid, SETUP) \
	X(allowlist_invalid, SETUP) \
	X(secret_unreadable, SETUP) \
	X(store_failed, SETUP) \
	X(sandbox_failed, SETUP) \
	X(helper_failed, SETUP) \
	X(protocol_error, SETUP) \
	X(no_conversation, CANNOT_ASK) \
	X(conversation_failed, CANNOT_ASK) \
	X(silent, CANNOT_ASK) \
	X(password_conversation, CANNOT_ASK) \
	X(not_root, NOT_ROOT) \
	X(account_disabled, ACCOUNT) \
	X(account_token_missing, ACCOUNT) \
	X(account_expired, ACCOUNT) \
	X(grace_over, ACCOUNT) \
	X(token_missing, ACCOUNT) \
	X(token_revoked, ACCOUNT) \
	X(token_expired, ACCOUNT) \
	X(token_binding, ACCOUNT) \
	X(clock_suspect, ACCOUNT) \
	X(session_unknown, ACCOUNT) \
	X(pin_wrong, PIN) \
	X(pin_locked, PIN)

#define REASON_CLASS_ENUM(name, text) REASON_CLASS_##name,
enum reason_class {
	REASON_CLASSES(REASON_CLASS_ENUM) REASON_CLASS_COUNT
};
#undef REASON_CLASS_ENUM

#define REASON_ENUM(name, class) REASON_##name,
enum reason {
	REASONS(REASON_ENUM) REASON_COUNT
};
#undef REASON_ENUM

/* The name in the log; never NULL. */
const char *reason_name(enum reason reason);

/* The reason of that name. Errors: NOT_FOUND. */
enum oauth2_err reason_parse(const char *name, enum reason *ret) MUST_CHECK;

enum reason_class reason_class(enum reason reason);

/*
 * What the person is told, with user in place of the name that class
 * IDENTITY mentions. "" where nothing is said. Cut at size - 1 bytes.
 */
void reason_text(enum reason reason, const char *user, char *ret, size_t size);

/* Syslog priority: NOTICE granted, ERR a fault of this host, else WARNING. */
int reason_priority(enum reason reason);

#endif
