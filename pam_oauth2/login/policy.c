#include "login/policy.h"

#include <string.h>

#include "base/text.h"
#include "login/email.h"

#define SUB_MAX 255

/* The identity, with its email taken apart once. */
struct facts {
	const struct policy_input *input;
	struct email email;
	bool has_email;
	bool fold_local;
	enum reason email_fault; /* where !has_email */
};

static bool
is_sub(const char *sub)
{
	return sub != NULL && strlen(sub) <= SUB_MAX &&
	       text_is_printable_ascii(sub);
}

static bool
check_identity(const struct policy_input *input, struct detail *d)
{
	const struct identity *identity = input->identity;
	const char *issuer = input->settings->provider.issuer;

	if (identity->issuer == NULL || strcmp(identity->issuer, issuer) != 0) {
		(void)detail_fail(d, OAUTH2_ERR_PROTOCOL,
		    "the identity is not from the configured issuer");
		return false;
	}
	if (!is_sub(identity->sub)) {
		(void)detail_fail(d, OAUTH2_ERR_PROTOCOL,
		    "sub is not 1 to %d bytes of printable ASCII", SUB_MAX);
		return false;
	}
	return true;
}

static void
gather_facts(const struct policy_input *input, struct facts *ret)
{
	const char *email = input->identity->email;

	ret->input = input;
	ret->fold_local =
	    input->settings->email_local_part == SETTINGS_LOCAL_PART_FOLD;
	ret->email_fault = REASON_email_missing;
	ret->has_email = false;
	if (email == NULL || *email == '\0')
		return;
	ret->email_fault = REASON_email_invalid;
	ret->has_email = email_parse(email, &ret->email) == OAUTH2_ERR_OK;
}

/* "NAME=VALUE" is among the claims. */
static bool
has_claim(const struct identity *identity, const char *name, const char *value)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < identity->claims.count; i++) {
		const char *claim = identity->claims.items[i];

		if (strncmp(claim, name, n) == 0 && claim[n] == '=' &&
		    strcmp(claim + n + 1, value) == 0)
			return true;
	}
	return false;
}

/* One value alone, and this one: somebody of two tenants is of neither. */
static bool
claim_is(const struct identity *identity, const char *name, const char *value)
{
	size_t n = strlen(name), count = 0;

	for (size_t i = 0; i < identity->claims.count; i++)
		count += strncmp(identity->claims.items[i], name, n) == 0 &&
			 identity->claims.items[i][n] == '=';
	return count == 1 && has_claim(identity, name, value);
}

static bool
check_tenant(const struct policy_input *input, struct detail *d)
{
	const struct provider_settings *p = &input->settings->provider;
	const struct {
		const char *name;
		const char *value;
	} rows[] = { { "hd", p->hd }, { "tid", p->tid } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (rows[i].value == NULL ||
		    claim_is(input->identity, rows[i].name, rows[i].value))
			continue;
		(void)detail_fail(d, OAUTH2_ERR_NOT_FOUND,
		    "the claim %s is not what the settings say", rows[i].name);
		return false;
	}
	return true;
}

/* By the provider, or by an administrator whom tenant and settings name. */
static bool
is_email_verified(const struct policy_input *input)
{
	return input->identity->email_verified ||
	       input->settings->provider.assume_email_verified;
}

static bool
is_email_rule(const struct allowlist_rule *rule)
{
	return rule->type == ALLOWLIST_EMAIL ||
	       rule->type == ALLOWLIST_EMAIL_DOMAIN;
}

static bool
other_rule_holds(const struct facts *facts, const struct allowlist_rule *rule)
{
	const struct identity *identity = facts->input->identity;

	switch (rule->type) {
	case ALLOWLIST_SUB:
		return strcmp(identity->issuer, rule->name) == 0 &&
		       strcmp(identity->sub, rule->value) == 0;
	case ALLOWLIST_CLAIM:
		return has_claim(identity, rule->name, rule->value);
	case ALLOWLIST_CLAIM_USER:
		return has_claim(
		    identity, rule->name, facts->input->user->name);
	case ALLOWLIST_GROUP:
		return strlist_has(&identity->groups, rule->value);
	case ALLOWLIST_EMAIL:
	case ALLOWLIST_EMAIL_DOMAIN:
		break;
	}
	return false;
}

