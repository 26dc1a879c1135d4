#include "cli/revocation.h"

#include <stdint.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/paths.h"
#include "base/spawn.h"
#include "cli/kept.h"
#include "codec/crypto.h"
#include "codec/session.h"

#define ID	"BY-ROOT" /* in the log, where a login has its own */
#define REAP_NS (2 * CLOCK_NS_PER_S)

/* Nobody is asked anything, nor shown. */
static void
show(void *context, enum wire_style style, const char *text)
{
	(void)context;
	(void)style;
	(void)text;
}

static enum oauth2_err
ask(void *context, enum wire_echo echo, const char *text, char **ret,
    enum wire_cancel *ret_cause)
{
	(void)context;
	(void)echo;
	(void)text;
	(void)ret;
	*ret_cause = WIRE_CANCEL_CONVERSATION;
	return OAUTH2_ERR_CLOSED;
}

static bool
is_cancelled(void *context, enum wire_cancel *ret_cause)
{
	(void)context;
	(void)ret_cause;
	return false;
}

static enum oauth2_err
talk(int fd, const struct session_hello *hello, enum reason *ret)
{
	static const struct session_callbacks callbacks = { NULL, show, ask,
		is_cancelled };
	struct session_result result;
	uint8_t nonce[WIRE_NONCE_SIZE];
	enum oauth2_err err = crypto_random(nonce, sizeof(nonce));

	if (err == OAUTH2_ERR_OK)
		err = session_run(fd, nonce, hello, &callbacks, &result);
	if (err == OAUTH2_ERR_OK)
		*ret = result.reason;
	return err;
}

enum oauth2_err
revocation_ask(
    const struct arguments *args, const struct row *row, enum reason *ret)
{
	const struct session_hello hello = {
		.phase = WIRE_PHASE_REVOKE,
		.id = ID,
		.service = args->service != NULL ? args->service : KEPT_SERVICE,
		.config_path = args->config,
		.user = row->user,
		.has_uid = true,
		.uid = (uid_t)row->uid,
		.started_ns = clock_monotonic_ns(),
	};
	AUTO(file_close) int ours = -1;
	enum oauth2_err err;
	int fds[2];
	pid_t pid;

	err = wire_pair(fds);
	if (err != OAUTH2_ERR_OK)
		return err;
	ours = fds[0];
	err = spawn_helper(PATH_HELPER, fds[1], &pid);
	close(fds[1]);
	if (err != OAUTH2_ERR_OK)
		return err;
	err = talk(ours, &hello, ret);
	file_close(ours);
	ours = -1;
	spawn_reap(pid, clock_monotonic_ns() + REAP_NS);
	return err;
}
