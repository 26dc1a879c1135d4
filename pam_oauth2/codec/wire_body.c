/* What a message consists of: the table of fields, and how they are read. */
#include "codec/wire_body.h"

#include <string.h>

#include "base/secret.h"
#include "base/text.h"

#define FIELD_SIZE 3 /* tag and length, before the value */

enum kind {
	TEXT,	/* UTF-8 without NUL; max in bytes */
	U64,	/* eight bytes, big endian; max is the largest value */
	CHOICE, /* the same, from 1 to max */
};

enum presence {
	ONE,	  /* exactly once */
	OPTIONAL, /* once, or missing */
	LIST,	  /* any number of times */
};

struct field_rule {
	uint8_t type; /* of the message */
	uint8_t tag;
	enum kind kind;
	enum presence presence;
	uint64_t max;
};

static const struct field_rule rules[] = {
	{ WIRE_HELLO, WIRE_TAG_PHASE, CHOICE, ONE, WIRE_PHASE_REVOKE },
	{ WIRE_HELLO, WIRE_TAG_ID, TEXT, ONE, 9 },
	{ WIRE_HELLO, WIRE_TAG_SERVICE, TEXT, ONE, 64 },
	{ WIRE_HELLO, WIRE_TAG_SECTION, TEXT, OPTIONAL, 64 },
	{ WIRE_HELLO, WIRE_TAG_CONFIG_PATH, TEXT, OPTIONAL, 1024 },
	{ WIRE_HELLO, WIRE_TAG_DEBUG, U64, ONE, 1 },
	{ WIRE_HELLO, WIRE_TAG_FLAGS, U64, ONE, UINT32_MAX },
	{ WIRE_HELLO, WIRE_TAG_CAN_CONVERSE, U64, ONE, 1 },
	{ WIRE_HELLO, WIRE_TAG_USER, TEXT, ONE, 255 },
	{ WIRE_HELLO, WIRE_TAG_ACCOUNT, TEXT, OPTIONAL, 255 },
	{ WIRE_HELLO, WIRE_TAG_UID, U64, OPTIONAL, UINT32_MAX - 1 },
	{ WIRE_HELLO, WIRE_TAG_RUID, U64, ONE, UINT32_MAX - 1 },
	{ WIRE_HELLO, WIRE_TAG_RHOST, TEXT, OPTIONAL, 255 },
	{ WIRE_HELLO, WIRE_TAG_TTY, TEXT, OPTIONAL, 255 },
	{ WIRE_HELLO, WIRE_TAG_STARTED_NS, U64, ONE, INT64_MAX },
	{ WIRE_HELLO, WIRE_TAG_ALARM_NS, U64, OPTIONAL, INT64_MAX },
	{ WIRE_HELLO, WIRE_TAG_AUTH_INFO, TEXT, OPTIONAL, 8192 },
	{ WIRE_HELLO, WIRE_TAG_IS_PRIOR_MODULE, U64, ONE, 1 },
	{ WIRE_HELLO, WIRE_TAG_TICKET, TEXT, OPTIONAL, WIRE_TICKET_MAX },

	{ WIRE_REPLY, WIRE_TAG_TEXT, TEXT, ONE, 4096 },
	{ WIRE_REPLY, WIRE_TAG_IS_CUT, U64, OPTIONAL, 1 },
	{ WIRE_CANCEL, WIRE_TAG_CAUSE, CHOICE, ONE, WIRE_CANCEL_GONE },

	{ WIRE_READY, WIRE_TAG_DEADLINE_NS, U64, ONE, INT64_MAX },
	{ WIRE_SHOW, WIRE_TAG_STYLE, CHOICE, ONE, WIRE_STYLE_ERROR },
	{ WIRE_SHOW, WIRE_TAG_TEXT, TEXT, ONE, 16000 },
	{ WIRE_ASK, WIRE_TAG_ECHO, CHOICE, ONE, WIRE_ECHO_OFFER },
	{ WIRE_ASK, WIRE_TAG_TEXT, TEXT, ONE, 16000 },
	{ WIRE_RESULT, WIRE_TAG_VERDICT, CHOICE, ONE, WIRE_VERDICT_IGNORE },
	{ WIRE_RESULT, WIRE_TAG_REASON, TEXT, ONE, 64 },
	{ WIRE_RESULT, WIRE_TAG_PHASE, CHOICE, ONE, WIRE_PHASE_REVOKE },
	{ WIRE_RESULT, WIRE_TAG_USER, TEXT, ONE, 255 },
	{ WIRE_RESULT, WIRE_TAG_TEXT, TEXT, ONE, 1024 },
	{ WIRE_RESULT, WIRE_TAG_TICKET, TEXT, OPTIONAL, WIRE_TICKET_MAX },

	{ WIRE_START, WIRE_TAG_FLOW, CHOICE, ONE, WIRE_FLOW_REVOKE },
	{ WIRE_START, WIRE_TAG_ISSUER, TEXT, ONE, 2048 },
	{ WIRE_START, WIRE_TAG_CLIENT_ID, TEXT, ONE, 4096 },
	{ WIRE_START, WIRE_TAG_CLIENT_SECRET, TEXT, OPTIONAL, 4096 },
	{ WIRE_START, WIRE_TAG_AUTH_METHOD, TEXT, ONE, 32 },
	{ WIRE_START, WIRE_TAG_REVOCATION_AUTH_METHOD, TEXT, OPTIONAL, 32 },
	{ WIRE_START, WIRE_TAG_REVOCATION_ENDPOINT, TEXT, OPTIONAL, 2048 },
	{ WIRE_START, WIRE_TAG_BASIC_RAW, U64, ONE, 1 },
	{ WIRE_START, WIRE_TAG_IS_PKCE_PLAIN, U64, ONE, 1 },
	{ WIRE_START, WIRE_TAG_REDIRECT_URI, TEXT, OPTIONAL, 1024 },
	{ WIRE_START, WIRE_TAG_STATE, TEXT, ONE, 128 },
	{ WIRE_START, WIRE_TAG_NONCE, TEXT, OPTIONAL, 128 },
	{ WIRE_START, WIRE_TAG_AUTHORIZATION_ENDPOINT, TEXT, OPTIONAL, 2048 },
	{ WIRE_START, WIRE_TAG_PAR_ENDPOINT, TEXT, OPTIONAL, 2048 },
	{ WIRE_START, WIRE_TAG_TOKEN_ENDPOINT, TEXT, OPTIONAL, 2048 },
	{ WIRE_START, WIRE_TAG_DEVICE_ENDPOINT, TEXT, OPTIONAL, 2048 },
	{ WIRE_START, WIRE_TAG_USERINFO_ENDPOINT, TEXT, OPTIONAL, 2048 },
	{ WIRE_START, WIRE_TAG_PRESET, TEXT, OPTIONAL, 32 },
	{ WIRE_START, WIRE_TAG_ENDPOINT_HOST, TEXT, LIST, 253 },
	{ WIRE_START, WIRE_TAG_VERIFICATION_HOST, TEXT, LIST, 253 },
	{ WIRE_START, WIRE_TAG_SCOPE, TEXT, LIST, 255 },
	{ WIRE_START, WIRE_TAG_REQUIRED_SCOPE, TEXT, LIST, 255 },
	{ WIRE_START, WIRE_TAG_PARAMETER, TEXT, LIST, 1024 },
	{ WIRE_START, WIRE_TAG_EMAIL_VERIFIED_STRING, U64, ONE, 1 },
	{ WIRE_START, WIRE_TAG_GROUPS_CLAIM, TEXT, OPTIONAL, 255 },
	{ WIRE_START, WIRE_TAG_CLAIM, TEXT, LIST, 255 },
	{ WIRE_START, WIRE_TAG_CA_FILE, TEXT, OPTIONAL, 1024 },
	{ WIRE_START, WIRE_TAG_PROXY, TEXT, OPTIONAL, 2048 },
	{ WIRE_START, WIRE_TAG_IS_KEPT, U64, ONE, 1 },
	{ WIRE_START, WIRE_TAG_DEADLINE_NS, U64, ONE, INT64_MAX },
	{ WIRE_POLL, WIRE_TAG_DELAY_S, U64, ONE, 300 },
	{ WIRE_CODE, WIRE_TAG_CODE, TEXT, ONE, 4096 },
	{ WIRE_SIGNED, WIRE_TAG_JWT, TEXT, ONE, 12288 },
	{ WIRE_REFRESH, WIRE_TAG_REFRESH_TOKEN, TEXT, ONE, 16384 },
	{ WIRE_REVOKE, WIRE_TAG_REFRESH_TOKEN, TEXT, ONE, 16384 },

	{ WIRE_DEVICE, WIRE_TAG_USER_CODE, TEXT, ONE, 16 },
	{ WIRE_DEVICE, WIRE_TAG_VERIFICATION_URI, TEXT, ONE, 200 },
	{ WIRE_DEVICE, WIRE_TAG_VERIFICATION_URI_COMPLETE, TEXT, OPTIONAL,
	    512 },
	{ WIRE_DEVICE, WIRE_TAG_EXPIRES_IN, U64, ONE, UINT32_MAX },
	{ WIRE_DEVICE, WIRE_TAG_INTERVAL, U64, ONE, 300 },
	{ WIRE_AUTHORIZE, WIRE_TAG_URL, TEXT, ONE, 2048 },
	{ WIRE_AUTHORIZE, WIRE_TAG_EXPIRES_IN, U64, OPTIONAL, UINT32_MAX },
	{ WIRE_TOKENS, WIRE_TAG_ID_TOKEN, TEXT, OPTIONAL, 32768 },
	{ WIRE_TOKENS, WIRE_TAG_AT_HASH, TEXT, OPTIONAL, 43 },
	{ WIRE_TOKENS, WIRE_TAG_REFRESH_TOKEN, TEXT, OPTIONAL, 16384 },
	{ WIRE_USERINFO, WIRE_TAG_USERINFO, TEXT, ONE, 32768 },
	{ WIRE_IDENTITY, WIRE_TAG_SUB, TEXT, ONE, 255 },
	{ WIRE_IDENTITY, WIRE_TAG_EMAIL, TEXT, OPTIONAL, 1024 },
	{ WIRE_IDENTITY, WIRE_TAG_EMAIL_VERIFIED, U64, ONE, 1 },
	{ WIRE_IDENTITY, WIRE_TAG_GROUP, TEXT, LIST, 255 },
	{ WIRE_IDENTITY, WIRE_TAG_CLAIM, TEXT, LIST, 1024 },
	{ WIRE_FAILED, WIRE_TAG_ERROR, U64, ONE, OAUTH2_ERR_COUNT - 1 },
	{ WIRE_FAILED, WIRE_TAG_CAUSE, U64, ONE, OAUTH2_CAUSE_COUNT - 1 },
	{ WIRE_FAILED, WIRE_TAG_HTTP_STATUS, U64, ONE, 999 },
	{ WIRE_FAILED, WIRE_TAG_IS_UNSENT, U64, OPTIONAL, 1 },
	{ WIRE_FAILED, WIRE_TAG_PROVIDER_ERROR, TEXT, ONE, 64 },
	{ WIRE_FAILED, WIRE_TAG_DESCRIPTION, TEXT, ONE, 128 },
	{ WIRE_FAILED, WIRE_TAG_TEXT, TEXT, ONE, 255 },

	{ WIRE_TRUST, WIRE_TAG_KEY, TEXT, LIST, 2000 },
	{ WIRE_JUDGE, WIRE_TAG_ID_TOKEN, TEXT, ONE, 32768 },
	{ WIRE_JUDGE, WIRE_TAG_ISSUER, TEXT, ONE, 2048 },
	{ WIRE_JUDGE, WIRE_TAG_CLIENT_ID, TEXT, ONE, 4096 },
	{ WIRE_JUDGE, WIRE_TAG_AUDIENCE, TEXT, LIST, 255 },
	{ WIRE_JUDGE, WIRE_TAG_FIRST_AUDIENCE, TEXT, LIST, 255 },
	{ WIRE_JUDGE, WIRE_TAG_ALG, TEXT, LIST, 8 },
	{ WIRE_JUDGE, WIRE_TAG_NOW, U64, ONE, INT64_MAX },
	{ WIRE_JUDGE, WIRE_TAG_NONCE, TEXT, OPTIONAL, 128 },
	{ WIRE_JUDGE, WIRE_TAG_AT_HASH, TEXT, OPTIONAL, 43 },
	{ WIRE_JUDGE, WIRE_TAG_MAX_AGE, U64, ONE, UINT32_MAX },
	{ WIRE_JUDGE, WIRE_TAG_ACR, TEXT, LIST, 255 },
	{ WIRE_JUDGE, WIRE_TAG_AMR, TEXT, LIST, 255 },
	{ WIRE_JUDGE, WIRE_TAG_PRESET, TEXT, OPTIONAL, 32 },
	{ WIRE_JUDGE, WIRE_TAG_EMAIL_VERIFIED_STRING, U64, ONE, 1 },
	{ WIRE_JUDGE, WIRE_TAG_SUB, TEXT, OPTIONAL, 255 },
	{ WIRE_JUDGE, WIRE_TAG_GROUPS_CLAIM, TEXT, OPTIONAL, 255 },
	{ WIRE_JUDGE, WIRE_TAG_CLAIM, TEXT, LIST, 255 },
	{ WIRE_JUDGE_USERINFO, WIRE_TAG_USERINFO, TEXT, ONE, 32768 },
	{ WIRE_JUDGE_USERINFO, WIRE_TAG_ISSUER, TEXT, ONE, 2048 },
	{ WIRE_JUDGE_USERINFO, WIRE_TAG_CLIENT_ID, TEXT, ONE, 4096 },
	{ WIRE_JUDGE_USERINFO, WIRE_TAG_AUDIENCE, TEXT, LIST, 255 },
	{ WIRE_JUDGE_USERINFO, WIRE_TAG_ALG, TEXT, LIST, 8 },
	{ WIRE_JUDGE_USERINFO, WIRE_TAG_NOW, U64, ONE, INT64_MAX },
	{ WIRE_JUDGE_USERINFO, WIRE_TAG_SUB, TEXT, ONE, 255 },
	{ WIRE_JUDGE_USERINFO, WIRE_TAG_GROUPS_CLAIM, TEXT, OPTIONAL, 255 },
	{ WIRE_JUDGE_USERINFO, WIRE_TAG_CLAIM, TEXT, LIST, 255 },
	{ WIRE_JUDGE_USERINFO, WIRE_TAG_PRESET, TEXT, OPTIONAL, 32 },
	{ WIRE_JUDGE_USERINFO, WIRE_TAG_EMAIL_VERIFIED_STRING, U64, ONE, 1 },
	{ WIRE_CLAIMS, WIRE_TAG_SUB, TEXT, ONE, 255 },
	{ WIRE_CLAIMS, WIRE_TAG_EMAIL, TEXT, OPTIONAL, 1024 },
	{ WIRE_CLAIMS, WIRE_TAG_EMAIL_VERIFIED, U64, ONE, 1 },
	{ WIRE_CLAIMS, WIRE_TAG_GROUP, TEXT, LIST, 255 },
	{ WIRE_CLAIMS, WIRE_TAG_CLAIM, TEXT, LIST, 1024 },
	{ WIRE_CLAIMS, WIRE_TAG_SAID, TEXT, LIST, 255 },
	{ WIRE_CLAIMS, WIRE_TAG_AUDIENCE, TEXT, LIST, 255 },
	{ WIRE_CLAIMS, WIRE_TAG_IS_FRESH, U64, OPTIONAL, 1 },
	{ WIRE_CLAIMS, WIRE_TAG_AUTH_TIME, U64, OPTIONAL, INT64_MAX },
	{ WIRE_CLAIMS, WIRE_TAG_ACR, TEXT, OPTIONAL, 255 },
	{ WIRE_CLAIMS, WIRE_TAG_AMR, TEXT, LIST, 255 },
	{ WIRE_REFUSED, WIRE_TAG_ERROR, U64, ONE, OAUTH2_ERR_COUNT - 1 },
	{ WIRE_REFUSED, WIRE_TAG_TEXT, TEXT, ONE, 255 },

	{ WIRE_FETCH_METADATA, WIRE_TAG_ISSUER, TEXT, ONE, 2048 },
	{ WIRE_FETCH_METADATA, WIRE_TAG_CLIENT_ID, TEXT, ONE, 4096 },
	{ WIRE_FETCH_METADATA, WIRE_TAG_ENDPOINT_HOST, TEXT, LIST, 253 },
	{ WIRE_FETCH_METADATA, WIRE_TAG_ETAG, TEXT, OPTIONAL, 128 },
	{ WIRE_FETCH_METADATA, WIRE_TAG_CA_FILE, TEXT, OPTIONAL, 1024 },
	{ WIRE_FETCH_METADATA, WIRE_TAG_PROXY, TEXT, OPTIONAL, 2048 },
	{ WIRE_FETCH_METADATA, WIRE_TAG_DEADLINE_NS, U64, ONE, INT64_MAX },
	{ WIRE_FETCH_KEYS, WIRE_TAG_ISSUER, TEXT, ONE, 2048 },
	{ WIRE_FETCH_KEYS, WIRE_TAG_CLIENT_ID, TEXT, ONE, 4096 },
	{ WIRE_FETCH_KEYS, WIRE_TAG_JWKS_URI, TEXT, ONE, 2048 },
	{ WIRE_FETCH_KEYS, WIRE_TAG_ETAG, TEXT, OPTIONAL, 128 },
	{ WIRE_FETCH_KEYS, WIRE_TAG_CA_FILE, TEXT, OPTIONAL, 1024 },
	{ WIRE_FETCH_KEYS, WIRE_TAG_PROXY, TEXT, OPTIONAL, 2048 },
	{ WIRE_FETCH_KEYS, WIRE_TAG_DEADLINE_NS, U64, ONE, INT64_MAX },

	{ WIRE_METADATA, WIRE_TAG_AUTHORIZATION_ENDPOINT, TEXT, OPTIONAL,
	    2048 },
	{ WIRE_METADATA, WIRE_TAG_PAR_ENDPOINT, TEXT, OPTIONAL, 2048 },
	{ WIRE_METADATA, WIRE_TAG_TOKEN_ENDPOINT, TEXT, OPTIONAL, 2048 },
	{ WIRE_METADATA, WIRE_TAG_DEVICE_ENDPOINT, TEXT, OPTIONAL, 2048 },
	{ WIRE_METADATA, WIRE_TAG_USERINFO_ENDPOINT, TEXT, OPTIONAL, 2048 },
	{ WIRE_METADATA, WIRE_TAG_REVOCATION_ENDPOINT, TEXT, OPTIONAL, 2048 },
	{ WIRE_METADATA, WIRE_TAG_JWKS_URI, TEXT, OPTIONAL, 2048 },
	{ WIRE_METADATA, WIRE_TAG_IS_ISS_SENT, U64, ONE, 1 },
	{ WIRE_METADATA, WIRE_TAG_IS_CLAIMS_PARAMETER, U64, ONE, 1 },
	{ WIRE_METADATA, WIRE_TAG_LACKS_S256, U64, ONE, 1 },
	{ WIRE_METADATA, WIRE_TAG_AUTH_METHOD, TEXT, LIST, 64 },
	{ WIRE_METADATA, WIRE_TAG_IS_OFFLINE_OFFERED, U64, ONE, 1 },
	{ WIRE_METADATA, WIRE_TAG_REFUSED_ENDPOINT, TEXT, LIST, 255 },
	{ WIRE_METADATA, WIRE_TAG_ETAG, TEXT, OPTIONAL, 128 },
	{ WIRE_KEYS, WIRE_TAG_KEY, TEXT, LIST, 2000 },
	{ WIRE_KEYS, WIRE_TAG_ETAG, TEXT, OPTIONAL, 128 },
	{ WIRE_NOT_FETCHED, WIRE_TAG_ERROR, U64, ONE, OAUTH2_ERR_COUNT - 1 },
	{ WIRE_NOT_FETCHED, WIRE_TAG_CAUSE, U64, ONE, OAUTH2_CAUSE_COUNT - 1 },
	{ WIRE_NOT_FETCHED, WIRE_TAG_HTTP_STATUS, U64, ONE, 999 },
	{ WIRE_NOT_FETCHED, WIRE_TAG_IS_UNSENT, U64, OPTIONAL, 1 },
	{ WIRE_NOT_FETCHED, WIRE_TAG_PROVIDER_ERROR, TEXT, ONE, 64 },
	{ WIRE_NOT_FETCHED, WIRE_TAG_DESCRIPTION, TEXT, ONE, 128 },
	{ WIRE_NOT_FETCHED, WIRE_TAG_TEXT, TEXT, ONE, 255 },
};

