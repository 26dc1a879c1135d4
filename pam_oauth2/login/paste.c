#include "login/paste.h"

#include <string.h>

#include "base/secret.h"
#include "base/service.h"
#include "login/person.h"
#include "oauth2/paste.h"

#define TRIES_MAX 3

/* What a host hands over of a line, at most; it does not say that it cut. */
#define HOST_LINE_MAX 1023 /* sshd */
#define SUDO_LINE_MAX 511

static const char text_cut[] =
    "That was cut off: this program takes no longer lines. Paste the code "
    "alone,\nor the pieces that the page shows: ";
static const char text_more[] = "Taken. Paste the next piece: ";
static const char text_again[] =
    "That is not the code or address that was shown after approving; copy "
    "it whole\nand paste it again: ";

/* Where a paste leads: to the next question, or to the end. */
struct step {
	const char *question; /* NULL: the end */
	enum reason reason;   /* why not yet, or never */
	bool is_try;
};

static const struct step steps[] = {
	[OAUTH2_PASTE_OK] = { NULL, REASON_internal_error, false },
	[OAUTH2_PASTE_MORE] = { text_more, REASON_paste_invalid, false },
	[OAUTH2_PASTE_INVALID] = { text_again, REASON_paste_invalid, true },
	[OAUTH2_PASTE_STATE] = { text_again, REASON_paste_state, true },
	[OAUTH2_PASTE_ISSUER] = { text_again, REASON_paste_issuer, true },
	[OAUTH2_PASTE_DENIED] = { NULL, REASON_access_denied, true },
	[OAUTH2_PASTE_FAILED] = { NULL, REASON_provider_error, true },
};
static const struct step step_cut = { text_cut, REASON_paste_cut, true };

static const struct step *
judge(struct signin *s, const char *answer, struct oauth2_pieces *pieces)
{
	const struct oauth2_provider *preset =
	    settings_preset(&s->settings->provider);
	const struct oauth2_expected expected = {
		.redirect_uri = s->settings->provider.redirect_uri,
		.state = s->state,
		.issuer = s->settings->provider.issuer,
		.is_iss_sent = s->offer.is_iss_sent,
		.needs_state = preset != NULL && preset->has_no_pkce,
	};
	const size_t line_max = service_is_sudo(s->greeting.service)
				    ? SUDO_LINE_MAX
				    : HOST_LINE_MAX;

	if (strlen(answer) >= line_max)
		return &step_cut;
	return &steps[oauth2_paste_read(
	    answer, &expected, pieces, &s->code, &s->detail)];
}

bool
paste_brings_code(struct signin *s, const char *invitation)
{
	AUTO(oauth2_pieces_free) struct oauth2_pieces pieces = { 0 };
	const char *question = invitation;
	int tries = 0, questions = 0;

	while (question != NULL && tries < TRIES_MAX &&
	       questions++ < TRIES_MAX + OAUTH2_PIECES_MAX) {
		AUTO(secret_text_free) char *answer = NULL;
		const struct step *step;

		if (!person_answers(s, question, &answer))
			return false;
		step = judge(s, answer, &pieces);
		if (s->code != NULL)
			return true;
		(void)signin_fail(s, step->reason, "%s", s->detail.error);
		tries += step->is_try;
		question = step->question;
	}
	return false;
}
