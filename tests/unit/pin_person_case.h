/*
 * A person who answers as it is written, and a store that says what it is told
 * to: for what is asked about a PIN, and what becomes of the answers. The
 * linker puts the stand-ins in place of login/stored.c and login/resume.c.
 */
#ifndef PAM_OAUTH2_TESTS_PIN_PERSON_CASE_H
#define PAM_OAUTH2_TESTS_PIN_PERSON_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/secret.h"
#include "login/pin.h"
#include "login/pin_change.h"
#include "login/pin_choice.h"
#include "login/resume.h"
#include "login/stored.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define GOOD	     "hunter2"
#define OTHER	     "correct horse"
#define BAD	     "hunter3"
#define LEAVES	     "\x03" /* in place of an answer */
#define TOO_LONG     "\x02"
#define ANSWERS_MAX  12

#define STANDS_IN(name) __typeof__(name) __wrap_##name
STANDS_IN(stored_open);
STANDS_IN(stored_read);
STANDS_IN(stored_try_pin);
STANDS_IN(stored_make_pin);
STANDS_IN(stored_lock);
STANDS_IN(stored_keep);
STANDS_IN(stored_remove);
STANDS_IN(resume_opens);
STANDS_IN(resume_looks);
STANDS_IN(resume_renews);
STANDS_IN(resume_gives_up);

static const uint8_t nonce[WIRE_NONCE_SIZE] = "0123456789abcdef";

/* What the store says, and what was done with it. */
static struct {
	enum store_state reads[4];
	int read;
	enum store_pin_verdict wrong; /* of what is not GOOD */
	bool makes;		      /* a new key */
	bool renews;
	int tries;
	char did[256];
} fake;

static void
note(const char *word)
{
	(void)snprintf(fake.did + strlen(fake.did),
	    sizeof(fake.did) - strlen(fake.did), "%s%s",
	    fake.did[0] != '\0' ? " " : "", word);
}

enum oauth2_err
__wrap_stored_open(struct signin *s)
{
	(void)s;
	return OAUTH2_ERR_OK;
}

enum store_state
__wrap_stored_read(struct signin *s, struct tombstone *ret)
{
	(void)s;
	(void)snprintf(ret->because, sizeof(ret->because), "token_revoked");
	return fake.reads[fake.read++];
}

static struct pin_key *
key_of(const char *pin)
{
	struct pin_key *key = secret_alloc(sizeof(*key));

	assert_non_null(key);
	memcpy(key->key, pin, strlen(pin));
	return key;
}

enum store_pin_verdict
__wrap_stored_try_pin(struct signin *s, const char *pin)
{
	fake.tries++;
	if (strcmp(pin, GOOD) != 0)
		return fake.wrong;
	s->pin_key = key_of(pin);
	s->pin_sub = secret_strdup("sub-1");
	return STORE_PIN_RIGHT;
}

enum oauth2_err
__wrap_stored_make_pin(struct signin *s, const char *pin)
{
	if (!fake.makes)
		return OAUTH2_ERR_TIMEOUT;
	pin_key_free(s->pin_key);
	s->pin_key = key_of(pin);
	return OAUTH2_ERR_OK;
}

enum oauth2_err
__wrap_stored_lock(struct signin *s, int *ret_fd)
{
	(void)s;
	*ret_fd = -1;
	note("lock");
	return OAUTH2_ERR_OK;
}

/* Under which key: of a PIN, which is a text here. */
enum oauth2_err
__wrap_stored_keep(struct signin *s, struct dir_write *room)
{
	(void)room;
	note(s->slot == STORE_PIN ? "keep" : "keep-under-host-key");
	note((const char *)s->pin_key->key);
	return OAUTH2_ERR_OK;
}

enum oauth2_err
__wrap_stored_remove(struct signin *s)
{
	note(s->slot == STORE_PIN ? "remove" : "remove-under-host-key");
	return OAUTH2_ERR_OK;
}

bool
__wrap_resume_opens(struct signin *s)
{
	(void)s;
	return true;
}

bool
__wrap_resume_looks(struct signin *s)
{
	note(s->slot == STORE_PIN ? "look" : "look-under-host-key");
	return true;
}