#define RULE_COUNT (sizeof(rules) / sizeof(rules[0]))

struct field {
	uint8_t tag;
	const uint8_t *value;
	size_t len;
};

/* The field at *at of a body; PROTOCOL when it is cut short. */
static enum oauth2_err
read_field(const uint8_t *body, size_t len, size_t *at, struct field *ret)
{
	size_t left = len - *at, n;

	if (left < FIELD_SIZE)
		return OAUTH2_ERR_PROTOCOL;
	n = (size_t)body[*at + 1] << 8 | body[*at + 2];
	if (left - FIELD_SIZE < n)
		return OAUTH2_ERR_PROTOCOL;
	ret->tag = body[*at];
	ret->value = body + *at + FIELD_SIZE;
	ret->len = n;
	*at += FIELD_SIZE + n;
	return OAUTH2_ERR_OK;
}

static uint64_t
read_u64(const uint8_t *p)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | p[i];
	return value;
}

static const struct field_rule *
find_rule(uint8_t type, uint8_t tag)
{
	for (size_t i = 0; i < RULE_COUNT; i++)
		if (rules[i].type == type && rules[i].tag == tag)
			return &rules[i];
	return NULL;
}

static bool
value_fits(const struct field_rule *rule, const struct field *f)
{
	uint64_t number;

	if (rule->kind != TEXT) {
		number = f->len == 8 ? read_u64(f->value) : UINT64_MAX;
		return number <= rule->max &&
		       (rule->kind == U64 || number != 0);
	}
	return f->len <= rule->max && memchr(f->value, '\0', f->len) == NULL &&
	       text_is_utf8(f->value, f->len);
}

