/*
 * Many commands from one process, for valgrind: it takes seconds to start.
 * A command is its words, each ended by NUL, and an empty one after the
 * last. It runs in a child, so that errors and leaks are its own; below what
 * it prints, its exit status gets a line.
 */
#ifndef PAM_OAUTH2_TESTS_DRIVER_SERVE_H
#define PAM_OAUTH2_TESTS_DRIVER_SERVE_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 64

/* The words of the next command, up to a NULL; none at the end of input. */
static inline size_t
read_words(char **words)
{
	size_t n = 0, size = 0;

	while (n < WORDS_MAX - 1) {
		words[n] = NULL;
		if (getdelim(&words[n], &size, '\0', stdin) <= 1)
			break;
		n++, size = 0;
	}
	free(words[n]);
	words[n] = NULL;
	return n;
}

static inline int
run_in_child(int (*run)(char **words), char **words)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		exit(run(words));
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static inline int
serve(int (*run)(char **words))
{
	char *words[WORDS_MAX];

	while (read_words(words) > 0) {
		printf("%d\n", run_in_child(run, words));
		fflush(stdout);
		for (size_t i = 0; words[i] != NULL; i++)
			free(words[i]);
	}
	return 0;
}

#endif
