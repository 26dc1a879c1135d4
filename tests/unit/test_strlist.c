/* base/strlist: copies, up to a maximum. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/strlist.h"

static void
items_are_copies(void **state)
{
	AUTO(strlist_free) struct strlist l = STRLIST(4);
	char text[] = "one";

	(void)state;
	assert_int_equal(strlist_add(&l, text), OAUTH2_ERR_OK);
	text[0] = 'x';
	assert_string_equal(l.items[0], "one");
	assert_true(strlist_has(&l, "one"));
	assert_false(strlist_has(&l, "on"));
	assert_false(strlist_has(&l, "ONE"));
}

static void
the_list_holds_its_maximum_and_not_one_more(void **state)
{
	AUTO(strlist_free) struct strlist l = STRLIST(256);
	char name[16];

	(void)state;
	for (int i = 0; i < 256; i++) {
		snprintf(name, sizeof(name), "%d", i);
		assert_int_equal(strlist_add(&l, name), OAUTH2_ERR_OK);
	}
	assert_int_equal(strlist_add(&l, "256"), OAUTH2_ERR_LIMIT);
	assert_int_equal(l.count, 256);
	assert_string_equal(l.items[0], "0");
	assert_string_equal(l.items[255], "255");
	assert_false(strlist_has(&l, "256"));
}

static void
a_list_of_none_takes_none(void **state)
{
	AUTO(strlist_free) struct strlist l = STRLIST(0);

	(void)state;
	assert_int_equal(strlist_add(&l, ""), OAUTH2_ERR_LIMIT);
	assert_false(strlist_has(&l, ""));
}

static void
words_become_items(void **state)
{
	AUTO(strlist_free) struct strlist l = STRLIST(3);

	(void)state;
	assert_int_equal(strlist_add_words(&l, ""), OAUTH2_ERR_OK);
	assert_int_equal(strlist_add_words(&l, "  a\tb "), OAUTH2_ERR_OK);
	assert_int_equal(l.count, 2);
	assert_string_equal(l.items[1], "b");
	assert_int_equal(strlist_add_words(&l, "c d"), OAUTH2_ERR_LIMIT);
}

static void
a_freed_list_can_be_used_again(void **state)
{
	AUTO(strlist_free) struct strlist l = STRLIST(1);

	(void)state;
	assert_int_equal(strlist_add(&l, "a"), OAUTH2_ERR_OK);
	strlist_free(&l);
	assert_int_equal(l.count, 0);
	assert_int_equal(strlist_add(&l, "b"), OAUTH2_ERR_OK);
	assert_true(strlist_has(&l, "b"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_are_copies),
		cmocka_unit_test(the_list_holds_its_maximum_and_not_one_more),
		cmocka_unit_test(a_list_of_none_takes_none),
		cmocka_unit_test(words_become_items),
		cmocka_unit_test(a_freed_list_can_be_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
