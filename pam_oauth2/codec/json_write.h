/* Writing JSON: an object, its texts escaped, and lists of objects in it. */
#ifndef PAM_OAUTH2_CODEC_JSON_WRITE_H
#define PAM_OAUTH2_CODEC_JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/strlist.h"

/*
 * Begin, add members in order, end; then ask buf_err() once. Texts must be
 * UTF-8. What b held before stays in front.
 */
void json_write_begin(struct buf *b);
void json_write_text(struct buf *b, const char *name, const char *value);
void json_write_texts(
    struct buf *b, const char *name, const struct strlist *values);
void json_write_int64(struct buf *b, const char *name, int64_t value);
void json_write_bool(struct buf *b, const char *name, bool value);
void json_write_end(struct buf *b);

/* A member that is a list: begin, begin and end each object, end. */
void json_write_list_begin(struct buf *b, const char *name);
void json_write_list_object(struct buf *b);
void json_write_list_end(struct buf *b);

#endif
