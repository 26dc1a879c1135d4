#include "helper/privileges.h"

#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#define WORKER_MEMORY  (1024UL * 1024 * 1024)
#define WORKER_CPU_S   60
#define WORKER_FILES   64
#define MONITOR_FILES  256
#define MONITOR_STACK  (8UL * 1024 * 1024)
#define TIMER_SLACK_NS 50000UL /* the kernel's own */

static bool
is_first_user_namespace(void)
{
	unsigned long inside, outside, count;
	FILE *f = fopen("/proc/self/uid_map", "re");
	int n;

	if (f == NULL)
		return false;
	n = fscanf(f, "%lu %lu %lu", &inside, &outside, &count);
	fclose(f);
	return n == 3 && inside == 0 && outside == 0 && count == 4294967295UL;
}

bool
privileges_started_by_root(int fd)
{
	struct ucred peer;
	socklen_t n = sizeof(peer);
	int domain, type;
	socklen_t domain_size = sizeof(domain), type_size = sizeof(type);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &domain_size) != 0 ||
	    domain != AF_UNIX)
		return false;
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_size) != 0 ||
	    type != SOCK_SEQPACKET)
		return false;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) != 0 ||
	    n != sizeof(peer) || peer.pid <= 0 || peer.uid != 0)
		return false;
	return geteuid() == 0 && is_first_user_namespace();
}

static bool
become(uid_t uid, gid_t gid)
{
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;

	if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 ||
	    setresuid(uid, uid, uid) != 0)
		return false;
	if (getresuid(&ruid, &euid, &suid) != 0 ||
	    getresgid(&rgid, &egid, &sgid) != 0)
		return false;
	return ruid == uid && euid == uid && suid == uid && rgid == gid &&
	       egid == gid && sgid == gid && getgroups(0, NULL) == 0;
}

static void
reset_signals(void)
{
	const struct itimerval off = { 0 };
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		(void)sigaction(i, &action, NULL); /* fails for KILL, STOP */
	action.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &action, NULL);
	(void)sigaction(SIGXFSZ, &action, NULL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	/* su's caller may have set an alarm: it survives exec. */
	(void)setitimer(ITIMER_REAL, &off, NULL);
	(void)setitimer(ITIMER_VIRTUAL, &off, NULL);
	(void)setitimer(ITIMER_PROF, &off, NULL);
}

static bool
set_limit(__rlimit_resource_t resource, rlim_t value)
{
	const struct rlimit limit = { value, value };

	return setrlimit(resource, &limit) == 0;
}

/* At most value; what a caller has already made tighter stays so. */
static bool
lower_limit(__rlimit_resource_t resource, rlim_t value)
{
	struct rlimit now;

	if (getrlimit(resource, &now) != 0)
		return false;
	return set_limit(resource, now.rlim_max < value ? now.rlim_max : value);
}

/*
 * A container without CAP_SYS_RESOURCE cannot raise what its caller lowered:
 * then the soft limit goes as high as it can, and what fails later denies.
 */
static void
raise_limit(__rlimit_resource_t resource, rlim_t value)
{
	struct rlimit now;

	if (!set_limit(resource, value) && getrlimit(resource, &now) == 0)
		(void)set_limit(resource, now.rlim_max);
}

static void
reset_limits(void)
{
	raise_limit(RLIMIT_FSIZE, RLIM_INFINITY);
	raise_limit(RLIMIT_AS, RLIM_INFINITY);
	raise_limit(RLIMIT_DATA, RLIM_INFINITY);
	raise_limit(RLIMIT_CPU, RLIM_INFINITY);
	raise_limit(RLIMIT_NPROC, RLIM_INFINITY);
	raise_limit(RLIMIT_STACK, MONITOR_STACK);
	raise_limit(RLIMIT_NOFILE, MONITOR_FILES);
	raise_limit(RLIMIT_CORE, 0);
}

enum oauth2_err
privileges_take(void)
{
	const struct sched_param normal = { 0 };

	if (!become(0, 0))
		return OAUTH2_ERR_SANDBOX;
	umask(077);
	reset_signals();
	reset_limits();
	(void)setpriority(PRIO_PROCESS, 0, 0);
	(void)sched_setscheduler(0, SCHED_OTHER, &normal);
	/* With a slack of years no deadline would ever come. */
	if (prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0) != 0)
		return OAUTH2_ERR_SANDBOX;
	if (chdir("/") != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return OAUTH2_ERR_SANDBOX;
	return OAUTH2_ERR_OK;
}

enum oauth2_err
privileges_keep_kill(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
		{ .effective = 1U << CAP_KILL, .permitted = 1U << CAP_KILL },
	};

	if (syscall(SYS_capset, &header, data) != 0)
		return OAUTH2_ERR_SANDBOX;
	return OAUTH2_ERR_OK;
}

enum oauth2_err
privileges_find_user(const char *name, uid_t *ret_uid, gid_t *ret_gid)
{
	enum oauth2_err err = OAUTH2_ERR_NOT_FOUND;
	const struct passwd *pw;
	FILE *f = fopen("/etc/passwd", "re");

	if (f == NULL)
		return OAUTH2_ERR_NOT_FOUND;
	while ((pw = fgetpwent(f)) != NULL) {
		if (strcmp(pw->pw_name, name) != 0)
			continue;
		err = OAUTH2_ERR_SANDBOX;
		if (pw->pw_uid != 0 && pw->pw_gid != 0) {
			*ret_uid = pw->pw_uid;
			*ret_gid = pw->pw_gid;
			err = OAUTH2_ERR_OK;
		}
		break;
	}
	fclose(f);
	return err;
}

/* Every way back must be shut, not only the one we would take. */
static bool
can_return(void)
{
	return setuid(0) == 0 || seteuid(0) == 0 || setreuid(0, 0) == 0 ||
	       setresuid(0, 0, 0) == 0 || setgid(0) == 0 || setegid(0) == 0 ||
	       setgroups(0, NULL) == 0;
}

enum oauth2_err
privileges_drop(uid_t uid, gid_t gid, pid_t parent)
{
	if (!become(uid, gid) || can_return())
		return OAUTH2_ERR_SANDBOX;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
		return OAUTH2_ERR_SANDBOX;
	if (getppid() != parent)
		return OAUTH2_ERR_SANDBOX; /* it died before we could ask */
	/* No RLIMIT_NPROC: it counts over all logins of this uid. */
	if (!lower_limit(RLIMIT_CORE, 0) || !lower_limit(RLIMIT_FSIZE, 0) ||
	    !lower_limit(RLIMIT_NOFILE, WORKER_FILES) ||
	    !lower_limit(RLIMIT_CPU, WORKER_CPU_S) ||
	    !lower_limit(RLIMIT_AS, WORKER_MEMORY) ||
	    !lower_limit(RLIMIT_MEMLOCK, 0))
		return OAUTH2_ERR_SANDBOX;
	return OAUTH2_ERR_OK;
}
