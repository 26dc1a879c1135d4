#include "login/decision.h"

#include "base/clock.h"
#include "login/binding.h"
#include "login/policy.h"

/* What decided the login rests on must outlast it. */
static void
bind_email(struct signin *s, const struct binding *binding)
{
	if (policy_rests_on_email(s->line))
		s->reason = binding_record(binding, &s->detail);
}

/*
 * Users who are unknown or not listed have come this far too, with the same
 * words and the same delay: nobody learns from outside who exists.
 */
bool
decision_allows(struct signin *s)
{
	const struct user user = {
		.name = s->listed_as,
		.has_uid = s->greeting.has_uid,
		.uid = s->greeting.uid,
	};
	const struct binding binding = {
		.settings = s->settings,
		.identity = s->identity,
		.user = s->greeting.account,
		.now = clock_unix_s(),
	};
	struct policy_input input = {
		.settings = s->settings,
		.user = &user,
		.allowlist = s->allowlist,
		.identity = s->identity,
	};

	/* Who can freeze us could keep an approval until we know better. */
	if (clock_monotonic_ns() >= s->deadline_ns) {
		return signin_fail_err(s, OAUTH2_ERR_TIMEOUT);
	}
	input.binding = binding_check(&binding, &s->detail);
	s->reason = policy_decide(&input, &s->line, &s->detail);
	if (s->reason == REASON_approved)
		bind_email(s, &binding);
	return s->reason == REASON_approved;
}
