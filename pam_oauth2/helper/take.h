/*
 * Take the fields of a message one after the other, as long as none fails:
 * in a function with `err` and the message `m`.
 */
#ifndef PAM_OAUTH2_HELPER_TAKE_H
#define PAM_OAUTH2_HELPER_TAKE_H

#include "codec/wire.h"

#define TAKE_TEXT(tag, field) \
	(err = err == OAUTH2_ERR_OK ? wire_take_text(m, tag, field) : err)
#define TAKE_LIST(tag, field) \
	(err = err == OAUTH2_ERR_OK ? wire_take_list(m, tag, field) : err)

#endif
