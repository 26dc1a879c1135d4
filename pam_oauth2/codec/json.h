/*
 * JSON from strangers. What cJSON takes too lightly is refused before it
 * sees it (json_scan.c): a document is exactly RFC 8259, within limits, with
 * every key once, or it is not read at all. The one place that uses cJSON.
 */
#ifndef PAM_OAUTH2_CODEC_JSON_H
#define PAM_OAUTH2_CODEC_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strlist.h"

#define JSON_DEPTH_MAX 16   /* arrays and objects inside each other */
#define JSON_NODES_MAX 4096 /* values in all */

struct json;

/* What a getter found under a name; ret is written for JSON_FOUND alone. */
enum json_found {
	JSON_FOUND,
	JSON_ABSENT,
	JSON_NULL,
	JSON_WRONG_TYPE, /* or a number that the type cannot hold */
	JSON_TOO_LONG,	 /* a text above max bytes, more items than fit */
	JSON_NOMEM,
};

/*
 * Read one document of n bytes, wiped when freed.
 *
 * d->text  what is wrong, and at which byte; nothing of the document.
 *
 * Errors: JSON, NOMEM.
 */
enum oauth2_err json_parse(
    const void *text, size_t n, struct json **ret, struct detail *d) MUST_CHECK;

void json_free(struct json *json);
AUTO_DEFINE(struct json, json_free)

bool json_is_object(const struct json *json);
bool json_is_array(const struct json *json);

/* Whether there is a member of that name, even null. */
bool json_has(const struct json *json, const char *name);

/*
 * Typed getters; names are case-sensitive. In what is not an object every
 * name is absent. What is not copied is borrowed, and lives as long as json.
 */
enum json_found json_get_object(const struct json *json, const char *name,
    const struct json **ret) MUST_CHECK;
enum json_found json_get_array(const struct json *json, const char *name,
    const struct json **ret) MUST_CHECK;
enum json_found json_get_text(const struct json *json, const char *name,
    size_t max, const char **ret) MUST_CHECK;
enum json_found json_get_bool(
    const struct json *json, const char *name, bool *ret) MUST_CHECK;

/* The elements of an array in turn, whatever they are; NULL at the end. */
const struct json *json_first(const struct json *array);
const struct json *json_next(const struct json *element);

/*
 * An integer that a double holds exactly, so |x| < 2^53: 2^53 itself cannot
 * be told from its neighbour, and two accounts must never become one.
 */
enum json_found json_get_int64(
    const struct json *json, const char *name, int64_t *ret) MUST_CHECK;

/* Any number; always finite. */
enum json_found json_get_number(
    const struct json *json, const char *name, double *ret) MUST_CHECK;

/*
 * An array of texts of at most max bytes each, or one such text; appended to
 * ret, which has a maximum of its own. On failure ret may hold some of them.
 */
enum json_found json_get_texts(const struct json *json, const char *name,
    size_t max, struct strlist *ret) MUST_CHECK;

#endif
