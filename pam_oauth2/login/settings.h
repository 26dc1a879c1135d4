/*
 * The settings of one PAM service and of its one provider. Whatever is wrong
 * anywhere in the files refuses them all, with file and line; so a struct
 * settings that exists is right.
 */
#ifndef PAM_OAUTH2_LOGIN_SETTINGS_H
#define PAM_OAUTH2_LOGIN_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strlist.h"
#include "login/source.h"
#include "oauth2/providers.h"

#define SETTINGS_FILE_MAX    (256 * 1024)
#define SETTINGS_DROPINS_MAX 64
#define SETTINGS_SECRET_MAX  4096
#define SETTINGS_KEY_MAX     (16 * 1024)

/* A number that is still to be derived from something else. */
#define SETTINGS_AUTO UINT32_MAX

/* The values of each enum are in the order of the row's choices. */
enum settings_flow {
	SETTINGS_FLOW_AUTO, /* device where the provider has it, else code */
	SETTINGS_FLOW_DEVICE,
	SETTINGS_FLOW_CODE,
};

enum settings_display {
	SETTINGS_DISPLAY_AUTO, /* never in a loaded struct */
	SETTINGS_DISPLAY_PROMPT,
	SETTINGS_DISPLAY_TEXT,
};

enum settings_qr {
	SETTINGS_QR_UTF8,
	SETTINGS_QR_ASCII,
	SETTINGS_QR_OFF,
};

enum settings_local_part {
	SETTINGS_LOCAL_PART_FOLD,
	SETTINGS_LOCAL_PART_EXACT,
};

enum settings_email_from {
	SETTINGS_EMAIL_FROM_AUTO,
	SETTINGS_EMAIL_FROM_ID_TOKEN,
};

enum settings_binding {
	SETTINGS_BINDING_FIRST_USE,
	SETTINGS_BINDING_STRICT,
	SETTINGS_BINDING_OFF,
};

enum settings_non_interactive {
	SETTINGS_NON_INTERACTIVE_DENY,
	SETTINGS_NON_INTERACTIVE_IGNORE,
};

enum settings_unavailable {
	SETTINGS_UNAVAILABLE_DENY,
	SETTINGS_UNAVAILABLE_AUTHINFO_UNAVAIL,
};

/* What a stored refresh token may do. */
enum settings_refresh_use {
	SETTINGS_REFRESH_OFF,
	SETTINGS_REFRESH_ACCOUNT_CHECK,
	SETTINGS_REFRESH_SECOND_FACTOR,
	SETTINGS_REFRESH_PIN,
	SETTINGS_REFRESH_SESSION,
};

enum settings_token_missing {
	SETTINGS_TOKEN_MISSING_IGNORE,
	SETTINGS_TOKEN_MISSING_DENY,
};

enum settings_idp_down {
	SETTINGS_IDP_DOWN_AUTO, /* never in a loaded struct */
	SETTINGS_IDP_DOWN_DENY,
	SETTINGS_IDP_DOWN_GRACE,
};

enum settings_revoke_on {
	SETTINGS_REVOKE_NEVER,
	SETTINGS_REVOKE_CLOSE,
	SETTINGS_REVOKE_MAX_AGE,
};

enum settings_auth_method {
	SETTINGS_AUTH_METHOD_AUTO, /* with a secret: the provider says it */
	SETTINGS_AUTH_METHOD_NONE,
	SETTINGS_AUTH_METHOD_CLIENT_SECRET_POST,
	SETTINGS_AUTH_METHOD_CLIENT_SECRET_BASIC,
	SETTINGS_AUTH_METHOD_PRIVATE_KEY_JWT,
};

enum settings_assertion_audience {
	SETTINGS_ASSERTION_AUDIENCE_ISSUER,
	SETTINGS_ASSERTION_AUDIENCE_TOKEN_ENDPOINT,
};

enum settings_pkce {
	SETTINGS_PKCE_S256,
	SETTINGS_PKCE_PLAIN,
};

/* The words of refresh_requires. */
#define FACTOR_SSH_PUBLICKEY "ssh-publickey"
#define FACTOR_SAME_NETWORK  "same-network"
#define FACTOR_PRIOR_MODULE  "prior-module"

struct crypto_key;

/* Texts are never empty: what was left out is NULL. */
struct provider_settings {
	char *name;
	char *preset; /* NULL: none */
	char *issuer; /* as set, or the preset's; so with what follows */
	char *client_id;
	char *client_secret_file; /* NULL: a public client */
	enum settings_auth_method token_endpoint_auth_method;
	enum settings_auth_method revocation_endpoint_auth_method;
	bool basic_raw;
	char *private_key_file; /* there exactly with private_key_jwt */
	char *private_key_id;
	enum settings_assertion_audience assertion_audience;
	char *redirect_uri; /* NULL: no authorization code grant */
	enum settings_pkce pkce;
	char *authorization_endpoint; /* endpoints that are NULL: discovery */
	char *pushed_authorization_request_endpoint;
	char *token_endpoint;
	char *device_authorization_endpoint;
	char *userinfo_endpoint;
	char *revocation_endpoint;
	char *jwks_uri;
	struct strlist id_token_algs;
	struct strlist extra_audiences;
	struct strlist endpoint_hosts;
	struct strlist verification_hosts;
	struct strlist scopes;
	struct strlist required_scopes;
	struct strlist authorize_params; /* NAME=VALUE, each name once */
	struct strlist refresh_params;	 /* likewise */
	bool email_verified_string;
	bool assume_email_verified; /* only with hd or tid */
	char *hd;		    /* what these claims must be, or NULL */
	char *tid;
	char *groups_claim; /* dotted path, never NULL */
	char *ca_file;
	char *proxy; /* http://host:port */
};

