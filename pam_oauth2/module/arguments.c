#include "module/arguments.h"

#include <stddef.h>
#include <string.h>

/* The value of `name=value`, or NULL when arg is something else. */
static const char *
value_of(const char *arg, const char *name)
{
	size_t n = strlen(name);

	if (strncmp(arg, name, n) != 0 || arg[n] != '=' || arg[n + 1] == '\0')
		return NULL;
	return arg + n + 1;
}

const char *
arguments_parse(int argc, const char **argv, struct arguments *ret)
{
	struct arguments a = { 0 };
	const char *value;

	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "debug") == 0)
			a.is_debug = true;
		else if (strcmp(argv[i], "prior-module") == 0)
			a.has_prior_module = true;
		else if ((value = value_of(argv[i], "config")) != NULL &&
			 value[0] == '/')
			a.config_path = value;
		else if ((value = value_of(argv[i], "service")) != NULL)
			a.section = value;
		else
			return argv[i];
	}
	*ret = a;
	return NULL;
}
