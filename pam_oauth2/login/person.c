#include "login/person.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "login/messages.h"
#include "login/paste.h"

#define HELLO_WAIT_NS (10 * CLOCK_NS_PER_S)
#define TEXT_MAX      15000

bool
person_greets(struct signin *s)
{
	struct wire_msg m;
	enum oauth2_err err;

	err = wire_recv(s->person, clock_monotonic_ns() + HELLO_WAIT_NS, &m);
	if (err == OAUTH2_ERR_OK)
		err = greeting_read(&m, s->host, &s->greeting);
	if (err != OAUTH2_ERR_OK)
		return signin_fail_err(s, err);
	return true;
}

bool
person_hears_deadline(struct signin *s)
{
	struct wire_out out;
	enum oauth2_err err;

	wire_begin(&out, WIRE_READY);
	wire_put_u64(&out, WIRE_TAG_DEADLINE_NS, (uint64_t)s->deadline_ns);
	err = wire_send(s->person, &out);
	return err == OAUTH2_ERR_OK || signin_fail_err(s, err);
}

static bool
fail_cancelled(struct signin *s, uint64_t cause)
{
	switch (cause) {
	case WIRE_CANCEL_PASSWORD:
		return signin_fail(s, REASON_password_conversation,
		    "the host answers prompts with a password");
	case WIRE_CANCEL_SIGNAL:
		return signin_fail(s, REASON_cancelled, "by a key");
	case WIRE_CANCEL_GONE:
		return signin_fail(s, REASON_client_gone, "hung up");
	default:
		return signin_fail(s, REASON_conversation_failed,
		    "the host could not ask, or nobody answered");
	}
}

/* ret_answer may be NULL: then any answer will do. See person_answers(). */
static bool
ask(struct signin *s, enum wire_echo echo, const char *text, char **ret_answer)
{
	struct wire_out out;
	struct wire_msg m;
	enum oauth2_err err;

	wire_begin(&out, WIRE_ASK);
	wire_put_u64(&out, WIRE_TAG_ECHO, echo);
	wire_put_text(&out, WIRE_TAG_TEXT, text);
	err = wire_send(s->person, &out);
	if (err == OAUTH2_ERR_OK)
		err = wire_recv(s->person, s->deadline_ns, &m);
	if (err != OAUTH2_ERR_OK)
		return signin_fail_err(s, err);
	if (m.type == WIRE_CANCEL)
		return fail_cancelled(s, wire_get_u64(&m, WIRE_TAG_CAUSE));
	signin_note(s, "the person has answered");
	if (ret_answer == NULL || wire_get_u64(&m, WIRE_TAG_IS_CUT) == 1)
		return true;
	err = wire_take_text(&m, WIRE_TAG_TEXT, ret_answer);
	wire_forget(s->person);
	return err == OAUTH2_ERR_OK || signin_fail_err(s, err);
}

bool
person_answers(
    struct signin *s, enum wire_echo echo, const char *question, char **ret)
{
	return ask(s, echo, question, ret);
}

bool
person_reads(struct signin *s, const char *text)
{
	struct wire_out out;
	enum oauth2_err err;

	wire_begin(&out, WIRE_SHOW);
	wire_put_u64(&out, WIRE_TAG_STYLE, greeting_info_style(&s->greeting));
	wire_put_text(&out, WIRE_TAG_TEXT, text);
	err = wire_send(s->person, &out);
	if (err != OAUTH2_ERR_OK)
		return signin_fail_err(s, err);
	signin_note(s, "the person was shown what to do");
	return true;
}

bool
person_is_there(struct signin *s)
{
	return s->settings->display != SETTINGS_DISPLAY_PROMPT ||
	       person_is_probed(s);
}

bool
person_is_probed(struct signin *s)
{
	return ask(s, WIRE_ECHO_PROBE, "", NULL);
}

bool
person_is_invited(struct signin *s)
{
	AUTO(buf_free) struct buf text = BUF(TEXT_MAX);

	messages_invite(s, &text);
	if (buf_err(&text) != OAUTH2_ERR_OK)
		return signin_fail_err(s, buf_err(&text));
	if (s->offer.is_code)
		return paste_brings_code(s, buf_text(&text));
	/* With an echo: under sshd no password can ever come back. */
	if (s->settings->display == SETTINGS_DISPLAY_PROMPT)
		return ask(s, WIRE_ECHO_ENTER, buf_text(&text), NULL);
	return person_reads(s, buf_text(&text));
}

bool
person_interrupts(struct signin *s)
{
	struct wire_msg m;
	enum oauth2_err err = wire_recv(s->person, 0, &m);

	if (err != OAUTH2_ERR_OK)
		return signin_fail_err(s, err);
	return fail_cancelled(s, wire_get_u64(&m, WIRE_TAG_CAUSE));
}

void
person_hears_verdict(struct signin *s, enum wire_verdict verdict)
{
	AUTO(buf_free) struct buf text = BUF(1024);
	struct wire_out out;

	messages_farewell(s, &text);
	wire_begin(&out, WIRE_RESULT);
	wire_put_u64(&out, WIRE_TAG_VERDICT, verdict);
	wire_put_text(&out, WIRE_TAG_REASON, reason_name(s->reason));
	wire_put_u64(&out, WIRE_TAG_PHASE, s->greeting.phase);
	wire_put_text(&out, WIRE_TAG_USER, s->greeting.user);
	wire_put_text(&out, WIRE_TAG_TEXT, buf_text(&text));
	if (verdict == WIRE_VERDICT_GRANT && s->ticket[0] != '\0')
		wire_put_text(&out, WIRE_TAG_TICKET, s->ticket);
	if (wire_send(s->person, &out) != OAUTH2_ERR_OK)
		return; /* nobody is left to hear it */
	/* The end belongs to the verdict: let it not wait for the worker's. */
	(void)shutdown(s->person->fd, SHUT_RDWR);
}
