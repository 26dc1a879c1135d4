#include "oauth2/paste.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/secret.h"
#include "base/text.h"

#define PIECE_MARK "PO2."

/*
 * A code alone has nothing that tells it from what else is typed at a
 * prompt, a password for instance: shorter than this it is none. The 128
 * bits that RFC 6749 section 10.10 demands take 20 characters.
 */
#define BARE_CODE_MIN 16

#define DIGITS	   "0123456789"
#define HEX_DIGITS DIGITS "abcdef"
#define LETTERS_DIGITS \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" DIGITS
#define SCHEME_CHARACTERS LETTERS_DIGITS "+.-"
#define NAME_CHARACTERS	  LETTERS_DIGITS "_.%-"
#define ERROR_CHARACTERS  LETTERS_DIGITS "_.-"

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

/* VSCHAR, as RFC 6749 section A.11 has it. */
static bool
is_code(const char *text)
{
	return strlen(text) <= OAUTH2_CODE_MAX && text_is_printable_ascii(text);
}

/* Declined by the person, in RFC 6749's word or in LinkedIn's. */
static bool
is_declined(const char *error)
{
	return strcmp(error, "access_denied") == 0 ||
	       strcmp(error, "user_cancelled_login") == 0 ||
	       strcmp(error, "user_cancelled_authorize") == 0;
}

/* The word goes to the log: nothing else that was pasted does. */
static enum oauth2_paste
read_error(const char *error, struct detail *d)
{
	if (d != NULL && text_has_only(error, ERROR_CHARACTERS))
		(void)snprintf(d->error, sizeof(d->error), "%s", error);
	return is_declined(error) ? OAUTH2_PASTE_DENIED : OAUTH2_PASTE_FAILED;
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
	if (p->error != NULL)
		return read_error(p->error, d);
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

static bool
is_address(const char *text)
{
	return strncmp(text + strspn(text, SCHEME_CHARACTERS), "://", 3) == 0;
}

/*
 * name=value, at the beginning or behind ?, & or #: then it is no bare code,
 * whatever is missing or wrong. An = that only pads is none of these.
 */
static bool
has_parameter(const char *text)
{
	while (text != NULL) {
		size_t n = strspn(text, NAME_CHARACTERS);

		if (n > 0 && text[n] == '=' && text[n + 1] != '=' &&
		    text[n + 1] != '\0')
			return true;
		text = strpbrk(text, "?&#");
		if (text != NULL)
			text++;
	}
	return false;
}

/* "i/n.check." of a piece that was copied without all of its mark. */
static bool
is_damaged_piece(const char *text)
{
	for (size_t i = 0; i <= strlen(PIECE_MARK); i++) {
		const char *at = text + i;

		if (strspn(at, DIGITS) == 1 && at[1] == '/' &&
		    strspn(at + 2, DIGITS) == 1 && at[3] == '.' &&
		    strspn(at + 4, HEX_DIGITS) == 8 && at[12] == '.')
			return true;
	}
	return false;
}

/* A code without more: PKCE binds it to this login. */
static enum oauth2_paste
read_bare(
    const char *text, const struct oauth2_expected *expected, char **ret_code)
{
	if (expected->needs_state || strlen(text) < BARE_CODE_MIN ||
	    !is_code(text) || is_damaged_piece(text))
		return OAUTH2_PASTE_INVALID;
	*ret_code = secret_strdup(text);
	return *ret_code != NULL ? OAUTH2_PASTE_OK : OAUTH2_PASTE_INVALID;
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
	if (is_address(text))
		query = query_of(text, expected->redirect_uri);
	else if (!has_parameter(text))
		return read_bare(text, expected, ret_code);
	if (is_address(text) && query == NULL)
		return OAUTH2_PASTE_INVALID;
	if (!read_query(query != NULL ? query : text, &p))
		return OAUTH2_PASTE_INVALID;
	return judge(&p, expected, ret_code, d);
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
	    !oauth2_pieces_add(pieces, text + strlen(PIECE_MARK)))
		return OAUTH2_PASTE_INVALID;
	if (oauth2_pieces_missing(pieces) != 0)
		return OAUTH2_PASTE_MORE;
	is_right = oauth2_pieces_join(pieces, &whole);
	oauth2_pieces_free(pieces);
	if (!is_right)
		return OAUTH2_PASTE_MIXED;
	return read_whole(buf_text(&whole), expected, ret_code, d);
}
