/*
 * The keys that a store knows: for store*.c only. One seals; while the host
 * gets a new one (login/store_rekey.h) the one before still opens. A process
 * may live longer than a key, and so it looks again when it has to.
 */
#ifndef PAM_OAUTH2_LOGIN_STORE_KEYS_H
#define PAM_OAUTH2_LOGIN_STORE_KEYS_H

#include <stdbool.h>

#include "login/store.h"

/*
 * Read them at first.
 *
 * state     kept by the store, or freed where key_file is the key
 * key_file  NULL, or the only key there is
 *
 * Errors: as host_key_load().
 */
enum oauth2_err store_keys_load(struct store *store, struct dir *state,
    const char *key_file, struct detail *d) MUST_CHECK;

/* Read them again; on failure they stay. Errors: as host_key_load(). */
enum oauth2_err store_keys_renew(
    const struct store *store, struct detail *d) MUST_CHECK;

/* Copy the key of that id; false: it is not known. */
bool store_keys_find(
    const struct store *store, const char *id, struct host_key *ret) MUST_CHECK;

#endif
