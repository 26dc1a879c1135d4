#include "base/identity.h"

#include "base/secret.h"

struct identity *
identity_new(void)
{
	struct identity *identity = secret_alloc(sizeof(*identity));

	if (identity == NULL)
		return NULL;
	identity->groups.max = IDENTITY_GROUPS_MAX;
	identity->claims.max = IDENTITY_CLAIMS_MAX;
	identity->said.max = IDENTITY_CLAIMS_MAX + 1; /* and groups */
	return identity;
}

void
identity_free(struct identity *identity)
{
	if (identity == NULL)
		return;
	secret_free(identity->issuer);
	secret_free(identity->sub);
	secret_free(identity->email);
	strlist_free(&identity->groups);
	strlist_free(&identity->claims);
	strlist_free(&identity->said);
	secret_free(identity);
}
