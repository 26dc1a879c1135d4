#include "module/client.h"

#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* sshd's PAM process has about ten; others may have all they can. */
#define DESCRIPTORS_MAX 1024

/*
 * "ADDRESS PORT " of the peer, as SSH_CONNECTION begins: numbers, nobody is
 * asked for a name; an IPv4 address that came in over IPv6 is written as
 * what it is.
 */
static bool
format_peer(int fd, char *ret, size_t size)
{
	static const char mapped[] = "::ffff:";
	struct sockaddr_storage peer;
	socklen_t n = sizeof(peer);
	char address[NI_MAXHOST], port[NI_MAXSERV];
	const char *plain = address;

	if (getpeername(fd, (struct sockaddr *)&peer, &n) != 0 ||
	    (peer.ss_family != AF_INET && peer.ss_family != AF_INET6) ||
	    getnameinfo((struct sockaddr *)&peer, n, address, sizeof(address),
		port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return false;
	if (strncmp(address, mapped, strlen(mapped)) == 0 &&
	    strchr(address, '.') != NULL)
		plain += strlen(mapped);
	return snprintf(ret, size, "%s %s ", plain, port) < (int)size;
}

static int
find_terminal(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (isatty(fd))
			return fd;
	return -1;
}

int
client_find(pam_handle_t *pamh)
{
	const char *connection = pam_getenv(pamh, "SSH_CONNECTION");
	char peer[NI_MAXHOST + NI_MAXSERV];

	if (connection == NULL)
		return find_terminal();
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
