/* base/secret: memory that is wiped before it is given back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/secret.h"

/* The last wipe: ours stands in for the C library's, and does its work. */
static struct {
	void *p;
	size_t n;
} wiped;

void
explicit_bzero(void *p, size_t n)
{
	volatile unsigned char *byte = p;

	for (size_t i = 0; i < n; i++)
		byte[i] = 0;
	wiped.p = p;
	wiped.n = n;
}

static void
memory_is_zero_and_large_enough(void **state)
{
	unsigned char *p = secret_alloc(1000);

	(void)state;
	assert_non_null(p);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(p[i], 0);
	memset(p, 0xaa, 1000);
	assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
	secret_free(p);
	secret_free(NULL);
}

static void
nothing_and_too_much_are_handled(void **state)
{
	void *p = secret_alloc(0);

	(void)state;
	assert_non_null(p);
	secret_free(p);
	assert_null(secret_alloc(SIZE_MAX));
	assert_null(secret_alloc(SIZE_MAX / 2 + 1));
}

static void
a_copy_is_equal_and_its_own(void **state)
{
	char text[] = "hunter2";
	char *copy = secret_strdup(text);

	(void)state;
	text[0] = 'x';
	assert_string_equal(copy, "hunter2");
	secret_free(copy);
	assert_null(secret_strdup(NULL));
}

static void
freeing_wipes_the_whole_block_first(void **state)
{
	char *p = secret_alloc(123), *q = p;

	(void)state;
	wiped.n = 0;
	secret_free(p);
	assert_ptr_equal(wiped.p, q);
	assert_int_equal(wiped.n, 123);
	q = p = secret_strdup("hunter2");
	secret_free(p);
	assert_ptr_equal(wiped.p, q);
	assert_int_equal(wiped.n, sizeof("hunter2"));
}

static void
wiping_leaves_zeros(void **state)
{
	char text[] = "hunter2";

	(void)state;
	secret_wipe(text, sizeof(text));
	for (size_t i = 0; i < sizeof(text); i++)
		assert_int_equal(text[i], 0);
}

static void
equality_is_of_every_byte(void **state)
{
	unsigned char a[32] = { 0 }, b[32] = { 0 };

	(void)state;
	assert_true(secret_equal(a, b, sizeof(a)));
	assert_true(secret_equal("a", "b", 0));
	for (size_t i = 0; i < sizeof(a); i++) {
		for (int bit = 0; bit < 8; bit++) {
			b[i] = (unsigned char)(1u << bit);
			assert_false(secret_equal(a, b, sizeof(a)));
		}
		b[i] = 0;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zero_and_large_enough),
		cmocka_unit_test(nothing_and_too_much_are_handled),
		cmocka_unit_test(a_copy_is_equal_and_its_own),
		cmocka_unit_test(freeing_wipes_the_whole_block_first),
		cmocka_unit_test(wiping_leaves_zeros),
		cmocka_unit_test(equality_is_of_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
