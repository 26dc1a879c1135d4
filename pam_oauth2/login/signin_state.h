/* What the parts of the story share: private to signin, person, provider. */
#ifndef PAM_OAUTH2_LOGIN_SIGNIN_STATE_H
#define PAM_OAUTH2_LOGIN_SIGNIN_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/identity.h"
#include "base/reason.h"
#include "codec/wire.h"
#include "login/allowlist.h"
#include "login/greeting.h"
#include "login/settings.h"

/* What the provider gave us to show; checked by provider_offers(). */
struct offer {
	bool is_code;	  /* the person brings a code: url, and no more */
	bool is_iss_sent; /* with the code (RFC 9207) */
	char url[2049];	  /* to open, in the flow code */
	char user_code[17];
	char verification_uri[201];
	char verification_uri_complete[513]; /* "": there is none */
	uint32_t interval;		     /* seconds */
};

struct signin {
	struct wire *person;
	struct wire *worker;
	struct greeting greeting;
	struct settings *settings; /* NULL until learnt */
	char *client_secret;
	char state[128]; /* what only the answer to our request carries */
	char *code;	 /* secret: what the person pasted */
	struct allowlist *allowlist;
	struct offer offer;
	struct identity *identity; /* NULL until the provider told */
	int64_t deadline_ns;	   /* monotonic */
	enum reason deadline_reason;
	bool has_offer;	       /* the provider has answered */
	bool is_provider_down; /* it never did, nor anybody for it */
	enum reason reason;    /* how it ended; denied until decided */
	const char *rule;      /* of the allowlist that granted; borrowed */
	struct detail detail;
};

/*
 * A step of the story went wrong: note why. Returns false, so that a step is
 * one line: return signin_fail(s, REASON_..., "...");
 */
bool signin_fail(struct signin *s, enum reason reason, const char *fmt, ...)
    PRINTF(3, 4);

/* The same for trouble with a leg or with memory. */
bool signin_fail_err(struct signin *s, enum oauth2_err err);

/*
 * A step of the story, for the log of who has asked for every one (debug).
 * Never what the person or the provider said: how much of it, at most.
 */
void signin_note(const struct signin *s, const char *fmt, ...) PRINTF(2, 3);

#endif
