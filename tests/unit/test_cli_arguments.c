/* cli/arguments: nothing that is said is ignored. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "cli/command.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define WORDS_MAX    8

static enum oauth2_err
parse(const char *const *words, struct arguments *ret, struct detail *d)
{
	char *argv[WORDS_MAX + 2] = { (char *)"pam-oauth2" };
	int argc = 1;

	*ret = (struct arguments){ .command = NULL };
	for (; *words != NULL; words++)
		argv[argc++] = (char *)*words;
	return arguments_parse(argc, argv, ret, d);
}

static void
what_is_right_is_taken(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		const char *command;
		const char *operand;
		unsigned given;
	} rows[] = {
		{ { "list" }, "list", NULL, 0 },
		{ { "list", "alice" }, "list", "alice", 0 },
		{ { "--json", "list", "alice" }, "list", "alice", OPTION_JSON },
		{ { "list", "--json", "alice" }, "list", "alice", OPTION_JSON },
		{ { "list", "alice", "--json" }, "list", "alice", OPTION_JSON },
		{ { "list", "--json", "--json" }, "list", NULL, OPTION_JSON },
		{ { "list", "--", "--json" }, "list", "--json", 0 },
		{ { "--", "list", "-x" }, "list", "-x", 0 },
		{ { "list", "-" }, "list", "-", 0 },
		{ { "forget", "--all" }, "forget", NULL, OPTION_ALL },
		{ { "--help" }, NULL, NULL, OPTION_HELP },
		{ { "-h", "list" }, "list", NULL, OPTION_HELP },
		{ { "-V" }, NULL, NULL, OPTION_VERSION },
		/* Who wants to read on is not told what is missing. */
		{ { "unbind", "--help" }, "unbind", NULL, OPTION_HELP },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arguments args;
		struct detail d = { .text = "" };

		if (parse(rows[i].words, &args, &d) != OAUTH2_ERR_OK)
			fail_msg("row %zu: %s", i, d.text);
		assert_int_equal(args.given, rows[i].given);
		assert_int_equal(args.command != NULL, rows[i].command != NULL);
		if (args.command != NULL)
			assert_string_equal(
			    args.command->name, rows[i].command);
		assert_int_equal(args.operand != NULL, rows[i].operand != NULL);
		if (args.operand != NULL)
			assert_string_equal(args.operand, rows[i].operand);
	}
}

static void
values_are_joined_or_follow(void **state)
{
	static const char *const joined[] = { "settings", "--service=su",
		"--config=/a=b", NULL };
	static const char *const follow[] = { "settings", "--service", "su",
		"--config", "/a=b", NULL };
	static const char *const option[] = { "list", "--config", "--json",
		NULL };
	const char *const *const both[] = { joined, follow };
	struct arguments args;

	(void)state;
	for (size_t i = 0; i < COUNT(both); i++) {
		assert_int_equal(parse(both[i], &args, NULL), OAUTH2_ERR_OK);
		assert_string_equal(args.service, "su");
		assert_string_equal(args.config, "/a=b");
		assert_null(args.check);
	}
	/* A value is what follows, whatever it looks like. */
	assert_int_equal(parse(option, &args, NULL), OAUTH2_ERR_OK);
	assert_string_equal(args.config, "--json");
}

static void
what_makes_no_sense_is_refused_by_name(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		const char *text;
	} rows[] = {
		{ { NULL }, "no command" },
		{ { "--json" }, "no command" },
		{ { "lis" }, "unknown command: lis" },
		{ { "listing" }, "unknown command: listing" },
		{ { "--jsonx", "list" }, "unknown option: --jsonx" },
		{ { "--jso", "list" }, "unknown option: --jso" },
		{ { "-hV" }, "unknown option: -hV" },
		{ { "-h=1" }, "unknown option: -h=1" },
		{ { "--=x" }, "unknown option: --=x" },
		{ { "list", "--all=1" }, "option that takes no value: --all" },
		{ { "list", "--all" }, "list does not take the option --all" },
		{ { "rekey", "--check", "/a" },
		    "rekey does not take the option --check" },
		{ { "list", "--service" },
		    "option without its value: --service" },
		{ { "list", "--service=" },
		    "option without its value: --service" },
		{ { "list", "--service=a", "--service=b" },
		    "option given twice: --service" },
		{ { "list", "a", "b" }, "one argument too many: b" },
		{ { "rekey", "a" }, "one argument too many: a" },
		{ { "list", "" }, "an argument is empty: \\x22\\x22" },
		{ { "unbind" }, "missing: unbind USER | EMAIL" },
		{ { "a\x1b[31m\xc2\x9b" },
		    "unknown command: a\\x1b[31m\\xc2\\x9b" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arguments args;
		struct detail d = { .text = "" };

		assert_int_equal(
		    parse(rows[i].words, &args, &d), OAUTH2_ERR_SYNTAX);
		assert_string_equal(d.text, rows[i].text);
	}
}

static void
who_asked_for_json_gets_it_also_when_refused(void **state)
{
	static const char *const first[] = { "--bogus", "--json", NULL };
	static const char *const none[] = { "--bogus", "--", "--json", NULL };
	struct arguments args;

	(void)state;
	assert_int_equal(parse(first, &args, NULL), OAUTH2_ERR_SYNTAX);
	assert_true(arguments_have(&args, OPTION_JSON));
	assert_int_equal(parse(none, &args, NULL), OAUTH2_ERR_SYNTAX);
	assert_false(arguments_have(&args, OPTION_JSON));
}

static void
every_command_is_complete(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i] != NULL; i++) {
		const struct command *command = commands[i];

		assert_ptr_equal(command_find(command->name), command);
		assert_non_null(command->usage);
		assert_in_range(strlen(command->summary), 1, 60);
		assert_int_equal(
		    command->help[strlen(command->help) - 1], '\n');
		assert_in_range(command->operands, 0, 1);
		assert_true(!command->needs_operand || command->operands == 1);
		assert_int_equal(command->options & OPTIONS_GENERAL, 0);
		assert_true(command->run != NULL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_right_is_taken),
		cmocka_unit_test(values_are_joined_or_follow),
		cmocka_unit_test(what_makes_no_sense_is_refused_by_name),
		cmocka_unit_test(who_asked_for_json_gets_it_also_when_refused),
		cmocka_unit_test(every_command_is_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
