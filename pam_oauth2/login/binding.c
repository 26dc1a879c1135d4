#include "login/binding.h"

#include "base/log.h"
#include "base/paths.h"
#include "login/email.h"
#include "login/subjects.h"

/* Whether there is something to bind; fills in what. */
static bool
has_claim(const struct binding *b, struct subject_claim *ret)
{
	const struct identity *who = b->identity;
	struct email email;

	if (b->settings->subject_binding == SETTINGS_BINDING_OFF ||
	    who->email == NULL ||
	    email_parse(who->email, &email) != OAUTH2_ERR_OK)
		return false;
	*ret = (struct subject_claim){
		.issuer = who->issuer,
		.email = who->email,
		.fold_local =
		    b->settings->email_local_part == SETTINGS_LOCAL_PART_FOLD,
		.user = b->user,
		.sub = who->sub,
		.now = b->now,
	};
	return true;
}

static enum reason
changed(struct detail *d, const char *text)
{
	(void)detail_fail(d, OAUTH2_ERR_NOT_FOUND, "%s", text);
	return REASON_subject_changed;
}

static enum reason
judge(const struct binding *b, enum subject_verdict verdict, struct detail *d)
{
	switch (verdict) {
	case SUBJECT_SAME:
	case SUBJECT_RECORDED:
		return REASON_approved;
	case SUBJECT_UNRECORDED:
		log_line(LOG_WARNING,
		    "the first use of an email is not "
		    "recorded: %s",
		    d->text);
		return REASON_approved;
	case SUBJECT_OTHER:
		return changed(d,
		    "the email belonged to another sub until now; see "
		    "subject_binding in pam_oauth2.conf(5)");
	case SUBJECT_UNKNOWN:
		if (b->settings->subject_binding == SETTINGS_BINDING_STRICT)
			return changed(d,
			    "subject_binding = strict, and nobody has signed "
			    "in with this email before");
		return REASON_approved;
	case SUBJECT_UNREADABLE:
		break;
	}
	return REASON_store_failed;
}

enum reason
binding_check(const struct binding *b, struct detail *d)
{
	struct subject_claim claim;

	if (!has_claim(b, &claim))
		return REASON_approved;
	return judge(b, subjects_check(PATH_STATE, &claim, d), d);
}

enum reason
binding_record(const struct binding *b, struct detail *d)
{
	struct subject_claim claim;

	if (!has_claim(b, &claim) ||
	    b->settings->subject_binding == SETTINGS_BINDING_STRICT)
		return REASON_approved;
	return judge(b, subjects_admit(PATH_STATE, &claim, d), d);
}
