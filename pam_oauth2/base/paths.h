/* Where things are. Fixed when built: nothing a caller sets can move them. */
#ifndef PAM_OAUTH2_BASE_PATHS_H
#define PAM_OAUTH2_BASE_PATHS_H

#define PATH_HELPER    LIBEXECDIR "/pam_oauth2_helper"
#define PATH_SETTINGS  SYSCONFDIR "/pam_oauth2/pam_oauth2.conf"
#define PATH_ALLOWLIST SYSCONFDIR "/pam_oauth2/allowlist"

/* What this host keeps, and what it keeps until it is started anew. */
#define PATH_CACHE    "/var/cache/pam_oauth2"
#define PATH_STATE    "/var/lib/pam_oauth2"
#define PATH_SUBJECTS PATH_STATE "/subjects"
#define PATH_TOKENS   PATH_STATE "/tokens"
#define PATH_RUN      "/run/pam_oauth2"
#define PATH_LOCKS    PATH_RUN "/locks"
#define PATH_PENDING  PATH_RUN "/pending"
#define PATH_SESSIONS PATH_RUN "/sessions"

/* Which machine, and since when it runs. */
#define PATH_MACHINE_ID "/etc/machine-id"
#define PATH_BOOT_ID	"/proc/sys/kernel/random/boot_id"

/* The user that the worker becomes. */
#define WORKER_USER "_pam_oauth2"

#endif
