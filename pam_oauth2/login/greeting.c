#include "login/greeting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/service.h"

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

static bool
is_sshd(pid_t pid)
{
	static const char *const names[] = { "sshd", "sshd-session",
		"sshd-auth" };
	char path[64], exe[256];
	const char *name;
	struct stat st;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%ld/exe", (long)pid);
	/* A su that somebody has linked to under another name is none. */
	if (stat(path, &st) != 0 || (st.st_mode & (S_ISUID | S_ISGID)) != 0)
		return false;
	n = readlink(path, exe, sizeof(exe) - 1);
	if (n <= 0)
		return false;
	exe[n] = '\0';
	name = strrchr(exe, '/');
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (name != NULL && strcmp(name + 1, names[i]) == 0)
			return true;
	return false;
}

void
greeting_look(struct greeting_host *ret)
{
	ret->pid = getppid();
	ret->is_sshd = is_sshd(ret->pid);
}

/*
 * When the host's own limit began to run, on the monotonic clock. Only of
 * sshd's child do we know it from outside: getty becomes login in the same
 * process, long before anybody types a name.
 */
static int64_t
find_start(pid_t host, int64_t started_ns)
{
	unsigned long long ticks, parent;
	const long per_s = sysconf(_SC_CLK_TCK);
	int64_t age_ns;

	if (per_s <= 0 || !is_sshd_pam_child(host) ||
	    !read_stat(host, FIELD_PPID, &parent) ||
	    !read_stat((pid_t)parent, FIELD_STARTED, &ticks))
		return started_ns;
	age_ns =
	    clock_boottime_ns() - (int64_t)ticks * (CLOCK_NS_PER_S / per_s);
	return clock_monotonic_ns() - (age_ns < 0 ? 0 : age_ns);
}

#define COPY(tag, field) \
	(err = err == OAUTH2_ERR_OK \
		   ? wire_copy_text(hello, tag, field, sizeof(field)) \
		   : err)

enum oauth2_err
greeting_read(const struct wire_msg *hello, const struct greeting_host *host,
    struct greeting *ret)
{
	enum oauth2_err err = OAUTH2_ERR_OK;
	int64_t now_ns = clock_monotonic_ns();

	COPY(WIRE_TAG_ID, ret->id);
	COPY(WIRE_TAG_SERVICE, ret->service);
	COPY(WIRE_TAG_SECTION, ret->section);
	COPY(WIRE_TAG_CONFIG_PATH, ret->config_path);
	COPY(WIRE_TAG_USER, ret->user);
	if (wire_has(hello, WIRE_TAG_ACCOUNT))
		COPY(WIRE_TAG_ACCOUNT, ret->account);
	else
		COPY(WIRE_TAG_USER, ret->account);
	COPY(WIRE_TAG_RHOST, ret->rhost);
	COPY(WIRE_TAG_TTY, ret->tty);
	COPY(WIRE_TAG_AUTH_INFO, ret->auth_info);
	COPY(WIRE_TAG_TICKET, ret->ticket);
	if (!host->is_sshd)
		ret->auth_info[0] = '\0';
	ret->host = host->pid;
	ret->phase = (enum wire_phase)wire_get_u64(hello, WIRE_TAG_PHASE);
	ret->has_prior_module =
	    wire_get_u64(hello, WIRE_TAG_IS_PRIOR_MODULE) == 1;
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
	ret->host_started_ns = find_start(host->pid, ret->started_ns);
	ret->alarm_ns = wire_has(hello, WIRE_TAG_ALARM_NS)
			    ? (int64_t)wire_get_u64(hello, WIRE_TAG_ALARM_NS)
			    : INT64_MAX;
	ret->ruid = (uid_t)wire_get_u64(hello, WIRE_TAG_RUID);
	return err;
}

bool
greeting_can_ask(const struct greeting *g, enum reason *ret)
{
	if (!service_is_sudo(g->service) && (g->flags & FLAG_SILENT) != 0) {
		*ret = REASON_silent;
		return false;
	}
	/* Without a terminal sudo's prompt eats a line of the command's. */
	if (!g->can_converse ||
	    (service_is_sudo(g->service) && g->tty[0] == '\0')) {
		*ret = REASON_no_conversation;
		return false;
	}
	return true;
}

enum wire_style
greeting_info_style(const struct greeting *g)
{
	return service_is_su(g->service) ? WIRE_STYLE_ERROR : WIRE_STYLE_INFO;
}
