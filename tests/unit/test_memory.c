/* net/memory: what libcurl asks of malloc and its kin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "net/memory.h"

static void
a_block_keeps_its_content_as_it_grows_and_shrinks(void **state)
{
	char *p = memory_malloc(4);

	(void)state;
	assert_non_null(p);
	memcpy(p, "abcd", 4);
	p = memory_realloc(p, 100000);
	assert_non_null(p);
	assert_memory_equal(p, "abcd", 4);
	p[99999] = 'z';
	p = memory_realloc(p, 2);
	assert_non_null(p);
	assert_memory_equal(p, "ab", 2);
	memory_free(p);
}

static void
nothing_grows_into_a_block_and_nothing_is_freed(void **state)
{
	char *p = memory_realloc(NULL, 10);

	(void)state;
	assert_non_null(p);
	memory_free(p);
	memory_free(NULL);
}

static void
an_empty_block_is_a_block(void **state)
{
	char *p = memory_malloc(0);

	(void)state;
	assert_non_null(p);
	p = memory_realloc(p, 1);
	assert_non_null(p);
	memory_free(p);
}

static void
blocks_are_zero_and_aligned(void **state)
{
	for (size_t n = 1; n < 100; n++) {
		uint8_t *p = memory_calloc(n, 3);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < n * 3; i++)
			assert_int_equal(p[i], 0);
		memory_free(p);
	}
	(void)state;
}

static void
what_is_too_large_is_refused_and_the_block_stays(void **state)
{
	char *p = memory_strdup("abc");

	(void)state;
	assert_string_equal(p, "abc");
	assert_null(memory_malloc(SIZE_MAX));
	assert_null(memory_malloc(SIZE_MAX - 8));
	assert_null(memory_calloc(SIZE_MAX / 2, 3));
	assert_null(memory_realloc(p, SIZE_MAX));
	assert_string_equal(p, "abc");
	memory_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_block_keeps_its_content_as_it_grows_and_shrinks),
		cmocka_unit_test(
		    nothing_grows_into_a_block_and_nothing_is_freed),
		cmocka_unit_test(an_empty_block_is_a_block),
		cmocka_unit_test(blocks_are_zero_and_aligned),
		cmocka_unit_test(
		    what_is_too_large_is_refused_and_the_block_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
