#include "login/allowlist_line.h"

#include <string.h>

#include "base/text.h"
#include "login/email.h"
#include "login/pattern.h"
#include "login/settings_check.h"

#define SUB_MAX	  255
#define VALUE_MAX 255
#define CLAIM_MAX 128

/*
 * Each of these parses what follows the colon of a rule. They answer what is
 * wrong with it, or NULL.
 */

static const char *
parse_email(char *value, struct allowlist_rule *ret)
{
	struct email email;

	ret->value = value;
	if (value[0] == '*' && value[1] == '@') {
		ret->type = ALLOWLIST_EMAIL_DOMAIN;
		ret->value = value + 2;
		text_fold(ret->value);
		return text_is_domain(ret->value)
			   ? NULL
			   : "email:*@ needs a domain of letters, digits, hyphens "
			     "and single dots behind it";
	}
	ret->type = ALLOWLIST_EMAIL;
	return email_parse(value, &email) == OAUTH2_ERR_OK
		   ? NULL
		   : "email: needs LOCAL@DOMAIN; letters, digits and ._%+- before "
		     "the @ (at most 64), a domain behind it";
}

static const char *
parse_sub(char *value, struct allowlist_rule *ret)
{
	char *bar = strchr(value, '|');

	if (bar == NULL)
		return "sub: needs ISSUER|SUB";
	*bar = '\0';
	ret->type = ALLOWLIST_SUB;
	ret->name = value;
	ret->value = bar + 1;
	if (!settings_check_issuer(ret->name))
		return "sub: needs the issuer as the settings have it, "
		       "https://..., before the |";
	if (strlen(ret->value) > SUB_MAX || !text_is_visible_ascii(ret->value))
		return "sub: needs 1 to 255 visible ASCII characters behind "
		       "the |";
	if (strchr(ret->value, '*') != NULL)
		return "sub: takes no pattern";
	return NULL;
}

/* What other rules or checks decide on, and a claim would get around. */
static bool
is_reserved_claim(const char *name)
{
	return strcmp(name, "email") == 0 ||
	       strcmp(name, "email_verified") == 0 ||
	       strcmp(name, "sub") == 0 || strcmp(name, "iss") == 0;
}

static bool
is_value(const char *value)
{
	return *value != '\0' && strlen(value) <= VALUE_MAX &&
	       text_is_printable(value);
}

static bool
is_pattern(const char *value)
{
	return strchr(value, '*') != NULL || strstr(value, "%u") != NULL;
}

static const char *
parse_claim(char *value, struct allowlist_rule *ret)
{
	char *equal = strchr(value, '=');

	if (equal == NULL)
		return "claim: needs NAME=VALUE";
	*equal = '\0';
	ret->type = ALLOWLIST_CLAIM;
	ret->name = value;
	ret->value = equal + 1;
	if (strlen(ret->name) > CLAIM_MAX || !settings_check_claim(ret->name))
		return "claim: needs a claim's name of at most 128 letters, "
		       "digits and _-:/. before the =";
	if (is_reserved_claim(ret->name))
		return "claim: is not for email and sub; email: and sub: "
		       "check more";
	if (!is_value(ret->value))
		return "claim: needs 1 to 255 printable bytes behind the =";
	if (strcmp(ret->value, "%u") == 0) {
		ret->type = ALLOWLIST_CLAIM_USER;
		ret->value = NULL;
		return strcmp(ret->name, "preferred_username") == 0
			   ? NULL
			   : "only claim:preferred_username takes %u";
	}
	return is_pattern(ret->value) ? "claim: takes no pattern" : NULL;
}

static const char *
parse_group(char *value, struct allowlist_rule *ret)
{
	ret->type = ALLOWLIST_GROUP;
	ret->value = value;
	if (!is_value(value))
		return "group: needs a name of 1 to 255 printable bytes";
	return is_pattern(value) ? "group: takes no pattern" : NULL;
}

static const struct {
	const char *prefix;
	const char *(*parse)(char *value, struct allowlist_rule *ret);
} rules[] = {
	{ "email:", parse_email },
	{ "sub:", parse_sub },
	{ "claim:", parse_claim },
	{ "group:", parse_group },
};

