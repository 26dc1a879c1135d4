/* login/network: where somebody is, and where nobody can tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "login/network.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void
an_address_is_in_a_network(void **state)
{
	static const struct {
		const char *rhost;
		const char *network;
	} rows[] = {
		{ "192.0.2.1", "192.0.2.0/24" },
		{ "192.0.2.255", "192.0.2.0/24" },
		{ "192.0.3.1", "192.0.3.0/24" },
		{ "2001:db8:1:2::3", "2001:db8:1::/48" },
		{ "2001:db8:1:ffff:ffff:ffff:ffff:ffff", "2001:db8:1::/48" },
		{ "2001:DB8:2::", "2001:db8:2::/48" },
		{ "::ffff:192.0.2.7", "192.0.2.0/24" },
		{ "::1", "::/48" },
	};
	char network[NETWORK_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_true(network_of(rows[i].rhost, network));
		assert_string_equal(network, rows[i].network);
	}
}

static void
a_name_is_in_none(void **state)
{
	static const char *const names[] = { "", "localhost", "192.0.2",
		"192.0.2.1.example", "192.0.2.256", " 192.0.2.1", "192.0.2.1 ",
		"192.0.2.0/24", "2001:db8::1%eth0", "UNKNOWN", "fe80::1",
		"0x7f.0.0.1" };
	char network[NETWORK_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		if (network_of(names[i], network))
			fail_msg("%s: %s", names[i], network);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_in_a_network),
		cmocka_unit_test(a_name_is_in_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
