/* The one list of errors, and what else there is to say about one. */
#ifndef PAM_OAUTH2_BASE_ERR_H
#define PAM_OAUTH2_BASE_ERR_H

#include <stdbool.h>

#define OAUTH2_ERRORS(X) \
	X(OK, "success") \
	X(NOMEM, "out of memory") \
	X(INTERNAL, "internal error") \
	X(IO, "input or output failed") \
	X(LIMIT, "input larger than the allowed limit") \
	X(SYNTAX, "malformed input") \
	X(NOT_FOUND, "not found") \
	X(EXISTS, "exists already") \
	X(UNTRUSTED, "owner or permissions are not safe") \
	X(CONFIG, "not configured correctly") \
	X(TIMEOUT, "time limit reached") \
	X(CLOSED, "the other side is gone") \
	X(PROTOCOL, "message out of turn or not well-formed") \
	X(SANDBOX, "privileges could not be given up") \
	X(SEAL, "not sealed here for this, or damaged") \
	X(TRANSPORT, "the server could not be reached") \
	X(TLS, "the server's certificate or TLS was refused") \
	X(HTTP, "unexpected HTTP answer") \
	X(JSON, "not the JSON that was expected") \
	X(POLICY, "the provider sent what may not be used or shown") \
	X(NOT_SUPPORTED_AUTH_METHOD, "client authentication not supported") \
	X(MISSING_REVOKE_TOKEN_AUTH_METHOD, \
	    "no client authentication for the revocation endpoint") \
	X(DISCOVERY, "discovery of the provider's endpoints failed") \
	X(JWKS, "the provider's keys could not be fetched") \
	X(DEVICE_AUTHORIZATION, "the provider refused to start a sign-in") \
	X(AUTHORIZATION_PENDING, "not approved yet") \
	X(SLOW_DOWN, "not approved yet, and polled too fast") \
	X(ACCESS_DENIED, "declined by the person") \
	X(EXPIRED_TOKEN, "the code has expired") \
	X(PUSHED_AUTHORIZATION, "the provider refused the pushed request") \
	X(GET_ACCESS_TOKEN, "no access token was given") \
	X(REFRESH_TOKEN, "the token could not be refreshed") \
	X(REFRESH_TOKEN_NOT_SUPPORTED, "the provider refreshes no tokens") \
	X(REVOKE_TOKEN, "the token could not be revoked") \
	X(REVOKE_TOKEN_NOT_SUPPORTED, "the provider revokes no tokens") \
	X(GET_ID_EMAIL, "id and email could not be read") \
	X(GET_PROFILE, "the profile could not be read") \
	X(SIGNATURE, "the signature does not verify") \
	X(UNKNOWN_KEY, "signed with a key that the provider does not list") \
	X(ID_TOKEN, "the ID token was refused") \
	X(USERINFO, "the signed userinfo was refused") \
	X(USERINFO_MISMATCH, "userinfo is about someone else") \
	X(OTHER_PERSON, "the renewed token is about someone else") \
	X(AUTH_TOO_OLD, "the person signed in too long ago") \
	X(ACR_AMR_MISSING, "the sign-in was not of the kind that is required") \
	X(GROUPS_OVERAGE, "more groups than can be checked")

#define OAUTH2_ERR_ENUM(name, text) OAUTH2_ERR_##name,
enum oauth2_err {
	OAUTH2_ERRORS(OAUTH2_ERR_ENUM) OAUTH2_ERR_COUNT
};
#undef OAUTH2_ERR_ENUM

/* Why a request failed, below the error that says which one. */
#define OAUTH2_CAUSES(X) \
	X(NONE, "none") \
	X(TRANSPORT, "transport") \
	X(TIMEOUT, "timeout") \
	X(TLS, "tls") \
	X(HTTP, "http") \
	X(JSON, "json") \
	X(PROTOCOL, "protocol") \
	X(TOO_BIG, "too_big") \
	X(POLICY, "policy")

#define OAUTH2_CAUSE_ENUM(name, text) OAUTH2_CAUSE_##name,
enum oauth2_cause {
	OAUTH2_CAUSES(OAUTH2_CAUSE_ENUM) OAUTH2_CAUSE_COUNT
};
#undef OAUTH2_CAUSE_ENUM

/*
 * What a person needs to know beyond the error code. Every function that
 * takes one accepts NULL. Never holds a secret or a full URL; what came from
 * a provider is already escaped and cut (text_clean).
 */
struct detail {
	enum oauth2_cause cause;
	int http_status;       /* 0: no reply */
	bool is_unsent;	       /* no connection: what it spends is unspent */
	char error[65];	       /* the provider's `error` */
	char description[129]; /* its `error_description` */
	char text[256];	       /* ours: file, line, what was expected */
};

#define MUST_CHECK	   __attribute__((warn_unused_result))
#define PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

/* Cleanup by scope (`AUTO(x_free) struct x *x = NULL;`) and hand-over. */
#define AUTO(fn) __attribute__((cleanup(fn##_scope)))
#define AUTO_DEFINE(type, fn) \
	static inline void fn##_scope(type **p) \
	{ \
		fn(*p); \
	}
#define TAKE(p) \
	({ \
		__typeof__(p) taken_ = (p); \
		(p) = NULL; \
		taken_; \
	})

/* The text for people of an error; never NULL. */
const char *err_text(enum oauth2_err err);

/* The name of an error or a cause as logs and tests know it; never NULL. */
const char *err_name(enum oauth2_err err);
const char *err_cause_name(enum oauth2_cause cause);

/*
 * Whether it is about a request to the provider (OAuth2RequestError): the
 * detail then carries cause, HTTP status and the provider's words.
 */
bool oauth2_err_is_request(enum oauth2_err err);

/*
 * Fill d->text (cut if need be) and hand the error through, so that a
 * failure is one line: return detail_fail(d, OAUTH2_ERR_SYNTAX, "...", ...);
 */
enum oauth2_err detail_fail(
    struct detail *d, enum oauth2_err err, const char *fmt, ...) PRINTF(3, 4);

#endif
