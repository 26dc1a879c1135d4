/*
 * The floor of a refresh: one POST by libcurl and nothing else.
 *
 *	refresh URL CA_FILE BODY
 */
#include <curl/curl.h>

int
main(int argc, char **argv)
{
	CURL *curl;
	CURLcode rc;

	if (argc != 4 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
	    (curl = curl_easy_init()) == NULL)
		return 2;
	curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
	curl_easy_setopt(curl, CURLOPT_CAINFO, argv[2]);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, argv[3]);
	curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
	rc = curl_easy_perform(curl);
	curl_easy_cleanup(curl);
	return rc == CURLE_OK ? 0 : 1;
}
