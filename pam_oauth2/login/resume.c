#include "login/resume.h"

#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "login/network.h"
#include "login/openid.h"
#include "login/record_age.h"
#include "login/renewal.h"
#include "login/ssh_keys.h"
#include "login/stored.h"

#define PURPOSE_MAX 3072

/* All keys that sshd has taken now were there at the sign-in. */
static bool
is_same_key(struct signin *s)
{
	AUTO(strlist_free) struct strlist keys = STRLIST(SSH_KEYS_MAX);

	if (ssh_keys_read(s->greeting.auth_info, &keys) != OAUTH2_ERR_OK ||
	    keys.count == 0)
		return signin_fail(
		    s, REASON_factor_missing, "no SSH key was used just now");
	for (size_t i = 0; i < keys.count; i++)
		if (!strlist_has(&s->record->keys, keys.items[i]))
			return signin_fail(s, REASON_token_binding,
			    "another SSH key than at the sign-in");
	return true;
}

static bool
is_same_network(struct signin *s)
{
	char network[NETWORK_SIZE];

	if (!network_of(s->greeting.rhost, network))
		return signin_fail(s, REASON_factor_missing,
		    "where they come from is no address");
	if (s->record->network == NULL ||
	    strcmp(s->record->network, network) != 0)
		return signin_fail(s, REASON_token_binding,
		    "another network than at the sign-in");
	return true;
}

static bool
is_asserted(struct signin *s)
{
	return s->greeting.has_prior_module ||
	       signin_fail(s, REASON_factor_missing,
		   "prior-module does not stand behind pam_oauth2.so");
}

static const struct {
	const char *name;
	bool (*holds)(struct signin *s);
} factors[] = {
	{ FACTOR_SSH_PUBLICKEY, is_same_key },
	{ FACTOR_SAME_NETWORK, is_same_network },
	{ FACTOR_PRIOR_MODULE, is_asserted },
};

static bool
do_factors_hold(struct signin *s)
{
	for (size_t i = 0; i < sizeof(factors) / sizeof(*factors); i++)
		if (strlist_has(
			&s->settings->refresh_requires, factors[i].name) &&
		    !factors[i].holds(s))
			return false;
	return true;
}

/* What is demanded of a sign-in was true of that one. */
bool
resume_is_strong_enough(
    struct signin *s, const struct record *record, const struct moment *now)
{
	const struct settings *settings = s->settings;

	if (settings->require_acr.count > 0 &&
	    (record->acr == NULL ||
		!strlist_has(&settings->require_acr, record->acr)))
		return signin_fail(s, REASON_acr_amr_missing,
		    "acr of the sign-in is none of require_acr");
	for (size_t i = 0; i < settings->require_amr.count; i++)
		if (!strlist_has(&record->amr, settings->require_amr.items[i]))
			return signin_fail(s, REASON_acr_amr_missing,
			    "amr of the sign-in has not all of require_amr");
	if (settings->max_age != 0 &&
	    now->wall - record->auth_time >= settings->max_age)
		return signin_fail(s, REASON_auth_too_old,
		    "they signed in at the provider max_age ago");
	return true;
}

bool
resume_is_young_enough(struct signin *s, const struct moment *now)
{
	const struct record_limits limits = {
		.max_age = s->settings->refresh_max_age,
		.idle = s->settings->refresh_idle,
	};

	switch (record_age(s->record, now, &limits)) {
	case RECORD_AGE_GOOD:
		return true;
	case RECORD_AGE_EXPIRED:
		return signin_fail(s, REASON_token_expired,
		    "the sign-in is refresh_max_age ago");
	case RECORD_AGE_IDLE:
		return signin_fail(s, REASON_token_expired,
		    "it is refresh_idle since all was well, or it was "
		    "refused meanwhile");
	case RECORD_AGE_CLOCK:
		break;
	}
	return signin_fail(s, REASON_clock_suspect,
	    "the clock was set back since the sign-in");
}

static bool
is_usable(struct signin *s)
{
	struct moment now;

	if (moment_now(&now, &s->detail) != OAUTH2_ERR_OK)
		return signin_fail(s, REASON_clock_suspect, NULL);
	return resume_is_young_enough(s, &now) &&
	       resume_is_strong_enough(s, s->record, &now) &&
	       (s->slot == STORE_PIN || do_factors_hold(s));
}

bool
resume_has_record(struct signin *s)
{
	struct tombstone tombstone;

	switch (stored_read(s, &tombstone)) {
	case STORE_NONE:
		return signin_fail(
		    s, REASON_token_missing, "nothing is kept of this user");
	case STORE_TOMB:
		return signin_fail(
		    s, REASON_token_revoked, "%s", tombstone.because);
	case STORE_FOREIGN:
		return signin_fail(s, REASON_token_binding, NULL);
	case STORE_RECORD:
		return true;
	case STORE_SEALED:
	case STORE_BROKEN:
		break;
	}
	return signin_fail(s, REASON_store_failed, NULL);
}