enum oauth2_err
wire_check_body(uint8_t type, const uint8_t *body, size_t len)
{
	bool seen[WIRE_TAG_COUNT] = { false };
	const struct field_rule *rule;
	enum oauth2_err err;
	struct field f;

	for (size_t at = 0; at < len;) {
		err = read_field(body, len, &at, &f);
		if (err != OAUTH2_ERR_OK)
			return err;
		rule = find_rule(type, f.tag);
		if (rule == NULL || !value_fits(rule, &f))
			return OAUTH2_ERR_PROTOCOL;
		if (seen[f.tag] && rule->presence != LIST)
			return OAUTH2_ERR_PROTOCOL;
		seen[f.tag] = true;
	}
	for (size_t i = 0; i < RULE_COUNT; i++)
		if (rules[i].type == type && rules[i].presence == ONE &&
		    !seen[rules[i].tag])
			return OAUTH2_ERR_PROTOCOL;
	return OAUTH2_ERR_OK;
}

void
wire_begin(struct wire_out *out, enum wire_type type)
{
	out->type = type;
	out->body = (struct buf)BUF(WIRE_PACKET_MAX - WIRE_HEADER_SIZE);
}

static void
put_field(struct wire_out *out, enum wire_tag tag, const void *value, size_t n)
{
	const uint8_t head[FIELD_SIZE] = { (uint8_t)tag, (uint8_t)(n >> 8),
		(uint8_t)n };

	if (n > UINT16_MAX)
		out->body.err = OAUTH2_ERR_LIMIT;
	buf_put(&out->body, head, sizeof(head));
	buf_put(&out->body, value, n);
}

