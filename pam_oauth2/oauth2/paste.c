#include "oauth2/paste.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/secret.h"
#include "base/text.h"

#define PIECE_MARK "PO2."
#define CODE_MIN   4 /* shorter than any code, as long as "yes" */

/* The parameters that we look at, each at most once. */
struct parameters {
	char *code;
	char *state;
	char *iss;
	char *error;
};

static void
parameters_free(struct parameters *p)
{
	secret_free(p->code);
	secret_free(p->state);
	secret_free(p->iss);
	secret_free(p->error);
}

static inline void
parameters_free_scope(struct parameters *p)
{
	parameters_free(p);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* application/x-www-form-urlencoded; a control character refuses. */
static bool
decode(const char *text, size_t n, struct buf *ret)
{
	for (size_t i = 0; i < n; i++) {
		int c = (unsigned char)text[i];

		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			if (n - i < 3 || hex_digit(text[i + 1]) < 0 ||
			    hex_digit(text[i + 2]) < 0)
				return false;
			c = hex_digit(text[i + 1]) * 16 +
			    hex_digit(text[i + 2]);
			i += 2;
		}
		if (c < 0x20 || c == 0x7f)
			return false;
		buf_putc(ret, (char)c);
	}
	return true;
}

static char **
slot_of(struct parameters *p, const char *name)
{
	if (strcmp(name, "code") == 0)
		return &p->code;
	if (strcmp(name, "state") == 0)
		return &p->state;
	if (strcmp(name, "iss") == 0)
		return &p->iss;
	if (strcmp(name, "error") == 0)
		return &p->error;
	return NULL;
}

/* One name=value. Others than ours are passed over: session_state and so on. */
static bool
read_parameter(const char *text, size_t n, struct parameters *ret)
{
	AUTO(buf_free) struct buf name = BUF(OAUTH2_PASTE_MAX);
	AUTO(buf_free) struct buf value = BUF(OAUTH2_PASTE_MAX);
	const char *equals = memchr(text, '=', n);
	size_t name_len = equals != NULL ? (size_t)(equals - text) : n;
	char **slot;

	if (equals == NULL || !decode(text, name_len, &name) ||
	    !decode(equals + 1, n - name_len - 1, &value))
		return false;
	slot = slot_of(ret, buf_text(&name));
	if (slot == NULL)
		return true;
	return *slot == NULL && value.len > 0 &&
	       buf_take_text(&value, slot) == OAUTH2_ERR_OK;
}

static bool
read_query(const char *query, struct parameters *ret)
{
	while (*query != '\0') {
		size_t n = strcspn(query, "&");

		if (!read_parameter(query, n, ret))
			return false;
		query += n + (query[n] == '&');
	}
	return true;
}

/* Equal in time that depends on nothing but the lengths. */
static bool
is_same(const char *a, const char *b)
{
	return strlen(a) == strlen(b) && secret_equal(a, b, strlen(a));
}

static bool
is_code(const char *text)
{
	const size_t n = strlen(text);

	return n >= CODE_MIN && n <= OAUTH2_CODE_MAX &&
	       text_is_visible_ascii(text);
}

/* The answer of our own request, and of the provider we asked? */
static enum oauth2_paste
judge(struct parameters *p, const struct oauth2_expected *expected,
    char **ret_code, struct detail *d)
{
	if (p->state == NULL || !is_same(p->state, expected->state))
		return OAUTH2_PASTE_STATE;
	if (expected->is_iss_sent &&
	    (p->iss == NULL || strcmp(p->iss, expected->issuer) != 0))
		return OAUTH2_PASTE_ISSUER;
	if (p->iss != NULL && strcmp(p->iss, expected->issuer) != 0)
		return OAUTH2_PASTE_ISSUER;
	if (p->error != NULL && p->code != NULL)
		return OAUTH2_PASTE_INVALID;
	if (p->error != NULL) {
		if (d != NULL)
			text_clean(d->error, sizeof(d->error), p->error,
			    strlen(p->error));
		return strcmp(p->error, "access_denied") == 0
			   ? OAUTH2_PASTE_DENIED
			   : OAUTH2_PASTE_FAILED;
	}
	if (p->code == NULL || !is_code(p->code))
		return OAUTH2_PASTE_INVALID;
	*ret_code = TAKE(p->code);
	return OAUTH2_PASTE_OK;
}

/*
 * The query of a URL that is our redirect_uri to the letter, or NULL. It ends
 * where a fragment begins: Facebook appends #_=_ and Reddit #_.
 */
