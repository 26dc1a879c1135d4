#include "login/revocation.h"

#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "login/children.h"
#include "login/proof.h"
#include "login/provider.h"
#include "login/start.h"
#include "login/stored.h"

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

void
revocation_prepare(struct signin *s)
{
	if (stored_open(s) == OAUTH2_ERR_OK && bury(s) && s->record != NULL)
		s->left_over = TAKE(s->record->refresh_token);
}

void
revocation_of_rest(struct signin *s)
{
	char id[40];

	if (s->left_over == NULL)
		return;
	text_clean(id, sizeof(id), s->greeting.id, strlen(s->greeting.id));
	if (tell_provider(s, s->left_over))
		log_line(LOG_INFO, "event=revoked id=\"%s\"", id);
	else
		log_line(LOG_WARNING,
		    "event=not_revoked id=\"%s\" reason=\"%s\" "
		    "detail=\"%.200s\"",
		    id, reason_name(s->reason), s->detail.text);
}
