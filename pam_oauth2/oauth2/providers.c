#include "oauth2/providers.h"

#include <string.h>

#include "base/text.h"
#include "oauth2/readers.h"

#define ENTRA_START   "https://login.microsoftonline.com/"
#define ENTRA_END     "/v2.0"
#define SHOPIFY_START "https://"
#define SHOPIFY_END   ".myshopify.com"

/* The tenant of everybody's personal accounts, by its other name. */
#define ENTRA_CONSUMERS "9188040d-6c67-4c5b-b112-36a304b66dad"

/* What stands between start and end; NULL where it is not between them. */
static const char *
between(const char *text, const char *start, const char *end, size_t *ret_n)
{
	size_t n = strlen(text), before = strlen(start), after = strlen(end);

	if (n < before + after || strncmp(text, start, before) != 0 ||
	    strcmp(text + n - after, end) != 0)
		return NULL;
	*ret_n = n - before - after;
	return text + before;
}

/* One organisation by its id: a name would not be in its documents. */
static bool
is_entra_issuer(const char *issuer)
{
	size_t n = 0;
	const char *tenant = between(issuer, ENTRA_START, ENTRA_END, &n);
	char id[TEXT_UUID_SIZE + 1];

	if (tenant == NULL || n != TEXT_UUID_SIZE)
		return false;
	memcpy(id, tenant, n);
	id[n] = '\0';
	return text_is_uuid(id) && strcmp(id, ENTRA_CONSUMERS) != 0;
}