static bool
email_matches(const struct facts *facts, const struct allowlist_rule *rule)
{
	struct email wanted;

	if (rule->type == ALLOWLIST_EMAIL_DOMAIN)
		return strcmp(facts->email.domain, rule->value) == 0 &&
		       email_is_of_user(&facts->email, facts->input->user->name,
			   facts->fold_local);
	return email_parse(rule->value, &wanted) == OAUTH2_ERR_OK &&
	       email_is_equal(&facts->email, &wanted, facts->fold_local);
}

/* All rules but those about the email hold; and is there one of those? */
static bool
others_hold(const struct facts *facts, const struct allowlist_line *line)
{
	for (size_t i = 0; i < line->count; i++)
		if (!is_email_rule(&line->rules[i]) &&
		    !other_rule_holds(facts, &line->rules[i]))
			return false;
	return line->count > 0;
}

static bool
names_sub(const struct allowlist_line *line)
{
	for (size_t i = 0; i < line->count; i++)
		if (line->rules[i].type == ALLOWLIST_SUB)
			return true;
	return false;
}

/* A line that names the sub itself needs nothing that was recorded. */
static enum reason
binding_of(const struct facts *facts, const struct allowlist_line *line)
{
	return names_sub(line) ? REASON_approved : facts->input->binding;
}

/*
 * Whether all rules of a line hold. Where the email alone is in the way,
 * *ret_reason says how.
 */
static bool
line_holds(const struct facts *facts, const struct allowlist_line *line,
    enum reason *ret_reason)
{
	bool needs_email = false;

	if (!others_hold(facts, line))
		return false;
	for (size_t i = 0; i < line->count; i++) {
		if (!is_email_rule(&line->rules[i]))
			continue;
		needs_email = true;
		if (!facts->has_email) {
			*ret_reason = facts->email_fault;
			return false;
		}
		if (!email_matches(facts, &line->rules[i]))
			return false;
	}
	if (!needs_email)
		return true;
	*ret_reason = is_email_verified(facts->input) ? binding_of(facts, line)
						      : REASON_email_unverified;
	return *ret_reason == REASON_approved;
}

/* For root a line must name the person by sub. */
static bool
is_line_for(const struct allowlist_line *line, const struct user *user)
{
	return user->uid != 0 || (!line->is_star && names_sub(line));
}

static bool
check_lines(
    const struct policy_input *input, enum reason *ret_reason, struct detail *d)
{
	if (input->allowlist->count == 0) {
		*ret_reason = REASON_user_not_listed;
		(void)detail_fail(d, OAUTH2_ERR_NOT_FOUND,
		    "no line of the allowlist is for this user");
		return false;
	}
	for (size_t i = 0; i < input->allowlist->count; i++)
		if (is_line_for(input->allowlist->lines[i], input->user))
			return true;
	*ret_reason = REASON_user_forbidden;
	(void)detail_fail(d, OAUTH2_ERR_NOT_FOUND,
	    "uid 0 needs a line of the allowlist with a sub: rule");
	return false;
}

static const char *
refusal_text(enum reason reason)
{
	switch (reason) {
	case REASON_email_missing:
		return "the provider sent no email, or none it has verified";
	case REASON_email_invalid:
		return "the email is not one that is accepted";
	case REASON_email_unverified:
		return "email_verified is not true";
	case REASON_subject_changed:
	case REASON_store_failed:
		return NULL; /* said already, by who looked */
	default:
		return "no line of the allowlist fits the identity";
	}
}

enum reason
policy_decide(const struct policy_input *input,
    const struct allowlist_line **ret_line, struct detail *d)
{
	enum reason reason = REASON_internal_error;
	struct facts facts;

	*ret_line = NULL;
	if (!user_check(input->settings, input->user, &reason, d))
		return reason;
	if (!check_lines(input, &reason, d))
		return reason;
	if (!check_identity(input, d))
		return REASON_identity_invalid;
	if (!check_tenant(input, d))
		return REASON_tenant_not_allowed;
	gather_facts(input, &facts);
	reason = REASON_identity_not_allowed;
	for (size_t i = 0; i < input->allowlist->count; i++) {
		const struct allowlist_line *line = input->allowlist->lines[i];

		if (!is_line_for(line, input->user) ||
		    !line_holds(&facts, line, &reason))
			continue;
		*ret_line = line;
		return REASON_approved;
	}
	if (refusal_text(reason) != NULL)
		(void)detail_fail(
		    d, OAUTH2_ERR_NOT_FOUND, "%s", refusal_text(reason));
	return reason;
}

bool
policy_rests_on_email(const struct allowlist_line *line)
{
	for (size_t i = 0; i < line->count; i++)
		if (is_email_rule(&line->rules[i]))
			return !names_sub(line);
	return false;
}
