#include "login/revocation.h"

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "login/children.h"
#include "login/proof.h"
#include "login/provider.h"
#include "login/start.h"
#include "login/stored.h"

/* Who closes a session waits for us, but not for long. */
#define LOCK_WAIT_NS (6 * CLOCK_NS_PER_S)

/* After the answer: with a margin to when the module ends us, to say so. */
#define REST_NS (1600 * CLOCK_NS_PER_MS)

/* Whoever has asked may be gone meanwhile: that changes nothing. */
static bool
tell_provider(struct signin *s, const char *token)
{
	struct wire_out out;
	struct wire_msg m;
	bool is_done;

	s->is_revocation = true;
	s->is_spending = true;
	wire_begin(&out, WIRE_REVOKE);
	wire_put_text(&out, WIRE_TAG_REFRESH_TOKEN, token);
	is_done = provider_is_known(s);
	proof_limit(s);
	is_done = is_done && start_send(s) &&
		  children_tell(s, s->worker, &out) &&
		  children_await(s, s->worker, &m);
	buf_free(&out.body);
	s->is_spending = false;
	return is_done;
}

/* What cannot be read is ended as well: it may be a token. */
static bool
bury(struct signin *s)
{
	AUTO(file_close) int lock = -1;
	struct tombstone tombstone;
	enum store_state state;

	if (stored_lock(s, &lock) != OAUTH2_ERR_OK)
		return signin_fail(s, REASON_store_failed, NULL);
	state = stored_read(s, &tombstone);
	if (state == STORE_NONE || state == STORE_TOMB)
		return signin_fail(
		    s, REASON_token_missing, "there is no refresh token");
	return stored_bury(s, REASON_token_revoked, NULL) == OAUTH2_ERR_OK ||
	       signin_fail(s, REASON_store_failed, NULL);
}

void
revocation_demanded(struct signin *s)
{
	enum oauth2_err err = stored_open(s);

	if (err == OAUTH2_ERR_NOT_FOUND)
		(void)signin_fail(s, REASON_token_missing,
		    "no machine id: nothing can be kept");
	else if (err != OAUTH2_ERR_OK)
		(void)signin_fail(s, REASON_store_failed, NULL);
	if (err != OAUTH2_ERR_OK || !bury(s))
		return;
	if (s->record == NULL)
		(void)signin_fail(s, REASON_token_binding,
		    "it could not be read, so that the provider has not heard "
		    "of it");
	else if (tell_provider(s, s->record->refresh_token))
		s->reason = REASON_token_revoked;
}

bool
revocation_prepare(struct signin *s)
{
	const int64_t latest_ns = clock_monotonic_ns() + LOCK_WAIT_NS;
	enum oauth2_err err = stored_open(s);

	if (err == OAUTH2_ERR_NOT_FOUND)
		return true;
	if (err != OAUTH2_ERR_OK)
		return signin_fail(s, REASON_store_failed, NULL);
	if (latest_ns < s->deadline_ns)
		s->deadline_ns = latest_ns;
	if (!bury(s))
		return s->reason == REASON_token_missing;
	if (s->record == NULL)
		return signin_fail(s, REASON_token_binding,
		    "it could not be read, so that the provider has not heard "
		    "of it");
	s->left_over = TAKE(s->record->refresh_token);
	return true;
}

void
revocation_fails(const struct signin *s)
{
	char id[40], user[256], detail[512];

	text_clean(id, sizeof(id), s->greeting.id, strlen(s->greeting.id));
	text_clean(
	    user, sizeof(user), s->greeting.user, strlen(s->greeting.user));
	text_clean(
	    detail, sizeof(detail), s->detail.text, strlen(s->detail.text));
	log_line(LOG_WARNING,
	    "event=not_revoked id=\"%s\" user=\"%s\" reason=\"%s\" "
	    "detail=\"%s\"",
	    id, user, reason_name(s->reason), detail);
}

void
revocation_of_rest(struct signin *s)
{
	const int64_t latest_ns = clock_monotonic_ns() + REST_NS;
	char id[40];

	if (s->left_over == NULL)
		return;
	s->deadline_ns = latest_ns;
	text_clean(id, sizeof(id), s->greeting.id, strlen(s->greeting.id));
	if (tell_provider(s, s->left_over))
		log_line(LOG_INFO, "event=revoked id=\"%s\"", id);
	else
		revocation_fails(s);
}
