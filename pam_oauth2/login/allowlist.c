#include "login/allowlist.h"

#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/text.h"
#include "login/allowlist_line.h"

/* What the walk through a file gathers. */
struct walk {
	struct allowlist *own;	/* the user's lines */
	struct allowlist *star; /* those for `*`, needed while own is empty */
	const char *user;
	bool takes_email;
	bool has_line; /* for anybody */
	struct allowlist_mentions mentions;
};

static void
line_free(struct allowlist_line *line)
{
	if (line == NULL)
		return;
	for (size_t i = 0; i < line->count; i++) {
		secret_free(line->rules[i].name);
		secret_free(line->rules[i].value);
	}
	secret_free(line->text);
	secret_free(line);
}
AUTO_DEFINE(struct allowlist_line, line_free)

static struct allowlist *
allowlist_new(void)
{
	struct allowlist *allowlist = secret_alloc(sizeof(*allowlist));

	if (allowlist == NULL)
		return NULL;
	allowlist->lines =
	    secret_alloc(ALLOWLIST_LINES_MAX * sizeof(*allowlist->lines));
	if (allowlist->lines == NULL) {
		secret_free(allowlist);
		return NULL;
	}
	return allowlist;
}

void
allowlist_free(struct allowlist *allowlist)
{
	if (allowlist == NULL)
		return;
	for (size_t i = 0; i < allowlist->count; i++)
		line_free(allowlist->lines[i]);
	secret_free(allowlist->lines);
	strlist_free(&allowlist->mentions.claims);
	secret_free(allowlist);
}

static bool
is_about_a_claim(const struct allowlist_rule *rule)
{
	return rule->type == ALLOWLIST_CLAIM ||
	       rule->type == ALLOWLIST_CLAIM_USER;
}

/* Errors: NOMEM. */
static enum oauth2_err
mention(const struct allowlist_line *line, struct allowlist_mentions *ret)
{
	for (size_t i = 0; i < line->count; i++) {
		const struct allowlist_rule *rule = &line->rules[i];
		enum oauth2_err err = OAUTH2_ERR_OK;

		if (rule->type == ALLOWLIST_GROUP)
			ret->has_group = true;
		if (is_about_a_claim(rule) &&
		    !strlist_has(&ret->claims, rule->name))
			err = strlist_add(&ret->claims, rule->name);
		if (err == OAUTH2_ERR_LIMIT)
			ret->has_too_many = true;
		else if (err != OAUTH2_ERR_OK)
			return err;
	}
	return OAUTH2_ERR_OK;
}

/* The words of a line with one blank between them. */
static enum oauth2_err
join_words(const char *text, char **ret)
{
	AUTO(secret_text_free) char *copy = secret_strdup(text);
	AUTO(buf_free) struct buf joined = BUF(SOURCE_LINE_MAX);
	char *rest = copy, *word;

	if (copy == NULL)
		return OAUTH2_ERR_NOMEM;
	while ((word = text_next_word(&rest)) != NULL) {
		if (joined.len > 0)
			buf_putc(&joined, ' ');
		buf_puts(&joined, word);
	}
	return buf_take_text(&joined, ret);
}

/* A copy that borrows nothing, added to the end. */
static enum oauth2_err
keep_line(
    const struct allowlist_line *line, const char *text, struct allowlist *ret)
{
	AUTO(line_free)
	struct allowlist_line *copy = secret_alloc(sizeof(*copy));
	enum oauth2_err err;

	if (ret->count == ALLOWLIST_LINES_MAX)
		return OAUTH2_ERR_LIMIT;
	if (copy == NULL)
		return OAUTH2_ERR_NOMEM;
	copy->number = line->number;
	copy->is_shared = line->is_shared;
	copy->is_star = line->is_star;
	for (size_t i = 0; i < line->count; i++) {
		const struct allowlist_rule *from = &line->rules[i];
		struct allowlist_rule *to = &copy->rules[copy->count++];

		to->type = from->type;
		to->name = secret_strdup(from->name);
		to->value = secret_strdup(from->value);
		if ((from->name != NULL && to->name == NULL) ||
		    (from->value != NULL && to->value == NULL))
			return OAUTH2_ERR_NOMEM;
	}
	err = join_words(text, &copy->text);
	if (err != OAUTH2_ERR_OK)
		return err;
	ret->lines[ret->count++] = TAKE(copy);
	return OAUTH2_ERR_OK;
}

static bool
has_email(const struct allowlist_line *line)
{
	for (size_t i = 0; i < line->count; i++)
		if (line->rules[i].type == ALLOWLIST_EMAIL ||
		    line->rules[i].type == ALLOWLIST_EMAIL_DOMAIN)
			return true;
	return false;
}

