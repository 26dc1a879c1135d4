#include "cli/kept.h"

#include <stddef.h>

#include "base/paths.h"

void
kept_free(struct kept *kept)
{
	settings_free(kept->settings);
	store_free(kept->store);
}

enum oauth2_err
kept_settings(
    const struct arguments *args, struct settings **ret, struct detail *d)
{
	const char *path = args->config != NULL ? args->config : PATH_SETTINGS;
	const char *service =
	    args->service != NULL ? args->service : KEPT_SERVICE;
	const struct settings_host host = { service, service };

	return settings_load(path, &host, ret, d);
}

enum cli_exit
kept_open(const struct arguments *args, struct kept *ret, struct output *out)
{
	struct store_places places = { PATH_STATE, PATH_RUN, PATH_MACHINE_ID,
		NULL };
	struct detail d = { .text = "" };
	enum oauth2_err err = kept_settings(args, &ret->settings, &d);

	if (err == OAUTH2_ERR_OK)
		places.key_file = ret->settings->store_key_file;
	else
		output_warn("going on without settings: %s",
		    d.text[0] != '\0' ? d.text : err_text(err));
	d.text[0] = '\0';
	err = store_check(&places, &d);
	if (err == OAUTH2_ERR_NOT_FOUND)
		return CLI_OK;
	if (err == OAUTH2_ERR_OK)
		err = store_open(&places, &ret->store, &d);
	return err == OAUTH2_ERR_OK ? CLI_OK : output_fail_err(out, err, &d);
}
