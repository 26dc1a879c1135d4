#include "oauth2/auth_method.h"

#include "base/buf.h"
#include "base/text.h"
#include "oauth2/field.h"

#define OFFER_MAX 4096
#define SHOWN_MAX 128

/* The setting comes first: a log has little room. */
static enum oauth2_err
refuse(const struct strlist *offered, struct detail *d)
{
	AUTO(buf_free) struct buf offer = BUF(OFFER_MAX);
	char shown[SHOWN_MAX + 1];

	for (size_t i = 0; i < offered->count; i++)
		buf_printf(
		    &offer, "%s%s", i > 0 ? ", " : "", offered->items[i]);
	if (buf_err(&offer) == OAUTH2_ERR_NOMEM)
		return OAUTH2_ERR_NOMEM;
	text_clean(shown, sizeof(shown), buf_text(&offer), offer.len);
	return detail_fail(because(d, OAUTH2_CAUSE_POLICY),
	    OAUTH2_ERR_NOT_SUPPORTED_AUTH_METHOD,
	    "set token_endpoint_auth_method: the provider offers only %s",
	    shown);
}

enum oauth2_err
oauth2_choose_auth_method(
    const struct strlist *offered, bool *ret_is_basic, struct detail *d)
{
	const bool is_post =
	    offered->count == 0 || strlist_has(offered, "client_secret_post");

	if (!is_post && !strlist_has(offered, "client_secret_basic"))
		return refuse(offered, d);
	*ret_is_basic = !is_post;
	return OAUTH2_ERR_OK;
}
