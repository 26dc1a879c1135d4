#include "login/stored.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/paths.h"
#include "base/secret.h"

/* So many tries may wait for a place before us: more are an attack. */
#define PIN_WAIT_NS (10 * CLOCK_NS_PER_S)

bool
stored_is_checked(const struct signin *s)
{
	return strlist_has(&s->settings->account_services, s->greeting.section);
}

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
		return settings->has_sessions || stored_is_checked(s);
	case SETTINGS_REFRESH_SECOND_FACTOR:
	case SETTINGS_REFRESH_PIN:
	case SETTINGS_REFRESH_SESSION:
		return true;
	}
	return false;
}

/* What was kept under a machine id that is gone may be a tombstone. */
static bool
is_never_used(void)
{
	AUTO(strlist_free) struct strlist names = STRLIST(1);
	AUTO(dir_free) struct dir *tokens = NULL;
	enum oauth2_err err =
	    dir_open(PATH_TOKENS, DIR_EXISTING, &tokens, NULL);

	if (err != OAUTH2_ERR_OK)
		return err == OAUTH2_ERR_NOT_FOUND;
	return dir_list(tokens, ".token", &names, NULL) == OAUTH2_ERR_OK &&
	       names.count == 0;
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
		return is_never_used()
			   ? OAUTH2_ERR_NOT_FOUND
			   : detail_fail(&s->detail, OAUTH2_ERR_IO,
				 "there is no machine id, and " PATH_TOKENS
				 " is not empty");
	if (err == OAUTH2_ERR_OK)
		err = store_open(&places, &s->store, &s->detail);
	return err == OAUTH2_ERR_NOT_FOUND ? OAUTH2_ERR_IO : err;
}

static struct store_ref
ref_of(const struct signin *s)
{
	return (struct store_ref){
		.slot = s->slot,
		.issuer = s->settings->provider.issuer,
		.client = s->settings->provider.client_id,
		.user = s->greeting.account,
		.uid = s->greeting.uid,
	};
}

enum store_state
stored_read(struct signin *s, struct tombstone *ret)
{
	const struct store_ref ref = ref_of(s);
	struct store_found found = { 0 };
	enum store_state state =
	    s->slot == STORE_PIN && s->pin_key != NULL
		? store_pin_read(s->store, &ref, s->pin_key, &found, &s->detail)
		: store_read(s->store, &ref, &found, &s->detail);

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
	const struct store_content content = {
		.record = s->record,
		.pin = s->slot == STORE_PIN ? s->pin_key : NULL,
	};

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

static int64_t
pin_deadline(const struct signin *s)
{
	const int64_t latest_ns = clock_monotonic_ns() + PIN_WAIT_NS;

	return s->deadline_ns < latest_ns ? s->deadline_ns : latest_ns;
}

static void
take_key(struct signin *s, struct pin_key *key)
{
	pin_key_free(s->pin_key);
	s->pin_key = key;
}

enum store_pin_verdict
stored_try_pin(struct signin *s, const char *pin)
{
	const struct store_ref ref = ref_of(s);
	const struct store_pin_guess guess = { pin, pin_deadline(s) };
	struct store_pin_opened opened = { .record = NULL };
	enum store_pin_verdict verdict =
	    store_pin_try(s->store, &ref, &guess, &opened, &s->detail);

	if (verdict != STORE_PIN_RIGHT)
		return verdict;
	take_key(s, opened.key);
	record_free(s->record);
	s->record = opened.record;
	secret_free(s->pin_sub);
	s->pin_sub = secret_strdup(s->record->sub);
	return verdict;
}

enum oauth2_err
stored_make_pin(struct signin *s, const char *pin)
{
	struct pin_key *key = NULL;
	enum oauth2_err err =
	    store_pin_make(s->store, pin, pin_deadline(s), &key, &s->detail);

	if (err == OAUTH2_ERR_OK)
		take_key(s, key);
	return err;
}

enum oauth2_err
stored_remove(struct signin *s)
{
	const struct store_ref ref = ref_of(s);

	return store_remove(s->store, &ref, &s->detail);
}
