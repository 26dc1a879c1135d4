#include "login/pin.h"

#include <stdio.h>

#include "base/secret.h"
#include "login/person.h"
#include "login/resume.h"
#include "login/stored.h"

#define PROMPTS_MAX 3

static const char text_pin[] = "PIN (Enter alone: sign in in the browser): ";
static const char text_wrong[] = "That is not the PIN. Again: ";

/* What is too long to be handed over is no PIN either. */
static enum store_pin_verdict
try_pin(struct signin *s, const char *pin)
{
	return stored_try_pin(s, pin != NULL ? pin : "");
}

/* Where there is no other PIN to be asked for. */
static enum pin_told
end(struct signin *s, enum store_pin_verdict verdict)
{
	switch (verdict) {
	case STORE_PIN_RIGHT:
		return PIN_TOLD_RIGHT;
	case STORE_PIN_LOCKED:
		(void)signin_fail(s, REASON_pin_locked,
		    "%d wrong PINs: what it has opened is gone",
		    STORE_PIN_TRIES);
		return PIN_TOLD_USELESS;
	case STORE_PIN_NONE:
		(void)signin_fail(
		    s, REASON_token_missing, "nothing is under a PIN any more");
		return PIN_TOLD_USELESS;
	case STORE_PIN_WRONG:
		(void)signin_fail(
		    s, REASON_pin_wrong, "%d times in one login", PROMPTS_MAX);
		return PIN_TOLD_WRONG;
	case STORE_PIN_FAILED:
		break;
	}
	(void)signin_fail(s, REASON_store_failed, NULL);
	return PIN_TOLD_USELESS;
}

enum pin_told
pin_is_told(struct signin *s, const char *question)
{
	enum store_pin_verdict verdict = STORE_PIN_WRONG;

	for (int i = 0; i < PROMPTS_MAX && verdict == STORE_PIN_WRONG; i++) {
		AUTO(secret_text_free) char *pin = NULL;

		if (!person_answers(s, WIRE_ECHO_OFF, question, &pin))
			return PIN_TOLD_WRONG;
		if (pin != NULL && pin[0] == '\0')
			return PIN_TOLD_NOTHING;
		verdict = try_pin(s, pin);
		question = text_wrong;
	}
	return end(s, verdict);
}

/* Only such a record is asked for; what else is there, the log says. */
static bool
is_sealed(struct signin *s)
{
	struct tombstone tombstone;

	if (!resume_opens(s))
		return false;
	switch (stored_read(s, &tombstone)) {
	case STORE_SEALED:
		return true;
	case STORE_NONE:
		return signin_fail(
		    s, REASON_token_missing, "there is no PIN of this user");
	case STORE_TOMB:
		return signin_fail(
		    s, REASON_token_revoked, "%s", tombstone.because);
	case STORE_FOREIGN:
		return signin_fail(s, REASON_token_binding, NULL);
	case STORE_RECORD:
	case STORE_BROKEN:
		break;
	}
	return signin_fail(s, REASON_store_failed, NULL);
}

/* The record is open: may it be used, and what does the provider say? */
static bool
signs_in(struct signin *s)
{
	return resume_looks(s) && resume_renews(s, "pin", REASON_pin);
}

/* Without a PIN, or where it is of no use: the browser. */
static bool
ends(struct signin *s)
{
	if (!is_sealed(s))
		return false;
	if (!person_is_probed(s))
		return true;
	switch (pin_is_told(s, text_pin)) {
	case PIN_TOLD_RIGHT:
		return signs_in(s);
	case PIN_TOLD_WRONG:
		return true;
	case PIN_TOLD_NOTHING:
		return signin_fail(
		    s, REASON_factor_missing, "they want no PIN");
	case PIN_TOLD_USELESS:
		break;
	}
	return false;
}

bool
pin_decides(struct signin *s)
{
	enum reason reason;

	if (s->settings->refresh_use != SETTINGS_REFRESH_PIN ||
	    !greeting_can_ask(&s->greeting, &reason))
		return false;
	s->slot = STORE_PIN;
	if (ends(s))
		return true;
	resume_gives_up(s);
	return false;
}
