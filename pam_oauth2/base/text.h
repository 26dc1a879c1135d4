/* Strict text: the whole string is what it should be, or it is refused. */
#ifndef PAM_OAUTH2_BASE_TEXT_H
#define PAM_OAUTH2_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Valid UTF-8 (RFC 3629: no overlong forms, no surrogates) of n bytes. */
bool text_is_utf8(const void *text, size_t n);

/* Every byte is 0x21-0x7e, and there is at least one. */
bool text_is_visible_ascii(const char *text);

/* Every byte is 0x20-0x7e, and there is at least one. */
bool text_is_printable_ascii(const char *text);

/*
 * Fit to be shown as one line: UTF-8 without control characters (C0, DEL,
 * C1), line separators, and what reorders or hides text (bidirectional and
 * zero-width formatting, byte order mark). May be empty.
 */
bool text_is_printable(const char *text);

#define TEXT_DOMAIN_MAX 253

/*
 * Labels of 1 to 63 letters, digits and hyphens with single dots between
 * them, TEXT_DOMAIN_MAX bytes in all.
 */
bool text_is_domain(const char *text);

#define TEXT_UUID_SIZE 36

/* 8-4-4-4-12 hexadecimal digits, in lower case. */
bool text_is_uuid(const char *text);

/* Every byte is in the list of characters, and there is at least one. */
bool text_has_only(const char *text, const char *characters);

/*
 * A decimal number without sign, blank or unit.
 *
 * Errors: SYNTAX, LIMIT (above max). ret is untouched on failure.
 */
enum oauth2_err text_parse_u64(
    const char *text, uint64_t max, uint64_t *ret) MUST_CHECK;

/* Copy text and its NUL into size bytes; LIMIT when it does not fit. */
enum oauth2_err text_copy(char *dst, size_t size, const char *text) MUST_CHECK;

/* A-Z become a-z in place, without locale. */
void text_fold(char *text);

/*
 * Make foreign bytes fit for a log: 0x20-0x7e without quote and backslash
 * stay, everything else becomes \xNN; cut at size - 1 bytes, never inside
 * an escape. size counts the NUL. What is clean already stays as it is, so
 * that it does not matter how often a text was cleaned on its way.
 */
void text_clean(char *dst, size_t size, const void *text, size_t n);

/*
 * Cut the next blank-separated word off *rest, in place. NULL at the end.
 */
char *text_next_word(char **rest);

#endif