void
wire_put_u64(struct wire_out *out, enum wire_tag tag, uint64_t value)
{
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(value >> (56 - 8 * i));
	put_field(out, tag, bytes, sizeof(bytes));
}

void
wire_put_text(struct wire_out *out, enum wire_tag tag, const char *text)
{
	if (text != NULL)
		put_field(out, tag, text, strlen(text));
}

void
wire_put_list(
    struct wire_out *out, enum wire_tag tag, const struct strlist *list)
{
	for (size_t i = 0; i < list->count; i++)
		wire_put_text(out, tag, list->items[i]);
}

/* The next field with this tag, from *at on, which moves behind it. */
static bool
next_field(
    const struct wire_msg *m, enum wire_tag tag, size_t *at, struct field *ret)
{
	while (*at < m->len) {
		if (read_field(m->body, m->len, at, ret) != OAUTH2_ERR_OK)
			return false;
		if (ret->tag == tag)
			return true;
	}
	return false;
}

static char *
copy_field(const struct field *f)
{
	char *copy = secret_alloc(f->len + 1);

	if (copy != NULL)
		memcpy(copy, f->value, f->len);
	return copy;
}

enum oauth2_err
wire_parse(
    enum wire_type type, const uint8_t *body, size_t len, struct wire_msg *ret)
{
	enum oauth2_err err = wire_check_body((uint8_t)type, body, len);

