/*
 * A PAM application that does as it is told: runs a stack from a directory
 * of stacks (pam_start_confdir) and shows every message and return code.
 *
 *	driver [option ...] CONFDIR SERVICE USER OPERATION ...
 *
 * An operation `user=NAME` sets PAM_USER, as a host may do at any time, and
 * `print=NAME` shows a variable of the PAM environment.
 *
 * A prompt is answered with a line of standard input, so that a test can do
 * something while a person would be thinking. An end of input is a
 * conversation that fails. After some rounds, with the module still loaded,
 * a line says what the process holds.
 */
#include <errno.h>
#include <dirent.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <security/pam_appl.h>

struct options {
	const char *rhost;
	const char *tty;
	const char *environment; /* one NAME=VALUE of PAM's own */
	int flags;
	int rounds;
	bool has_no_conversation;
	bool fakes_answers; /* as sshd's password method does */
	bool ignores_sigchld;
	uid_t uid;
};

static struct options options = { .rounds = 1 };

struct operation {
	const char *name;
	int (*run)(pam_handle_t *pamh, int flags);
};

static const struct operation operations[] = {
	{ "authenticate", pam_authenticate },
	{ "acct_mgmt", pam_acct_mgmt },
	{ "setcred", pam_setcred },
	{ "open_session", pam_open_session },
	{ "close_session", pam_close_session },
	{ "chauthtok", pam_chauthtok },
};

static const char *
style_name(int style)
{
	switch (style) {
	case PAM_PROMPT_ECHO_ON:
		return "prompt_echo_on";
	case PAM_PROMPT_ECHO_OFF:
		return "prompt_echo_off";
	case PAM_ERROR_MSG:
		return "error";
	case PAM_TEXT_INFO:
		return "info";
	default:
		return "unknown";
	}
}

/* One line, whatever the text holds. */
static void
print_message(int style, const char *text)
{
	printf("message %s ", style_name(style));
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			fputs("\\n", stdout);
		else if (*text == '\\')
			fputs("\\\\", stdout);
		else
			putchar(*text);
	}
	putchar('\n');
	fflush(stdout);
}

static char *
read_answer(void)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n = getline(&line, &size, stdin);

	if (n < 0) {
		free(line);
		return NULL;
	}
	if (n > 0 && line[n - 1] == '\n')
		line[n - 1] = '\0';
	return line;
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret, void *data)
{
	struct pam_response *answers = calloc((size_t)count, sizeof(*answers));

	(void)data;
	if (answers == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++) {
		int style = messages[i]->msg_style;

		print_message(style, messages[i]->msg);
		if (style == PAM_PROMPT_ECHO_ON || style == PAM_PROMPT_ECHO_OFF)
			answers[i].resp = read_answer();
		else if (options.fakes_answers)
			answers[i].resp = strdup("");
		else
			continue;
		if (answers[i].resp == NULL) {
			free(answers);
			return PAM_CONV_ERR;
		}
	}
	*ret = answers;
	return PAM_SUCCESS;
}

static int
count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	if (dir == NULL)
		return -1;
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

/* A number of a file in /proc, by its name with the colon. */
static long
read_number(const char *path, const char *name)
{
	char line[256];
	long number = -1;
	FILE *f = fopen(path, "re");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, name, strlen(name)) == 0)
			number = strtol(line + strlen(name), NULL, 10);
	if (f != NULL)
		fclose(f);
	return number;
}

/* The kernel counts VmRSS in lumps: smaps_rollup says it to the page. */
static void
print_held(int round)
{
	const bool has_child = waitpid(-1, NULL, WNOHANG) != -1;

	if (round != 1 && round != 10 && round != options.rounds)
		return;
	printf("held round=%d rss_kib=%ld threads=%ld descriptors=%d "
	       "children=%d\n",
	    round, read_number("/proc/self/smaps_rollup", "Rss:"),
	    read_number("/proc/self/status", "Threads:"), count_descriptors(),
	    has_child);
	fflush(stdout);
}

/* What of the PAM environment would reach the person's shell. */
static void
print_variable(pam_handle_t *pamh, const char *name)
{
	const char *value = pam_getenv(pamh, name);

	printf("variable %s%s%s\n", name, value != NULL ? "=" : "",
	    value != NULL ? value : "");
	fflush(stdout);
}

static void
run_operation(pam_handle_t *pamh, const char *name)
{
	if (strncmp(name, "user=", strlen("user=")) == 0) {
		pam_set_item(pamh, PAM_USER, name + strlen("user="));
		return;
	}
	if (strncmp(name, "print=", strlen("print=")) == 0) {
		print_variable(pamh, name + strlen("print="));
		return;
	}
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]);
	     i++) {
		if (strcmp(operations[i].name, name) != 0)
			continue;
		printf("result %s %d\n", name,
		    operations[i].run(pamh, options.flags));
		fflush(stdout);
		return;
	}
	fprintf(stderr, "driver: unknown operation %s\n", name);
	exit(2);
}

static void
run_round(char **argv, int round)
{
	const struct pam_conv conv = { converse, NULL };
	const struct pam_conv none = { NULL, NULL };
	pam_handle_t *pamh = NULL;
	int rc;

	rc = pam_start_confdir(argv[1], argv[2],
	    options.has_no_conversation ? &none : &conv, argv[0], &pamh);
	if (rc != PAM_SUCCESS) {
		fprintf(stderr, "driver: pam_start_confdir: %d\n", rc);
		exit(2);
	}
	if (options.rhost != NULL)
		pam_set_item(pamh, PAM_RHOST, options.rhost);
	if (options.tty != NULL)
		pam_set_item(pamh, PAM_TTY, options.tty);
	if (options.environment != NULL)
		pam_putenv(pamh, options.environment);
	for (char **name = argv + 3; *name != NULL; name++)
		run_operation(pamh, *name);
	print_held(round);
	pam_end(pamh, PAM_SUCCESS);
}

static void
read_options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "+ce:fr:t:F:n:su:")) != -1) {
		switch (c) {
		case 'c':
			options.has_no_conversation = true;
			break;
		case 'e':
			options.environment = optarg;
			break;
		case 'f':
			options.fakes_answers = true;
			break;
		case 'r':
			options.rhost = optarg;
			break;
		case 't':
			options.tty = optarg;
			break;
		case 'F':
			options.flags = (int)strtoul(optarg, NULL, 0);
			break;
		case 'n':
			options.rounds = atoi(optarg);
			break;
		case 's':
			options.ignores_sigchld = true;
			break;
		case 'u':
			options.uid = (uid_t)strtoul(optarg, NULL, 10);
			break;
		default:
			exit(2);
		}
	}
}

int
main(int argc, char **argv)
{
	struct rusage usage;

	/* What was typed is to be nowhere but in the answer. */
	setvbuf(stdin, NULL, _IONBF, 0);
	read_options(argc, argv);
	if (argc - optind < 4) {
		fprintf(stderr,
		    "usage: driver [option ...] CONFDIR SERVICE USER "
		    "OPERATION ...\n");
		return 2;
	}
	if (options.ignores_sigchld)
		signal(SIGCHLD, SIG_IGN);
	if (options.uid != 0 && setuid(options.uid) != 0)
		return 2;
	for (int i = 1; i <= options.rounds; i++)
		run_round(argv + optind, i);
	getrusage(RUSAGE_SELF, &usage);
	printf("left descriptors=%d maxrss=%ld\n", count_descriptors(),
	    usage.ru_maxrss);
	return 0;
}
