/*
 * Who signed in, in the words of providers that have their own: the
 * functions of the table in providers.c, and for that alone.
 */
#ifndef PAM_OAUTH2_OAUTH2_READERS_H
#define PAM_OAUTH2_OAUTH2_READERS_H

#include "oauth2/account.h"
#include "oauth2/client.h"
#include "oauth2/token.h"

/* As `read` of struct oauth2_provider. Errors as account_read(). */
enum oauth2_err readers_discord(const struct json *document, bool is_text_true,
    struct identity *ret, struct detail *d) MUST_CHECK;
enum oauth2_err readers_egi(const struct json *document, bool is_text_true,
    struct identity *ret, struct detail *d) MUST_CHECK;
enum oauth2_err readers_entra(const struct json *document, bool is_text_true,
    struct identity *ret, struct detail *d) MUST_CHECK;
enum oauth2_err readers_github(const struct json *document, bool is_text_true,
    struct identity *ret, struct detail *d) MUST_CHECK;
enum oauth2_err readers_id(const struct json *document, bool is_text_true,
    struct identity *ret, struct detail *d) MUST_CHECK;
enum oauth2_err readers_kakao(const struct json *document, bool is_text_true,
    struct identity *ret, struct detail *d) MUST_CHECK;
enum oauth2_err readers_naver(const struct json *document, bool is_text_true,
    struct identity *ret, struct detail *d) MUST_CHECK;

/* As `fetch` of struct oauth2_provider. Errors as request_get(). */
enum oauth2_err readers_github_emails(const struct oauth2_client *client,
    const struct oauth2_token *token, struct identity *ret,
    struct detail *d) MUST_CHECK;

#endif
