/* Whether bytes are one JSON document as RFC 8259 has it, and small enough. */
#ifndef PAM_OAUTH2_CODEC_JSON_SCAN_H
#define PAM_OAUTH2_CODEC_JSON_SCAN_H

#include <stddef.h>

/*
 * NULL when it is, else what is wrong, a constant; ret_at is the offset of
 * the byte that shows it.
 *
 * Beyond the grammar refused: NUL also where escaped, lone surrogates,
 * invalid UTF-8, a byte order mark, numbers that no double can hold, depth
 * above JSON_DEPTH_MAX, more than JSON_NODES_MAX values.
 */
const char *json_scan(const void *text, size_t n, size_t *ret_at);

#endif