struct settings {
	char *section;	     /* whose these are */
	char *provider_name; /* that of provider below */
	char *allowlist;     /* path, never NULL */
	enum settings_flow flow;
	uint32_t login_timeout; /* seconds */
	enum settings_display display;
	enum settings_qr qr;
	uint32_t qr_max_rows;
	uint32_t qr_max_columns;
	bool allow_root;
	enum settings_local_part email_local_part;
	enum settings_email_from email_from;
	enum settings_binding subject_binding;
	char *user_pattern; /* see login/pattern.h, never NULL */
	uint32_t min_uid;
	uint32_t host_limit; /* seconds, 0: the host sets none */
	enum settings_non_interactive non_interactive;
	enum settings_unavailable unavailable;
	struct strlist require_acr;
	struct strlist require_amr;
	uint32_t max_age; /* seconds, 0: not asked for */
	enum settings_refresh_use refresh_use;
	bool has_sessions; /* any service has refresh_use = session */
	struct strlist refresh_requires; /* FACTOR_*, at least one of them */
	uint32_t refresh_max_age;	 /* seconds; so are the next three */
	uint32_t refresh_idle;
	uint32_t account_max_age;
	uint32_t refresh_coalesce;
	struct strlist account_services;
	struct strlist account_exempt; /* users */
	enum settings_token_missing account_token_missing;
	enum settings_idp_down idp_down;
	uint32_t grace_max; /* seconds */
	enum settings_revoke_on revoke_on;
	char *banner_before; /* one line, NULL: none */
	char *banner_after;
	char *support;
	char *store_key_file; /* NULL: this host's own */
	bool debug;
	struct provider_settings provider;
};

/* Whose settings; texts are borrowed for the call. */
struct settings_host {
	const char *service; /* what the host is: decides what auto means */
	const char *section; /* the [service NAME] to apply; often the same */
};

/*
 * Read the settings file and <path>.d/NAME.conf in the order of their names,
 * and work out what holds for one service. Every file, and the directory, is
 * root's and not writable by others. Only the directory may be missing.
 *
 * ret      owned by the caller. Untouched on failure.
 * d->text  "file:line: what is wrong and what would be right".
 *
 * Errors: CONFIG (the content), NOT_FOUND, UNTRUSTED, LIMIT, IO, NOMEM.
 */
enum oauth2_err settings_load(const char *path,
    const struct settings_host *host, struct settings **ret,
    struct detail *d) MUST_CHECK;

/*
 * Whether the same would be right for every service that has a section, and
 * for one that has none. Errors: likewise.
 */
enum oauth2_err settings_check_all(
    const char *path, struct detail *d) MUST_CHECK;

/*
 * The same from memory; no file is opened, so where min_uid is not set it
 * stays SETTINGS_AUTO, above every uid. Errors: CONFIG, LIMIT, NOMEM.
 */
enum oauth2_err settings_parse(const struct source *sources, size_t count,
    const struct settings_host *host, struct settings **ret,
    struct detail *d) MUST_CHECK;

/* Wipe and free. NULL is fine. */
void settings_free(struct settings *settings);
AUTO_DEFINE(struct settings, settings_free)

/*
 * Append the settings as a file that parses to the same settings for the
 * same service. Ask ret for errors (buf_err).
 */
void settings_dump(const struct settings *settings, struct buf *ret);

/* What is known of the provider; NULL: no preset. */
const struct oauth2_provider *settings_preset(
    const struct provider_settings *provider);

/* The method's name in the protocol, such as client_secret_post. */
const char *settings_auth_method_name(enum settings_auth_method method);

/*
 * Read the client secret: a file for root's eyes only, without its last
 * newline 1 to 4096 bytes of 0x20-0x7e.
 *
 * ret_secret  for secret_free(); NULL where the provider's client has none.
 *
 * Errors: as file_read_trusted(), CONFIG (the content).
 */
enum oauth2_err settings_read_secret(const struct settings *settings,
    char **ret_secret, struct detail *d) MUST_CHECK;

/*
 * Read the client's private key: a file for root's eyes only with a key that
 * crypto_key_parse() takes.
 *
 * ret      for crypto_key_free(); NULL where the provider's client has none.
 *
 * Errors: as file_read_trusted(), CONFIG (the content).
 */
enum oauth2_err settings_read_key(const struct settings *settings,
    struct crypto_key **ret, struct detail *d) MUST_CHECK;

#endif
