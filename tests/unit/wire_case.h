/* What the tests of the wire share: the table of fields, written again. */
#ifndef PAM_OAUTH2_TESTS_WIRE_CASE_H
#define PAM_OAUTH2_TESTS_WIRE_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "codec/wire.h"
#include "codec/wire_body.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define BODY_MAX     70000

enum kind {
	TEXT,
	U64,
	CHOICE
};
enum presence {
	ONE,
	OPTIONAL,
	LIST
};

struct rule {
	uint8_t type;
	uint8_t tag;
	enum kind kind;
	enum presence presence;
	uint64_t max;
};

/* wire_body.c has this table too; a change has to be made twice. */
static const struct rule rules[] = {
	{ WIRE_HELLO, WIRE_TAG_PHASE, CHOICE, ONE, 1 },
	{ WIRE_HELLO, WIRE_TAG_ID, TEXT, ONE, 9 },
	{ WIRE_HELLO, WIRE_TAG_SERVICE, TEXT, ONE, 64 },
	{ WIRE_HELLO, WIRE_TAG_SECTION, TEXT, OPTIONAL, 64 },
	{ WIRE_HELLO, WIRE_TAG_CONFIG_PATH, TEXT, OPTIONAL, 1024 },
	{ WIRE_HELLO, WIRE_TAG_DEBUG, U64, ONE, 1 },
	{ WIRE_HELLO, WIRE_TAG_FLAGS, U64, ONE, UINT32_MAX },
	{ WIRE_HELLO, WIRE_TAG_CAN_CONVERSE, U64, ONE, 1 },
	{ WIRE_HELLO, WIRE_TAG_USER, TEXT, ONE, 255 },
	{ WIRE_HELLO, WIRE_TAG_UID, U64, OPTIONAL, 0xfffffffe },
	{ WIRE_HELLO, WIRE_TAG_RUID, U64, ONE, 0xfffffffe },
	{ WIRE_HELLO, WIRE_TAG_RHOST, TEXT, OPTIONAL, 255 },
	{ WIRE_HELLO, WIRE_TAG_TTY, TEXT, OPTIONAL, 255 },
	{ WIRE_HELLO, WIRE_TAG_STARTED_NS, U64, ONE, INT64_MAX },
	{ WIRE_HELLO, WIRE_TAG_ALARM_NS, U64, OPTIONAL, INT64_MAX },
	{ WIRE_REPLY, WIRE_TAG_TEXT, TEXT, ONE, 4096 },
	{ WIRE_REPLY, WIRE_TAG_IS_CUT, U64, OPTIONAL, 1 },
	{ WIRE_CANCEL, WIRE_TAG_CAUSE, CHOICE, ONE, 4 },
	{ WIRE_READY, WIRE_TAG_DEADLINE_NS, U64, ONE, INT64_MAX },
	{ WIRE_SHOW, WIRE_TAG_STYLE, CHOICE, ONE, 2 },
	{ WIRE_SHOW, WIRE_TAG_TEXT, TEXT, ONE, 16000 },
	{ WIRE_ASK, WIRE_TAG_ECHO, CHOICE, ONE, 4 },
	{ WIRE_ASK, WIRE_TAG_TEXT, TEXT, ONE, 16000 },
	{ WIRE_RESULT, WIRE_TAG_VERDICT, CHOICE, ONE, 4 },
	{ WIRE_RESULT, WIRE_TAG_REASON, TEXT, ONE, 64 },
	{ WIRE_RESULT, WIRE_TAG_PHASE, CHOICE, ONE, 1 },
	{ WIRE_RESULT, WIRE_TAG_USER, TEXT, ONE, 255 },
	{ WIRE_RESULT, WIRE_TAG_TEXT, TEXT, ONE, 1024 },
	{ WIRE_START, WIRE_TAG_FLOW, CHOICE, ONE, 3 },
	{ WIRE_START, WIRE_TAG_ISSUER, TEXT, ONE, 2048 },
	{ WIRE_START, WIRE_TAG_CLIENT_ID, TEXT, ONE, 4096 },
	{ WIRE_START, WIRE_TAG_CLIENT_SECRET, TEXT, OPTIONAL, 4096 },
	{ WIRE_START, WIRE_TAG_AUTH_METHOD, TEXT, ONE, 32 },
	{ WIRE_START, WIRE_TAG_REDIRECT_URI, TEXT, OPTIONAL, 1024 },
	{ WIRE_START, WIRE_TAG_STATE, TEXT, ONE, 128 },
	{ WIRE_START, WIRE_TAG_AUTHORIZATION_ENDPOINT, TEXT, OPTIONAL, 2048 },
	{ WIRE_START, WIRE_TAG_PAR_ENDPOINT, TEXT, OPTIONAL, 2048 },
	{ WIRE_START, WIRE_TAG_TOKEN_ENDPOINT, TEXT, OPTIONAL, 2048 },
	{ WIRE_START, WIRE_TAG_DEVICE_ENDPOINT, TEXT, OPTIONAL, 2048 },
	{ WIRE_START, WIRE_TAG_USERINFO_ENDPOINT, TEXT, OPTIONAL, 2048 },
	{ WIRE_START, WIRE_TAG_ENDPOINT_HOST, TEXT, LIST, 253 },
	{ WIRE_START, WIRE_TAG_VERIFICATION_HOST, TEXT, LIST, 253 },
	{ WIRE_START, WIRE_TAG_SCOPE, TEXT, LIST, 255 },
	{ WIRE_START, WIRE_TAG_GROUPS_CLAIM, TEXT, OPTIONAL, 255 },
	{ WIRE_START, WIRE_TAG_CLAIM, TEXT, LIST, 255 },
	{ WIRE_START, WIRE_TAG_CA_FILE, TEXT, OPTIONAL, 1024 },
	{ WIRE_START, WIRE_TAG_PROXY, TEXT, OPTIONAL, 2048 },
	{ WIRE_START, WIRE_TAG_DEADLINE_NS, U64, ONE, INT64_MAX },
	{ WIRE_POLL, WIRE_TAG_DELAY_S, U64, ONE, 300 },
	{ WIRE_CODE, WIRE_TAG_CODE, TEXT, ONE, 4096 },
	{ WIRE_AUTHORIZE, WIRE_TAG_URL, TEXT, ONE, 2048 },
	{ WIRE_AUTHORIZE, WIRE_TAG_IS_ISS_SENT, U64, ONE, 1 },
	{ WIRE_AUTHORIZE, WIRE_TAG_EXPIRES_IN, U64, OPTIONAL, UINT32_MAX },
	{ WIRE_DEVICE, WIRE_TAG_USER_CODE, TEXT, ONE, 16 },
	{ WIRE_DEVICE, WIRE_TAG_VERIFICATION_URI, TEXT, ONE, 200 },
	{ WIRE_DEVICE, WIRE_TAG_VERIFICATION_URI_COMPLETE, TEXT, OPTIONAL,
	    512 },
	{ WIRE_DEVICE, WIRE_TAG_EXPIRES_IN, U64, ONE, UINT32_MAX },
	{ WIRE_DEVICE, WIRE_TAG_INTERVAL, U64, ONE, 300 },
	{ WIRE_IDENTITY, WIRE_TAG_SUB, TEXT, ONE, 255 },
	{ WIRE_IDENTITY, WIRE_TAG_EMAIL, TEXT, OPTIONAL, 1024 },
	{ WIRE_IDENTITY, WIRE_TAG_EMAIL_VERIFIED, U64, ONE, 1 },
	{ WIRE_IDENTITY, WIRE_TAG_GROUP, TEXT, LIST, 255 },
	{ WIRE_IDENTITY, WIRE_TAG_CLAIM, TEXT, LIST, 1024 },
	{ WIRE_FAILED, WIRE_TAG_ERROR, U64, ONE, OAUTH2_ERR_COUNT - 1 },
	{ WIRE_FAILED, WIRE_TAG_CAUSE, U64, ONE, OAUTH2_CAUSE_COUNT - 1 },
	{ WIRE_FAILED, WIRE_TAG_HTTP_STATUS, U64, ONE, 999 },
	{ WIRE_FAILED, WIRE_TAG_PROVIDER_ERROR, TEXT, ONE, 64 },
	{ WIRE_FAILED, WIRE_TAG_DESCRIPTION, TEXT, ONE, 128 },
	{ WIRE_FAILED, WIRE_TAG_TEXT, TEXT, ONE, 255 },
};

