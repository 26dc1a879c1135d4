#include "module/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define DESCRIPTORS_MAX 256 /* sshd's PAM process has about ten */

/* "ADDRESS PORT" of the peer, as SSH_CONNECTION begins. */
static bool
format_peer(int fd, char *ret, size_t size)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_storage storage;
	} peer;
	socklen_t n = sizeof(peer);
	char address[INET6_ADDRSTRLEN];
	const void *from;
	in_port_t port;
	int family;

	if (getpeername(fd, &peer.any, &n) != 0)
		return false;
	family = peer.any.sa_family;
	if (family == AF_INET) {
		from = &peer.v4.sin_addr;
		port = peer.v4.sin_port;
	} else if (family == AF_INET6) {
		from = &peer.v6.sin6_addr;
		port = peer.v6.sin6_port;
		if (IN6_IS_ADDR_V4MAPPED(&peer.v6.sin6_addr)) {
			from = &peer.v6.sin6_addr.s6_addr[12];
			family = AF_INET; /* as sshd writes it */
		}
	} else {
		return false;
	}
	if (inet_ntop(family, from, address, sizeof(address)) == NULL)
		return false;
	(void)snprintf(ret, size, "%s %u ", address, (unsigned)ntohs(port));
	return true;
}

int
client_find_socket(pam_handle_t *pamh)
{
	const char *connection = pam_getenv(pamh, "SSH_CONNECTION");
	char peer[INET6_ADDRSTRLEN + 16];

	if (connection == NULL)
		return -1;
	for (int fd = 0; fd < DESCRIPTORS_MAX; fd++)
		if (format_peer(fd, peer, sizeof(peer)) &&
		    strncmp(connection, peer, strlen(peer)) == 0)
			return fd;
	return -1;
}

bool
client_is_gone(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLRDHUP };

	/* poll() passes over -1. */
	return poll(&p, 1, 0) > 0 &&
	       (p.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}
