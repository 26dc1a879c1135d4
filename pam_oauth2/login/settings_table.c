#include "login/settings_table.h"

#include <string.h>

#include "base/paths.h"
#include "login/settings.h"

#define S(field) offsetof(struct settings, field)
#define P(field) offsetof(struct provider_settings, field)

/* clang-format off */
const struct settings_row settings_rows[] = {
{
	.name = "provider", .type = SETTINGS_TYPE_NAME,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(provider_name),
	.min = 1, .max = 64,
	.example = "corp",
	.derived = "the only provider section there is",
	.help = "Which provider signs people in. Needed where there are "
	    "several provider sections.",
}, {
	.name = "allowlist", .type = SETTINGS_TYPE_PATH,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(allowlist),
	.min = 2, .max = 1024,
	.fallback = PATH_ALLOWLIST,
	.help = "The file that says who may sign in as whom. Root's, mode "
	    "0600.",
}, {
	.name = "flow", .type = SETTINGS_TYPE_CHOICE,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(flow),
	.choices = "auto device code",
	.fallback = "auto",
	.derived = "device where the provider has it, else code",
	.help = "How the browser and this login find each other. device: the "
	    "person opens an address and compares or types a code (RFC 8628). "
	    "code: the person opens an address and pastes here what the page "
	    "shows in the end (RFC 6749 with PKCE); needs redirect_uri.",
}, {
	.name = "login_timeout", .type = SETTINGS_TYPE_SECONDS,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(login_timeout),
	.min = 10, .max = 900,
	.fallback = "100",
	.help = "Time to approve in the browser. What the provider and the "
	    "host allow may be less, and then holds.",
}, {
	.name = "display", .type = SETTINGS_TYPE_CHOICE,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(display),
	.choices = "auto prompt text",
	.fallback = "auto",
	.derived = "text for login, su, su-l, sudo and sudo-i, prompt for "
	    "others",
	.help = "prompt: QR code and address are part of a question that "
	    "Enter answers, as sshd needs it. text: they are shown, and the "
	    "login goes on by itself once approved.",
}, {
	.name = "qr", .type = SETTINGS_TYPE_CHOICE,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(qr),
	.choices = "utf8 ascii off",
	.fallback = "utf8",
	.help = "How the QR code is drawn.",
}, {
	.name = "qr_max_rows", .type = SETTINGS_TYPE_NUMBER,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(qr_max_rows),
	.min = 10, .max = 100,
	.fallback = "40",
	.help = "Lines a QR code may take. One that needs more is left out.",
}, {
	.name = "qr_max_columns", .type = SETTINGS_TYPE_NUMBER,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(qr_max_columns),
	.min = 20, .max = 200,
	.fallback = "80",
	.help = "Columns a QR code may take. One that needs more is left out.",
}, {
	.name = "allow_root", .type = SETTINGS_TYPE_BOOL,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(allow_root),
	.fallback = "no",
	.help = "Whether root may sign in; a line of the allowlist with a sub: "
	    "rule has to name root as well.",
}, {
	.name = "email_local_part", .type = SETTINGS_TYPE_CHOICE,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(email_local_part),
	.choices = "fold exact",
	.fallback = "fold",
	.help = "fold: A-Z and a-z are the same before the @ of an address. "
	    "exact: they are not.",
}, {
	.name = "email_from", .type = SETTINGS_TYPE_CHOICE,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(email_from),
	.choices = "auto id_token",
	.fallback = "auto",
	.derived = "the ID token where it has one, else userinfo",
	.help = "Which document says who signed in: email, groups and other "
	    "claims. id_token: what the provider has signed, and nothing "
	    "else. auto: what the ID token does not say comes from userinfo, "
	    "which is not signed, and the log says so.",
}, {
	.name = "subject_binding", .type = SETTINGS_TYPE_CHOICE,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(subject_binding),
	.choices = "first-use strict off",
	.fallback = "first-use",
	.help = "Whether an email goes on belonging to the account (sub) that "
	    "signed in with it first: mailboxes and domains change hands. "
	    "strict: only accounts that are known already, or named by a "
	    "sub: rule. off: whoever has the email now. pam-oauth2 unbind "
	    "lets an email go to another account.",
}, {
	.name = "user_pattern", .type = SETTINGS_TYPE_PATTERN,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(user_pattern),
	.min = 1, .max = 255,
	.fallback = "[a-z_][a-z0-9_.-]{0,31}",
	.example = "[a-z0-9_.@-]{1,64}",
	.help = "User names that may sign in: a class of characters and how "
	    "many of them; where a second class stands in front it is for the "
	    "first character. Not a regular expression.",
}, {
	.name = "min_uid", .type = SETTINGS_TYPE_NUMBER,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(min_uid),
	.min = 1, .max = UINT32_MAX - 2,
	.fallback = "auto",
	.derived = "UID_MIN of /etc/login.defs, else 1000",
	.example = "1000",
	.help = "Users with a lower uid may not sign in; root has allow_root.",
}, {
	.name = "host_limit", .type = SETTINGS_TYPE_SECONDS,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(host_limit),
	.min = 0, .max = 3600,
	.fallback = "auto",
	.derived = "120 for sshd, 60 for login, 0 for others",
	.example = "120",
	.help = "After how long the program that asks for the login gives up: "
	    "LoginGraceTime of sshd, LOGIN_TIMEOUT of login. 0: never.",
}, {
	.name = "non_interactive", .type = SETTINGS_TYPE_CHOICE,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(non_interactive),
	.choices = "deny ignore",
	.fallback = "deny",
	.help = "What to answer a program that cannot show anything. With "
	    "ignore the next module of the PAM stack decides alone.",
}, {
	.name = "unavailable", .type = SETTINGS_TYPE_CHOICE,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(unavailable),
	.choices = "deny authinfo_unavail",
	.fallback = "deny",
	.help = "What to answer while the provider cannot be reached. With "
	    "authinfo_unavail (PAM_AUTHINFO_UNAVAIL) a PAM stack may let "
	    "people in by other means.",
}, {
	.name = "require_acr", .type = SETTINGS_TYPE_WORDS,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(require_acr),
	.min = 1, .max = 16,
	.example = "phr phrh",
	.derived = "any",
	.help = "How the provider must have authenticated the person (acr): "
	    "one of these. It is asked for this, and its signed answer is "
	    "checked.",
}, {
	.name = "require_amr", .type = SETTINGS_TYPE_WORDS,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(require_amr),
	.min = 1, .max = 16,
	.example = "mfa",
	.derived = "any",
	.help = "The methods of authentication (amr) that the ID token must "
	    "list, all of them.",
}, {
	.name = "max_age", .type = SETTINGS_TYPE_SECONDS,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(max_age),
	.min = 0, .max = 31536000,
	.fallback = "0",
	.help = "For how long somebody may have been signed in at the "
	    "provider already. 0: any time. It is asked for this, and its "
	    "signed answer is checked.",
}, {
	.name = "refresh_use", .type = SETTINGS_TYPE_CHOICE,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(refresh_use),
	.choices = "off account-check second-factor pin session",
	.fallback = "account-check",
	.help = "What the refresh token of a sign-in is kept for. off: for "
	    "nothing, it is not kept. account-check: when somebody logs in by "
	    "other means, such as an SSH key, the provider is asked whether "
	    "the account is still good; this can only deny. second-factor: "
	    "also, where everything in refresh_requires holds, it spares "
	    "people the browser. pin: also, a PIN chosen after a sign-in does. "
	    "session: also, sudo does without the browser in a login session "
	    "that was approved there; other services do as with "
	    "account-check. The provider is asked each time.",
}, {
	.name = "refresh_requires", .type = SETTINGS_TYPE_FACTORS,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(refresh_requires),
	.min = 1, .max = 3,
	.fallback = FACTOR_SSH_PUBLICKEY " " FACTOR_SAME_NETWORK,
	.help = "What has to hold for a second-factor sign-in without a "
	    "browser, all of it. ssh-publickey: sshd has just taken the same "
	    "SSH key as at the sign-in. same-network: they come from the same "
	    "/24 (IPv6: /48), which sshd tells with UseDNS no, its "
	    "default; not enough alone. prior-module: the "
	    "administrator asserts, with that word behind pam_oauth2.so in "
	    "pam.d, that a module before it has proved who it is.",
}, {
	.name = "refresh_max_age", .type = SETTINGS_TYPE_SECONDS,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(refresh_max_age),
	.min = 60, .max = 31536000,
	.fallback = "43200",
	.help = "For how long after a sign-in in the browser there may be "
	    "others without one.",
}, {
	.name = "refresh_idle", .type = SETTINGS_TYPE_SECONDS,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(refresh_idle),
	.min = 60, .max = 31536000,
	.fallback = "28800",
	.help = "For how long after the provider last answered for somebody "
	    "there may be sign-ins without a browser.",
}, {
	.name = "refresh_coalesce", .type = SETTINGS_TYPE_SECONDS,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(refresh_coalesce),
	.min = 0, .max = 60,
	.fallback = "15",
	.help = "For how long the answer to one login also serves those that "
	    "were waiting already when the provider was asked. 0: each asks.",
}, {
	.name = "account_services", .type = SETTINGS_TYPE_WORDS,
	.scope = SETTINGS_SCOPE_GLOBAL, .offset = S(account_services),
	.min = 1, .max = 16,
	.fallback = "sshd",
	.help = "The PAM services for which the account phase asks the "
	    "provider. For others, such as cron, it has no opinion.",
}, {
	.name = "account_exempt", .type = SETTINGS_TYPE_WORDS,
	.scope = SETTINGS_SCOPE_GLOBAL, .offset = S(account_exempt),
	.min = 1, .max = 64,
	.example = "breakglass",
	.derived = "nobody",
	.help = "Users whom the account phase lets pass without asking: those "
	    "for emergencies.",
}, {
	.name = "account_max_age", .type = SETTINGS_TYPE_SECONDS,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(account_max_age),
	.min = 60, .max = 31536000,
	.fallback = "2592000",
	.help = "For how long after a sign-in in the browser the account "
	    "phase goes on asking the provider; then it denies until there is "
	    "another one.",
}, {
	.name = "account_token_missing", .type = SETTINGS_TYPE_CHOICE,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(account_token_missing),
	.choices = "ignore deny",
	.fallback = "ignore",
	.help = "What the account phase does about somebody who has never "
	    "signed in in the browser. After a revocation it always denies.",
}, {
	.name = "idp_down", .type = SETTINGS_TYPE_CHOICE,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(idp_down),
	.choices = "auto deny grace",
	.fallback = "auto",
	.derived = "grace with account-check, else deny",
	.help = "What the account phase does while the provider does not "
	    "answer. grace: it lets those in for whom it has answered within "
	    "grace_max, and the log says so; never when the certificate is "
	    "wrong.",
}, {
	.name = "grace_max", .type = SETTINGS_TYPE_SECONDS,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(grace_max),
	.min = 0, .max = 86400,
	.fallback = "14400",
	.help = "How long ago the provider must have answered for idp_down = "
	    "grace.",
}, {
	.name = "revoke_on", .type = SETTINGS_TYPE_CHOICE,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(revoke_on),
	.choices = "never close max-age",
	.fallback = "max-age",
	.help = "When to tell the provider that a refresh token is not needed "
	    "any more. max-age: at the first login with a key after "
	    "account_max_age. close: also when "
	    "the last login session is closed that was approved in the browser "
	    "(they need the session lines of refresh_use = session); what is "
	    "kept ends then, and account-check refuses keys until the next "
	    "sign-in. Not with refresh_use = pin, and what is kept under a "
	    "PIN stays. A session that ends with the machine, or whose sshd "
	    "is killed, ends nothing.",
}, {
	.name = "banner_before", .type = SETTINGS_TYPE_TEXT,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(banner_before),
	.min = 0, .max = 200,
	.example = "Corp Example: sign in with your company account.",
	.help = "A line shown above the QR code.",
}, {
	.name = "banner_after", .type = SETTINGS_TYPE_TEXT,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(banner_after),
	.min = 0, .max = 200,
	.example = "Activity on this host is logged.",
	.help = "A line shown below the code.",
}, {
	.name = "support", .type = SETTINGS_TYPE_TEXT,
	.scope = SETTINGS_SCOPE_SERVICE, .offset = S(support),
	.min = 0, .max = 200,
	.example = "Help: extension 4357",
	.help = "Whom to ask; shown with every denial.",
}, {
	.name = "store_key_file", .type = SETTINGS_TYPE_PATH,
	.scope = SETTINGS_SCOPE_GLOBAL, .offset = S(store_key_file),
	.min = 2, .max = 1024,
	.example = "/run/credentials/@system/pam_oauth2.key",
	.derived = "/var/lib/pam_oauth2/host.key, made at first use",
	.help = "The key that seals what this host keeps: 64 hexadecimal "
	    "digits in a file, root's, mode 0400 or 0600, such as a system "
	    "credential of systemd. It is read, and never made or written. "
	    "Kept apart from the disk it protects what a copy or a backup of "
	    "that holds; not from root on this host.",
}, {
	.name = "debug", .type = SETTINGS_TYPE_BOOL,
	.scope = SETTINGS_SCOPE_GLOBAL, .offset = S(debug),
	.fallback = "no",
	.help = "Whether to log every step. Never tokens, codes or secrets.",
}, {
	.name = "preset", .type = SETTINGS_TYPE_PRESET,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(preset),
	.min = 1, .max = 32,
	.choices = OAUTH2_PROVIDER_NAMES,
	.example = "google",
	.derived = "none: plain OpenID Connect",
	.help = "The provider by its name: fills in what this section does "
	    "not set, and knows how the provider says who signed in.",
}, {
	.name = "issuer", .type = SETTINGS_TYPE_ISSUER,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(issuer),
	.min = 9, .max = 1024,
	.example = "https://id.corp.example",
	.help = "The provider's issuer identifier, byte for byte as it writes "
	    "it. It names the identities, and discovery starts here. Left "
	    "out where the preset has it.",
}, {
	.name = "client_id", .type = SETTINGS_TYPE_CLIENT_ID,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(client_id),
	.min = 1, .max = 255,
	.example = "linux-login",
	.help = "The client that was registered at the provider.",
}, {
	.name = "client_secret_file", .type = SETTINGS_TYPE_PATH,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(client_secret_file),
	.min = 2, .max = 1024,
	.example = "/etc/pam_oauth2/client_secret",
	.derived = "a public client, without a secret",
	.help = "The file with the client's secret. Root's, mode 0600.",
}, {
	.name = "token_endpoint_auth_method", .type = SETTINGS_TYPE_CHOICE,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(token_endpoint_auth_method),
	.choices = "auto none client_secret_post client_secret_basic "
	    "private_key_jwt",
	.fallback = "auto",
	.derived = "with a client_secret_file client_secret_post, or "
	    "client_secret_basic where the provider announces that one and not "
	    "the other; else none",
	.help = "How the client proves itself to the provider: with its "
	    "secret, or with a signature by its private key (RFC 7523), which "
	    "the process that talks to the provider never sees.",
}, {
	.name = "revocation_endpoint_auth_method", .type = SETTINGS_TYPE_CHOICE,
	.scope = SETTINGS_SCOPE_PROVIDER,
	.offset = P(revocation_endpoint_auth_method),
	.choices = "auto none client_secret_post client_secret_basic "
	    "private_key_jwt",
	.fallback = "auto",
	.derived = "token_endpoint_auth_method",
	.help = "The same where a token is revoked.",
}, {
	.name = "basic_raw", .type = SETTINGS_TYPE_BOOL,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(basic_raw),
	.fallback = "no",
	.help = "With client_secret_basic: send client_id and secret without "
	    "form encoding, for a provider that does not decode it.",
}, {
	.name = "private_key_file", .type = SETTINGS_TYPE_PATH,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(private_key_file),
	.min = 2, .max = 1024,
	.example = "/etc/pam_oauth2/private_key.pem",
	.derived = "none: no private_key_jwt",
	.help = "The client's private key for private_key_jwt: PEM without a "
	    "password, RSA of 2048 to 8192 bits (signs RS256) or P-256 "
	    "(signs ES256). Root's, mode 0600. The provider gets the public "
	    "key when the client is registered.",
}, {
	.name = "private_key_id", .type = SETTINGS_TYPE_CLIENT_ID,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(private_key_id),
	.min = 1, .max = 255,
	.example = "2026-01",
	.derived = "none: the provider tries the keys it has",
	.help = "By which name (kid) the provider knows the private key.",
}, {
	.name = "assertion_audience", .type = SETTINGS_TYPE_CHOICE,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(assertion_audience),
	.choices = "issuer token_endpoint",
	.fallback = "issuer",
	.help = "For whom what the private key signs is meant: for the "
	    "issuer, or for a token_endpoint that takes nothing but its own "
	    "address, as those of Okta and Entra do. That has to be set here "
	    "then: what discovery says is not signed.",
}, {
	.name = "redirect_uri", .type = SETTINGS_TYPE_LANDING,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(redirect_uri),
	.min = 9, .max = 1024,
	.example = "https://login.corp.example/callback/",
	.derived = "none: no code can be pasted",
	.help = "Where the browser lands after approving, as registered at "
	    "the provider: the callback page, which shows what to paste.",
}, {
	.name = "pkce", .type = SETTINGS_TYPE_CHOICE,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(pkce),
	.choices = "S256 plain",
	.fallback = "S256",
	.help = "How a code is bound to the login that asked for it (RFC "
	    "7636). plain, which needs a redirect_uri, is for a provider that "
	    "does not know S256: who reads the address on the screen can then "
	    "use a code too.",
}, {
	.name = "authorization_endpoint", .type = SETTINGS_TYPE_URL,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(authorization_endpoint),
	.min = 9, .max = 1024,
	.example = "https://id.corp.example/authorize",
	.derived = "discovery",
	.help = "The address that the person opens in the flow code.",
}, {
	.name = "pushed_authorization_request_endpoint",
	.type = SETTINGS_TYPE_URL,
	.scope = SETTINGS_SCOPE_PROVIDER,
	.offset = P(pushed_authorization_request_endpoint),
	.min = 9, .max = 1024,
	.example = "https://id.corp.example/par",
	.derived = "discovery",
	.help = "Where the request of the flow code can be left beforehand "
	    "(RFC 9126): address and QR code become short.",
}, {
	.name = "token_endpoint", .type = SETTINGS_TYPE_URL,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(token_endpoint),
	.min = 9, .max = 1024,
	.example = "https://id.corp.example/token",
	.derived = "discovery",
	.help = "Where the token comes from.",
}, {
	.name = "device_authorization_endpoint", .type = SETTINGS_TYPE_URL,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(device_authorization_endpoint),
	.min = 9, .max = 1024,
	.example = "https://id.corp.example/device/auth",
	.derived = "discovery",
	.help = "Where the device grant starts.",
}, {
	.name = "userinfo_endpoint", .type = SETTINGS_TYPE_URL,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(userinfo_endpoint),
	.min = 9, .max = 1024,
	.example = "https://id.corp.example/userinfo",
	.derived = "discovery",
	.help = "Where it is asked who signed in.",
}, {
	.name = "revocation_endpoint", .type = SETTINGS_TYPE_URL,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(revocation_endpoint),
	.min = 9, .max = 1024,
	.example = "https://id.corp.example/revoke",
	.derived = "discovery",
	.help = "Where a refresh token is given back (RFC 7009).",
}, {
	.name = "jwks_uri",
	.type = SETTINGS_TYPE_URL,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(jwks_uri),
	.min = 9, .max = 1024,
	.example = "https://id.corp.example/jwks",
	.derived = "discovery",
	.help = "Where the keys are that ID tokens are signed with.",
}, {
	.name = "id_token_algs", .type = SETTINGS_TYPE_ALGS,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(id_token_algs),
	.min = 1, .max = 4,
	.fallback = "RS256 PS256 ES256 EdDSA",
	.help = "How ID tokens may be signed.",
}, {
	.name = "extra_audiences", .type = SETTINGS_TYPE_WORDS,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(extra_audiences),
	.min = 1, .max = 16,
	.example = "https://api.corp.example",
	.derived = "none",
	.help = "Whom an ID token may be meant for besides this client.",
}, {
	.name = "endpoint_hosts", .type = SETTINGS_TYPE_HOSTS,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(endpoint_hosts),
	.min = 1, .max = 16,
	.example = "login.corp.example api.corp.example",
	.derived = "the issuer's host alone",
	.help = "Further hosts on which discovery may place endpoints. They "
	    "receive the client's secret and tokens.",
}, {
	.name = "verification_hosts", .type = SETTINGS_TYPE_HOSTS,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(verification_hosts),
	.min = 1, .max = 16,
	.example = "www.corp.example",
	.derived = "the hosts of the issuer and of the endpoints",
	.help = "Further hosts of addresses that people may be sent to. They "
	    "receive nothing from this host.",
}, {
	.name = "scopes", .type = SETTINGS_TYPE_SCOPES,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(scopes),
	.min = 1, .max = 32,
	.fallback = "openid profile email",
	.help = "The scopes to ask for.",
}, {
	.name = "required_scopes", .type = SETTINGS_TYPE_SCOPES,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(required_scopes),
	.min = 1, .max = 32,
	.example = "openid email",
	.derived = "none",
	.help = "Scopes without which nobody gets in: some providers let "
	    "people approve a part of what was asked for.",
}, {
	.name = "authorize_params", .type = SETTINGS_TYPE_PARAMETERS,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(authorize_params),
	.min = 1, .max = 16,
	.example = "prompt=login ui_locales=de",
	.derived = "the preset's, else none",
	.help = "What else to put into the address that the person opens in "
	    "the flow code. An acr_values or max_age here gives way to "
	    "require_acr or max_age.",
}, {
	.name = "refresh_params", .type = SETTINGS_TYPE_REFRESH_PARAMETERS,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(refresh_params),
	.min = 1, .max = 16,
	.example = "scope=openid",
	.derived = "none",
	.help = "What else to send with a refresh token, for a provider that "
	    "wants more than the token.",
}, {
	.name = "email_verified_string", .type = SETTINGS_TYPE_BOOL,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(email_verified_string),
	.fallback = "no",
	.help = "Whether email_verified may also be the text \"true\". For "
	    "providers that write it so.",
}, {
	.name = "assume_email_verified", .type = SETTINGS_TYPE_BOOL,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(assume_email_verified),
	.fallback = "no",
	.help = "Whether to take every address as verified. For providers "
	    "that do not say, and only where hd or tid confines it to one "
	    "organisation, whose administrators assign the addresses.",
}, {
	.name = "hd", .type = SETTINGS_TYPE_DOMAIN,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(hd),
	.min = 1, .max = 253,
	.example = "corp.example",
	.derived = "any, or none",
	.help = "The Google Workspace domain that people must belong to: what "
	    "the claim hd must be.",
}, {
	.name = "tid", .type = SETTINGS_TYPE_UUID,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(tid),
	.min = 36, .max = 36,
	.example = "0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f",
	.derived = "any, or none",
	.help = "The Entra tenant that people must belong to: what the claim "
	    "tid must be.",
}, {
	.name = "groups_claim", .type = SETTINGS_TYPE_CLAIM,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(groups_claim),
	.min = 1, .max = 128,
	.fallback = "groups",
	.example = "realm_access.roles",
	.help = "The claim that lists a person's groups; dots lead into "
	    "objects.",
}, {
	.name = "ca_file", .type = SETTINGS_TYPE_PATH,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(ca_file),
	.min = 2, .max = 1024,
	.example = "/etc/pam_oauth2/ca.pem",
	.derived = "what the system trusts",
	.help = "Certificate authorities to trust in place of the system's.",
}, {
	.name = "proxy", .type = SETTINGS_TYPE_PROXY,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(proxy),
	.min = 10, .max = 512,
	.example = "http://proxy.corp.example:3128",
	.derived = "none; the environment is not looked at",
	.help = "The proxy to reach the provider through.",
},
};
/* clang-format on */

const size_t settings_row_count =
    sizeof(settings_rows) / sizeof(*settings_rows);

const struct settings_row *
settings_row_find(const char *name)
{
	for (size_t i = 0; i < settings_row_count; i++)
		if (strcmp(settings_rows[i].name, name) == 0)
			return &settings_rows[i];
	return NULL;
}

bool
settings_row_is_list(const struct settings_row *row)
{
	return row->type == SETTINGS_TYPE_HOSTS ||
	       row->type == SETTINGS_TYPE_SCOPES ||
	       row->type == SETTINGS_TYPE_ALGS ||
	       row->type == SETTINGS_TYPE_WORDS ||
	       row->type == SETTINGS_TYPE_PARAMETERS ||
	       row->type == SETTINGS_TYPE_REFRESH_PARAMETERS ||
	       row->type == SETTINGS_TYPE_FACTORS;
}

bool
settings_row_is_required(const struct settings_row *row)
{
	return row->fallback == NULL && row->derived == NULL && row->min > 0;
}
