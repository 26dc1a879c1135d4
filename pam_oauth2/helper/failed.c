#include "helper/failed.h"

void
failed_send(struct wire *leg, enum wire_type type, enum oauth2_err err,
    const struct detail *d)
{
	struct wire_out out;

	wire_begin(&out, type);
	wire_put_u64(&out, WIRE_TAG_ERROR, err);
	wire_put_u64(&out, WIRE_TAG_CAUSE, d->cause);
	wire_put_u64(&out, WIRE_TAG_HTTP_STATUS, (uint64_t)d->http_status);
	if (d->is_unsent)
		wire_put_u64(&out, WIRE_TAG_IS_UNSENT, 1);
	wire_put_text(&out, WIRE_TAG_PROVIDER_ERROR, d->error);
	wire_put_text(&out, WIRE_TAG_DESCRIPTION, d->description);
	wire_put_text(&out, WIRE_TAG_TEXT, d->text);
	(void)!wire_send(leg, &out); /* or nobody is left to hear it */
}
