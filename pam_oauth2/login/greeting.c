#include "login/greeting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define FLAG_SILENT   0x8000U /* PAM_SILENT */
#define FIELD_PPID    4	      /* of /proc/PID/stat, from 1 */
#define FIELD_STARTED 22

/* A number of /proc/PID/stat, counted behind the name in parentheses. */
static bool
read_stat(pid_t pid, int field, unsigned long long *ret)
{
	char path[64], line[1024], *at;
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	n = fread(line, 1, sizeof(line) - 1, f);
	fclose(f);
	line[n] = '\0';
	at = strrchr(line, ')');
	for (int i = 2; at != NULL && i < field; i++)
		at = strchr(at + 1, ' ');
	if (at == NULL)
		return false;
	*ret = strtoull(at + 1, NULL, 10);
	return true;
}

/*
 * sshd runs PAM in a child that it starts for each try ("sshd: alice
 * [pam]"), while LoginGraceTime runs from the start of that child's parent.
 */
static bool
is_sshd_pam_child(pid_t pid)
{
	static const char end[] = " [pam]";
	char path[64], title[512];
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%ld/cmdline", (long)pid);
	f = fopen(path, "re");
	if (f == NULL)
		return false;
	n = fread(title, 1, sizeof(title) - 1, f);
	fclose(f);
	title[n] = '\0';
	n = strlen(title);
	return strncmp(title, "sshd", 4) == 0 && n >= sizeof(end) &&
	       strcmp(title + n - strlen(end), end) == 0;
}

/* On the monotonic clock; now, where the kernel does not tell. */
static int64_t
find_start(pid_t host)
{
	unsigned long long ticks, parent;
	const long per_s = sysconf(_SC_CLK_TCK);
	int64_t age_ns;

	if (is_sshd_pam_child(host) && read_stat(host, FIELD_PPID, &parent))
		host = (pid_t)parent;
	if (per_s <= 0 || !read_stat(host, FIELD_STARTED, &ticks))
		return clock_monotonic_ns();
	age_ns =
	    clock_boottime_ns() - (int64_t)ticks * (CLOCK_NS_PER_S / per_s);
	return clock_monotonic_ns() - (age_ns < 0 ? 0 : age_ns);
}

#define COPY(tag, field) \
	(err = err == OAUTH2_ERR_OK \
		   ? wire_copy_text(hello, tag, field, sizeof(field)) \
		   : err)

enum oauth2_err
greeting_read(const struct wire_msg *hello, pid_t host, struct greeting *ret)
{
	enum oauth2_err err = OAUTH2_ERR_OK;
	int64_t now_ns = clock_monotonic_ns();

	COPY(WIRE_TAG_ID, ret->id);
	COPY(WIRE_TAG_SERVICE, ret->service);
	COPY(WIRE_TAG_SECTION, ret->section);
	COPY(WIRE_TAG_CONFIG_PATH, ret->config_path);
	COPY(WIRE_TAG_USER, ret->user);
	COPY(WIRE_TAG_RHOST, ret->rhost);
	COPY(WIRE_TAG_TTY, ret->tty);
	if (err == OAUTH2_ERR_OK && ret->section[0] == '\0')
		COPY(WIRE_TAG_SERVICE, ret->section);
	ret->has_uid = wire_has(hello, WIRE_TAG_UID);
	ret->uid = (uid_t)wire_get_u64(hello, WIRE_TAG_UID);
	ret->flags = (uint32_t)wire_get_u64(hello, WIRE_TAG_FLAGS);
	ret->can_converse = wire_get_u64(hello, WIRE_TAG_CAN_CONVERSE) != 0;
	ret->is_debug = wire_get_u64(hello, WIRE_TAG_DEBUG) != 0;
	ret->started_ns = (int64_t)wire_get_u64(hello, WIRE_TAG_STARTED_NS);
	if (ret->started_ns > now_ns)
		ret->started_ns = now_ns;
	ret->host_started_ns = find_start(host);
	return err;
}

static bool
is_sudo(const struct greeting *g)
{
	return strcmp(g->service, "sudo") == 0 ||
	       strcmp(g->service, "sudo-i") == 0;
}

enum reason
greeting_check_host(const struct greeting *g)
{
	if (!g->can_converse)
		return REASON_no_conversation;
	if (!is_sudo(g))
		return (g->flags & FLAG_SILENT) != 0 ? REASON_silent
						     : REASON_approved;
	/* Its prompt would eat a line of the command's own input. */
	return g->tty[0] == '\0' ? REASON_no_conversation : REASON_approved;
}

enum wire_style
greeting_info_style(const struct greeting *g)
{
	if (strcmp(g->service, "su") == 0 || strcmp(g->service, "su-l") == 0)
		return WIRE_STYLE_ERROR;
	return WIRE_STYLE_INFO;
}
