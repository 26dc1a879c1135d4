#include "base/log.h"

#include <stdarg.h>

static bool debug;

void
log_open(const char *ident)
{
	openlog(ident, LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
}

void
log_set_debug(bool on)
{
	debug = on;
}

void
log_line(int priority, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsyslog(LOG_AUTHPRIV | priority, fmt, ap);
	va_end(ap);
}

void
log_debug(const char *fmt, ...)
{
	va_list ap;

	if (!debug)
		return;
	va_start(ap, fmt);
	vsyslog(LOG_AUTHPRIV | LOG_DEBUG, fmt, ap);
	va_end(ap);
}
