/* Private to the wire: the check that both ends make of every body. */
#ifndef PAM_OAUTH2_CODEC_WIRE_BODY_H
#define PAM_OAUTH2_CODEC_WIRE_BODY_H

#include "codec/wire.h"

#define WIRE_HEADER_SIZE 24

/*
 * Every field is known for this type, fits its rule, and stands as often as
 * the rule says. Errors: PROTOCOL.
 */
enum oauth2_err wire_check_body(
    uint8_t type, const uint8_t *body, size_t len) MUST_CHECK;

#endif
