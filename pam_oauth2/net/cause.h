/* The errors of the network as causes of the errors above them. */
#ifndef PAM_OAUTH2_NET_CAUSE_H
#define PAM_OAUTH2_NET_CAUSE_H

#include "base/err.h"

static inline enum oauth2_cause
cause_of(enum oauth2_err err)
{
	switch (err) {
	case OAUTH2_ERR_TRANSPORT:
		return OAUTH2_CAUSE_TRANSPORT;
	case OAUTH2_ERR_TIMEOUT:
		return OAUTH2_CAUSE_TIMEOUT;
	case OAUTH2_ERR_TLS:
		return OAUTH2_CAUSE_TLS;
	case OAUTH2_ERR_HTTP:
		return OAUTH2_CAUSE_HTTP;
	case OAUTH2_ERR_LIMIT:
		return OAUTH2_CAUSE_TOO_BIG;
	default:
		return OAUTH2_CAUSE_NONE;
	}
}

#endif
