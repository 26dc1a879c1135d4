#include "login/stored.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/paths.h"

/* What a refresh and what follows it may take. */
#define ANSWER_NS (12 * CLOCK_NS_PER_S)

bool
stored_is_wanted(const struct signin *s)
{
	const struct settings *settings = s->settings;

	switch (settings->refresh_use) {
	case SETTINGS_REFRESH_OFF:
		return false;
	case SETTINGS_REFRESH_ACCOUNT_CHECK:
		return strlist_has(
		    &settings->account_services, s->greeting.section);
	case SETTINGS_REFRESH_SECOND_FACTOR:
	case SETTINGS_REFRESH_PIN:
	case SETTINGS_REFRESH_SESSION:
		return true;
	}
	return false;
}

enum oauth2_err
stored_open(struct signin *s)
{
	const struct store_places places = {
		.state = PATH_STATE,
		.run = PATH_RUN,
		.machine_id = PATH_MACHINE_ID,
		.key_file = s->settings->store_key_file,
	};
	char id[MACHINE_ID_SIZE];
	enum oauth2_err err;

	if (s->store != NULL)
		return OAUTH2_ERR_OK;
	err = machine_id(PATH_MACHINE_ID, id, &s->detail);
	if (err == OAUTH2_ERR_NOT_FOUND || err == OAUTH2_ERR_CONFIG)
		return OAUTH2_ERR_NOT_FOUND;
	if (err == OAUTH2_ERR_OK)
		err = store_open(&places, &s->store, &s->detail);
	return err == OAUTH2_ERR_NOT_FOUND ? OAUTH2_ERR_IO : err;
}

static struct store_ref
ref_of(const struct signin *s)
{
	return (struct store_ref){
		.slot = STORE_TOKEN,
		.issuer = s->settings->provider.issuer,
		.client = s->settings->provider.client_id,
		.user = s->greeting.user,
		.uid = s->greeting.uid,
	};
}

enum store_state
stored_read(struct signin *s, struct tombstone *ret)
{
	const struct store_ref ref = ref_of(s);
	struct store_found found = { 0 };
	enum store_state state = store_read(s->store, &ref, &found, &s->detail);

	if (state == STORE_RECORD) {
		record_free(s->record);
		s->record = found.record;
	}
	if (state == STORE_TOMB)
		*ret = found.tombstone;
	return state;
}

enum oauth2_err
stored_lock(struct signin *s, int *ret_fd)
{
	const struct store_ref ref = ref_of(s);
	const int64_t latest_ns = clock_monotonic_ns() + ANSWER_NS;
	const int64_t until_ns =
	    s->deadline_ns < latest_ns ? s->deadline_ns : latest_ns;
	enum oauth2_err err;

	do {
		err = store_lock(s->store, &ref, until_ns, ret_fd, &s->detail);
	} while (err == OAUTH2_ERR_TIMEOUT && clock_monotonic_ns() < until_ns);
	return err;
}

enum oauth2_err
stored_reserve(struct signin *s, struct dir_write **ret)
{
	const struct store_ref ref = ref_of(s);

	return store_reserve(s->store, &ref, ret, &s->detail);
}

static enum oauth2_err
put(struct signin *s, const struct store_content *content,
    struct dir_write *room)
{
	const struct store_ref ref = ref_of(s);

	return room != NULL
		   ? store_fill(s->store, &ref, content, room, &s->detail)
		   : store_write(s->store, &ref, content, &s->detail);
}

enum oauth2_err
stored_keep(struct signin *s, struct dir_write *room)
{
	const struct store_content content = { .record = s->record };

	return put(s, &content, room);
}

enum oauth2_err
stored_bury(struct signin *s, enum reason because, struct dir_write *room)
{
	struct tombstone tombstone = { .time = clock_unix_s() };
	const struct store_content content = { .tombstone = &tombstone };

	(void)snprintf(tombstone.because, sizeof(tombstone.because), "%s",
	    reason_name(because));
	return put(s, &content, room);
}

enum oauth2_err
stored_remove(struct signin *s)
{
	const struct store_ref ref = ref_of(s);

	return store_remove(s->store, &ref, &s->detail);
}
