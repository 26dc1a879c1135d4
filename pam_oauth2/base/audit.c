#include "base/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/text.h"

static void
put_bytes(struct buf *ret, const char *name, const char *value, size_t n)
{
	char clean[AUDIT_VALUE_MAX + 1];

	text_clean(clean, sizeof(clean), value, n);
	buf_printf(ret, " %s=\"%s\"", name, clean);
}

static void
put(struct buf *ret, const char *name, const char *value)
{
	put_bytes(ret, name, value != NULL ? value : "",
	    value != NULL ? strlen(value) : 0);
}

static void
put_number(struct buf *ret, const char *name, bool is_known, int64_t number)
{
	char text[24] = "";

	if (is_known)
		snprintf(text, sizeof(text), "%" PRId64, number);
	put(ret, name, text);
}

/* 2026-01-02T03:04:05Z */
static void
put_time(struct buf *ret, int64_t when)
{
	time_t seconds = (time_t)when;
	char text[32] = "";
	struct tm tm;

	if (gmtime_r(&seconds, &tm) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	put(ret, "time", text);
}

/* An email address, encoded for a URL or not. */
static bool
has_address(const char *text, size_t n)
{
	return memchr(text, '@', n) != NULL ||
	       memmem(text, n, "%40", 3) != NULL;
}

/*
 * Provider texts name people ("The signed in user 'a@b' is not assigned
 * ..."), so a word with an @, encoded or not, is never written.
 */
static void
put_detail(struct buf *ret, const char *detail)
{
	AUTO(buf_free) struct buf text = BUF(AUDIT_LINE_MAX);
	const char *p = detail != NULL ? detail : "";

	while (*p != '\0' && text.len < AUDIT_VALUE_MAX) {
		size_t n = strcspn(p, " \t\r\n");

		if (has_address(p, n))
			buf_puts(&text, "[address]");
		else
			buf_put(&text, p,
			    n < AUDIT_VALUE_MAX ? n : AUDIT_VALUE_MAX);
		p += n;
		if (*p != '\0')
			buf_putc(&text, *p++);
	}
	put_bytes(ret, "detail", buf_text(&text), text.len);
}

static void
put_who(const struct audit_event *event, struct buf *ret)
{
	put(ret, "host", event->host);
	put(ret, "service", event->service);
	put(ret, "user", event->user);
	put_number(ret, "uid", event->has_uid, (int64_t)event->uid);
	put(ret, "rhost", event->rhost);
	put(ret, "tty", event->tty);
}

void
audit_format(const struct audit_event *event, struct buf *ret)
{
	const enum reason_class class = reason_class(event->reason);
	bool is_granted =
	    class == REASON_CLASS_GRANTED || class == REASON_CLASS_CONFIRMED;
	const char *sub = event->sub;

	if (!is_granted && sub != NULL && has_address(sub, strlen(sub)))
		sub = NULL;
	buf_puts(ret, "event=decision");
	put_time(ret, event->time);
	put(ret, "id", event->id);
	put(ret, "phase", event->phase);
	put(ret, "result",
	    event->result != NULL ? event->result
	    : is_granted	  ? "granted"
				  : "denied");
	put(ret, "reason", reason_name(event->reason));
	put_who(event, ret);
	put(ret, "flow", event->flow);
	put(ret, "iss", event->iss);
	put(ret, "sub", sub);
	put(ret, "rule", is_granted ? event->rule : NULL);
	put_number(
	    ret, "duration_ms", event->duration_ms >= 0, event->duration_ms);
	put_detail(ret, event->detail);
}

void
audit_write(const struct audit_event *event)
{
	AUTO(buf_free) struct buf line = BUF(AUDIT_LINE_MAX);

	audit_format(event, &line);
	if (buf_err(&line) == OAUTH2_ERR_OK)
		log_line(reason_priority(event->reason), "%s", buf_text(&line));
	else
		log_line(LOG_ERR, "event=decision reason=\"%s\" detail=\"%s\"",
		    reason_name(event->reason), err_name(buf_err(&line)));
}
