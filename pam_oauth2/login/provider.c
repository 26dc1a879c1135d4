#include "login/provider.h"

#include "base/secret.h"
#include "login/children.h"
#include "login/judgement.h"
#include "login/keep.h"
#include "login/metadata.h"
#include "login/offer.h"
#include "login/proof.h"
#include "login/start.h"

bool
provider_is_known(struct signin *s)
{
	if (!s->is_provider_known)
		s->is_provider_known = metadata_learn(s);
	return s->is_provider_known;
}

bool
provider_offers(struct signin *s)
{
	struct wire_msg m;
	bool is_sent;

	proof_limit(s);
	is_sent = start_send(s);
	secret_free(TAKE(s->client_secret));
	return is_sent && children_await(s, s->worker, &m) && offer_take(s, &m);
}

/*
 * Behind a prompt the person says when to look, so the first poll comes at
 * once; else nobody can have approved before an interval.
 */
static uint64_t
first_delay(const struct signin *s)
{
	return s->settings->display == SETTINGS_DISPLAY_PROMPT
		   ? 0
		   : s->offer.interval;
}

bool
provider_identifies(struct signin *s)
{
	struct wire_out out;
	struct wire_msg m;

	if (s->offer.is_code) {
		wire_begin(&out, WIRE_CODE);
		wire_put_text(&out, WIRE_TAG_CODE, s->code);
		secret_free(TAKE(s->code));
	} else {
		wire_begin(&out, WIRE_POLL);
		wire_put_u64(&out, WIRE_TAG_DELAY_S, first_delay(s));
	}
	return children_tell(s, s->worker, &out) &&
	       children_await(s, s->worker, &m) && keep_token(s, &m) &&
	       judgement_reached(s, &m);
}
