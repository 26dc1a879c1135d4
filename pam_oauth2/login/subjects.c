#include "login/subjects.h"

#include <stdio.h>
#include <string.h>

#include "base/dir_write.h"
#include "base/secret.h"
#include "base/strlist.h"
#include "codec/json_table.h"
#include "login/email.h"
#include "login/hash_name.h"

#define DIRECTORY "subjects"
#define SUFFIX	  ".subject"
#define FILE_MAX  8192
#define NAME_SIZE (HASH_NAME_MAX + sizeof(SUFFIX))
#define EMAIL_MAX (EMAIL_LOCAL_MAX + 1 + EMAIL_DOMAIN_MAX)

struct subject {
	char *issuer;
	char *email; /* as it is compared */
	char *user;
	char *sub;
	int64_t time; /* of the first use */
};

#define AT(member) offsetof(struct subject, member)
static const struct json_table_row rows[] = {
	{ "issuer", JSON_TABLE_TEXT, AT(issuer), 2048, 0 },
	{ "email", JSON_TABLE_TEXT, AT(email), EMAIL_MAX, 0 },
	{ "user", JSON_TABLE_TEXT, AT(user), 255, 0 },
	{ "sub", JSON_TABLE_TEXT, AT(sub), 255, 0 },
	{ "time", JSON_TABLE_INT64, AT(time), 0, 0 },
};
static const struct json_table table = { "pam_oauth2 subject 1", rows,
	sizeof(rows) / sizeof(*rows) };

static void
subject_free_scope(struct subject *s)
{
	json_table_free(&table, s);
}

/* The claim as it is recorded. */
static enum oauth2_err
take_claim(const struct subject_claim *claim, struct subject *ret)
{
	struct email email;
	char text[EMAIL_MAX + 1];

	if (email_parse(claim->email, &email) != OAUTH2_ERR_OK)
		return OAUTH2_ERR_SYNTAX;
	if (claim->fold_local)
		text_fold(email.local);
	(void)snprintf(text, sizeof(text), "%s@%s", email.local, email.domain);
	ret->issuer = secret_strdup(claim->issuer);
	ret->email = secret_strdup(text);
	ret->user = secret_strdup(claim->user);
	ret->sub = secret_strdup(claim->sub);
	ret->time = claim->now;
	if (ret->issuer == NULL || ret->email == NULL || ret->user == NULL ||
	    ret->sub == NULL)
		return OAUTH2_ERR_NOMEM;
	return OAUTH2_ERR_OK;
}

static enum oauth2_err
name_file(const struct subject *s, char ret[NAME_SIZE])
{
	const struct hash_name what = { "subject", s->issuer, s->email };

	return hash_name(&what, SUFFIX, ret, NAME_SIZE);
}

static enum oauth2_err
open_directory(
    const char *state, enum dir_make make, struct dir **ret, struct detail *d)
{
	AUTO(dir_free) struct dir *parent = NULL;
	enum oauth2_err err = dir_open(state, make, &parent, d);

	if (err != OAUTH2_ERR_OK)
		return err;
	return dir_open_in(parent, DIRECTORY, make, ret, d);
}

static enum oauth2_err
read_subject(const struct dir *dir, const char *name, struct subject *ret,
    struct detail *d)
{
	AUTO(buf_free) struct buf content = BUF(FILE_MAX);
	struct detail why = { .text = "" };
	enum oauth2_err err;

	err = dir_read(dir, name, &content, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	err = json_table_read(&table, &content, ret, &why);
	if (err == OAUTH2_ERR_SYNTAX)
		return detail_fail(
		    d, err, "%s/%s: %.100s", dir->path, name, why.text);
	return err;
}

/* What the file of a pair says. */
static enum oauth2_err
compare(const struct dir *dir, const struct subject *claimed,
    enum subject_verdict *ret, struct detail *d)
{
	AUTO(subject_free) struct subject known = { .issuer = NULL };
	char name[NAME_SIZE];
	enum oauth2_err err;

	err = name_file(claimed, name);
	if (err == OAUTH2_ERR_OK)
		err = read_subject(dir, name, &known, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	if (strcmp(known.issuer, claimed->issuer) != 0 ||
	    strcmp(known.email, claimed->email) != 0)
		return detail_fail(d, OAUTH2_ERR_SYNTAX,
		    "%s/%s: is about another email", dir->path, name);
	*ret =
	    strcmp(known.sub, claimed->sub) == 0 ? SUBJECT_SAME : SUBJECT_OTHER;
	return OAUTH2_ERR_OK;
}

/* Nothing recorded and nothing to record in are the same. */
static enum subject_verdict
look_up(const char *state, const struct subject *claimed, struct detail *d)
{
	AUTO(dir_free) struct dir *dir = NULL;
	enum subject_verdict verdict = SUBJECT_UNREADABLE;
	enum oauth2_err err;

	err = open_directory(state, DIR_EXISTING, &dir, d);
	if (err == OAUTH2_ERR_OK)
		err = compare(dir, claimed, &verdict, d);
	if (err == OAUTH2_ERR_NOT_FOUND)
		return SUBJECT_UNKNOWN;
	return err == OAUTH2_ERR_OK ? verdict : SUBJECT_UNREADABLE;
}

static enum oauth2_err
record(const char *state, const struct subject *s, struct detail *d)
{
	AUTO(dir_free) struct dir *dir = NULL;
	AUTO(dir_write_free) struct dir_write *w = NULL;
	AUTO(buf_free) struct buf content = BUF(FILE_MAX);
	char name[NAME_SIZE];
	enum oauth2_err err;

