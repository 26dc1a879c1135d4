/* login/shared: for whom the answer to another login will do. */
#include "store_case.h"

#include "base/clock.h"
#include "login/shared.h"

#define SECOND CLOCK_NS_PER_S

/* A login that has just asked, and another that was waiting. */
struct pair {
	struct settings settings[2];
	struct signin asked, waits;
	const char *purpose;
	int64_t since_ns; /* the other waits */
};

static void
name(struct signin *s, struct settings *settings, struct store *store)
{
	settings->provider.issuer = (char *)"https://id.example";
	settings->provider.client_id = (char *)"linux";
	settings->refresh_coalesce = 10;
	s->settings = settings;
	s->store = store;
	snprintf(s->greeting.section, sizeof(s->greeting.section), "login");
	snprintf(s->greeting.user, sizeof(s->greeting.user), "alice");
	snprintf(s->greeting.account, sizeof(s->greeting.account), "alice");
	s->greeting.uid = 1001;
}

static void
nothing(struct pair *p)
{
	(void)p;
}

static void
other_config(struct pair *p)
{
	snprintf(p->waits.greeting.config_path,
	    sizeof(p->waits.greeting.config_path), "/etc/strict.conf");
}

static void
other_section(struct pair *p)
{
	snprintf(
	    p->waits.greeting.section, sizeof(p->waits.greeting.section), "su");
}

static void
other_name(struct pair *p)
{
	snprintf(
	    p->waits.greeting.user, sizeof(p->waits.greeting.user), "alice2");
}

static void
other_account(struct pair *p)
{
	snprintf(p->waits.greeting.account, sizeof(p->waits.greeting.account),
	    "bob");
}

static void
other_uid(struct pair *p)
{
	p->waits.greeting.uid = 1002;
}

static void
other_issuer(struct pair *p)
{
	p->settings[1].provider.issuer = (char *)"https://evil.example";
}

static void
other_client(struct pair *p)
{
	p->settings[1].provider.client_id = (char *)"linux2";
}

static void
other_purpose(struct pair *p)
{
	p->purpose = "pin 2";
}

static void
longer_purpose(struct pair *p)
{
	p->purpose = "pin\nmore";
}

static void
came_later(struct pair *p)
{
	p->since_ns = p->asked.asked_ns;
}

static void
too_long_ago(struct pair *p)
{
	p->settings[1].refresh_coalesce = 0;
}

static void
the_same_question_at_the_same_time_alone_is_answered(void **state)
{
	static const struct {
		void (*change)(struct pair *);
		bool answers;
	} rows[] = {
		{ nothing, true },
		{ other_config, false },
		{ other_section, false },
		{ other_name, false },
		{ other_account, false },
		{ other_uid, false },
		{ other_issuer, false },
		{ other_client, false },
		{ other_purpose, false },
		{ longer_purpose, false },
		{ came_later, false },
		{ too_long_ago, false },
	};
	struct store *store = open_store();
	int wrong = -1;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pair p = { .purpose = "pin" };

		name(&p.asked, &p.settings[0], store);
		name(&p.waits, &p.settings[1], store);
		p.asked.asked_ns = clock_monotonic_ns();
		p.since_ns = p.asked.asked_ns - SECOND;
		rows[i].change(&p);
		shared_leave(&p.asked, "pin");
		if (shared_answers(&p.waits, p.purpose, p.since_ns) !=
		    rows[i].answers)
			wrong = (int)i;
	}
	store_free(store);
	assert_int_equal(wrong, -1); /* the row */
}

static void
where_nobody_has_asked_there_is_no_answer(void **state)
{
	AUTO(store_free) struct store *store = open_store();
	struct settings settings = { .refresh_coalesce = 10 };
	struct signin s = { .reason = REASON_internal_error };

	(void)state;
	name(&s, &settings, store);
	assert_false(shared_answers(&s, "pin", 0));
}

#define TEST(name) cmocka_unit_test_teardown(name, empty_house)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(where_nobody_has_asked_there_is_no_answer),
		TEST(the_same_question_at_the_same_time_alone_is_answered),
	};

	return cmocka_run_group_tests(tests, build_house, pull_down_house);
}
