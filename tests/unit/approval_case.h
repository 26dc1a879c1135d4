/* A person who has approved a login, for tests of what is noted of it. */
#ifndef PAM_OAUTH2_TESTS_APPROVAL_CASE_H
#define PAM_OAUTH2_TESTS_APPROVAL_CASE_H

#include "house_case.h"

#include "base/dir_write.h"
#include "base/secret.h"
#include "login/approval.h"
#include "login/process.h"

#define BOOT_A	"aaaaaaaa-0000-4000-8000-000000000001"
#define BOOT_B	"bbbbbbbb-0000-4000-8000-000000000002"
#define ASKED	700 /* the process that asked the person, and its start */
#define OPENED	600 /* its parent, which opens the session, and its start */
#define BEFORE	4294967295
#define SESSION 17

static inline struct approval *
sample_approval(void)
{
	struct approval *a = approval_new();

	assert_non_null(a);
	a->when = (struct moment){ 1700000000, 1000, BOOT_A };
	a->user = secret_strdup("alice");
	a->uid = 1001;
	a->service = secret_strdup("sshd");
	a->rhost = secret_strdup("192.0.2.1");
	a->tty = secret_strdup("ssh");
	a->issuer = secret_strdup("https://id.example");
	a->sub = secret_strdup("sub-1");
	a->audit_session = BEFORE;
	a->pid = ASKED;
	a->started = ASKED;
	a->kin = OPENED;
	a->kin_started = OPENED;
	assert_int_equal(strlist_add_words(&a->amr, "pwd otp"), 0);
	return a;
}

static inline struct dir *
open_place(void)
{
	struct dir *dir = NULL;

	assert_int_equal(
	    dir_open(house, DIR_EXISTING, &dir, NULL), OAUTH2_ERR_OK);
	return dir;
}

static inline size_t
count_files(const struct dir *dir, const char *suffix)
{
	AUTO(strlist_free) struct strlist names = STRLIST(100);

	assert_int_equal(dir_list(dir, suffix, &names, NULL), OAUTH2_ERR_OK);
	return names.count;
}

#endif
