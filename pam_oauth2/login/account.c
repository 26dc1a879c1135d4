#include "login/account.h"

#include <string.h>

#include "base/file.h"
#include "login/decision.h"
#include "login/record_age.h"
#include "login/renewal.h"
#include "login/stored.h"
#include "login/user.h"

bool
account_is_exempt(const struct signin *s)
{
	const struct settings *settings = s->settings;
	const struct greeting *g = &s->greeting;

	return !stored_is_checked(s) ||
	       settings->refresh_use == SETTINGS_REFRESH_OFF ||
	       (g->has_uid && user_is_system(settings, g->uid)) ||
	       strlist_has(&settings->account_exempt, g->account);
}

/* Who has never signed in here: the administrator's choice. */
static bool
find_nothing(struct signin *s, const char *why)
{
	if (s->settings->account_token_missing == SETTINGS_TOKEN_MISSING_DENY)
		return signin_fail(s, REASON_account_token_missing, "%s", why);
	return signin_fail(s, REASON_account_not_checked, "%s", why);
}

static bool
find_tombstone(struct signin *s, const struct tombstone *tombstone)
{
	const bool is_age = strcmp(tombstone->because,
				reason_name(REASON_account_expired)) == 0;

	return signin_fail(s,
	    is_age ? REASON_account_expired : REASON_account_disabled,
	    "%s at %lld", tombstone->because, (long long)tombstone->time);
}

static bool
is_young_enough(struct signin *s)
{
	const struct record_limits limits = {
		.max_age = s->settings->account_max_age,
		.idle = RECORD_AGE_NO_LIMIT,
	};
	struct moment now;

	if (moment_now(&now, &s->detail) != OAUTH2_ERR_OK)
		return signin_fail(s, REASON_clock_suspect, NULL);
	switch (record_age(s->record, &now, &limits)) {
	case RECORD_AGE_GOOD:
		return true;
	case RECORD_AGE_EXPIRED:
		return signin_fail(s, REASON_account_expired,
		    "the last sign-in in the browser is account_max_age ago");
	default:
		return signin_fail(s, REASON_clock_suspect,
		    "the clock was set back since the last sign-in");
	}
}

/* The lines by which it was approved, while there are any. */
static bool
reads_its_lines(struct signin *s)
{
	char before[sizeof(s->listed_as)];

	memcpy(before, s->listed_as, sizeof(before));
	if (strcmp(s->record->name, before) == 0)
		return true;
	if (!signin_reads_allowlist(s, s->record->name))
		return false;
	return s->allowlist->count > 0 || signin_reads_allowlist(s, before);
}

/* What cannot be read may have been a tombstone: it is not nothing. */
static bool
look(struct signin *s)
{
	struct tombstone tombstone;

	switch (stored_read(s, &tombstone)) {
	case STORE_NONE:
		return find_nothing(s, "nobody has signed in in the browser");
	case STORE_TOMB:
		return find_tombstone(s, &tombstone);
	case STORE_FOREIGN:
		return signin_fail(s, REASON_token_binding, NULL);
	case STORE_RECORD:
		return reads_its_lines(s) && is_young_enough(s);
	case STORE_SEALED:
	case STORE_BROKEN:
		break;
	}
	return signin_fail(s, REASON_store_failed, NULL);
}

/* The provider does not answer: for how long that may be passed over. */
static void
decide_unanswered(struct signin *s)
{
	const struct detail why = s->detail;
	struct moment now;

	if (s->settings->idp_down != SETTINGS_IDP_DOWN_GRACE ||
	    s->record == NULL)
		return;
	if (moment_now(&now, &s->detail) == OAUTH2_ERR_OK &&
	    record_is_in_grace(s->record, &now, s->settings->grace_max))
		s->reason = REASON_account_grace;
	else
		s->reason = REASON_grace_over;
	s->detail = why;
}

/* So that the next login finds no record that a clock could make young. */
static void
bury_expired(struct signin *s)
{
	const struct detail why = s->detail;
	AUTO(file_close) int lock = -1;

	if (stored_lock(s, &lock) == OAUTH2_ERR_OK && !look(s) &&
	    s->reason == REASON_account_expired) {
		if (stored_bury(s, REASON_account_expired, NULL) !=
		    OAUTH2_ERR_OK)
			signin_note(s, "no tombstone: %.200s", s->detail.text);
		else if (s->settings->revoke_on != SETTINGS_REVOKE_NEVER)
			s->left_over = TAKE(s->record->refresh_token);
	}
	s->reason = REASON_account_expired;
	s->detail = why;
}

static void
ask_provider(struct signin *s, const struct renewal_terms *terms)
{
	AUTO(file_close) int lock = -1;

	switch (renewal_run(s, terms, &lock)) {
	case RENEWAL_GOOD:
		if (!renewal_decide(s))
			return;
		renewal_tell(s, terms);
		(void)signin_fail(s, REASON_account_active, "%s", "");
		return;
	case RENEWAL_SHARED:
		(void)signin_fail(s, REASON_account_active,
		    "by the answer to another login of this moment");
		return;
	case RENEWAL_OVER:
		if (s->reason == REASON_token_revoked)
			s->reason = REASON_account_disabled;
		return;
	case RENEWAL_UNKNOWN:
		decide_unanswered(s);
		return;
	case RENEWAL_FAILED:
		return; /* s->reason says why */
	}
}

/*
 * Who may not sign in, and never has, is here by other means for good. Who
 * may by another name of the account's is not.
 */
static bool
is_listed(struct signin *s)
{
	struct tombstone tombstone;
	enum store_state state;

	if (s->allowlist->count > 0)
		return true;
	state = stored_read(s, &tombstone);
	if (state == STORE_TOMB)
		return find_tombstone(s, &tombstone);
	if (state == STORE_RECORD && !reads_its_lines(s))
		return false;
	if (s->allowlist->count > 0)
		return true;
	s->is_exempt = true;
	return signin_fail(s, REASON_account_not_checked,
	    "no line of the allowlist is for this user");
}

/* True: what is kept can be looked at. */
static bool
begin(struct signin *s)
{
	enum oauth2_err err;

	if (!s->greeting.has_uid)
		return signin_fail(
		    s, REASON_user_unknown, "this host knows no such user");
	err = stored_open(s);
	if (err == OAUTH2_ERR_NOT_FOUND)
		return find_nothing(s, "no machine id: nothing can be kept");
	return err == OAUTH2_ERR_OK ||
	       signin_fail(s, REASON_store_failed, NULL);
}

void
account_check(struct signin *s)
{
	const struct renewal_terms terms = { look, "account" };

	if (!begin(s) || !is_listed(s))
		return;
	if (look(s))
		ask_provider(s, &terms);
	if (s->reason == REASON_account_expired && s->record != NULL)
		bury_expired(s);
}
