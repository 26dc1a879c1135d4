/* What the tests of the policy share: a usual host, user and identity. */
#ifndef PAM_OAUTH2_TESTS_POLICY_CASE_H
#define PAM_OAUTH2_TESTS_POLICY_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/secret.h"
#include "login/policy.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define ISSUER	     "https://id.example"

/* What a case says; everything else is as in decide(). */
struct given {
	const char *allowlist;
	const char *user; /* alice */
	const char *email;
	const char *groups;
	const char *claims;
	const char *sub; /* 42 */
	char *hd;	 /* in the settings */
	char *tid;
	bool is_unverified;
	bool is_exact;
	bool is_assumed;
	enum reason binding; /* approved */
};

static char pattern[] = "[a-zA-Z_][a-z0-9_.@-]{0,31}";
static char issuer[] = ISSUER;

static inline struct settings
usual_settings(void)
{
	struct settings settings = {
		.user_pattern = pattern,
		.min_uid = 1000,
		.provider = { .issuer = issuer },
	};

	return settings;
}

static inline struct identity *
usual_identity(const struct given *given)
{
	struct identity *identity = identity_new();

	assert_non_null(identity);
	identity->issuer = secret_strdup(ISSUER);
	identity->sub = secret_strdup(given->sub != NULL ? given->sub : "42");
	identity->email = secret_strdup(given->email);
	identity->email_verified = !given->is_unverified;
	assert_int_equal(strlist_add_words(&identity->groups,
			     given->groups != NULL ? given->groups : ""),
	    OAUTH2_ERR_OK);
	assert_int_equal(strlist_add_words(&identity->claims,
			     given->claims != NULL ? given->claims : ""),
	    OAUTH2_ERR_OK);
	return identity;
}

static inline struct allowlist *
parse(const char *text, const char *user)
{
	struct source source = { "allow", text, strlen(text) };
	struct allowlist *allowlist = NULL;
	struct detail d = { .text = "" };

	if (allowlist_parse(&source, user, true, &allowlist, &d) !=
	    OAUTH2_ERR_OK)
		fail_msg("%s", d.text);
	return allowlist;
}

static inline enum reason
decide(const struct given *given)
{
	const char *name = given->user != NULL ? given->user : "alice";
	AUTO(allowlist_free)
	struct allowlist *allowlist = parse(given->allowlist, name);
	AUTO(identity_free) struct identity *identity = usual_identity(given);
	struct settings settings = usual_settings();
	struct user user = { name, true, 1000 };
	struct policy_input input = { &settings, &user, allowlist, identity,
		given->binding != 0 ? given->binding : REASON_approved };
	struct detail d = { .text = "" };
	static const struct allowlist_line untouched;
	const struct allowlist_line *line = &untouched;
	enum reason reason;

	settings.provider.hd = given->hd;
	settings.provider.tid = given->tid;
	settings.provider.assume_email_verified = given->is_assumed;
	if (given->is_exact)
		settings.email_local_part = SETTINGS_LOCAL_PART_EXACT;
	reason = policy_decide(&input, &line, &d);
	/* A rule if and only if it is granted; else words without an @. */
	assert_int_equal(reason == REASON_approved, line != NULL);
	/* Why an email is not bound is said by who looked. */
	assert_int_equal(reason == REASON_approved || reason == given->binding,
	    d.text[0] == '\0');
	assert_null(strchr(d.text, '@'));
	return reason;
}

#endif
