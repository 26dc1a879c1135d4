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
	.name = "debug", .type = SETTINGS_TYPE_BOOL,
	.scope = SETTINGS_SCOPE_GLOBAL, .offset = S(debug),
	.fallback = "no",
	.help = "Whether to log every step. Never tokens, codes or secrets.",
}, {
	.name = "issuer", .type = SETTINGS_TYPE_ISSUER,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(issuer),
	.min = 9, .max = 1024,
	.example = "https://id.corp.example",
	.help = "The provider's issuer identifier, byte for byte as it writes "
	    "it. It names the identities, and discovery starts here.",
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
	.choices = "auto none client_secret_post client_secret_basic",
	.fallback = "auto",
	.derived = "client_secret_post with a client_secret_file, else none",
	.help = "How the client shows its secret to the provider.",
}, {
	.name = "redirect_uri", .type = SETTINGS_TYPE_LANDING,
	.scope = SETTINGS_SCOPE_PROVIDER, .offset = P(redirect_uri),
	.min = 9, .max = 1024,
	.example = "https://login.corp.example/callback/",
	.derived = "none: no code can be pasted",
	.help = "Where the browser lands after approving, as registered at "
	    "the provider: the callback page, which shows what to paste.",
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
	       row->type == SETTINGS_TYPE_SCOPES;
}

bool
settings_row_is_required(const struct settings_row *row)
{
	return row->fallback == NULL && row->derived == NULL && row->min > 0;
}
