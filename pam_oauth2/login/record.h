/*
 * What is kept of a sign-in: the refresh token, and everything that its use
 * later is measured by. Only plain data; how it is sealed is in sealed.h,
 * where it lies in store.h, when it has expired in record_age.h.
 */
#ifndef PAM_OAUTH2_LOGIN_RECORD_H
#define PAM_OAUTH2_LOGIN_RECORD_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"
#include "login/moment.h"

#define RECORD_MAX	    (40 * 1024) /* bytes as text */
#define RECORD_KEYS_MAX	    8
#define RECORD_AMR_MAX	    16
#define RECORD_AUD_MAX	    16
#define RECORD_BECAUSE_SIZE 33

struct record {
	char *sub;
	char *name; /* of the account's: by which the allowlist allowed it */
	char *refresh_token;
	char *email;		   /* that the rule was about; or NULL */
	struct moment interactive; /* the sign-in of a person */
	struct moment success;	   /* the provider's last answer: all is well */
	int64_t intent; /* Unix seconds when a refresh was sent whose answer is
			   not known; 0: none is open */
	struct strlist keys; /* SHA-256 of SSH keys at the sign-in */
	char *network;	     /* it came from; or NULL */
	char *acr;	     /* claims of the sign-in, NULL: none */
	char *nonce;	     /* likewise */
	struct strlist amr;  /* likewise */
	struct strlist aud;  /* likewise, but for this client */
	int64_t auth_time;   /* likewise; 0: none */
};

/* An empty record, or NULL when out of memory. */
struct record *record_new(void);

/* Wipe and free. NULL is fine. */
void record_free(struct record *record);
AUTO_DEFINE(struct record, record_free)

/*
 * Append the record as text. ret holds RECORD_MAX bytes more.
 *
 * Errors: SYNTAX (a value that cannot be kept), LIMIT, NOMEM.
 */
enum oauth2_err record_write(
    const struct record *record, struct buf *ret) MUST_CHECK;

/* Errors: SYNTAX (any other text than record_write() gives), NOMEM. */
enum oauth2_err record_read(
    const struct buf *text, struct record **ret, struct detail *d) MUST_CHECK;

/*
 * What stands where a record has been that the provider, or time, has ended:
 * without it the next login would find nothing, and be let in.
 */
struct tombstone {
	char because[RECORD_BECAUSE_SIZE]; /* a reason's name */
	int64_t time;			   /* Unix seconds */
};

/* As record_write() and record_read(). */
enum oauth2_err tombstone_write(
    const struct tombstone *tombstone, struct buf *ret) MUST_CHECK;
enum oauth2_err tombstone_read(
    const struct buf *text, struct tombstone *ret, struct detail *d) MUST_CHECK;

#endif
