#include "login/user.h"

#include "login/pattern.h"

/* Uids that are nobody's to sign in with, whatever min_uid says. */
static const struct {
	uid_t first;
	uid_t last;
	const char *what;
} reserved[] = {
	{ 61184, 65519, "a dynamic user of systemd" },
	{ 65534, 65534, "nobody" },
	{ 65535, 65535, "no user" },
	{ (uid_t)-1, (uid_t)-1, "no user" },
};

static bool
refuse(enum reason reason, enum reason *ret)
{
	*ret = reason;
	return false;
}

static bool
check_name(const struct settings *settings, const char *name, struct detail *d)
{
	struct pattern pattern;

	if (pattern_parse(settings->user_pattern, &pattern) == OAUTH2_ERR_OK &&
	    pattern_matches(&pattern, name))
		return true;
	(void)detail_fail(
	    d, OAUTH2_ERR_SYNTAX, "user_pattern does not cover the name");
	return false;
}

static bool
check_uid(const struct settings *settings, uid_t uid, struct detail *d)
{
	if (uid == 0) {
		if (!settings->allow_root)
			(void)detail_fail(
			    d, OAUTH2_ERR_CONFIG, "uid 0, and allow_root = no");
		return settings->allow_root;
	}
	if (uid < settings->min_uid) {
		(void)detail_fail(d, OAUTH2_ERR_CONFIG,
		    "uid %lu is below min_uid %lu", (unsigned long)uid,
		    (unsigned long)settings->min_uid);
		return false;
	}
	for (size_t i = 0; i < sizeof(reserved) / sizeof(*reserved); i++) {
		if (uid < reserved[i].first || uid > reserved[i].last)
			continue;
		(void)detail_fail(d, OAUTH2_ERR_CONFIG, "uid %lu is %s",
		    (unsigned long)uid, reserved[i].what);
		return false;
	}
	return true;
}

bool
user_is_system(const struct settings *settings, uid_t uid)
{
	return uid == 0 || !check_uid(settings, uid, NULL);
}

bool
user_check(const struct settings *settings, const struct user *user,
    enum reason *ret_reason, struct detail *d)
{
	if (!user->has_uid) {
		(void)detail_fail(
		    d, OAUTH2_ERR_NOT_FOUND, "this host knows no such user");
		return refuse(REASON_user_unknown, ret_reason);
	}
	if (!check_name(settings, user->name, d) ||
	    !check_uid(settings, user->uid, d))
		return refuse(REASON_user_forbidden, ret_reason);
	return true;
}