static char *
query_of(const char *url, const char *redirect_uri)
{
	size_t n = strlen(redirect_uri);
	char *query;

	if (strncmp(url, redirect_uri, n) != 0)
		return NULL;
	/* A redirect_uri may have a query of its own. */
	if (url[n] != (strchr(redirect_uri, '?') != NULL ? '&' : '?'))
		return NULL;
	query = secret_strdup(url + n + 1);
	if (query != NULL)
		query[strcspn(query, "#")] = '\0';
	return query;
}

/* A whole paste, put together if need be. */
static enum oauth2_paste
read_whole(const char *text, const struct oauth2_expected *expected,
    char **ret_code, struct detail *d)
{
	AUTO(parameters_free) struct parameters p = { 0 };
	AUTO(secret_text_free) char *query = NULL;

	if (!text_is_visible_ascii(text))
		return OAUTH2_PASTE_INVALID;
	if (strstr(text, "://") != NULL && strncmp(text, "code=", 5) != 0) {
		query = query_of(text, expected->redirect_uri);
		if (query == NULL)
			return OAUTH2_PASTE_INVALID;
	} else if (strstr(text, "state=") == NULL) {
		/* A bare code: PKCE binds it to this login. */
		if (!is_code(text) || expected->needs_state)
			return OAUTH2_PASTE_INVALID;
		*ret_code = secret_strdup(text);
		return *ret_code != NULL ? OAUTH2_PASTE_OK
					 : OAUTH2_PASTE_INVALID;
	}
	if (!read_query(query != NULL ? query : text, &p))
		return OAUTH2_PASTE_INVALID;
	return judge(&p, expected, ret_code, d);
}

/* "i/n.check.text" behind the mark. False: not well-formed. */
static bool
add_piece(const char *text, struct oauth2_pieces *pieces)
{
	unsigned index, count;

	if (text[0] < '1' || text[0] > '8' || text[1] != '/' || text[2] < '1' ||
	    text[2] > '8' || text[3] != '.' || strlen(text) < 14 ||
	    text[12] != '.')
		return false;
	index = (unsigned)(text[0] - '1');
	count = (unsigned)(text[2] - '0');
	if (index >= count)
		return false;
	if (pieces->count != 0 &&
	    (pieces->count != count || memcmp(pieces->check, text + 4, 8) != 0))
		oauth2_pieces_free(pieces); /* the person began anew */
	pieces->count = count;
	memcpy(pieces->check, text + 4, 8);
	secret_free(pieces->texts[index]);
	pieces->texts[index] = secret_strdup(text + 13);
	return pieces->texts[index] != NULL;
}

/* FNV-1a, 32 bits: finds a cut or mixed paste, defends against nothing. */
static uint32_t
checksum(const char *text)
{
	uint32_t sum = 2166136261U;

	for (; *text != '\0'; text++)
		sum = (sum ^ (unsigned char)*text) * 16777619U;
	return sum;
}

static bool
is_whole(const struct oauth2_pieces *pieces)
{
	for (unsigned i = 0; i < pieces->count; i++)
		if (pieces->texts[i] == NULL)
			return false;
	return true;
}

static bool
put_together(const struct oauth2_pieces *pieces, struct buf *ret)
{
	char check[9];

	for (unsigned i = 0; i < pieces->count; i++)
		buf_puts(ret, pieces->texts[i]);
	(void)snprintf(
	    check, sizeof(check), "%08x", (unsigned)checksum(buf_text(ret)));
	return buf_err(ret) == OAUTH2_ERR_OK &&
	       strcmp(check, pieces->check) == 0;
}

enum oauth2_paste
oauth2_paste_read(const char *text, const struct oauth2_expected *expected,
    struct oauth2_pieces *pieces, char **ret_code, struct detail *d)
{
	AUTO(buf_free) struct buf whole =
	    BUF(OAUTH2_PIECES_MAX * OAUTH2_PASTE_MAX);
	bool is_right;

	if (strlen(text) > OAUTH2_PASTE_MAX)
		return OAUTH2_PASTE_INVALID;
	if (strncmp(text, PIECE_MARK, strlen(PIECE_MARK)) != 0)
		return read_whole(text, expected, ret_code, d);
	if (!text_is_visible_ascii(text) ||
	    !add_piece(text + strlen(PIECE_MARK), pieces))
		return OAUTH2_PASTE_INVALID;
	if (!is_whole(pieces))
		return OAUTH2_PASTE_MORE;
	is_right = put_together(pieces, &whole);
	oauth2_pieces_free(pieces);
	if (!is_right)
		return OAUTH2_PASTE_INVALID;
	return read_whole(buf_text(&whole), expected, ret_code, d);
}

void
oauth2_pieces_free(struct oauth2_pieces *pieces)
{
	for (unsigned i = 0; i < OAUTH2_PIECES_MAX; i++)
		secret_free(pieces->texts[i]);
	memset(pieces, 0, sizeof(*pieces));
}
