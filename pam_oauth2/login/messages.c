#include "login/messages.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "codec/qr.h"

static void
put_line(struct buf *b, const char *text)
{
	if (text != NULL) {
		buf_puts(b, text);
		buf_putc(b, '\n');
	}
}

/* A code that does not fit is left out: address and code say the same. */
static void
put_qr(const struct signin *s, struct buf *b)
{
	const struct settings *settings = s->settings;
	const struct qr_size size = { settings->qr_max_rows,
		settings->qr_max_columns };
	const char *text = s->offer.is_code ? s->offer.url
			   : s->offer.verification_uri_complete[0] != '\0'
			       ? s->offer.verification_uri_complete
			       : s->offer.verification_uri;
	AUTO(buf_free) struct buf code = BUF(12000);

	if (settings->qr == SETTINGS_QR_OFF)
		return;
	if (qr_render(text,
		settings->qr == SETTINGS_QR_ASCII ? QR_ASCII : QR_UTF8, &size,
		&code) != OAUTH2_ERR_OK)
		return;
	buf_puts(b, buf_text(&code));
	buf_putc(b, '\n');
}

/* Where the sign-in leads to, and where it came from. */
static void
put_place(const struct signin *s, struct buf *b)
{
	const struct greeting *g = &s->greeting;
	char host[65] = "", clean[4][129];
	const char *const texts[] = { host, g->user, g->service, g->rhost };

	if (gethostname(host, sizeof(host)) != 0)
		host[0] = '\0';
	for (size_t i = 0; i < 4; i++)
		text_clean(
		    clean[i], sizeof(clean[i]), texts[i], strlen(texts[i]));
	buf_printf(b, "Sign in to %s as %s (%s", clean[0], clean[1], clean[2]);
	if (clean[3][0] != '\0')
		buf_printf(b, ", from %s", clean[3]);
	buf_puts(b, ").\n");
	buf_puts(b, "Only go on if you started this login yourself.\n\n");
}

/* The deadline as a clock on the wall shows it. */
static void
format_deadline(int64_t left_s, char *ret, size_t size)
{
	time_t when = (time_t)(clock_unix_s() + left_s);
	struct tm local;

	if (localtime_r(&when, &local) == NULL ||
	    strftime(ret, size, "%H:%M", &local) == 0)
		ret[0] = '\0';
}

static void
put_device(
    const struct signin *s, int64_t left_s, const char *until, struct buf *ret)
{
	buf_printf(ret, "  Open:  %s\n", s->offer.verification_uri);
	buf_printf(ret, "  Code:  %s    (valid for %lld s, until %s)\n\n",
	    s->offer.user_code, (long long)left_s, until);
	put_line(ret, s->settings->banner_after);
	if (s->settings->display == SETTINGS_DISPLAY_PROMPT)
		buf_printf(ret,
		    "Approve in the browser, then press Enter.\n"
		    "If you press it earlier, we keep waiting until %s. ",
		    until);
	else
		buf_printf(ret,
		    "Approve in the browser; waiting for it until %s ...",
		    until);
}

static void
put_code(
    const struct signin *s, int64_t left_s, const char *until, struct buf *ret)
{
	buf_printf(ret, "  Open:  %s\n\n", s->offer.url);
	put_line(ret, s->settings->banner_after);
	/* A pushed request is soon gone, for who has not opened it by then. */
	if (s->offer.url_expires_in != 0 && s->offer.url_expires_in < left_s)
		buf_printf(ret, "Open the address within %u s.\n",
		    (unsigned)s->offer.url_expires_in);
	buf_printf(ret,
	    "Approve in the browser until %s, then paste here what the page "
	    "shows\n(a code, or its address) and press Enter: ",
	    until);
}

void
messages_invite(const struct signin *s, struct buf *ret)
{
	const int64_t left_s =
	    (s->deadline_ns - clock_monotonic_ns()) / CLOCK_NS_PER_S;
	char until[16];

	format_deadline(left_s, until, sizeof(until));
	put_line(ret, s->settings->banner_before);
	put_qr(s, ret);
	put_place(s, ret);
	if (s->offer.is_code)
		put_code(s, left_s, until, ret);
	else
		put_device(s, left_s, until, ret);
}

void
messages_farewell(const struct signin *s, struct buf *ret)
{
	const enum reason_class class = reason_class(s->reason);
	char user[129], text[512];

	if (class == REASON_CLASS_GRANTED || class == REASON_CLASS_CONFIRMED ||
	    s->reason == REASON_silent || s->is_exempt)
		return;
	text_clean(
	    user, sizeof(user), s->greeting.user, strlen(s->greeting.user));
	reason_text(s->reason, user, text, sizeof(text));
	if (text[0] == '\0')
		return;
	buf_printf(ret, "%s (%s)", text, s->greeting.id);
	if (s->settings != NULL && s->settings->support != NULL)
		buf_printf(ret, " %s", s->settings->support);
}
