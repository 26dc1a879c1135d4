/* Where a person is, no more exactly than it stays the same for a day. */
#ifndef PAM_OAUTH2_LOGIN_NETWORK_H
#define PAM_OAUTH2_LOGIN_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

#define NETWORK_SIZE 64

/*
 * The network of an address: "192.0.2.0/24", or "2001:db8:1::/48". An IPv4
 * address in an IPv6 one is what it is.
 *
 * rhost    PAM_RHOST
 * ret      NETWORK_SIZE bytes
 *
 * False where rhost is no address: the host has resolved it to a name, which
 * the owner of the address chooses.
 */
bool network_of(const char *rhost, char *ret);

#endif