	err = json_table_write(&table, s, &content);
	if (err == OAUTH2_ERR_OK)
		err = name_file(s, name);
	if (err == OAUTH2_ERR_OK)
		err = open_directory(state, DIR_MAKE, &dir, d);
	if (err == OAUTH2_ERR_OK)
		err = dir_reserve(dir, name, content.len, &w, d);
	if (err == OAUTH2_ERR_OK)
		err = dir_commit(w, content.data, content.len, DIR_NEW, d);
	return err;
}

/* Whether it is the disk that is in the way, and not something wrong. */
static bool
is_about_the_disk(enum oauth2_err err)
{
	return err == OAUTH2_ERR_IO || err == OAUTH2_ERR_NOT_FOUND ||
	       err == OAUTH2_ERR_TIMEOUT;
}

static enum subject_verdict
admit(const char *state, const struct subject *claimed, struct detail *d)
{
	enum subject_verdict verdict = look_up(state, claimed, d);
	enum oauth2_err err;

	if (verdict != SUBJECT_UNKNOWN)
		return verdict;
	err = record(state, claimed, d);
	if (err == OAUTH2_ERR_OK)
		return SUBJECT_RECORDED;
	if (err != OAUTH2_ERR_EXISTS && !is_about_the_disk(err))
		return SUBJECT_UNREADABLE;
	/* Somebody else may have been first. */
	verdict = look_up(state, claimed, err == OAUTH2_ERR_EXISTS ? d : NULL);
	return verdict == SUBJECT_UNKNOWN ? SUBJECT_UNRECORDED : verdict;
}

static enum subject_verdict
judge(const char *state, const struct subject_claim *claim,
    enum subject_verdict (*how)(
	const char *, const struct subject *, struct detail *),
    struct detail *d)
{
	AUTO(subject_free) struct subject claimed = { .issuer = NULL };
	enum subject_verdict verdict = SUBJECT_UNREADABLE;
	struct detail why = { .text = "" };
	enum oauth2_err err = take_claim(claim, &claimed);

	if (err == OAUTH2_ERR_OK)
		verdict = how(state, &claimed, &why);
	else
		(void)detail_fail(&why, err, "subject: %s", err_text(err));
	if (verdict == SUBJECT_UNREADABLE || verdict == SUBJECT_UNRECORDED)
		(void)detail_fail(d, err, "%s", why.text);
	return verdict;
}

enum subject_verdict
subjects_check(
    const char *state, const struct subject_claim *claim, struct detail *d)
{
	return judge(state, claim, look_up, d);
}

enum subject_verdict
subjects_admit(
    const char *state, const struct subject_claim *claim, struct detail *d)
{
	return judge(state, claim, admit, d);
}

static bool
is_of(const struct subject *s, enum subject_key key, const char *value)
{
	struct email wanted, recorded;

	if (key == SUBJECT_OF_USER)
		return strcmp(s->user, value) == 0;
	return email_parse(value, &wanted) == OAUTH2_ERR_OK &&
	       email_parse(s->email, &recorded) == OAUTH2_ERR_OK &&
	       email_is_equal(&wanted, &recorded, true);
}

enum oauth2_err
subjects_forget(const char *state, enum subject_key key, const char *value,
    struct strlist *ret_emails, struct detail *d)
{
	AUTO(dir_free) struct dir *dir = NULL;
	AUTO(strlist_free) struct strlist names = STRLIST(SUBJECTS_MAX);
	enum oauth2_err err, worst = OAUTH2_ERR_OK;

	err = open_directory(state, DIR_EXISTING, &dir, d);
	if (err == OAUTH2_ERR_NOT_FOUND)
		return OAUTH2_ERR_OK;
	if (err == OAUTH2_ERR_OK)
		err = dir_list(dir, SUFFIX, &names, d);
	if (err != OAUTH2_ERR_OK)
		return err;
	for (size_t i = 0; i < names.count; i++) {
		AUTO(subject_free) struct subject s = { .issuer = NULL };

		err = read_subject(dir, names.items[i], &s, d);
		if (err == OAUTH2_ERR_OK && is_of(&s, key, value)) {
			err = dir_remove(dir, names.items[i], d);
			if (err == OAUTH2_ERR_OK)
				err = strlist_add(ret_emails, s.email);
		}
		/* Somebody else may have forgotten it meanwhile. */
		if (err != OAUTH2_ERR_OK && err != OAUTH2_ERR_NOT_FOUND)
			worst = err;
	}
	return worst;
}
