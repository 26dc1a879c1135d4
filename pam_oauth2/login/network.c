#include "login/network.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define IPV4_KEPT 3 /* bytes of the address */
#define IPV6_KEPT 6

static bool
format(int family, const void *address, int bits, char *ret)
{
	char text[INET6_ADDRSTRLEN];

	return inet_ntop(family, address, text, sizeof(text)) != NULL &&
	       snprintf(ret, NETWORK_SIZE, "%s/%d", text, bits) < NETWORK_SIZE;
}

static bool
of_ipv4(const void *address, char *ret)
{
	unsigned char kept[4] = { 0 };

	memcpy(kept, address, IPV4_KEPT);
	return format(AF_INET, kept, IPV4_KEPT * 8, ret);
}

bool
network_of(const char *rhost, char *ret)
{
	struct in6_addr six;
	struct in_addr four;
	unsigned char kept[16] = { 0 };

	if (inet_pton(AF_INET, rhost, &four) == 1)
		return of_ipv4(&four, ret);
	if (inet_pton(AF_INET6, rhost, &six) != 1)
		return false;
	if (IN6_IS_ADDR_V4MAPPED(&six))
		return of_ipv4(six.s6_addr + 12, ret);
	/* The same everywhere on a link: no network at all. */
	if (IN6_IS_ADDR_LINKLOCAL(&six))
		return false;
	memcpy(kept, six.s6_addr, IPV6_KEPT);
	return format(AF_INET6, kept, IPV6_KEPT * 8, ret);
}
