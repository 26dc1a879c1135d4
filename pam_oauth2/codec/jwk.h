/* A provider's public keys (JSON Web Key, RFC 7517 and RFC 8037). */
#ifndef PAM_OAUTH2_CODEC_JWK_H
#define PAM_OAUTH2_CODEC_JWK_H

#include "codec/crypto.h"
#include "codec/json.h"

#define JWK_KEYS_MAX 32
#define JWK_KID_MAX  255 /* bytes */

struct jwk_set;

/*
 * Take the keys of a document that can verify what we take. Others may stand
 * beside them and are left out: of another kind, size, use or algorithm, or
 * not well-formed. So are those with their private parts, for anybody can
 * sign with them; and secrets (oct), always.
 *
 * Errors: SYNTAX (no array `keys`), LIMIT (more than JWK_KEYS_MAX), NOT_FOUND
 * (not one can be used), NOMEM, INTERNAL.
 */
enum oauth2_err jwk_set_parse(const struct json *document, struct jwk_set **ret,
    struct detail *d) MUST_CHECK;

/* NULL is fine. */
void jwk_set_free(struct jwk_set *set);
AUTO_DEFINE(struct jwk_set, jwk_set_free)

/*
 * The one key for an algorithm with exactly this kid, or, where kid is NULL,
 * the only one for the algorithm.
 *
 * ret      borrowed, lives as long as the set.
 *
 * Errors: UNKNOWN_KEY (perhaps the set is not the newest), SYNTAX (two keys,
 * or the key of that kid is not for the algorithm: a newer set is no help).
 */
enum oauth2_err jwk_set_find(const struct jwk_set *set, enum crypto_alg alg,
    const char *kid, const struct crypto_public **ret,
    struct detail *d) MUST_CHECK;

#endif