static bool
is_shopify_issuer(const char *issuer)
{
	size_t n = 0;
	const char *shop = between(issuer, SHOPIFY_START, SHOPIFY_END, &n);

	return shop != NULL && n > 0 && n <= 63 && *shop != '-' &&
	       strspn(shop, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

/* clang-format off */
const struct oauth2_provider oauth2_providers[] = {
{
	.name = "google",
	.issuer = "https://accounts.google.com",
	.endpoint_hosts = "oauth2.googleapis.com openidconnect.googleapis.com "
	    "www.googleapis.com",
	.verification_hosts = "www.google.com",
}, {
	/* As its metadata and the `iss` of its callbacks (RFC 9207) say. */
	.name = "github",
	.issuer = "https://github.com/login/oauth",
	.authorization_endpoint = "https://github.com/login/oauth/authorize",
	.token_endpoint = "https://github.com/login/oauth/access_token",
	.device_authorization_endpoint = "https://github.com/login/device/code",
	.userinfo_endpoint = "https://api.github.com/user",
	.scopes = "read:user user:email",
	.has_scope_commas = true,
	.email = OAUTH2_EMAIL_HOOK,
	.read = readers_github,
	.fetch = readers_github_emails,
}, {
	.name = "gitlab",
	.issuer = "https://gitlab.com",
	.device_authorization_endpoint = "/oauth/authorize_device",
}, {
	.name = "entra",
	.is_issuer = is_entra_issuer,
	.issuer_form = ENTRA_START "TENANT-ID" ENTRA_END " with the id of one "
	    "organisation, not common, organizations or consumers",
	.endpoint_hosts = "graph.microsoft.com",
	.verification_hosts = "microsoft.com www.microsoft.com "
	    "login.microsoft.com",
	.email = OAUTH2_EMAIL_HOOK,
	.read = readers_entra,
}, {
	.name = "okta",
}, {
	.name = "keycloak",
}, {
	.name = "authentik",
}, {
	.name = "auth0",
}, {
	.name = "cognito",
	.has_no_device_grant = true,
}, {
	.name = "egi",
	.issuer = "https://aai.egi.eu/auth/realms/egi",
	.email = OAUTH2_EMAIL_HOOK,
	.read = readers_egi,
}, {
	.name = "cilogon",
	.issuer = "https://cilogon.org",
	.device_authorization_endpoint = "/oauth2/device_authorization",
}, {
	.name = "discord",
	.issuer = "https://discord.com",
	.authorization_endpoint = "https://discord.com/oauth2/authorize",
	.token_endpoint = "https://discord.com/api/oauth2/token",
	.userinfo_endpoint = "https://discord.com/api/users/@me",
	.scopes = "identify email",
	.has_no_device_grant = true,
	.email = OAUTH2_EMAIL_HOOK,
	.read = readers_discord,
}, {
	.name = "linkedin",
	.issuer = "https://www.linkedin.com/oauth",
	.authorization_endpoint =
	    "https://www.linkedin.com/oauth/v2/authorization",
	.token_endpoint = "https://www.linkedin.com/oauth/v2/accessToken",
	.userinfo_endpoint = "https://api.linkedin.com/v2/userinfo",
	.has_no_device_grant = true,
	.has_no_pkce = true,
	.has_no_nonce = true,
	.has_scope_commas = true,
}, {
	.name = "kakao",
	.issuer = "https://kauth.kakao.com",
	.authorization_endpoint = "https://kauth.kakao.com/oauth/authorize",
	.token_endpoint = "https://kauth.kakao.com/oauth/token",
	.userinfo_endpoint = "https://kapi.kakao.com/v2/user/me",
	.scopes = "account_email",
	.has_no_device_grant = true,
	.email = OAUTH2_EMAIL_HOOK,
	.read = readers_kakao,
}, {
	.name = "reddit",
	.issuer = "https://www.reddit.com",
	.authorization_endpoint = "https://www.reddit.com/api/v1/authorize",
	.token_endpoint = "https://www.reddit.com/api/v1/access_token",
	.userinfo_endpoint = "https://oauth.reddit.com/api/v1/me",
	.scopes = "identity",
	.auth_method = "client_secret_basic",
	.has_no_device_grant = true,
	.email = OAUTH2_EMAIL_NEVER,
	.read = readers_id,
}, {
	.name = "naver",
	.issuer = "https://nid.naver.com",
	.authorization_endpoint = "https://nid.naver.com/oauth2.0/authorize",
	.token_endpoint = "https://nid.naver.com/oauth2.0/token",
	.userinfo_endpoint = "https://openapi.naver.com/v1/nid/me",
	.scopes = "",
	.has_no_device_grant = true,
	.email = OAUTH2_EMAIL_NEVER,
	.read = readers_naver,
}, {
	.name = "facebook",
	.issuer = "https://www.facebook.com",
	.authorization_endpoint = "https://www.facebook.com/dialog/oauth",
	.token_endpoint = "https://graph.facebook.com/oauth/access_token",
	.userinfo_endpoint = "https://graph.facebook.com/me?fields=id,name",
	.scopes = "public_profile",
	.has_no_device_grant = true,
	.email = OAUTH2_EMAIL_NEVER,
	.read = readers_id,
}, {
	.name = "shopify",
	.is_issuer = is_shopify_issuer,
	.issuer_form = SHOPIFY_START "NAME" SHOPIFY_END
	    ", NAME of lower case letters, digits and hyphens",
	.authorization_endpoint = "/admin/oauth/authorize",
	.token_endpoint = "/admin/oauth/access_token",
	.scopes = "",
	/* A token of a person and not of the shop. */
	.authorize_params = "grant_options[]=per-user",
	.has_no_device_grant = true,
	.has_scope_commas = true,
	.has_no_token_type = true,
	.token_user = "associated_user",
	.email = OAUTH2_EMAIL_NEVER,
}, {
	.name = "franceconnect",
	.issuer = "https://oidc.franceconnect.gouv.fr/api/v2",
	.scopes = "openid",
	.authorize_params = "acr_values=eidas1",
	.has_no_device_grant = true,
	.email = OAUTH2_EMAIL_NEVER,
},
};
/* clang-format on */

const size_t oauth2_provider_count =
    sizeof(oauth2_providers) / sizeof(*oauth2_providers);

const struct oauth2_provider *
oauth2_provider_find(const char *name)
{
	for (size_t i = 0; name != NULL && i < oauth2_provider_count; i++)
		if (strcmp(oauth2_providers[i].name, name) == 0)
			return &oauth2_providers[i];
	return NULL;
}
