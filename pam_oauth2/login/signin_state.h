/* What the parts of the story share: private to the files that
 * tell it. */
#ifndef PAM_OAUTH2_LOGIN_SIGNIN_STATE_H
#define PAM_OAUTH2_LOGIN_SIGNIN_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/identity.h"
#include "base/reason.h"
#include "codec/wire.h"
#include "login/allowlist.h"
#include "login/cache.h"
#include "login/greeting.h"
#include "login/record.h"
#include "login/settings.h"
#include "login/store.h"
#include "login/ticket.h"

/* What the provider gave us to show; checked by provider_offers(). */
struct offer {
	bool is_code;	/* the person brings a code: url, and no more */
	char url[2049]; /* to open, in the flow code */
	uint32_t url_expires_in; /* seconds to open it in; 0: any time */
	char user_code[17];
	char verification_uri[201];
	char verification_uri_complete[513]; /* "": there is none */
	uint32_t interval;		     /* seconds */
};

/* What the failure of now says about the provider: nothing, if not told. */
struct signin_failure {
	bool is_outage;	  /* nobody has answered, or to nobody */
	bool is_down;	  /* nor ever did before */
	bool has_refused; /* the answer was a clear no */
	bool is_unsent;	  /* the request never left this host */
};

struct signin {
	struct wire *person; /* legs: to the module, and to our children */
	struct wire *worker;
	struct wire *judge;
	struct wire *fetcher;
	const struct greeting_host *host;
	struct greeting greeting;
	struct settings *settings; /* NULL until learnt */
	char *client_secret;
	struct crypto_key *private_key; /* NULL unless private_key_jwt */
	int assertions_left;
	bool is_provider_known;	   /* where to ask */
	bool is_iss_sent;	   /* with the code (RFC 9207) */
	bool has_claims_parameter; /* claims may be asked for by name */
	bool is_offline_offered;   /* the scope offline_access */
	struct cached keys;	   /* to verify ID tokens with */
	bool is_waiting_for_keys;  /* they were asked for */
	char state[128]; /* what only the answer to our request carries */
	char nonce[64];	 /* likewise, in the ID token */
	char *code;	 /* secret: what the person pasted */
	struct allowlist *allowlist;
	struct offer offer;
	struct identity *identity; /* NULL until the provider told */
	struct store *store;	   /* NULL until it is needed */
	enum store_slot slot;	   /* of the record that it is about */
	struct pin_key *pin_key;   /* of a PIN that was right, or is new */
	char *pin_sub;		   /* whose record it has opened */
	/* What was kept of an earlier sign-in, or is going to be of this. */
	struct record *record;
	char listed_as[256]; /* whose lines of the allowlist are loaded */
	bool is_renewal;     /* record is used: nobody is asked */
	bool is_revocation;  /* it is given back */
	char *left_over;     /* secret: a token to give back in the end */
	bool is_spending;    /* a refresh is under way: nothing ends the wait */
	int64_t asked_ns;    /* monotonic: when the refresh was sent */
	int64_t deadline_ns; /* monotonic */
	enum reason deadline_reason;
	bool has_offer;	    /* the provider has answered */
	enum reason reason; /* how it ended; denied until decided */
	struct signin_failure failure;
	bool is_last_session;	  /* it is closed, and no other is open */
	bool is_exempt;		  /* the account is none of our business */
	bool is_unproven;	  /* who it is, is: of a refresh */
	bool is_preliminary;	  /* a question of the host's: nothing to log */
	bool is_unsigned;	  /* what decides is the worker's word */
	char ticket[TICKET_SIZE]; /* for the session that follows; "": none */
	const struct allowlist_line *line; /* that granted; borrowed */
	struct detail detail;
};

/*
 * A step of the story went wrong: note why. Returns false, so that a step is
 * one line: return signin_fail(s, REASON_..., "...");
 */
bool signin_fail(struct signin *s, enum reason reason, const char *fmt, ...)
    PRINTF(3, 4);

/* Load the allowlist's lines for a name; a mistake in it denies. */
bool signin_reads_allowlist(struct signin *s, const char *name);

/* The same for trouble with a leg or with memory. */
bool signin_fail_err(struct signin *s, enum oauth2_err err);

/*
 * A step of the story, for the log of who has asked for every one (debug).
 * Never what the person or the provider said: how much of it, at most.
 */
void signin_note(const struct signin *s, const char *fmt, ...) PRINTF(2, 3);

#endif
