#include "login/ticket.h"

#include <stdio.h>
#include <string.h>

#include "base/dir_write.h"
#include "base/text.h"
#include "codec/crypto.h"

#define HEX	    "0123456789abcdef"
#define SUFFIX	    ".ticket"
#define RANDOM_SIZE (WIRE_TICKET_MAX / 2)
#define NAME_SIZE   (WIRE_TICKET_MAX + sizeof(SUFFIX))
#define PENDING_MAX 4096

static enum oauth2_err
make_ticket(char ret[TICKET_SIZE])
{
	uint8_t random[RANDOM_SIZE];
	enum oauth2_err err = crypto_random(random, sizeof(random));

	for (size_t i = 0; err == OAUTH2_ERR_OK && i < sizeof(random); i++)
		(void)snprintf(ret + 2 * i, 3, "%02x", random[i]);
	return err;
}

static enum oauth2_err
read_pending(const struct dir *dir, const char *name, struct approval **ret,
    struct detail *d)
{
	AUTO(buf_free) struct buf text = BUF(APPROVAL_MAX);
	enum oauth2_err err = dir_read(dir, name, &text, d);

	if (err == OAUTH2_ERR_OK)
		err = approval_read(&text, APPROVAL_PENDING, ret, d);
	return err;
}

static bool
is_fresh(const struct approval *approval, const struct moment *now)
{
	return moment_is_same_boot(&approval->when, now) &&
	       approval->when.boot_s <= now->boot_s &&
	       now->boot_s - approval->when.boot_s < TICKET_MAX_AGE;
}

/* Whose session was never opened has left one behind. */
static void
remove_expired(const struct dir *dir, const struct moment *now)
{
	AUTO(strlist_free) struct strlist names = STRLIST(PENDING_MAX);

	if (dir_list(dir, SUFFIX, &names, NULL) != OAUTH2_ERR_OK)
		return;
	for (size_t i = 0; i < names.count; i++) {
		AUTO(approval_free) struct approval *approval = NULL;

		if (read_pending(dir, names.items[i], &approval, NULL) !=
			OAUTH2_ERR_OK ||
		    !is_fresh(approval, now))
			(void)!dir_remove(dir, names.items[i], NULL);
	}
}

enum oauth2_err
ticket_issue(const struct dir *dir, const struct approval *approval,
    char ret[TICKET_SIZE], struct detail *d)
{
	AUTO(buf_free) struct buf text = BUF(APPROVAL_MAX);
	char ticket[TICKET_SIZE], name[NAME_SIZE];
	enum oauth2_err err = make_ticket(ticket);

	if (err == OAUTH2_ERR_OK)
		err = approval_write(approval, APPROVAL_PENDING, &text);
	if (err != OAUTH2_ERR_OK)
		return detail_fail(d, err, "a ticket: %s", err_text(err));
	remove_expired(dir, &approval->when);
	(void)snprintf(name, sizeof(name), "%s" SUFFIX, ticket);
	err = dir_replace(dir, name, &text, d);
	if (err == OAUTH2_ERR_OK)
		memcpy(ret, ticket, TICKET_SIZE);
	return err;
}

/* Removing is what counts: only one of several can do that. */
enum oauth2_err
ticket_redeem(const struct dir *dir, const char *ticket, struct approval **ret,
    struct detail *d)
{
	AUTO(approval_free) struct approval *approval = NULL;
	char name[NAME_SIZE];
	enum oauth2_err err;

	if (strlen(ticket) != WIRE_TICKET_MAX || !text_has_only(ticket, HEX))
		return detail_fail(
		    d, OAUTH2_ERR_NOT_FOUND, "that is no ticket");
	(void)snprintf(name, sizeof(name), "%s" SUFFIX, ticket);
	err = read_pending(dir, name, &approval, d);
	if (err == OAUTH2_ERR_OK)
		err = dir_remove(dir, name, d);
	if (err == OAUTH2_ERR_NOT_FOUND)
		return detail_fail(
		    d, err, "there is no such ticket (any more)");
	if (err == OAUTH2_ERR_OK)
		*ret = TAKE(approval);
	return err;
}

static bool
refuse(struct detail *d, const char *why)
{
	(void)detail_fail(d, OAUTH2_ERR_NOT_FOUND, "%s", why);
	return false;
}

/*
 * sshd asks in a child of the process that opens the session, others in the
 * same one. A ticket that was copied to another session of the same person
 * meets another process there.
 */
static bool
is_same_login(const struct approval *approval, const struct process *host)
{
	return (approval->pid == host->pid &&
		   approval->started == host->started) ||
	       (approval->kin == host->pid &&
		   approval->kin_started == host->started);
}

/* sudo and its kin stay in the session that they are called in. */
static bool
is_new_session(const struct approval *approval,
    const struct ticket_holder *holder, struct detail *d)
{
	const struct process_login *login = holder->login;

	if (login->audit_session == PROCESS_UNSET)
		return refuse(d,
		    "there is no audit session: pam_loginuid.so has to stand "
		    "before, and the kernel to allow it");
	if (login->loginuid != holder->uid)
		return refuse(d, "the loginuid is another user's");
	if (login->audit_session == approval->audit_session)
		return refuse(d, "no session was opened since the sign-in");
	return true;
}

bool
ticket_fits(const struct approval *approval, const struct ticket_holder *holder,
    struct detail *d)
{
	const char *rhost = approval->rhost != NULL ? approval->rhost : "";

	if (!is_fresh(approval, holder->now))
		return refuse(d, "the ticket has expired");
	if (strcmp(approval->user, holder->user) != 0 ||
	    approval->uid != holder->uid)
		return refuse(d, "the ticket is another user's");
	if (strcmp(approval->service, holder->service) != 0)
		return refuse(d, "the ticket is for another service");
	if (strcmp(rhost, holder->rhost) != 0)
		return refuse(d, "the ticket is for another remote host");
	if (!is_same_login(approval, holder->host))
		return refuse(d, "the ticket is of another login");
	return is_new_session(approval, holder, d);
}
