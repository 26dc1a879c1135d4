#include "login/paste.h"

#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "base/service.h"
#include "login/person.h"
#include "oauth2/paste.h"

#define TRIES_MAX    3
#define QUESTION_MAX 128

/*
 * What there is of a line at most, without a word that it was cut: the ssh
 * client reads so much, and the kernel keeps so much of a terminal's line.
 * sudo says when it was too long.
 */
#define LINE_OF_SSH	 1023
#define LINE_OF_TERMINAL 4095

static const char text_cut[] =
    "That was cut off: this program takes no longer lines. Paste the code "
    "alone,\nor the pieces that the page shows: ";
static const char text_mixed[] =
    "These pieces do not belong together, or one is damaged. Paste all of "
    "them again,\nfrom piece 1: ";
static const char text_again[] =
    "That is not the code or address that was shown after approving; copy "
    "it whole\nand paste it again: ";

/* Where a paste leads: to another try, to the next piece, or to the end. */
struct step {
	const char *question; /* of another try; NULL: there is none */
	enum reason reason;   /* why not yet, or never */
	const char *detail;   /* for the log; NULL: the provider's error */
};

static const struct step steps[] = {
	[OAUTH2_PASTE_OK] = { NULL, REASON_internal_error, NULL },
	[OAUTH2_PASTE_MORE] = { NULL, REASON_paste_invalid, NULL },
	[OAUTH2_PASTE_INVALID] = { text_again, REASON_paste_invalid, NULL },
	[OAUTH2_PASTE_MIXED] = { text_mixed, REASON_paste_invalid, NULL },
	[OAUTH2_PASTE_STATE] = { text_again, REASON_paste_state, NULL },
	[OAUTH2_PASTE_ISSUER] = { text_again, REASON_paste_issuer, NULL },
	[OAUTH2_PASTE_DENIED] = { NULL, REASON_access_denied, NULL },
	[OAUTH2_PASTE_FAILED] = { NULL, REASON_provider_error, NULL },
};
static const struct step step_cut = { text_cut, REASON_paste_cut, NULL };
static const struct step step_unknown = { NULL, REASON_user_unknown,
	"sshd hides what is pasted" };
static const struct step step_forbidden = { NULL, REASON_user_forbidden,
	"sshd does not let this user in, and hides what is pasted" };

static bool
is_cut(const char *service, const char *answer)
{
	const bool is_terminal =
	    service_is_su(service) || strcmp(service, "login") == 0;

	return answer == NULL ||
	       strlen(answer) >= (is_terminal ? LINE_OF_TERMINAL : LINE_OF_SSH);
}

/*
 * For a user that it is not going to let in sshd puts this in place of what
 * was pasted, as often as it fits into its length. It may have been right:
 * so the end is that of an identity which may not sign in.
 */
static bool
is_hidden(const char *answer)
{
	static const char junk[] = "\b\n\r\177INCORRECT";

	for (size_t i = 0; answer[i] != '\0'; i++)
		if (answer[i] != junk[i % (sizeof(junk) - 1)])
			return false;
	return answer[0] != '\0';
}

static const struct step *
judge(struct signin *s, const char *answer, struct oauth2_pieces *pieces)
{
	const struct oauth2_provider *preset =
	    settings_preset(&s->settings->provider);
	const struct oauth2_expected expected = {
		.redirect_uri = s->settings->provider.redirect_uri,
		.state = s->state,
		.issuer = s->settings->provider.issuer,
		.is_iss_sent = s->is_iss_sent,
		.needs_state = preset != NULL && preset->has_no_pkce,
	};

	if (is_cut(s->greeting.service, answer))
		return &step_cut;
	if (is_hidden(answer))
		return s->greeting.has_uid ? &step_forbidden : &step_unknown;
	return &steps[oauth2_paste_read(
	    answer, &expected, pieces, &s->code, &s->detail)];
}

/* Which piece is wanted, so that a lost one is found. */
static const char *
ask_piece(const struct oauth2_pieces *pieces, char *ret, size_t size)
{
	unsigned taken = 0;

	for (unsigned i = 0; i < pieces->count; i++)
		taken += pieces->texts[i] != NULL;
	(void)snprintf(ret, size,
	    "%u of %u pieces taken. Paste piece %u: ", taken, pieces->count,
	    oauth2_pieces_missing(pieces));
	return ret;
}

bool
paste_brings_code(struct signin *s, const char *invitation)
{
	AUTO(oauth2_pieces_free) struct oauth2_pieces pieces = { 0 };
	const char *question = invitation;
	char wanted[QUESTION_MAX];
	int tries = 0, questions = 0;

	while (question != NULL && tries < TRIES_MAX &&
	       questions++ < TRIES_MAX + OAUTH2_PIECES_MAX) {
		AUTO(secret_text_free) char *answer = NULL;
		const struct step *step;

		if (!person_answers(s, WIRE_ECHO_ON, question, &answer))
			return false;
		step = judge(s, answer, &pieces);
		if (s->code != NULL)
			return true;
		(void)signin_fail(s, step->reason, "%s",
		    step->detail != NULL ? step->detail : s->detail.error);
		tries += step->question != NULL;
		question = step->question;
		if (step == &steps[OAUTH2_PASTE_MORE])
			question = ask_piece(&pieces, wanted, sizeof(wanted));
	}
	return false;
}