	if (err == OAUTH2_ERR_OK)
		*ret = (struct wire_msg){ type, body, len };
	return err;
}

bool
wire_has(const struct wire_msg *m, enum wire_tag tag)
{
	struct field f;
	size_t at = 0;

	return next_field(m, tag, &at, &f);
}

uint64_t
wire_get_u64(const struct wire_msg *m, enum wire_tag tag)
{
	struct field f;
	size_t at = 0;

	if (!next_field(m, tag, &at, &f) || f.len != 8)
		return 0;
	return read_u64(f.value);
}

enum oauth2_err
wire_take_text(const struct wire_msg *m, enum wire_tag tag, char **ret)
{
	struct field f;
	size_t at = 0;
	char *copy;

	if (!next_field(m, tag, &at, &f)) {
		*ret = NULL;
		return OAUTH2_ERR_OK;
	}
	copy = copy_field(&f);
	if (copy == NULL)
		return OAUTH2_ERR_NOMEM;
	*ret = copy;
	return OAUTH2_ERR_OK;
}

enum oauth2_err
wire_copy_text(
    const struct wire_msg *m, enum wire_tag tag, char *ret, size_t size)
{
	struct field f;
	size_t at = 0;

	if (!next_field(m, tag, &at, &f)) {
		ret[0] = '\0';
		return OAUTH2_ERR_OK;
	}
	if (f.len >= size)
		return OAUTH2_ERR_LIMIT;
	memcpy(ret, f.value, f.len);
	ret[f.len] = '\0';
	return OAUTH2_ERR_OK;
}

bool
wire_text_is(const struct wire_msg *m, enum wire_tag tag, const char *text)
{
	struct field f;
	size_t at = 0;

	return next_field(m, tag, &at, &f) && f.len == strlen(text) &&
	       memcmp(f.value, text, f.len) == 0;
}

enum oauth2_err
wire_take_list(const struct wire_msg *m, enum wire_tag tag, struct strlist *ret)
{
	struct field f;
	enum oauth2_err err = OAUTH2_ERR_OK;

	for (size_t at = 0; next_field(m, tag, &at, &f);) {
		AUTO(secret_text_free) char *copy = copy_field(&f);

		err = copy == NULL ? OAUTH2_ERR_NOMEM : strlist_add(ret, copy);
		if (err == OAUTH2_ERR_LIMIT)
			return OAUTH2_ERR_PROTOCOL;
		if (err != OAUTH2_ERR_OK)
			return err;
	}
	return err;
}
