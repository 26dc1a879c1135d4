#include "net/config.h"

#include <stdint.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"

static bool
never(void *arg)
{
	(void)arg;
	return false;
}

static bool
is_proxy(const char *text)
{
	static const char scheme[] = "http://";

	return strncmp(text, scheme, strlen(scheme)) == 0 &&
	       text_is_visible_ascii(text + strlen(scheme));
}

enum oauth2_err
config_copy(const struct http_config *config, struct http_config *ret)
{
	if (config->proxy != NULL && !is_proxy(config->proxy))
		return OAUTH2_ERR_CONFIG;
	*ret = *config;
	if (ret->connect_timeout_ms <= 0)
		ret->connect_timeout_ms = HTTP_CONNECT_TIMEOUT_MS;
	if (ret->request_timeout_ms <= 0)
		ret->request_timeout_ms = HTTP_REQUEST_TIMEOUT_MS;
	if (ret->should_stop == NULL)
		ret->should_stop = never;
	ret->ca_file = secret_strdup(config->ca_file);
	ret->proxy = secret_strdup(config->proxy);
	if ((config->ca_file != NULL && ret->ca_file == NULL) ||
	    (config->proxy != NULL && ret->proxy == NULL))
		return OAUTH2_ERR_NOMEM;
	return OAUTH2_ERR_OK;
}

void
config_free(struct http_config *config)
{
	/* config_copy() made them; they are const for all others. */
	secret_free((void *)(uintptr_t)config->ca_file);
	secret_free((void *)(uintptr_t)config->proxy);
	*config = (struct http_config){ 0 };
}
