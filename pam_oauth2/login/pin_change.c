#include "login/pin_change.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/secret.h"
#include "base/text.h"
#include "login/person.h"
#include "login/pin.h"
#include "login/pin_choice.h"
#include "login/stored.h"

#define FLAG_PRELIM 0x4000U /* PAM_PRELIM_CHECK */
#define TEXT_SIZE   256

static const char text_old[] = "Current PIN (Enter alone: leave it): ";
static const char text_new[] = "New PIN (Enter alone: forget the PIN): ";
static const char text_forget[] =
    "Type yes to forget the PIN; you will need the browser then: ";

/* Somebody else's, by root, who can have it removed and not know it. */
static bool
is_by_root(const struct signin *s)
{
	return s->greeting.ruid == 0 && s->greeting.uid != 0;
}

static bool
has_pin(struct signin *s)
{
	struct tombstone tombstone;

	return stored_open(s) == OAUTH2_ERR_OK &&
	       stored_read(s, &tombstone) == STORE_SEALED;
}

static bool
says_yes(struct signin *s, const char *question)
{
	AUTO(secret_text_free) char *answer = NULL;

	return person_answers(s, WIRE_ECHO_ON, question, &answer) &&
	       answer != NULL && strcmp(answer, "yes") == 0;
}

/* Else the other modules of the stack do what they do. */
static bool
is_wanted_by_root(struct signin *s)
{
	char user[129], text[TEXT_SIZE];

	text_clean(
	    user, sizeof(user), s->greeting.user, strlen(s->greeting.user));
	(void)snprintf(text, sizeof(text),
	    "%s has a PIN. Type yes to remove it (Enter alone: go on): ", user);
	return says_yes(s, text);
}

static bool
fail_store(struct signin *s, enum oauth2_err err)
{
	if (s->detail.text[0] == '\0')
		return signin_fail(s, REASON_store_failed, "%s", err_text(err));
	return signin_fail(s, REASON_store_failed, NULL);
}

static bool
finish(struct signin *s, enum oauth2_err err, const char *what)
{
	if (err != OAUTH2_ERR_OK)
		return fail_store(s, err);
	(void)person_reads(s, what);
	(void)signin_fail(s, REASON_pin, "%s", what);
	return true;
}

/* What is there now: a refresh may have replaced it while they were typing. */
static bool
is_still_there(struct signin *s)
{
	struct tombstone tombstone;

	return stored_read(s, &tombstone) == STORE_RECORD ||
	       signin_fail(s, REASON_token_binding,
		   "another login has changed what is under the PIN");
}

static bool
put_under(struct signin *s, const char *pin)
{
	AUTO(file_close) int lock = -1;
	AUTO(pin_key_free) struct pin_key *old = TAKE(s->pin_key);
	struct pin_key *made = NULL;
	enum oauth2_err err = stored_make_pin(s, pin);

	if (err == OAUTH2_ERR_OK)
		err = stored_lock(s, &lock);
	if (err != OAUTH2_ERR_OK)
		return fail_store(s, err);
	made = s->pin_key;
	s->pin_key = TAKE(old);
	if (!is_still_there(s)) {
		pin_key_free(made);
		return false;
	}
	pin_key_free(s->pin_key);
	s->pin_key = made;
	return finish(s, stored_keep(s, NULL), "PIN changed.");
}

static bool
forget(struct signin *s)
{
	AUTO(file_close) int lock = -1;
	enum oauth2_err err;

	if (!says_yes(s, text_forget))
		return signin_fail(s, REASON_cancelled, "left as it is");
	err = stored_lock(s, &lock);
	if (err != OAUTH2_ERR_OK)
		return fail_store(s, err);
	return is_still_there(s) &&
	       finish(s, stored_remove(s), "PIN forgotten.");
}

static bool
remove_unseen(struct signin *s)
{
	AUTO(file_close) int lock = -1;
	enum oauth2_err err = stored_lock(s, &lock);

	if (err == OAUTH2_ERR_OK)
		err = stored_remove(s);
	return finish(s, err, "PIN removed.");
}

static bool
choose(struct signin *s)
{
	AUTO(secret_text_free) char *pin = NULL;

	if (!pin_choose(s, text_new, &pin))
		return false;
	return pin[0] == '\0' ? forget(s) : put_under(s, pin);
}

static bool
change(struct signin *s)
{
	if (is_by_root(s))
		return remove_unseen(s);
	if (!person_is_probed(s))
		return false;
	switch (pin_is_told(s, text_old)) {
	case PIN_TOLD_RIGHT:
		return choose(s);
	case PIN_TOLD_NOTHING:
		return signin_fail(s, REASON_cancelled, "left as it is");
	case PIN_TOLD_WRONG:
	case PIN_TOLD_USELESS:
		break;
	}
	return false;
}

void
pin_change(struct signin *s)
{
	enum reason reason;

	s->slot = STORE_PIN;
	s->is_preliminary = (s->greeting.flags & FLAG_PRELIM) != 0;
	s->is_exempt = !greeting_can_ask(&s->greeting, &reason) || !has_pin(s);
	if (s->is_preliminary && is_by_root(s) && !s->is_exempt)
		s->is_exempt = !is_wanted_by_root(s);
	if (s->is_exempt)
		(void)signin_fail(s, REASON_token_missing, "no PIN to change");
	else if (s->is_preliminary)
		s->reason = REASON_pin;
	else
		(void)change(s);
}
