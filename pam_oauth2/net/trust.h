/* Where this system keeps the authorities it trusts. */
#ifndef PAM_OAUTH2_NET_TRUST_H
#define PAM_OAUTH2_NET_TRUST_H

/*
 * The directory of certificates named by hash, or NULL where there is none:
 * then libcurl's own bundle. Reading the bundle costs 40 ms, the directory
 * nothing to speak of.
 */
const char *trust_directory(void);

#endif
