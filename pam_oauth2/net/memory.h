/*
 * Memory for libcurl: its buffers have seen every secret of the login, and
 * it frees them as they are. These wipe first.
 */
#ifndef PAM_OAUTH2_NET_MEMORY_H
#define PAM_OAUTH2_NET_MEMORY_H

#include <stddef.h>

void *memory_malloc(size_t n);
void *memory_calloc(size_t count, size_t n);
void *memory_realloc(void *p, size_t n);
char *memory_strdup(const char *text);
void memory_free(void *p);

#endif