static const char *
parse_rule(char *word, struct allowlist_rule *ret)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		size_t n = strlen(rules[i].prefix);

		if (strncmp(word, rules[i].prefix, n) == 0)
			return rules[i].parse(word + n, ret);
	}
	return "no such rule; there are email:ADDRESS, sub:ISSUER|SUB, "
	       "claim:NAME=VALUE, group:NAME and the word shared";
}

static const char *
parse_rules(char *rest, struct allowlist_line *ret)
{
	const char *fault;
	char *word;

	while ((word = text_next_word(&rest)) != NULL) {
		if (strcmp(word, "shared") == 0) {
			if (ret->is_shared)
				return "shared stands twice";
			ret->is_shared = true;
			continue;
		}
		if (ret->count == ALLOWLIST_RULES_MAX)
			return "more than 32 rules";
		fault = parse_rule(word, &ret->rules[ret->count++]);
		if (fault != NULL)
			return fault;
	}
	return NULL;
}

static unsigned
count(const struct allowlist_line *line, enum allowlist_type type)
{
	unsigned n = 0;

	for (size_t i = 0; i < line->count; i++)
		n += line->rules[i].type == type;
	return n;
}

/* A line for `*`: the identity must carry the user's own name. */
static const char *
check_star(const struct allowlist_line *line)
{
	unsigned domains = count(line, ALLOWLIST_EMAIL_DOMAIN);
	unsigned users = count(line, ALLOWLIST_CLAIM_USER);

	if (line->is_shared)
		return "* cannot be shared: anybody could be anyone";
	if (domains + users == 0)
		return "* needs email:*@DOMAIN or "
		       "claim:preferred_username=%u";
	if (domains + users + count(line, ALLOWLIST_GROUP) != line->count)
		return "* takes email:*@DOMAIN, claim:preferred_username=%u "
		       "and group:NAME only";
	if (domains > 1)
		return "one email: a line; several lines are alternatives";
	return NULL;
}

/* A line for a user: it names one person, or says that it does not. */
static const char *
check_own(const struct allowlist_line *line)
{
	unsigned emails = count(line, ALLOWLIST_EMAIL);
	unsigned subs = count(line, ALLOWLIST_SUB);
	unsigned claims = count(line, ALLOWLIST_CLAIM);

	if (count(line, ALLOWLIST_EMAIL_DOMAIN) > 0)
		return "email:*@DOMAIN is for lines that start with *; a "
		       "user's line names one address";
	if (count(line, ALLOWLIST_CLAIM_USER) > 0)
		return "%u is for lines that start with *; a user's line "
		       "names the value";
	if (emails > 1)
		return "one email: a line; several lines are alternatives";
	if (subs > 1)
		return "one sub: a line; several lines are alternatives";
	if (line->is_shared && count(line, ALLOWLIST_GROUP) == 0)
		return "a shared line needs group:NAME";
	if (line->is_shared && emails + subs > 0)
		return "a line with email: or sub: names one person and is "
		       "not shared";
	if (!line->is_shared && emails + subs + claims == 0)
		return "names nobody; needs email:, sub: or claim:, or the "
		       "word shared before group:";
	return NULL;
}

static bool
is_user_name(const char *name)
{
	return strlen(name) <= PATTERN_MAX && name[0] != '-' &&
	       text_has_only(name, PATTERN_CHARACTERS);
}

enum oauth2_err
allowlist_line_parse(char *line, struct allowlist_line *ret,
    const char **ret_user, const char **ret_fault)
{
	struct allowlist_line parsed = { .count = 0 };
	char *rest = line, *user;

	*ret_user = NULL;
	if (line[0] == '#')
		return OAUTH2_ERR_OK;
	user = text_next_word(&rest);
	if (user == NULL)
		return OAUTH2_ERR_OK;
	parsed.is_star = strcmp(user, "*") == 0;
	*ret_fault = NULL;
	if (!parsed.is_star && !is_user_name(user))
		*ret_fault = "must start with a user's name or *; a comment "
			     "starts with # in the first column";
	if (*ret_fault == NULL)
		*ret_fault = parse_rules(rest, &parsed);
	if (*ret_fault == NULL)
		*ret_fault =
		    parsed.is_star ? check_star(&parsed) : check_own(&parsed);
	if (*ret_fault != NULL)
		return OAUTH2_ERR_SYNTAX;
	*ret = parsed;
	*ret_user = user;
	return OAUTH2_ERR_OK;
}
