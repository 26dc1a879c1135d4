/* PAM services whose programs have ways of their own. */
#ifndef PAM_OAUTH2_BASE_SERVICE_H
#define PAM_OAUTH2_BASE_SERVICE_H

#include <stdbool.h>
#include <string.h>

static inline bool
service_is_sudo(const char *service)
{
	return strcmp(service, "sudo") == 0 || strcmp(service, "sudo-i") == 0;
}

static inline bool
service_is_su(const char *service)
{
	return strcmp(service, "su") == 0 || strcmp(service, "su-l") == 0;
}

#endif
