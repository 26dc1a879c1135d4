/*
 * A sealed file: one line that says whose it is and what, then the content,
 * sealed with that line and this machine's id as its context. So the line can
 * be read without the key, and no file opens in the place of another.
 */
#ifndef PAM_OAUTH2_LOGIN_SEALED_H
#define PAM_OAUTH2_LOGIN_SEALED_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "login/host_key.h"
#include "login/machine.h"

#define SEALED_KIND_MAX	   15
#define SEALED_HEAD_MAX	   (16 * 1024)
#define SEALED_CONTENT_MAX (44 * 1024)
#define SEALED_FILE_MAX \
	(SEALED_HEAD_MAX + SEALED_CONTENT_MAX + CRYPTO_SEAL_OVERHEAD)

/* Nothing of it is believed before sealed_open() has. */
struct sealed_head {
	char kind[SEALED_KIND_MAX + 1];
	char key[HOST_KEY_ID_SIZE]; /* which one it is sealed under */
	char *issuer;
	char *client;
	char *user;
	int64_t uid;
};

void sealed_head_free(struct sealed_head *head);

static inline void
sealed_head_free_scope(struct sealed_head *head)
{
	sealed_head_free(head);
}

/*
 * Append the line of a file, with its newline. head->key is key's.
 *
 * Errors: SYNTAX (a value that cannot be kept), LIMIT, NOMEM.
 */
enum oauth2_err sealed_head_write(
    const struct sealed_head *head, struct buf *ret) MUST_CHECK;

/*
 * Read the line of a file.
 *
 * ret        of zeroes; sealed_head_free() it, also on failure.
 * ret_size   bytes of the line, with its newline
 *
 * Errors: SYNTAX (or another version), NOMEM.
 */
enum oauth2_err sealed_head_read(const struct buf *file,
    struct sealed_head *ret, size_t *ret_size, struct detail *d) MUST_CHECK;

/* What a content is sealed with, beside a key; borrowed. */
struct sealed_context {
	const char *layer; /* "file", or what is sealed inside it */
	const void *head;  /* the line */
	size_t head_size;
	const char *machine; /* machine_id() */
};

/*
 * Append the content sealed, or opened. Errors as crypto_seal() and
 * crypto_open().
 */
enum oauth2_err sealed_close(const uint8_t key[CRYPTO_KEY_SIZE],
    const struct sealed_context *context, struct crypto_bytes content,
    struct buf *ret) MUST_CHECK;
enum oauth2_err sealed_open(const uint8_t key[CRYPTO_KEY_SIZE],
    const struct sealed_context *context, struct crypto_bytes sealed,
    struct buf *ret) MUST_CHECK;

#endif
