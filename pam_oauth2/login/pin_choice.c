#include "login/pin_choice.h"

#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "login/person.h"
#include "login/stored.h"

#define ROUNDS_MAX 3
/* With less than this a host would end a login that is good already. */
#define TIME_MIN_NS (15 * CLOCK_NS_PER_S)

static const char text_offer[] =
    "Choose a PIN that spares you the browser on this host (Enter alone: "
    "none): ";
static const char text_repeat[] = "The same PIN again: ";
static const char text_short[] =
    "A PIN has 6 to 64 letters, digits and signs. Choose a PIN: ";
static const char text_obvious[] =
    "That would be the first to be guessed. Choose another PIN: ";
static const char text_differs[] = "These were two. Choose a PIN: ";

/* 111111, 123456, 987654 */
static bool
is_row(const char *pin)
{
	const int step = pin[1] - pin[0];

	if (step < -1 || step > 1)
		return false;
	for (size_t i = 1; pin[i] != '\0'; i++)
		if (pin[i] - pin[i - 1] != step)
			return false;
	return true;
}

bool
pin_is_obvious(const char *pin, const char *user)
{
	return strcasecmp(pin, user) == 0 || is_row(pin);
}

/* What is wrong with a PIN, as the next question; NULL: nothing. */
static const char *
find_fault(const struct signin *s, const char *pin)
{
	if (pin == NULL || !pin_is_acceptable(pin))
		return text_short;
	if (pin_is_obvious(pin, s->greeting.user) ||
	    pin_is_obvious(pin, s->greeting.account))
		return text_obvious;
	return NULL;
}

/* One round. *fault is the next question, or NULL where *ret is chosen. */
static bool
ask_twice(
    struct signin *s, const char *question, const char **fault, char **ret)
{
	AUTO(secret_text_free) char *again = NULL;

	*fault = NULL;
	if (!person_answers(s, WIRE_ECHO_OFFER, question, ret))
		return false;
	if (*ret != NULL && (*ret)[0] == '\0')
		return true;
	*fault = find_fault(s, *ret);
	if (*fault != NULL)
		return true;
	if (!person_answers(s, WIRE_ECHO_OFFER, text_repeat, &again))
		return false;
	if (again == NULL || strcmp(*ret, again) != 0)
		*fault = text_differs;
	return true;
}

bool
pin_choose(struct signin *s, const char *question, char **ret)
{
	for (int i = 0; i < ROUNDS_MAX; i++) {
		AUTO(secret_text_free) char *pin = NULL;
		const char *fault;

		if (!ask_twice(s, question, &fault, &pin))
			return false;
		if (fault == NULL) {
			*ret = TAKE(pin);
			return true;
		}
		question = fault;
	}
	(void)signin_fail(s, REASON_pin_wrong, "three rounds, and no PIN");
	return false;
}

/* The PIN of this login, where it has opened the record of who is approved. */
static bool
is_told(const struct signin *s)
{
	return s->pin_key != NULL && s->pin_sub != NULL &&
	       strcmp(s->pin_sub, s->identity->sub) == 0;
}

static bool
choose(struct signin *s)
{
	AUTO(secret_text_free) char *pin = NULL;

	if (!person_is_probed(s) || !pin_choose(s, text_offer, &pin) ||
	    pin[0] == '\0')
		return false;
	if (stored_make_pin(s, pin) == OAUTH2_ERR_OK)
		return true;
	log_line(LOG_WARNING, "event=store id=\"%s\" no PIN is made: %s",
	    s->greeting.id, s->detail.text);
	return false;
}

static bool
have_left(const struct signin *s)
{
	return reason_class(s->reason) == REASON_CLASS_GONE ||
	       s->person->state == WIRE_MODULE_CANCELLED;
}

/* What they do here is no longer about the sign-in, unless they leave. */
static bool
is_chosen(struct signin *s)
{
	const enum reason reason = s->reason;
	const struct detail detail = s->detail;
	const bool is_made = choose(s);

	if (have_left(s))
		return false;
	s->reason = reason;
	s->detail = detail;
	return is_made;
}

bool
pin_choice_is_made(struct signin *s)
{
	if (is_told(s))
		return true;
	return s->record->refresh_token != NULL &&
	       s->deadline_ns - clock_monotonic_ns() > TIME_MIN_NS &&
	       is_chosen(s);
}
