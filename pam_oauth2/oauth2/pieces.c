#include "oauth2/pieces.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/secret.h"

bool
oauth2_pieces_add(struct oauth2_pieces *pieces, const char *text)
{
	unsigned index, count;

	if (text[0] < '1' || text[0] > '8' || text[1] != '/' || text[2] < '1' ||
	    text[2] > '8' || text[3] != '.' || strlen(text) < 14 ||
	    text[12] != '.')
		return false;
	index = (unsigned)(text[0] - '1');
	count = (unsigned)(text[2] - '0');
	if (index >= count)
		return false;
	if (pieces->count != 0 &&
	    (pieces->count != count || memcmp(pieces->check, text + 4, 8) != 0))
		oauth2_pieces_free(pieces); /* the person began anew */
	pieces->count = count;
	memcpy(pieces->check, text + 4, 8);
	secret_free(pieces->texts[index]);
	pieces->texts[index] = secret_strdup(text + 13);
	return pieces->texts[index] != NULL;
}

/* FNV-1a, 32 bits: finds a cut or mixed paste, defends against nothing. */
static uint32_t
checksum(const char *text)
{
	uint32_t sum = 2166136261U;

	for (; *text != '\0'; text++)
		sum = (sum ^ (unsigned char)*text) * 16777619U;
	return sum;
}

unsigned
oauth2_pieces_missing(const struct oauth2_pieces *pieces)
{
	for (unsigned i = 0; i < pieces->count; i++)
		if (pieces->texts[i] == NULL)
			return i + 1;
	return 0;
}

bool
oauth2_pieces_join(const struct oauth2_pieces *pieces, struct buf *ret)
{
	char check[9];

	for (unsigned i = 0; i < pieces->count; i++)
		buf_puts(ret, pieces->texts[i]);
	(void)snprintf(
	    check, sizeof(check), "%08x", (unsigned)checksum(buf_text(ret)));
	return buf_err(ret) == OAUTH2_ERR_OK &&
	       strcmp(check, pieces->check) == 0;
}

void
oauth2_pieces_free(struct oauth2_pieces *pieces)
{
	for (unsigned i = 0; i < OAUTH2_PIECES_MAX; i++)
		secret_free(pieces->texts[i]);
	memset(pieces, 0, sizeof(*pieces));
}
