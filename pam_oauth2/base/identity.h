/*
 * Who the provider says signed in: plain data, filled by the client, judged
 * by the policy. Nothing in it is believed before policy_decide() has run.
 */
#ifndef PAM_OAUTH2_BASE_IDENTITY_H
#define PAM_OAUTH2_BASE_IDENTITY_H

#include <stdbool.h>

#include "base/err.h"
#include "base/strlist.h"

#define IDENTITY_GROUPS_MAX 256
#define IDENTITY_CLAIMS_MAX 32

struct identity {
	char *issuer;	     /* NULL until known; secret_strdup() */
	char *sub;	     /* likewise */
	char *email;	     /* NULL: the provider sent none */
	bool email_verified; /* the JSON value true, nothing else */
	struct strlist groups;
	struct strlist claims; /* "NAME=VALUE", one item per value */
	/* Names of claims that were asked for and are there, even if empty. */
	struct strlist said;
};

/* An empty identity, or NULL when out of memory. */
struct identity *identity_new(void);

/* Wipe and free. NULL is fine. */
void identity_free(struct identity *identity);
AUTO_DEFINE(struct identity, identity_free)

#endif