bool
__wrap_resume_renews(struct signin *s, const char *purpose, enum reason granted)
{
	note(purpose);
	s->reason = fake.renews ? granted : REASON_token_revoked;
	return fake.renews;
}

void
__wrap_resume_gives_up(struct signin *s)
{
	note(reason_name(s->reason));
	s->slot = STORE_TOKEN;
	s->reason = REASON_internal_error;
}

struct scene {
	struct settings settings;
	struct signin signin;
	struct identity identity;
	struct record record;
	struct wire monitor;
	int person;
	int asked; /* how often */
	enum wire_echo echos[ANSWERS_MAX];
	char shown[2000];
};

/* The person's answers wait already where the questions are going to be. */
static void
answer(const struct scene *s, const char *text)
{
	struct wire w;
	struct wire_out out;

	wire_init(&w, s->person, &wire_module_leg, nonce);
	w.state = WIRE_MODULE_ASKED;
	wire_begin(&out, strcmp(text, LEAVES) == 0 ? WIRE_CANCEL : WIRE_REPLY);
	if (out.type == WIRE_CANCEL) {
		wire_put_u64(&out, WIRE_TAG_CAUSE, WIRE_CANCEL_PASSWORD);
	} else {
		wire_put_text(&out, WIRE_TAG_TEXT, text);
		if (strcmp(text, TOO_LONG) == 0)
			wire_put_u64(&out, WIRE_TAG_IS_CUT, 1);
	}
	assert_int_equal(wire_send(&w, &out), OAUTH2_ERR_OK);
	wire_free(&w);
}

static void
set(struct scene *s, const char *const *answers)
{
	struct signin *in = &s->signin;
	int fds[2];

	memset(&fake, 0, sizeof(fake));
	fake.wrong = STORE_PIN_WRONG;
	fake.makes = fake.renews = true;
	memset(s, 0, sizeof(*s));
	assert_int_equal(wire_pair(fds), OAUTH2_ERR_OK);
	s->person = fds[1];
	wire_init(&s->monitor, fds[0], &wire_module_leg, nonce);
	wire_accept(&s->monitor, WIRE_FROM_MODULE);
	s->monitor.state = WIRE_MODULE_OPEN;
	s->settings.refresh_use = SETTINGS_REFRESH_PIN;
	s->identity.sub = (char *)"sub-1";
	s->record.refresh_token = (char *)"token";
	in->settings = &s->settings;
	in->identity = &s->identity;
	in->record = &s->record;
	in->person = &s->monitor;
	in->deadline_ns = clock_monotonic_ns() + 17 * CLOCK_NS_PER_S;
	in->deadline_reason = REASON_login_timeout;
	in->greeting.can_converse = true;
	in->greeting.uid = in->greeting.ruid = 1001;
	strcpy(in->greeting.user, "alice");
	strcpy(in->greeting.service, "login");
	strcpy(in->greeting.section, "console");
	for (; *answers != NULL; answers++)
		answer(s, *answers);
}

/* Read what was asked and shown, and let go of everything. */
static void
unset(struct scene *s)
{
	struct wire_msg m;
	struct wire w;
	char text[500];

	wire_free(&s->monitor);
	close(s->monitor.fd);
	wire_init(&w, s->person, &wire_module_leg, nonce);
	w.state = WIRE_MODULE_OPEN;
	while (wire_recv(&w, clock_monotonic_ns() + CLOCK_NS_PER_S, &m) ==
	       OAUTH2_ERR_OK) {
		w.state = WIRE_MODULE_OPEN;
		if (m.type == WIRE_ASK)
			s->echos[s->asked++] =
			    (enum wire_echo)wire_get_u64(&m, WIRE_TAG_ECHO);
		assert_int_equal(
		    wire_copy_text(&m, WIRE_TAG_TEXT, text, sizeof(text)),
		    OAUTH2_ERR_OK);
		strcat(strcat(s->shown, text), "\n");
	}
	wire_free(&w);
	close(s->person);
	pin_key_free(s->signin.pin_key);
	secret_free(s->signin.pin_sub);
}

#endif
