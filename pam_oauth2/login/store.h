/*
 * Where refresh tokens are kept: a sealed file for an issuer and a user, and
 * another where the token is sealed under a PIN. A file is bound to issuer,
 * client, user, uid, machine and key: whatever is different, it is as good as
 * none. A record that the provider or time has ended is not removed but
 * becomes a tombstone.
 *
 * Whoever writes or removes holds the lock from before it last read, so that
 * nobody puts back what another has just replaced.
 *
 * A refresh: read; prove what has to be proved; store_lock(), and read again;
 * store_reserve(), so that a full disk is known; store_write() the record
 * with its intent; send, once; store_fill() what came.
 */
#ifndef PAM_OAUTH2_LOGIN_STORE_H
#define PAM_OAUTH2_LOGIN_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/dir_write.h"
#include "base/err.h"
#include "base/strlist.h"
#include "login/host_key.h"
#include "login/machine.h"
#include "login/pin_key.h"
#include "login/record.h"
#include "login/sealed.h"

#define STORE_LOCK_WAIT_S 3
#define STORE_FILES_MAX	  400000

struct store {
	struct dir *state; /* has the keys; NULL: another file is the key */
	struct dir *tokens;
	struct dir *locks;
	struct host_key *key; /* seals; these two: login/store_keys.h */
	struct host_key *old; /* opens what was sealed before; id "": none */
	char machine[MACHINE_ID_SIZE];
};

/* Borrowed. */
struct store_places {
	const char *state;	/* PATH_STATE */
	const char *run;	/* PATH_RUN */
	const char *machine_id; /* PATH_MACHINE_ID */
	const char *key_file;	/* NULL: the state's own */
};

/*
 * Open the store; make what is missing of it.
 *
 * d->text  why there is no store now.
 *
 * Errors: those of machine_id(), dir_open() and host_key_load().
 */
enum oauth2_err store_open(const struct store_places *places,
    struct store **ret, struct detail *d) MUST_CHECK;

/*
 * Whether there is a store; nothing is made.
 *
 * Errors: NOT_FOUND, and those of dir_open().
 */
enum oauth2_err store_check(
    const struct store_places *places, struct detail *d) MUST_CHECK;

/* Wipe and free. NULL is fine. */
void store_free(struct store *store);
AUTO_DEFINE(struct store, store_free)

enum store_slot {
	STORE_TOKEN, /* sealed under the host's key */
	STORE_PIN,   /* and under a PIN */
	STORE_SLOT_COUNT
};

/* Whose record, and which of the two; texts are borrowed. */
struct store_ref {
	enum store_slot slot;
	const char *issuer;
	const char *client;
	const char *user;
	uid_t uid;
};

/*
 * What there is. Only the last three are what they say they are; and the
 * first two are not nothing: what cannot be read may have been a tombstone.
 */
enum store_state {
	STORE_BROKEN,  /* something, and it cannot be read: store_failed */
	STORE_FOREIGN, /* not this user's, or not of this host: token_binding */
	STORE_NONE,
	STORE_TOMB,   /* a tombstone */
	STORE_SEALED, /* a record that waits for its PIN */
	STORE_RECORD,
};

struct store_found {
	struct record *record;	    /* of STORE_RECORD; record_free() it */
	struct tombstone tombstone; /* of STORE_TOMB */
};

/*
 * Read what is kept.
 *
 * d->text  of STORE_BROKEN and STORE_FOREIGN: the file, and what is wrong.
 */
enum store_state store_read(const struct store *store,
    const struct store_ref *ref, struct store_found *ret,
    struct detail *d) MUST_CHECK;

/*
 * Keep others from this record. Waits until the deadline, and for at most
 * STORE_LOCK_WAIT_S: the holder may have been stopped by its caller. Whoever
 * holds it seals under the key of now: see login/store_rekey.h.
 *
 * ret_fd   file_close() it.
 *
 * Errors: TIMEOUT, UNTRUSTED, IO; as host_key_load().
 */
enum oauth2_err store_lock(const struct store *store,
    const struct store_ref *ref, int64_t deadline_ns, int *ret_fd,
    struct detail *d) MUST_CHECK;

/* The same for a file that store_list() has named. */
enum oauth2_err store_lock_file(const struct store *store, const char *file,
    int64_t deadline_ns, int *ret_fd, struct detail *d) MUST_CHECK;

/* What is to be kept; one of the first two. Borrowed. */
struct store_content {
	const struct record *record;
	const struct tombstone *tombstone;
	const struct pin_key *pin; /* of a record in STORE_PIN */
};

/*
 * Make room for whatever may come. Errors: as dir_reserve().
 *
 * ret      for store_fill(), or dir_write_free(); the store must outlive it.
 */
enum oauth2_err store_reserve(const struct store *store,
    const struct store_ref *ref, struct dir_write **ret,
    struct detail *d) MUST_CHECK;

/*
 * Put it there. Errors: as dir_commit(), and SYNTAX, INTERNAL, NOMEM; SEAL
 * (the host has another key since that of the PIN was made).
 */
enum oauth2_err store_fill(const struct store *store,
    const struct store_ref *ref, const struct store_content *content,
    struct dir_write *w, struct detail *d) MUST_CHECK;

/* Both at once. */
enum oauth2_err store_write(const struct store *store,
    const struct store_ref *ref, const struct store_content *content,
    struct detail *d) MUST_CHECK;

/* Remove it without a trace. Errors: NOT_FOUND, IO. */
enum oauth2_err store_remove(const struct store *store,
    const struct store_ref *ref, struct detail *d) MUST_CHECK;

/* The same for a file that store_list() has named, whatever it is. */
enum oauth2_err store_remove_file(
    const struct store *store, const char *file, struct detail *d) MUST_CHECK;

/* The names of all files, for store_describe(). Errors: LIMIT, IO, NOMEM. */
enum oauth2_err store_list(const struct store *store, struct strlist *ret,
    struct detail *d) MUST_CHECK;

/* Whether a file has the name of this record's. */
bool store_is_named(const struct store_ref *ref, const char *file);

/*
 * Whose a file says it is; store_read() tells whether that is so.
 *
 * ret_head  of zeroes; sealed_head_free() it, also on failure.
 * ret       made of it, and of the name; borrows from it.
 *
 * Errors: those of dir_read(), SYNTAX, NOMEM.
 */
enum oauth2_err store_describe(const struct store *store, const char *name,
    struct sealed_head *ret_head, struct store_ref *ret,
    struct detail *d) MUST_CHECK;

#endif