static const uint8_t types[] = { WIRE_HELLO, WIRE_REPLY, WIRE_CANCEL,
	WIRE_READY, WIRE_SHOW, WIRE_ASK, WIRE_RESULT, WIRE_START, WIRE_POLL,
	WIRE_CODE, WIRE_AUTHORIZE, WIRE_DEVICE, WIRE_IDENTITY, WIRE_FAILED };

/* A field as it travels. */
static inline void
put_field(struct buf *b, int tag, const void *value, size_t n)
{
	const uint8_t head[3] = { (uint8_t)tag, (uint8_t)(n >> 8), (uint8_t)n };

	buf_put(b, head, sizeof(head));
	buf_put(b, value, n);
}

/* A number in n bytes, big endian. */
static inline void
put_number(struct buf *b, int tag, uint64_t value, size_t n)
{
	uint8_t bytes[16] = { 0 };

	for (size_t i = 0; i < n && i < 8; i++)
		bytes[n - 1 - i] = (uint8_t)(value >> (8 * i));
	put_field(b, tag, bytes, n);
}

/* A text of n letters. */
static inline void
put_letters(struct buf *b, int tag, size_t n)
{
	static char letters[UINT16_MAX];

	memset(letters, 'x', sizeof(letters));
	put_field(b, tag, letters, n);
}

/* The largest value that a rule allows. */
static inline void
put_largest(struct buf *b, const struct rule *rule)
{
	if (rule->kind == TEXT)
		put_letters(b, rule->tag, rule->max);
	else
		put_number(b, rule->tag, rule->max, 8);
}

/* A message with all its fields, or the required ones, but for one. */
static inline void
put_all(struct buf *b, uint8_t type, bool is_full, const struct rule *without)
{
	for (size_t i = 0; i < COUNT(rules); i++)
		if (rules[i].type == type && &rules[i] != without &&
		    (is_full || rules[i].presence == ONE))
			put_largest(b, &rules[i]);
}

#endif
