#include "net/trust.h"

#include <dirent.h>
#include <stdbool.h>
#include <string.h>

#define DIRECTORY "/etc/ssl/certs"

/* A directory that holds nothing but the bundle is of no use to OpenSSL. */
const char *
trust_directory(void)
{
	struct dirent *entry;
	bool found = false;
	DIR *dir = opendir(DIRECTORY);

	if (dir == NULL)
		return NULL;
	while (!found && (entry = readdir(dir)) != NULL)
		found = strspn(entry->d_name, "0123456789abcdef") == 8 &&
			strcmp(entry->d_name + 8, ".0") == 0;
	closedir(dir);
	return found ? DIRECTORY : NULL;
}
