/*
 * pam_oauth2_helper: what the PAM module starts for each login. Run by hand
 * it does nothing for anybody.
 */
#include <stdio.h>

#include "helper/monitor.h"
#include "helper/privileges.h"

#define MODULE_FD 3

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
		(void)fputs("pam_oauth2_helper is started by pam_oauth2.so, "
			    "not by hand. See pam_oauth2(8).\n",
		    stderr);
		return EXIT_USAGE;
	}
	return monitor_run(MODULE_FD) == OAUTH2_ERR_OK ? EXIT_OK : EXIT_FAILED;
}
