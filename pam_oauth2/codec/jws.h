/* Signed tokens in the compact form (RFC 7515 section 7.1), for JWTs. */
#ifndef PAM_OAUTH2_CODEC_JWS_H
#define PAM_OAUTH2_CODEC_JWS_H

#include "base/strlist.h"
#include "codec/crypto.h"
#include "codec/jwk.h"

#define JWS_MAX (32 * 1024) /* bytes */

/*
 * Check a token and only then hand out what it says. Its header chooses among
 * the keys of the set by kid and alg, and nothing else: jku, jwk, x5u, x5c are
 * not looked at, crit, zip, b64 and cty are refused, and so is a typ that is
 * not JWT.
 *
 * algs     names that are taken; NULL: all that crypto_alg_parse() knows.
 * ret      the payload is appended to it, which need not be JSON.
 * d->text  what is wrong; nothing of the token.
 *
 * Errors: SYNTAX (also a header that is refused, see jwk_set_find()), LIMIT
 * (longer than JWS_MAX or ret can hold), UNKNOWN_KEY, SIGNATURE, NOMEM,
 * INTERNAL.
 */
enum oauth2_err jws_verify(const char *text, const struct jwk_set *keys,
    const struct strlist *algs, struct buf *ret, struct detail *d) MUST_CHECK;

/*
 * The algorithm that a token claims. NOTHING is verified here: it is for who
 * has to hash what the token is compared with (OpenID Connect's at_hash).
 *
 * Errors: as jws_verify(), of the form and the header alone.
 */
enum oauth2_err jws_claimed_alg(
    const char *text, enum crypto_alg *ret, struct detail *d) MUST_CHECK;

#endif
