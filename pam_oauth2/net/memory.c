#include "net/memory.h"

#include <stdint.h>
#include <string.h>

#include "base/secret.h"

/* secret_alloc() knows the size, but does not tell: realloc() needs it. */
struct header {
	_Alignas(max_align_t) size_t size;
};

void *
memory_malloc(size_t n)
{
	struct header *h;

	if (n > SIZE_MAX / 2)
		return NULL;
	h = secret_alloc(sizeof(*h) + n);
	if (h == NULL)
		return NULL;
	h->size = n;
	return h + 1;
}

void *
memory_calloc(size_t count, size_t n)
{
	size_t total;

	if (__builtin_mul_overflow(count, n, &total))
		return NULL;
	return memory_malloc(total);
}

void *
memory_realloc(void *p, size_t n)
{
	void *copy = memory_malloc(n);
	size_t size;

	if (p == NULL || copy == NULL)
		return copy;
	size = ((struct header *)p - 1)->size;
	memcpy(copy, p, size < n ? size : n);
	memory_free(p);
	return copy;
}

char *
memory_strdup(const char *text)
{
	size_t n = strlen(text) + 1;
	char *copy = memory_malloc(n);

	return copy != NULL ? memcpy(copy, text, n) : NULL;
}

void
memory_free(void *p)
{
	if (p != NULL)
		secret_free((struct header *)p - 1);
}
