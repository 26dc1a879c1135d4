#include "cli/arguments.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "cli/command.h"

#define SHOWN_SIZE 80

#define NO_VALUE     SIZE_MAX
#define VALUE(field) offsetof(struct arguments, field)

static const struct row {
	const char *name;
	enum option option;
	size_t value; /* where it goes, or NO_VALUE */
} rows[] = {
	{ "--help", OPTION_HELP, NO_VALUE },
	{ "-h", OPTION_HELP, NO_VALUE },
	{ "--version", OPTION_VERSION, NO_VALUE },
	{ "-V", OPTION_VERSION, NO_VALUE },
	{ "--json", OPTION_JSON, NO_VALUE },
	{ "--config", OPTION_CONFIG, VALUE(config) },
	{ "--all", OPTION_ALL, NO_VALUE },
	{ "--service", OPTION_SERVICE, VALUE(service) },
	{ "--check", OPTION_CHECK, VALUE(check) },
};

struct parser {
	char *const *next; /* of what is left of argv, NULL at its end */
	struct arguments *ret;
	const char *name; /* of the command */
	bool is_all_operands;
	struct detail *d;
};

/* "What: the text", which anybody may have typed. */
static enum oauth2_err
refuse(const struct parser *p, const char *what, const char *text)
{
	char shown[SHOWN_SIZE];

	text_clean(shown, sizeof(shown), text, strlen(text));
	return detail_fail(p->d, OAUTH2_ERR_SYNTAX, "%s: %s", what, shown);
}

static const struct row *
find_row(const char *argument)
{
	size_t n = strncmp(argument, "--", 2) == 0 ? strcspn(argument, "=")
						   : strlen(argument);

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strlen(rows[i].name) == n &&
		    strncmp(rows[i].name, argument, n) == 0)
			return &rows[i];
	return NULL;
}

static enum oauth2_err
take_value(struct parser *p, const struct row *row, const char *inline_value)
{
	const char *value = inline_value;

	if (value == NULL && *p->next != NULL)
		value = *p->next++;
	if (value == NULL || value[0] == '\0')
		return refuse(p, "option without its value", row->name);
	memcpy((char *)p->ret + row->value, &value, sizeof(value));
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
take_option(struct parser *p, const char *argument)
{
	const struct row *row = find_row(argument);
	const char *equals = strchr(argument, '=');

	if (row == NULL)
		return refuse(p, "unknown option", argument);
	if (row->value == NO_VALUE && equals != NULL)
		return refuse(p, "option that takes no value", row->name);
	if (row->value != NO_VALUE && arguments_have(p->ret, row->option))
		return refuse(p, "option given twice", row->name);
	p->ret->given |= (unsigned)row->option;
	if (row->value == NO_VALUE)
		return OAUTH2_ERR_OK;
	return take_value(p, row, equals != NULL ? equals + 1 : NULL);
}

static enum oauth2_err
take_operand(struct parser *p, const char *argument)
{
	if (argument[0] == '\0')
		return refuse(p, "an argument is empty", "\"\"");
	if (p->name == NULL) {
		p->name = argument;
		p->ret->command = command_find(argument);
		return p->ret->command != NULL
			   ? OAUTH2_ERR_OK
			   : refuse(p, "unknown command", argument);
	}
	if (p->ret->operand != NULL || p->ret->command->operands == 0)
		return refuse(p, "one argument too many", argument);
	p->ret->operand = argument;
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
take(struct parser *p, const char *argument)
{
	if (p->is_all_operands || argument[0] != '-' || argument[1] == '\0')
		return take_operand(p, argument);
	if (strcmp(argument, "--") != 0)
		return take_option(p, argument);
	p->is_all_operands = true;
	return OAUTH2_ERR_OK;
}

/* Whether everything goes together. */
static enum oauth2_err
check(const struct parser *p)
{
	const struct command *command = p->ret->command;
	unsigned wrong;

	if (arguments_have(p->ret, OPTION_HELP) ||
	    arguments_have(p->ret, OPTION_VERSION))
		return OAUTH2_ERR_OK;
	if (command == NULL)
		return detail_fail(p->d, OAUTH2_ERR_SYNTAX, "no command");
	wrong = p->ret->given & ~(OPTIONS_GENERAL | command->options);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if ((wrong & (unsigned)rows[i].option) != 0)
			return detail_fail(p->d, OAUTH2_ERR_SYNTAX,
			    "%s does not take the option %s", command->name,
			    rows[i].name);
	if (command->needs_operand && p->ret->operand == NULL)
		return detail_fail(p->d, OAUTH2_ERR_SYNTAX, "missing: %s %s",
		    command->name, command->usage);
	return OAUTH2_ERR_OK;
}

/* Who asked for JSON gets it, also about what is wrong before that. */
static void
look_for_json(char *const *argv, struct arguments *ret)
{
	for (; *argv != NULL && strcmp(*argv, "--") != 0; argv++)
		if (strcmp(*argv, "--json") == 0)
			ret->given |= OPTION_JSON;
}

enum oauth2_err
arguments_parse(
    int argc, char *const *argv, struct arguments *ret, struct detail *d)
{
	struct parser p = { .next = argv + (argc > 0), .ret = ret, .d = d };
	enum oauth2_err err = OAUTH2_ERR_OK;

	look_for_json(p.next, ret);
	while (*p.next != NULL && err == OAUTH2_ERR_OK)
		err = take(&p, *p.next++);
	return err == OAUTH2_ERR_OK ? check(&p) : err;
}
