#include "login/keep.h"

#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/secret.h"
#include "login/network.h"
#include "login/openid.h"
#include "login/pin_choice.h"
#include "login/record_age.h"
#include "login/ssh_keys.h"
#include "login/stored.h"

static bool
has_record(struct signin *s)
{
	if (s->record == NULL)
		s->record = record_new();
	return s->record != NULL || signin_fail_err(s, OAUTH2_ERR_NOMEM);
}

/* What is empty says nothing. */
static enum oauth2_err
replace(const struct wire_msg *m, enum wire_tag tag, char **ret)
{
	AUTO(secret_text_free) char *text = NULL;
	enum oauth2_err err = wire_take_text(m, tag, &text);

	if (err != OAUTH2_ERR_OK)
		return err;
	secret_free(*ret);
	*ret = text != NULL && text[0] != '\0' ? TAKE(text) : NULL;
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
replace_list(const struct wire_msg *m, enum wire_tag tag, struct strlist *ret)
{
	AUTO(strlist_free) struct strlist all = STRLIST(ret->max);
	enum oauth2_err err = wire_take_list(m, tag, &all);

	strlist_free(ret);
	for (size_t i = 0; err == OAUTH2_ERR_OK && i < all.count; i++)
		if (all.items[i][0] != '\0')
			err = strlist_add(ret, all.items[i]);
	return err;
}

bool
keep_token(struct signin *s, const struct wire_msg *tokens)
{
	enum oauth2_err err;

	if (!has_record(s))
		return false;
	err =
	    replace(tokens, WIRE_TAG_REFRESH_TOKEN, &s->record->refresh_token);
	return err == OAUTH2_ERR_OK || signin_fail_err(s, err);
}

bool
keep_authentication(struct signin *s, const struct wire_msg *claims)
{
	struct record *record;
	enum oauth2_err err;

	if (!has_record(s))
		return false;
	record = s->record;
	record->auth_time = (int64_t)wire_get_u64(claims, WIRE_TAG_AUTH_TIME);
	err = replace(claims, WIRE_TAG_ACR, &record->acr);
	if (err == OAUTH2_ERR_OK)
		err = replace_list(claims, WIRE_TAG_AMR, &record->amr);
	if (err == OAUTH2_ERR_OK)
		err = replace_list(claims, WIRE_TAG_AUDIENCE, &record->aud);
	return err == OAUTH2_ERR_OK || signin_fail_err(s, err);
}

static enum oauth2_err
copy(const char *text, char **ret)
{
	secret_free(*ret);
	*ret = secret_strdup(text);
	return *ret != NULL ? OAUTH2_ERR_OK : OAUTH2_ERR_NOMEM;
}

/* Keys that cannot be read are none: then their factor will be missing. */
static enum oauth2_err
note_keys(const char *auth_info, struct strlist *ret)
{
	AUTO(strlist_free) struct strlist keys = STRLIST(SSH_KEYS_MAX);
	enum oauth2_err err = ssh_keys_read(auth_info, &keys);

	strlist_free(ret);
	if (err == OAUTH2_ERR_SYNTAX || err == OAUTH2_ERR_LIMIT)
		return OAUTH2_ERR_OK;
	for (size_t i = 0; err == OAUTH2_ERR_OK && i < keys.count; i++)
		err = strlist_add(ret, keys.items[i]);
	return err;
}

/* Who it was, from where, with which keys, and when. */
static enum oauth2_err
complete(struct signin *s)
{
	struct record *record = s->record;
	const struct identity *who = s->identity;
	char network[NETWORK_SIZE];
	enum oauth2_err err = moment_now(&record->interactive, &s->detail);

	record->success = record->interactive;
	record->intent = 0;
	if (err == OAUTH2_ERR_OK)
		err = copy(who->sub, &record->sub);
	if (err == OAUTH2_ERR_OK)
		err = copy(s->listed_as, &record->name);
	if (err == OAUTH2_ERR_OK && who->email != NULL)
		err = copy(who->email, &record->email);
	if (err == OAUTH2_ERR_OK && openid_has_nonce(s->settings))
		err = copy(s->nonce, &record->nonce);
	if (err == OAUTH2_ERR_OK && network_of(s->greeting.rhost, network))
		err = copy(network, &record->network);
	if (err == OAUTH2_ERR_OK)
		err = note_keys(s->greeting.auth_info, &record->keys);
	return err;
}

/*
 * Many providers give a refresh token with the first approval alone: then that
 * of the same person goes on. False: there is none.
 */
static bool
take_old_token(struct signin *s)
{
	AUTO(record_free) struct record *now = TAKE(s->record);
	struct tombstone tombstone;
	bool is_same;

	is_same = stored_read(s, &tombstone) == STORE_RECORD &&
		  strcmp(s->record->sub, now->sub) == 0;
	if (is_same) {
		now->refresh_token = TAKE(s->record->refresh_token);
		now->intent = s->record->intent;
	}
	record_free(s->record);
	s->record = TAKE(now);
	return is_same;
}

static enum oauth2_err
write_record(struct signin *s)
{
	AUTO(file_close) int lock = -1;
	enum oauth2_err err = stored_lock(s, &lock);

	if (err != OAUTH2_ERR_OK)
		return err;
	if (s->record->refresh_token != NULL || take_old_token(s))
		return stored_keep(s, NULL);
	log_line(LOG_NOTICE,
	    "event=store id=\"%s\" the provider sent no refresh token: nothing "
	    "is kept of this sign-in",
	    s->greeting.id);
	err = stored_remove(s);
	return err == OAUTH2_ERR_NOT_FOUND ? OAUTH2_ERR_OK : err;
}

/* Of an earlier sign-in, and still good for the account phase. */
static bool
is_in_order(const struct signin *s, const struct moment *now)
{
	const struct record_limits limits = {
		.max_age = s->settings->account_max_age,
		.idle = RECORD_AGE_NO_LIMIT,
	};

	return record_age(s->record, now, &limits) == RECORD_AGE_GOOD;
}

/* What there is goes. After a sign-in the worker gives nothing back. */
static enum oauth2_err
drop(struct signin *s, enum store_state state)
{
	if (state == STORE_RECORD &&
	    s->settings->revoke_on != SETTINGS_REVOKE_NEVER)
		log_line(LOG_NOTICE,
		    "event=not_revoked id=\"%s\" reason=\"account_expired\" "
		    "detail=\"what was kept is removed\"",
		    s->greeting.id);
	return stored_remove(s);
}

/*
 * The account is alive: whatever would have it refused is over. A record is
 * left alone: its token is another.
 */
static enum oauth2_err
lift_refusal(struct signin *s)
{
	AUTO(file_close) int lock = -1;
	AUTO(record_free) struct record *now = NULL;
	struct tombstone tombstone;
	enum store_state state;
	enum oauth2_err err = stored_lock(s, &lock);

	if (err != OAUTH2_ERR_OK)
		return err;
	now = TAKE(s->record);
	state = stored_read(s, &tombstone);
	if (state != STORE_NONE &&
	    (state != STORE_RECORD || !is_in_order(s, &now->interactive)))
		err = drop(s, state);
	record_free(s->record);
	s->record = TAKE(now);
	return err;
}

/*
 * Many providers replace a token with each use, and end the whole sign-in
 * where an old one comes again: so it is in one place, under the PIN where
 * there is one, else under the host's key where the account phase needs it.
 */
static enum oauth2_err
put_away(struct signin *s)
{
	enum oauth2_err err;

	if (s->settings->refresh_use != SETTINGS_REFRESH_PIN)
		return write_record(s);
	if (!pin_choice_is_made(s)) {
		if (s->reason != REASON_approved)
			return OAUTH2_ERR_OK;
		return stored_is_checked(s) ? write_record(s) : lift_refusal(s);
	}
	s->slot = STORE_PIN;
	err = write_record(s);
	s->slot = STORE_TOKEN;
	return err == OAUTH2_ERR_OK ? lift_refusal(s) : err;
}

void
keep_record(struct signin *s)
{
	const struct detail before = s->detail;
	enum oauth2_err err;

	if (!stored_is_wanted(s) || s->record == NULL)
		return;
	err = stored_open(s);
	if (err == OAUTH2_ERR_OK)
		err = complete(s);
	if (err == OAUTH2_ERR_OK)
		err = put_away(s);
	if (err != OAUTH2_ERR_OK)
		log_line(LOG_WARNING,
		    "event=store id=\"%s\" the sign-in is not kept: %s",
		    s->greeting.id,
		    s->detail.text[0] != '\0' ? s->detail.text : err_text(err));
	if (s->reason == REASON_approved)
		s->detail = before;
}
