/*
 * Who may sign in as whom. One file for root's eyes only; a line is a user
 * name and rules that must all hold, several lines for a user are
 * alternatives, and a user's own lines replace those for `*`:
 *
 *	alice  email:alice@corp.example
 *	bob    sub:https://id.corp.example|248289761001  group:admins
 *	carol  claim:oid=4a1e6f52-...
 *	ops    shared  group:oncall
 *	*      email:*@corp.example  group:staff
 *
 * The whole file is checked on every read: a bad line anywhere refuses it.
 */
#ifndef PAM_OAUTH2_LOGIN_ALLOWLIST_H
#define PAM_OAUTH2_LOGIN_ALLOWLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/strlist.h"
#include "login/source.h"

#define ALLOWLIST_FILE_MAX   (8 * 1024 * 1024)
#define ALLOWLIST_LINES_MAX  256 /* alternatives of one user */
#define ALLOWLIST_RULES_MAX  32	 /* rules of one line */
#define ALLOWLIST_CLAIMS_MAX 32	 /* names in the whole file */

enum allowlist_type {
	ALLOWLIST_EMAIL,	/* value: a whole address */
	ALLOWLIST_EMAIL_DOMAIN, /* value: the domain of *@domain; folded */
	ALLOWLIST_SUB,		/* issuer, value: the sub */
	ALLOWLIST_CLAIM,	/* name, value */
	ALLOWLIST_CLAIM_USER,	/* name; its value is the user's name */
	ALLOWLIST_GROUP,	/* value: the group */
};

struct allowlist_rule {
	enum allowlist_type type;
	char *name;  /* of a claim; the issuer of a sub; else NULL */
	char *value; /* NULL for ALLOWLIST_CLAIM_USER */
};

struct allowlist_line {
	unsigned number; /* in the file, from 1 */
	bool is_shared;
	bool is_star;
	struct allowlist_rule rules[ALLOWLIST_RULES_MAX];
	size_t count;
	char *text; /* the line as written, words one blank apart */
};

/*
 * What the lines of all users mention: what a provider is asked for is seen
 * before anybody is known, and must not tell who is listed, and how.
 */
struct allowlist_mentions {
	bool has_group;
	bool has_too_many; /* claims; then none is named */
	struct strlist claims;
};

/* The alternatives of one user; no lines: the user is not listed. */
struct allowlist {
	struct allowlist_line **lines;
	size_t count;
	struct allowlist_mentions mentions;
};

/*
 * Check a whole file and keep the lines of one user.
 *
 * takes_email  whether the provider vouches for addresses; where it does
 *          not a rule about one, for anybody, is a bad line.
 * ret      owned by the caller, also where it has no lines. Untouched on
 *          failure.
 * d->text  "file:line: what is wrong and what would be right".
 *
 * Errors: CONFIG (a bad line, or no line at all), LIMIT (the user has more
 * than ALLOWLIST_LINES_MAX lines), NOMEM.
 */
enum oauth2_err allowlist_parse(const struct source *source, const char *user,
    bool takes_email, struct allowlist **ret, struct detail *d) MUST_CHECK;

/* The same from a file (FILE_TRUST_SECRET). Errors: also of that. */
enum oauth2_err allowlist_load(const char *path, const char *user,
    bool takes_email, struct allowlist **ret, struct detail *d) MUST_CHECK;

/* Wipe and free. NULL is fine. */
void allowlist_free(struct allowlist *allowlist);
AUTO_DEFINE(struct allowlist, allowlist_free)

/*
 * Add the names of the claims that the lines mention, each once: what is
 * asked of the worker, and nothing else. Errors: LIMIT, NOMEM.
 */
enum oauth2_err allowlist_claims(
    const struct allowlist *allowlist, struct strlist *ret) MUST_CHECK;

/* Whether a line has a rule of that type (groups are not always asked). */
bool allowlist_has_type(
    const struct allowlist *allowlist, enum allowlist_type type);

#endif
