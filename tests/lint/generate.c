/*
 * Write what is generated from the settings table:
 *   generate example        the example file
 *   generate man < PAGE     PAGE with the parts between its markers anew
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "login/settings_table.h"

#define WIDTH 76

/* Print words, broken at WIDTH, each line behind a prefix. */
static void
put_wrapped(const char *prefix, const char *text)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		if (column > 0 && column + 1 + n > WIDTH) {
			putchar('\n');
			column = 0;
		}
		if (column == 0)
			column = (size_t)printf("%s", prefix);
		else
			column += (size_t)printf(" ");
		column += (size_t)printf("%.*s", (int)n, text);
		text += n + strspn(text + n, " ");
	}
	putchar('\n');
}

/* "Default: X." in words; "" where a setting is required. */
static void
default_text(const struct settings_row *row, char *ret, size_t size)
{
	if (row->derived != NULL)
		snprintf(ret, size, "Default: %s.", row->derived);
	else if (row->fallback != NULL)
		snprintf(ret, size, "Default: %s", row->fallback);
	else if (settings_row_is_required(row))
		snprintf(ret, size, "Required.");
	else
		snprintf(ret, size, "Default: none.");
}

static const char *
shown_value(const struct settings_row *row)
{
	if (row->fallback != NULL && strcmp(row->fallback, "auto") != 0)
		return row->fallback;
	return row->example != NULL ? row->example : row->fallback;
}

static void
example_row(const struct settings_row *row)
{
	char expected[200], fallback[200], line[512];

	settings_value_expected(row, expected, sizeof(expected));
	default_text(row, fallback, sizeof(fallback));
	putchar('\n');
	put_wrapped("# ", row->help);
	snprintf(line, sizeof(line), "Takes %s. %s", expected, fallback);
	put_wrapped("# ", line);
	printf("%s%s = %s\n", settings_row_is_required(row) ? "" : "#",
	    row->name, shown_value(row));
}

static void
example_rows(enum settings_scope first, enum settings_scope last)
{
	for (size_t i = 0; i < settings_row_count; i++)
		if (settings_rows[i].scope >= first &&
		    settings_rows[i].scope <= last)
			example_row(&settings_rows[i]);
}

static int
example(void)
{
	puts("# Settings of pam_oauth2; pam_oauth2.conf(5) says more.");
	puts("#");
	put_wrapped("# ",
	    "Copy this file to /etc/pam_oauth2/pam_oauth2.conf, root's and "
	    "mode 0640, and change at least the provider at its end. A "
	    "setting that is commented out shows its default, or an example "
	    "where there is none.");
	puts("#");
	put_wrapped("# ",
	    "Comments start with # or ; in the first column; there are none "
	    "behind a value. There are no quotes and no units. Whatever is "
	    "wrong in this file refuses all logins through pam_oauth2, and "
	    "the log says which line it is.");
	puts("\n[pam_oauth2]");
	example_rows(SETTINGS_SCOPE_GLOBAL, SETTINGS_SCOPE_SERVICE);
	putchar('\n');
	put_wrapped("# ",
	    "All of the settings above but account_services, account_exempt, "
	    "store_key_file and debug may stand in a section for one PAM "
	    "service too, and then hold for this service.");
	puts("[service login]\nlogin_timeout = 50");
	putchar('\n');
	put_wrapped("# ",
	    "The provider that signs people in. There may be several of "
	    "these, each under a name of its own.");
	puts("[provider corp]");
	example_rows(SETTINGS_SCOPE_PROVIDER, SETTINGS_SCOPE_PROVIDER);
	return 0;
}

/* A word of mdoc text: nothing in it is taken for a macro or an escape. */
static void
man_word(const char *word, size_t n, bool is_first)
{
	if (is_first && (*word == '.' || *word == '\''))
		fputs("\\&", stdout);
	for (size_t i = 0; i < n; i++) {
		if (word[i] == '\\')
			fputs("\\e", stdout);
		else
			putchar(word[i]);
	}
}

/* Text as mdoc has it: every sentence starts a line, none is too long. */
static void
man_text(const char *text)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		if (column > 0 && column + 1 + n > WIDTH) {
			putchar('\n');
			column = 0;
		}
		if (column > 0)
			putchar(' ');
		man_word(text, n, column == 0);
		column += n + 1;
		if (n > 0 && text[n - 1] == '.') {
			putchar('\n');
			column = 0;
		}
		text += n + strspn(text + n, " ");
	}
	if (column > 0)
		putchar('\n');
}

static void
man_row(const struct settings_row *row)
{
	char text[200], takes[220];

	printf(".It Ic %s\n", row->name);
	man_text(row->help);
	settings_value_expected(row, text, sizeof(text));
	snprintf(takes, sizeof(takes), "Takes %s.", text);
	printf(".br\n");
	man_text(takes);
	printf(".br\n");
	if (row->fallback != NULL && row->derived == NULL) {
		printf("Default:\n.Ql %s\n", row->fallback);
		return;
	}
	default_text(row, text, sizeof(text));
	man_text(text);
}

static int
man_rows(const char *scope)
{
	static const char *const scopes[] = {
		[SETTINGS_SCOPE_GLOBAL] = "global",
		[SETTINGS_SCOPE_SERVICE] = "service",
		[SETTINGS_SCOPE_PROVIDER] = "provider",
	};
	int count = 0;

	for (size_t i = 0; i < settings_row_count; i++) {
		if (strcmp(scopes[settings_rows[i].scope], scope) != 0)
			continue;
		man_row(&settings_rows[i]);
		count++;
	}
	return count;
}

/* Copy the page; what stands between BEGIN and END is written anew. */
static int
man(void)
{
	char line[1024], scope[32];
	bool is_inside = false;
	int parts = 0;

	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (strcmp(line, ".\\\" END GENERATED\n") == 0)
			is_inside = false;
		if (!is_inside)
			fputs(line, stdout);
		if (sscanf(line, ".\\\" BEGIN GENERATED %31[a-z]\n", scope) !=
		    1)
			continue;
		is_inside = true;
		if (man_rows(scope) == 0)
			return 1;
		parts++;
	}
	return is_inside || parts != 3;
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "example") == 0)
		return example();
	if (argc == 2 && strcmp(argv[1], "man") == 0)
		return man();
	fputs("usage: generate example | man < PAGE\n", stderr);
	return 2;
}