bool
resume_looks(struct signin *s)
{
	return resume_has_record(s) && is_usable(s);
}

/* Same factors, same answer. */
static enum oauth2_err
put_purpose(const struct signin *s, struct buf *ret)
{
	AUTO(strlist_free) struct strlist keys = STRLIST(SSH_KEYS_MAX);
	char network[NETWORK_SIZE] = "";
	enum oauth2_err err = ssh_keys_read(s->greeting.auth_info, &keys);

	if (err != OAUTH2_ERR_OK)
		return err;
	(void)network_of(s->greeting.rhost, network);
	buf_printf(
	    ret, "second-factor %d %s", s->greeting.has_prior_module, network);
	for (size_t i = 0; i < keys.count; i++)
		buf_printf(ret, " %s", keys.items[i]);
	return buf_err(ret);
}

/*
 * At a refresh there need not be an ID token; but where the provider signs who
 * somebody is, neither the worker's word nor an old token lets anybody in.
 */
bool
resume_is_proven(struct signin *s)
{
	return !s->is_unproven || !openid_is_used(&s->settings->provider) ||
	       signin_fail(s, REASON_id_token_invalid,
		   "no new ID token came with the refresh");
}

bool
resume_renews(struct signin *s, const char *purpose, enum reason granted)
{
	AUTO(file_close) int lock = -1;
	const struct renewal_terms terms = { resume_looks, purpose };

	switch (renewal_run(s, &terms, &lock)) {
	case RENEWAL_GOOD:
		if (!resume_is_proven(s) || !renewal_decide(s))
			return false;
		renewal_tell(s, &terms);
		break;
	case RENEWAL_SHARED:
		break;
	default:
		return false;
	}
	(void)signin_fail(s, granted, "%s",
	    granted == REASON_second_factor &&
		    strlist_has(
			&s->settings->refresh_requires, FACTOR_PRIOR_MODULE)
		? "asserted: a prior-module has proved who it is"
		: "");
	return true;
}

static bool
ask_provider(struct signin *s)
{
	AUTO(buf_free) struct buf purpose = BUF(PURPOSE_MAX);
	enum oauth2_err err = put_purpose(s, &purpose);

	if (err != OAUTH2_ERR_OK)
		return signin_fail_err(s, err);
	return resume_renews(s, buf_text(&purpose), REASON_second_factor);
}

/*
 * What can be known without the record. A stranger gets no further than here,
 * whomever they pretend to be.
 */
static bool
has_factors(struct signin *s)
{
	const struct strlist *required = &s->settings->refresh_requires;

	if (strlist_has(required, FACTOR_SSH_PUBLICKEY) &&
	    s->greeting.auth_info[0] == '\0')
		return signin_fail(
		    s, REASON_factor_missing, "no SSH key was used just now");
	return !strlist_has(required, FACTOR_PRIOR_MODULE) || is_asserted(s);
}

void
resume_gives_up(struct signin *s)
{
	char id[40], user[256], detail[256];

	text_clean(id, sizeof(id), s->greeting.id, strlen(s->greeting.id));
	text_clean(
	    user, sizeof(user), s->greeting.user, strlen(s->greeting.user));
	text_clean(
	    detail, sizeof(detail), s->detail.text, strlen(s->detail.text));
	log_line(LOG_INFO,
	    "event=browser id=\"%s\" user=\"%s\" reason=\"%s\" detail=\"%s\"",
	    id, user, reason_name(s->reason), detail);
	identity_free(s->identity);
	record_free(s->record);
	s->identity = NULL;
	s->record = NULL;
	s->line = NULL;
	s->slot = STORE_TOKEN;
	s->is_renewal = false;
	s->is_unsigned = false;
	s->is_unproven = false;
	s->reason = REASON_internal_error;
	s->failure = (struct signin_failure){ 0 };
	memset(&s->detail, 0, sizeof(s->detail));
}

bool
resume_opens(struct signin *s)
{
	return stored_open(s) == OAUTH2_ERR_OK ||
	       signin_fail(s, REASON_store_failed, NULL);
}

bool
resume_signs_in(struct signin *s)
{
	if (s->settings->refresh_use != SETTINGS_REFRESH_SECOND_FACTOR)
		return false;
	if (has_factors(s) && resume_opens(s) && resume_looks(s) &&
	    ask_provider(s))
		return true;
	resume_gives_up(s);
	return false;
}
