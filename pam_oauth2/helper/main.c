/*
 * pam_oauth2_helper: what the PAM module starts for each login. Run by hand
 * it does nothing for anybody.
 */
#include <stdio.h>

#include "base/log.h"
#include "helper/monitor.h"
#include "helper/privileges.h"

#define MODULE_FD 3

#define REFUSAL \
	"pam_oauth2_helper is started by pam_oauth2.so as root, outside of " \
	"any child user namespace, and not by hand; see pam_oauth2(8)"

enum exit_status {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
};

int
main(int argc, char **argv)
{
	(void)argv;
	if (argc != 1 || !privileges_started_by_root(MODULE_FD)) {
		(void)fputs(REFUSAL "\n", stderr);
		log_open("pam_oauth2");
		log_line(LOG_ERR, "%s", REFUSAL);
		return EXIT_USAGE;
	}
	return monitor_run(MODULE_FD) == OAUTH2_ERR_OK ? EXIT_OK : EXIT_FAILED;
}