static enum oauth2_err
walk_line(struct walk *walk, const char *text, unsigned number,
    const char **ret_fault)
{
	char cut[SOURCE_LINE_MAX + 1];
	struct allowlist_line line;
	struct allowlist *target;
	const char *user;
	enum oauth2_err err;

	memcpy(cut, text, strlen(text) + 1);
	err = allowlist_line_parse(cut, &line, &user, ret_fault);
	if (err != OAUTH2_ERR_OK || user == NULL)
		return err;
	walk->has_line = true;
	if (!walk->takes_email && has_email(&line)) {
		*ret_fault = "email: can never hold: this preset's provider "
			     "has no address to rely on; use sub:ISSUER|SUB";
		return OAUTH2_ERR_SYNTAX;
	}
	err = mention(&line, &walk->mentions);
	if (err != OAUTH2_ERR_OK)
		return err;
	line.number = number;
	if (line.is_star)
		target = walk->star;
	else if (strcmp(user, walk->user) == 0)
		target = walk->own;
	else
		return OAUTH2_ERR_OK;
	*ret_fault = "more than 256 lines for one user";
	return keep_line(&line, text, target);
}

static enum oauth2_err
walk_source(struct walk *walk, const struct source *source, struct detail *d)
{
	struct source_cursor cursor = SOURCE_CURSOR;
	char line[SOURCE_LINE_MAX + 1];
	const char *fault = NULL;
	enum oauth2_err err;

	err = source_check(source, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	while (source_copy_line(source, &cursor, line)) {
		err = walk_line(walk, line, cursor.number, &fault);
		if (err == OAUTH2_ERR_NOMEM)
			return err;
		if (err != OAUTH2_ERR_OK)
			return detail_fail(d,
			    err == OAUTH2_ERR_SYNTAX ? OAUTH2_ERR_CONFIG : err,
			    "%s:%u: %s", source->name, cursor.number, fault);
	}
	if (!walk->has_line)
		return detail_fail(d, OAUTH2_ERR_CONFIG,
		    "%s: has no line, so nobody may sign in", source->name);
	return OAUTH2_ERR_OK;
}

enum oauth2_err
allowlist_parse(const struct source *source, const char *user, bool takes_email,
    struct allowlist **ret, struct detail *d)
{
	AUTO(allowlist_free) struct allowlist *own = allowlist_new();
	AUTO(allowlist_free) struct allowlist *star = allowlist_new();
	struct walk walk = {
		.own = own,
		.star = star,
		.user = user,
		.takes_email = takes_email,
		.mentions.claims = STRLIST(ALLOWLIST_CLAIMS_MAX),
	};
	enum oauth2_err err;

	if (own == NULL || star == NULL)
		return OAUTH2_ERR_NOMEM;
	err = walk_source(&walk, source, d);
	if (err != OAUTH2_ERR_OK) {
		strlist_free(&walk.mentions.claims);
		return err;
	}
	*ret = own->count > 0 ? TAKE(own) : TAKE(star);
	(*ret)->mentions = walk.mentions;
	return OAUTH2_ERR_OK;
}

enum oauth2_err
allowlist_load(const char *path, const char *user, bool takes_email,
    struct allowlist **ret, struct detail *d)
{
	AUTO(buf_free) struct buf content = BUF(ALLOWLIST_FILE_MAX);
	struct source source = { .name = path };
	enum oauth2_err err;

	err = file_read_trusted(path, FILE_TRUST_SECRET, &content, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	source.data = buf_text(&content);
	source.len = content.len;
	return allowlist_parse(&source, user, takes_email, ret, d);
}

enum oauth2_err
allowlist_claims(const struct allowlist *allowlist, struct strlist *ret)
{
	enum oauth2_err err = OAUTH2_ERR_OK;

	for (size_t i = 0; i < allowlist->count; i++) {
		const struct allowlist_line *line = allowlist->lines[i];

		for (size_t j = 0; j < line->count; j++) {
			const struct allowlist_rule *rule = &line->rules[j];

			if (!is_about_a_claim(rule) ||
			    strlist_has(ret, rule->name))
				continue;
			err = strlist_add(ret, rule->name);
			if (err != OAUTH2_ERR_OK)
				return err;
		}
	}
	return err;
}

bool
allowlist_has_type(const struct allowlist *allowlist, enum allowlist_type type)
{
	for (size_t i = 0; i < allowlist->count; i++)
		for (size_t j = 0; j < allowlist->lines[i]->count; j++)
			if (allowlist->lines[i]->rules[j].type == type)
				return true;
	return false;
}
