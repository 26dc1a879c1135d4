#include "base/secret.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Stands before every block, so that the whole block can be wiped. */
struct header {
	_Alignas(max_align_t) size_t size;
};

void *
secret_alloc(size_t n)
{
	struct header *h;

	if (n > SIZE_MAX / 2)
		return NULL;
	h = calloc(1, sizeof(*h) + n);
	if (h == NULL)
		return NULL;
	h->size = n;
	return h + 1;
}

char *
secret_strdup(const char *text)
{
	char *copy;

	if (text == NULL)
		return NULL;
	copy = secret_alloc(strlen(text) + 1);
	if (copy != NULL)
		memcpy(copy, text, strlen(text));
	return copy;
}

void
secret_free(void *p)
{
	struct header *h;

	if (p == NULL)
		return;
	h = (struct header *)p - 1;
	explicit_bzero(p, h->size);
	free(h);
}

void
secret_wipe(void *p, size_t n)
{
	explicit_bzero(p, n);
}

bool
secret_equal(const void *a, const void *b, size_t n)
{
	const volatile unsigned char *x = a, *y = b;
	unsigned char diff = 0;

	for (size_t i = 0; i < n; i++)
		diff |= x[i] ^ y[i];
	return diff == 0;
}
