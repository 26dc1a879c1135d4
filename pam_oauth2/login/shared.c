#include "login/shared.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "login/hash_name.h"

#define NOTE_MAX  16384
#define SUFFIX	  ".told"
#define NAME_SIZE (HASH_NAME_MAX + sizeof(SUFFIX))

static enum oauth2_err
name_of(const struct signin *s, char *ret)
{
	const struct hash_name what = {
		.purpose = "told",
		.issuer = s->settings->provider.issuer,
		.who = s->greeting.user,
	};

	return hash_name(&what, SUFFIX, ret, NAME_SIZE);
}

/* Whom it answers: other settings, or another's, may decide otherwise. */
static enum oauth2_err
put_question(const struct signin *s, const char *purpose, struct buf *ret)
{
	const struct greeting *g = &s->greeting;

	buf_printf(ret, "%s\n%s\n%s\n%s\n%lu\n%s", g->config_path, g->section,
	    s->settings->provider.client_id, g->account, (unsigned long)g->uid,
	    purpose);
	return buf_err(ret);
}

/* A time on the monotonic clock, which begins anew with each boot. */
static bool
take_time(char **rest, int64_t *ret)
{
	const char *word = text_next_word(rest);
	uint64_t time;

	if (word == NULL ||
	    text_parse_u64(word, INT64_MAX, &time) != OAUTH2_ERR_OK)
		return false;
	*ret = (int64_t)time;
	return true;
}

bool
shared_answers(const struct signin *s, const char *purpose, int64_t waiting_ns)
{
	const int64_t now_ns = clock_monotonic_ns();
	const int64_t longest_ns =
	    s->settings->refresh_coalesce * CLOCK_NS_PER_S;
	AUTO(buf_free) struct buf note = BUF(NOTE_MAX);
	AUTO(buf_free) struct buf question = BUF(NOTE_MAX);
	int64_t asked_ns, answered_ns;
	char name[NAME_SIZE], *rest;

	if (name_of(s, name) != OAUTH2_ERR_OK ||
	    put_question(s, purpose, &question) != OAUTH2_ERR_OK ||
	    dir_read(s->store->locks, name, &note, NULL) != OAUTH2_ERR_OK ||
	    buf_err(&note) != OAUTH2_ERR_OK)
		return false;
	buf_putc(&note, '\0');
	rest = (char *)note.data;
	return buf_err(&note) == OAUTH2_ERR_OK && take_time(&rest, &asked_ns) &&
	       take_time(&rest, &answered_ns) && waiting_ns < asked_ns &&
	       asked_ns <= answered_ns && answered_ns <= now_ns &&
	       now_ns - answered_ns < longest_ns &&
	       strcmp(rest + strspn(rest, " "), buf_text(&question)) == 0;
}

void
shared_leave(const struct signin *s, const char *purpose)
{
	AUTO(buf_free) struct buf note = BUF(NOTE_MAX);
	AUTO(buf_free) struct buf question = BUF(NOTE_MAX);
	struct detail d = { 0 };
	char name[NAME_SIZE];
	enum oauth2_err err = name_of(s, name);

	if (err == OAUTH2_ERR_OK)
		err = put_question(s, purpose, &question);
	if (err == OAUTH2_ERR_OK) {
		buf_printf(&note, "%" PRId64 " %" PRId64 " %s", s->asked_ns,
		    clock_monotonic_ns(), buf_text(&question));
		err = buf_err(&note);
	}
	if (err == OAUTH2_ERR_OK)
		err = dir_replace(s->store->locks, name, &note, &d);
	if (err != OAUTH2_ERR_OK) /* then the others ask as well */
		log_debug("an answer is not shared: %s", d.text);
}
