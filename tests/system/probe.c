/*
 * A PAM module that takes its arguments as steps, in their order, and writes
 * down what the host answers: how a host really behaves, without our module
 * in the way. Every entry point writes a line; authenticate and acct_mgmt
 * also take the steps.
 *
 *   file=PATH        where to write; stands first
 *   facts=           ids, flags, signals, environment, descriptors, limits
 *   info=, error=    show a text
 *   many=N           show N texts
 *   on=, off=        ask with an echo, and without one
 *   long=N           ask with an echo, in N bytes and "say> "
 *   sleep=MS         take a while
 *   putenv=NAME=...  set a variable of the PAM environment
 *   return=N         the PAM code to end with; else that of the last
 *                    conversation which failed, or 0
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <security/pam_appl.h>
#include <security/pam_modules.h>

#define EXPORT	__attribute__((visibility("default")))
#define MARK	"probe.mark"
#define FDS_MAX 256

struct probe {
	pam_handle_t *pamh;
	const char *phase;
	FILE *file;
	unsigned flags;
	int ret;
};

extern char **environ;

static const char *
get_text(pam_handle_t *pamh, int item)
{
	const void *text = NULL;

	(void)pam_get_item(pamh, item, &text);
	return text != NULL ? text : "";
}

static void
put_hex(FILE *file, const char *text)
{
	for (; *text != '\0'; text++)
		(void)fprintf(file, "%02x", (unsigned char)*text);
}

/* One message; its line says what came back, in hexadecimal. */
static void
converse(struct probe *p, const char *step, int style, const char *text)
{
	const struct pam_message message = { .msg_style = style, .msg = text };
	const struct pam_message *messages[] = { &message };
	struct pam_response *response = NULL;
	const struct pam_conv *conv;
	const void *item = NULL;
	int rc;

	(void)pam_get_item(p->pamh, PAM_CONV, &item);
	conv = item;
	rc = conv->conv(1, messages, &response, conv->appdata_ptr);
	if (rc != PAM_SUCCESS)
		p->ret = rc;
	(void)fprintf(p->file, "%s %s rc=%d", p->phase, step, rc);
	if (rc == PAM_SUCCESS && response != NULL && response->resp != NULL) {
		(void)fputs(" reply=", p->file);
		put_hex(p->file, response->resp);
	}
	(void)fputc('\n', p->file);
}

static void
show(struct probe *p, const char *text)
{
	converse(p, "info", PAM_TEXT_INFO, text);
}

static void
show_error(struct probe *p, const char *text)
{
	converse(p, "error", PAM_ERROR_MSG, text);
}

static void
show_many(struct probe *p, const char *count)
{
	char text[32];

	for (int i = 1; i <= atoi(count); i++) {
		(void)snprintf(text, sizeof(text), "text %d of many", i);
		show(p, text);
	}
}

static void
ask(struct probe *p, const char *text)
{
	converse(p, "on", PAM_PROMPT_ECHO_ON, text);
}

static void
ask_at_length(struct probe *p, const char *length)
{
	static char text[65536];

	(void)snprintf(text, sizeof(text), "%*s", atoi(length), "");
	memset(text, 'z', strlen(text));
	(void)snprintf(text + strlen(text), 8, "say> ");
	ask(p, text);
}

static void
ask_without_echo(struct probe *p, const char *text)
{
	converse(p, "off", PAM_PROMPT_ECHO_OFF, text);
}

/* All of it: a signal that the host catches does not cut it short. */
static void
take_a_while(struct probe *p, const char *ms)
{
	struct timespec left = { atoi(ms) / 1000, atoi(ms) % 1000 * 1000000L };

	while (nanosleep(&left, &left) != 0)
		;
	(void)fprintf(p->file, "%s slept\n", p->phase);
}

static void
put_variable(struct probe *p, const char *setting)
{
	(void)fprintf(p->file, "%s putenv rc=%d\n", p->phase,
	    pam_putenv(p->pamh, setting));
}

static void
set_return(struct probe *p, const char *code)
{
	p->ret = atoi(code);
}

static void
tell_signal(struct probe *p, const char *name, int number)
{
	struct sigaction action = { 0 };
	const char *how = "caught";
	sigset_t blocked;

	(void)sigprocmask(SIG_SETMASK, NULL, &blocked);
	(void)sigaction(number, NULL, &action);
	if (sigismember(&blocked, number) == 1)
		how = "blocked";
	else if (action.sa_handler == SIG_IGN)
		how = "ignored";
	else if (action.sa_handler == SIG_DFL)
		how = "default";
	(void)fprintf(p->file, " %s=%s", name, how);
}

/* The names in the environment, a '-' behind those that getenv() hides. */
static void
tell_environment(struct probe *p)
{
	char name[256];
	const char *separator = "";

	(void)fputs(" environ=", p->file);
	for (char **e = environ; e != NULL && *e != NULL; e++) {
		(void)snprintf(
		    name, sizeof(name), "%.*s", (int)strcspn(*e, "="), *e);
		(void)fprintf(p->file, "%s%s%s", separator, name,
		    getenv(name) != NULL ? "" : "-");
		separator = ",";
	}
}

