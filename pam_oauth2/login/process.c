#include "login/process.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define STAT_MAX   1024
#define NUMBER_MAX 24

/* A file of /proc/PID as a text; cut where it is longer. */
static enum oauth2_err
read_text(pid_t pid, const char *name, char *ret, size_t size)
{
	char path[64];
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
	f = fopen(path, "re");
	if (f == NULL)
		return OAUTH2_ERR_NOT_FOUND;
	n = fread(ret, 1, size - 1, f);
	fclose(f);
	ret[n] = '\0';
	return n > 0 ? OAUTH2_ERR_OK : OAUTH2_ERR_NOT_FOUND;
}

/* The name in parentheses is the process's own choice: begin behind it. */
enum oauth2_err
process_parse(const char *stat, struct process *ret)
{
	const char *rest = strrchr(stat, ')');
	unsigned long long started;
	int pid, parent, session, terminal;
	char state;

	if (rest == NULL || sscanf(stat, "%d (", &pid) != 1 ||
	    sscanf(rest + 1,
		" %c %d %*d %d %d %*d %*u %*u %*u %*u %*u %*u %*u"
		" %*d %*d %*d %*d %*d %*d %llu",
		&state, &parent, &session, &terminal, &started) != 5 ||
	    pid <= 0 || started > INT64_MAX)
		return OAUTH2_ERR_SYNTAX;
	*ret = (struct process){
		.pid = pid,
		.parent = parent,
		.session = session,
		.terminal = terminal,
		.started = (int64_t)started,
		.is_over = state == 'Z' || state == 'X',
	};
	return OAUTH2_ERR_OK;
}

enum oauth2_err
process_read(pid_t pid, struct process *ret)
{
	char stat[STAT_MAX];
	enum oauth2_err err = read_text(pid, "stat", stat, sizeof(stat));

	return err == OAUTH2_ERR_OK ? process_parse(stat, ret) : err;
}

static enum oauth2_err
read_number(pid_t pid, const char *name, uint32_t *ret)
{
	char text[NUMBER_MAX];
	uint64_t number = PROCESS_UNSET;
	enum oauth2_err err = read_text(pid, name, text, sizeof(text));

	if (err == OAUTH2_ERR_OK)
		err = text_parse_u64(text, UINT32_MAX, &number);
	if (err == OAUTH2_ERR_OK)
		*ret = (uint32_t)number;
	return err;
}

enum oauth2_err
process_read_login(pid_t pid, struct process_login *ret)
{
	struct process_login read;
	enum oauth2_err err =
	    read_number(pid, "sessionid", &read.audit_session);

	if (err == OAUTH2_ERR_OK)
		err = read_number(pid, "loginuid", &read.loginuid);
	if (err == OAUTH2_ERR_OK)
		*ret = read;
	return err;
}

bool
process_is_alive(pid_t pid, int64_t started)
{
	struct process process;

	return process_read(pid, &process) == OAUTH2_ERR_OK &&
	       !process.is_over && process.started == started;
}
