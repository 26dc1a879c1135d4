#include "module/conversation.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/text.h"
#include "module/client.h"

#define ANSWER_MAX 4096			  /* bytes that REPLY takes */
#define AT_ONCE_NS (20 * CLOCK_NS_PER_MS) /* nobody answers so fast */

static const struct pam_conv *
get_conv(pam_handle_t *pamh)
{
	const void *conv = NULL;

	if (pam_get_item(pamh, PAM_CONV, &conv) != PAM_SUCCESS)
		return NULL;
	return conv;
}

bool
conversation_is_there(pam_handle_t *pamh)
{
	const struct pam_conv *conv = get_conv(pamh);

	return conv != NULL && conv->conv != NULL;
}

/*
 * One message. *ret_text is the host's answer, malloc'ed by the host, or
 * NULL: sudo leaves the response alone when Ctrl-C ends its prompt.
 */
static int
converse(pam_handle_t *pamh, int style, const char *text, char **ret_text)
{
	const struct pam_conv *conv = get_conv(pamh);
	const struct pam_message message = { .msg_style = style, .msg = text };
	const struct pam_message *messages[] = { &message };
	struct pam_response *response = NULL;
	int rc;

	*ret_text = NULL;
	if (conv == NULL || conv->conv == NULL)
		return PAM_CONV_ERR;
	rc = conv->conv(1, messages, &response, conv->appdata_ptr);
	if (rc != PAM_SUCCESS || response == NULL)
		return rc;
	*ret_text = response->resp;
	free(response);
	return PAM_SUCCESS;
}

/* What the host answered may be a code or a password: wipe it. */
static void
free_answer(char *answer)
{
	if (answer == NULL)
		return;
	secret_wipe(answer, strlen(answer));
	free(answer);
}
AUTO_DEFINE(char, free_answer)

void
conversation_show(pam_handle_t *pamh, enum wire_style style, const char *text)
{
	AUTO(free_answer) char *answer = NULL;

	(void)converse(pamh,
	    style == WIRE_STYLE_ERROR ? PAM_ERROR_MSG : PAM_TEXT_INFO, text,
	    &answer);
}

static void
show(void *context, enum wire_style style, const char *text)
{
	const struct conversation *c = context;

	conversation_show(c->pamh, style, text);
}

/*
 * sshd's password method answers for the person, with the password: there
 * an empty message has an answer, which no host that asks a person gives.
 * The same message gives the prompt a line of its own where the client puts
 * "(user@host) " before it.
 */
static enum oauth2_err
probe(const struct conversation *c, char **ret, enum wire_cancel *ret_cause)
{
	AUTO(free_answer) char *answer = NULL;

	if (converse(c->pamh, c->is_su ? PAM_ERROR_MSG : PAM_TEXT_INFO, "",
		&answer) != PAM_SUCCESS)
		return OAUTH2_ERR_CLOSED;
	if (answer != NULL) {
		*ret_cause = WIRE_CANCEL_PASSWORD;
		return OAUTH2_ERR_CLOSED;
	}
	*ret = secret_strdup("");
	return *ret == NULL ? OAUTH2_ERR_NOMEM : OAUTH2_ERR_OK;
}

static bool
cancelled(void *context, enum wire_cancel *ret_cause)
{
	const struct conversation *c = context;
	sigset_t pending;

	if (client_is_gone(c->client)) {
		*ret_cause = WIRE_CANCEL_GONE;
		return true;
	}
	/* sudo blocks these while a module runs; elsewhere they end us. */
	if (sigpending(&pending) != 0 ||
	    (sigismember(&pending, SIGINT) != 1 &&
		sigismember(&pending, SIGQUIT) != 1))
		return false;
	*ret_cause = WIRE_CANCEL_SIGNAL;
	return true;
}

/*
 * sudo reads 1023 bytes of a line and leaves the rest, which must not be
 * the answer to the next question, nor a command for the shell.
 */
static void
forget_rest(void)
{
	AUTO(file_close)
	int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

	if (fd >= 0 && tcgetpgrp(fd) == getpgrp())
		(void)tcflush(fd, TCIFLUSH);
}

/*
 * sudo fails alike for an answer of 512 bytes and for Ctrl-C, which it
 * swallows at its own prompt. But after a key it asks nothing more, and
 * fails at once: the question that follows will tell.
 */
static enum oauth2_err
explain_sudo(enum wire_echo echo, int64_t took_ns, enum wire_cancel *ret_cause)
{
	forget_rest();
	if (echo == WIRE_ECHO_ON && took_ns > AT_ONCE_NS)
		return OAUTH2_ERR_LIMIT;
	*ret_cause = WIRE_CANCEL_SIGNAL;
	return OAUTH2_ERR_CLOSED;
}

/*
 * No answer. To what is offered that is one, as when Ctrl-D ends the question;
 * not of who is gone.
 */
static enum oauth2_err
explain(struct conversation *c, enum wire_echo echo, int64_t asked_ns,
    char **ret, enum wire_cancel *ret_cause)
{
	if (c->is_sudo && echo != WIRE_ECHO_OFFER)
		return explain_sudo(
		    echo, clock_monotonic_ns() - asked_ns, ret_cause);
	if (cancelled(c, ret_cause) || echo != WIRE_ECHO_OFFER)
		return OAUTH2_ERR_CLOSED;
	if (c->is_sudo)
		forget_rest();
	*ret = secret_strdup("");
	return *ret == NULL ? OAUTH2_ERR_NOMEM : OAUTH2_ERR_OK;
}

static bool
is_unseen(enum wire_echo echo)
{
	return echo == WIRE_ECHO_OFF || echo == WIRE_ECHO_OFFER;
}

static enum oauth2_err
ask(void *context, enum wire_echo echo, const char *text, char **ret,
    enum wire_cancel *ret_cause)
{
	struct conversation *c = context;
	const int64_t asked_ns = clock_monotonic_ns();
	AUTO(free_answer) char *answer = NULL;

	*ret_cause = WIRE_CANCEL_CONVERSATION;
	if (echo == WIRE_ECHO_PROBE)
		return probe(c, ret, ret_cause);
	if (converse(c->pamh,
		is_unseen(echo) ? PAM_PROMPT_ECHO_OFF : PAM_PROMPT_ECHO_ON,
		text, &answer) != PAM_SUCCESS ||
	    answer == NULL)
		return explain(c, echo, asked_ns, ret, ret_cause);
	/*
	 * Where Enter is all we wait for, what else was typed stays here:
	 * sshd types junk for users it does not know, and they must not fail
	 * in another way than others.
	 */
	if (echo == WIRE_ECHO_ENTER)
		*ret = secret_strdup("");
	else if (strlen(answer) > ANSWER_MAX)
		return OAUTH2_ERR_LIMIT;
	else if (!text_is_utf8(answer, strlen(answer)))
		*ret = secret_strdup("?"); /* what nothing is taken for */
	else
		*ret = secret_strdup(answer);
	return *ret == NULL ? OAUTH2_ERR_NOMEM : OAUTH2_ERR_OK;
}

struct session_callbacks
conversation_callbacks(struct conversation *c)
{
	const struct session_callbacks callbacks = {
		.context = c,
		.show = show,
		.ask = ask,
		.cancelled = cancelled,
	};

	return callbacks;
}
