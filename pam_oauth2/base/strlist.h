/* A short list of texts that is born with a maximum and wiped when freed. */
#ifndef PAM_OAUTH2_BASE_STRLIST_H
#define PAM_OAUTH2_BASE_STRLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct strlist {
	char **items;
	size_t count;
	size_t max; /* items */
};

#define STRLIST(limit) \
	{ \
		.max = (limit) \
	}

/* Append a copy. Errors: LIMIT, NOMEM; the list is as before on failure. */
enum oauth2_err strlist_add(struct strlist *l, const char *text) MUST_CHECK;

/* Append the blank-separated words of text. Errors as strlist_add(). */
enum oauth2_err strlist_add_words(
    struct strlist *l, const char *text) MUST_CHECK;

bool strlist_has(const struct strlist *l, const char *text);

/* Wipe and free the items; the list can be used again. */
void strlist_free(struct strlist *l);

static inline void
strlist_free_scope(struct strlist *l)
{
	strlist_free(l);
}

#endif
