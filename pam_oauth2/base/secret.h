/* Memory that is wiped before it is given back. */
#ifndef PAM_OAUTH2_BASE_SECRET_H
#define PAM_OAUTH2_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Zeroed memory of n bytes, or NULL. Only secret_free() may free it. */
void *secret_alloc(size_t n);

/* A copy of text, or NULL when out of memory; text may be NULL. */
char *secret_strdup(const char *text);

/* Wipe all n bytes that secret_alloc() gave, then free. NULL is fine. */
void secret_free(void *p);

/* Overwrite memory; never optimised away. */
void secret_wipe(void *p, size_t n);

/* Equality in time that depends on n alone. */
bool secret_equal(const void *a, const void *b, size_t n);

static inline void
secret_text_free(char *p)
{
	secret_free(p);
}
AUTO_DEFINE(char, secret_text_free)

#endif
