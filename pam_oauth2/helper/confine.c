#include "helper/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/paths.h"

/* All ways to change what others read; of the first version, 5.13. */
#define WRITING \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
	    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | \
	    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | \
	    LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | \
	    LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)
#define OURS \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
	    LANDLOCK_ACCESS_FS_MAKE_REG)

static const char *const directories[] = { PATH_CACHE, PATH_STATE,
	PATH_SUBJECTS, PATH_TOKENS, PATH_RUN, PATH_LOCKS, PATH_PENDING,
	PATH_SESSIONS };

static bool
allow(int rules, const char *path)
{
	struct landlock_path_beneath_attr beneath = {
		.allowed_access = OURS,
	};
	AUTO(file_close)
	int fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return true; /* it is not there: nothing is allowed there */
	beneath.parent_fd = fd;
	return syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
		   &beneath, 0) == 0;
}

enum oauth2_err
confine_writing(void)
{
	const struct landlock_ruleset_attr attr = {
		.handled_access_fs = WRITING,
	};
	AUTO(file_close) int rules = -1;

	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++)
		(void)mkdir(directories[i], 0700);
	rules =
	    (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (rules < 0)
		return errno == ENOSYS || errno == EOPNOTSUPP
			   ? OAUTH2_ERR_OK
			   : OAUTH2_ERR_SANDBOX;
	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++)
		if (!allow(rules, directories[i]))
			return OAUTH2_ERR_SANDBOX;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_landlock_restrict_self, rules, 0) != 0)
		return OAUTH2_ERR_SANDBOX;
	return OAUTH2_ERR_OK;
}