/* Descriptors beyond 2; those with a peer on the network end in 'i'. */
static void
tell_descriptors(struct probe *p)
{
	struct sockaddr_storage peer;
	const char *separator = "";
	socklen_t n;

	(void)fputs(" descriptors=", p->file);
	for (int fd = 3; fd < FDS_MAX; fd++) {
		if (fd == fileno(p->file) || fcntl(fd, F_GETFD) < 0)
			continue;
		n = sizeof(peer);
		(void)fprintf(p->file, "%s%d%s", separator, fd,
		    getpeername(fd, (struct sockaddr *)&peer, &n) == 0 &&
			    peer.ss_family == AF_INET
			? "i"
			: "");
		separator = ",";
	}
}

static void
tell_limits(struct probe *p)
{
	struct itimerval timer = { 0 };
	struct rlimit as = { 0 }, size = { 0 };

	(void)getrlimit(RLIMIT_AS, &as);
	(void)getrlimit(RLIMIT_FSIZE, &size);
	(void)getitimer(ITIMER_REAL, &timer);
	(void)fprintf(p->file, " as=%lld fsize=%lld alarm=%s",
	    (long long)as.rlim_cur, (long long)size.rlim_cur,
	    timer.it_value.tv_sec != 0 ? "set" : "none");
}

static void
tell_facts(struct probe *p, const char *unused)
{
	(void)unused;
	(void)fprintf(p->file, "%s facts uid=%u euid=%u flags=%#x", p->phase,
	    getuid(), geteuid(), p->flags);
	tell_signal(p, "sigint", SIGINT);
	tell_signal(p, "sigquit", SIGQUIT);
	tell_signal(p, "sigpipe", SIGPIPE);
	tell_signal(p, "sigchld", SIGCHLD);
	tell_environment(p);
	tell_descriptors(p);
	tell_limits(p);
	(void)fprintf(p->file, " service=%s tty=%s rhost=%s\n",
	    get_text(p->pamh, PAM_SERVICE), get_text(p->pamh, PAM_TTY),
	    get_text(p->pamh, PAM_RHOST));
}

static const struct {
	const char *name;
	void (*take)(struct probe *, const char *);
} steps[] = {
	{ "facts", tell_facts },
	{ "info", show },
	{ "error", show_error },
	{ "many", show_many },
	{ "on", ask },
	{ "off", ask_without_echo },
	{ "long", ask_at_length },
	{ "sleep", take_a_while },
	{ "putenv", put_variable },
	{ "return", set_return },
};

static void
take_step(struct probe *p, const char *step)
{
	const size_t n = strcspn(step, "=");

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		if (strlen(steps[i].name) == n &&
		    strncmp(steps[i].name, step, n) == 0)
			steps[i].take(p, step + n + (step[n] == '='));
}

/* Which call, in which process, and what an earlier call has left there. */
static void
tell_call(struct probe *p)
{
	const char *info = pam_getenv(p->pamh, "SSH_AUTH_INFO_0");
	const void *data = NULL;

	(void)pam_get_data(p->pamh, MARK, &data);
	(void)fprintf(p->file,
	    "%s call pid=%d ppid=%d data=%s env=%s info=", p->phase, getpid(),
	    getppid(), data != NULL ? "kept" : "lost",
	    pam_getenv(p->pamh, MARK) != NULL ? "kept" : "lost");
	put_hex(p->file, info != NULL ? info : "");
	(void)fputc('\n', p->file);
}

static int
probe(pam_handle_t *pamh, const char *phase, int flags, int argc,
    const char **argv)
{
	struct probe p = {
		.pamh = pamh,
		.phase = phase,
		.flags = (unsigned)flags,
		.ret = PAM_SUCCESS,
	};

	if (argc < 1 || strncmp(argv[0], "file=", 5) != 0)
		return PAM_SERVICE_ERR;
	p.file = fopen(argv[0] + 5, "ae");
	if (p.file == NULL)
		return PAM_SERVICE_ERR;
	(void)setvbuf(p.file, NULL, _IOLBF, 0); /* the host may be killed */
	tell_call(&p);
	for (int i = 1; i < argc; i++)
		take_step(&p, argv[i]);
	(void)fclose(p.file);
	return p.ret;
}

EXPORT int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	static char mark[] = MARK;

	(void)pam_set_data(pamh, MARK, mark, NULL);
	(void)pam_putenv(pamh, MARK "=1");
	return probe(pamh, "authenticate", flags, argc, argv);
}

EXPORT int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return probe(pamh, "account", flags, argc, argv);
}

EXPORT int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return probe(pamh, "setcred", flags, argc > 0, argv);
}

EXPORT int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return probe(pamh, "open_session", flags, argc, argv);
}

EXPORT int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return probe(pamh, "close_session", flags, argc, argv);
}
