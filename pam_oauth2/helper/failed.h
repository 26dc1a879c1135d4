/* How a child says that it could not do what it was asked for. */
#ifndef PAM_OAUTH2_HELPER_FAILED_H
#define PAM_OAUTH2_HELPER_FAILED_H

#include "codec/wire.h"

/* type is WIRE_FAILED, or another message with the same fields. */
void failed_send(struct wire *leg, enum wire_type type, enum oauth2_err err,
    const struct detail *d);

#endif
