#include "login/ssh_keys.h"

#include <string.h>

#include "base/buf.h"
#include "base/secret.h"
#include "base/text.h"
#include "codec/base64url.h"
#include "codec/crypto.h"

#define BLOB_MAX 6144 /* bytes: a certificate for RSA with 8192 bits */
#define METHOD	 "publickey"
#define CERT	 "-cert-v01@openssh.com"

/* A part of a blob: what RFC 4251 section 5 calls a string. */
struct part {
	const uint8_t *data;
	size_t n;
};

/* What is left of a blob. */
struct cursor {
	const uint8_t *at;
	size_t left;
};

static bool
skip(struct cursor *c, size_t n)
{
	if (c->left < n)
		return false;
	c->at += n;
	c->left -= n;
	return true;
}

static bool
take(struct cursor *c, struct part *ret)
{
	const uint8_t *p = c->at;

	if (!skip(c, 4))
		return false;
	ret->n =
	    (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	ret->data = c->at;
	return skip(c, ret->n);
}

static bool
take_several(struct cursor *c, int count)
{
	struct part part;

	while (count-- > 0)
		if (!take(c, &part))
			return false;
	return true;
}

/* How many strings make a key of each type that may be certified. */
static const struct {
	const char *type; /* of the plain key */
	const char *cert; /* and of its certificate */
	int parts;
} types[] = {
	{ "ssh-ed25519", "ssh-ed25519" CERT, 1 },
	{ "ssh-rsa", "ssh-rsa" CERT, 2 },
	{ "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256" CERT, 2 },
	{ "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384" CERT, 2 },
	{ "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521" CERT, 2 },
	{ "sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519" CERT, 2 },
	{ "sk-ecdsa-sha2-nistp256@openssh.com", "sk-ecdsa-sha2-nistp256" CERT,
	    3 },
};

static enum oauth2_err
put_hash(const void *data, size_t n, struct buf *ret)
{
	uint8_t hash[CRYPTO_SHA256_SIZE];
	enum oauth2_err err = crypto_sha256(data, n, hash);

	if (err == OAUTH2_ERR_OK)
		base64url_encode(ret, hash, sizeof(hash));
	return err;
}

/* The blob of the plain key that a certificate is for. */
static void
put_plain(const char *type, const struct part *fields, struct buf *ret)
{
	const size_t n = strlen(type);
	const uint8_t length[4] = { 0, 0, (uint8_t)(n >> 8), (uint8_t)n };

	buf_put(ret, length, sizeof(length));
	buf_puts(ret, type);
	buf_put(ret, fields->data, fields->n);
}

/*
 * A certificate (PROTOCOL.certkeys of OpenSSH): type, nonce, the key's parts,
 * serial, kind, id, principals, times, options, extensions, reserved, and
 * the authority's key.
 */
static enum oauth2_err
name_certificate(size_t row, struct cursor *c, struct buf *ret)
{
	AUTO(buf_free) struct buf plain = BUF(BLOB_MAX);
	struct part fields, authority;
	enum oauth2_err err;

	if (!take_several(c, 1))
		return OAUTH2_ERR_SYNTAX;
	fields.data = c->at;
	if (!take_several(c, types[row].parts))
		return OAUTH2_ERR_SYNTAX;
	fields.n = (size_t)(c->at - fields.data);
	if (!skip(c, 8 + 4) || !take_several(c, 2) || !skip(c, 8 + 8) ||
	    !take_several(c, 3) || !take(c, &authority))
		return OAUTH2_ERR_SYNTAX;
	put_plain(types[row].type, &fields, &plain);
	err = buf_err(&plain);
	if (err == OAUTH2_ERR_OK)
		err = put_hash(plain.data, plain.len, ret);
	buf_putc(ret, '+');
	if (err == OAUTH2_ERR_OK)
		err = put_hash(authority.data, authority.n, ret);
	return err;
}

static bool
is_text(const struct part *part, const char *text)
{
	return part->n == strlen(text) &&
	       memcmp(part->data, text, part->n) == 0;
}

/* The type stands before the blob and in it; the blob's is the one. */
static enum oauth2_err
name_key(const char *type, const struct buf *blob, struct buf *ret)
{
	struct cursor c = { blob->data, blob->len };
	struct part inner;

	if (!take(&c, &inner) || !is_text(&inner, type))
		return OAUTH2_ERR_SYNTAX;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(type, types[i].cert) == 0)
			return name_certificate(i, &c, ret);
	/* Of another kind of certificate nobody knows what it certifies. */
	if (strstr(type, "-cert-") != NULL)
		return OAUTH2_ERR_SYNTAX;
	return put_hash(blob->data, blob->len, ret);
}

/* The standard alphabet with its padding becomes that of URLs. */
static enum oauth2_err
decode(char *text, struct buf *ret)
{
	size_t n = strlen(text);

	while (n > 0 && text[n - 1] == '=')
		n--;
	for (size_t i = 0; i < n; i++)
		text[i] = text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i];
	return base64url_decode(ret, text, n);
}

/* A line, cut in place. */
static enum oauth2_err
read_line(char *line, struct strlist *ret)
{
	AUTO(buf_free) struct buf blob = BUF(BLOB_MAX);
	AUTO(buf_free) struct buf name = BUF(128);
	char *rest = line;
	char *method = text_next_word(&rest);
	char *type = text_next_word(&rest);
	char *base64 = text_next_word(&rest);
	enum oauth2_err err;

	if (method == NULL || strcmp(method, METHOD) != 0)
		return OAUTH2_ERR_OK;
	if (base64 == NULL || text_next_word(&rest) != NULL)
		return OAUTH2_ERR_SYNTAX;
	err = decode(base64, &blob);
	if (err == OAUTH2_ERR_OK)
		err = name_key(type, &blob, &name);
	if (err == OAUTH2_ERR_OK)
		err = buf_err(&name);
	if (err == OAUTH2_ERR_OK && !strlist_has(ret, buf_text(&name)))
		err = strlist_add(ret, buf_text(&name));
	return err;
}

enum oauth2_err
ssh_keys_read(const char *auth_info, struct strlist *ret)
{
	AUTO(secret_text_free) char *copy = secret_strdup(auth_info);
	enum oauth2_err err = OAUTH2_ERR_OK;
	char *line = copy, *end;

	if (copy == NULL)
		return OAUTH2_ERR_NOMEM;
	while (err == OAUTH2_ERR_OK && line != NULL) {
		end = strchr(line, '\n');
		if (end != NULL)
			*end++ = '\0';
		err = read_line(line, ret);
		line = end;
	}
	return err;
}
