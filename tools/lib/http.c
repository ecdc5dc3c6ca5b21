// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <curl/curl.h>

#include "http.h"
#include "http_curl.h"

#define TIMEOUT_MS 60000
#define ANSWER_MAX (16 << 20)

struct answer {
	char *data;
	size_t len;
	bool too_long;
};

static size_t take_data(char *data, size_t size, size_t count, void *arg)
{
	struct answer *answer = arg;
	size_t len = size * count;
	char *grown;

	if (len > ANSWER_MAX - answer->len) {
		answer->too_long = true;
		return 0;
	}
	grown = realloc(answer->data, answer->len + len);
	if (len && !grown)
		return 0;
	answer->data = grown;
	memcpy(answer->data + answer->len, data, len);
	answer->len += len;
	return len;
}

static const struct {
	int status, code;
} status_table[] = {
	{ 400, EINVAL },       { 401, EACCES },	      { 403, EPERM },  { 404, ENOENT },
	{ 405, EOPNOTSUPP },   { 408, ETIMEDOUT },    { 409, EEXIST }, { 409, EBUSY },
	{ 409, EALREADY },     { 413, E2BIG },	      { 422, ERANGE }, { 501, ENOSYS },
	{ 502, EHOSTUNREACH }, { 502, ECONNREFUSED }, { 503, EAGAIN }, { 504, ETIMEDOUT },
	{ 507, ENOSPC },       { 507, ENOMEM },
};

/**
 * xmem_http_errno() - what an HTTP status means
 * @status: from 400
 *
 * Return: a positive errno, EREMOTEIO for a status without an own meaning.
 */
int xmem_http_errno(int status)
{
	size_t i;

	for (i = 0; i < sizeof(status_table) / sizeof(*status_table); i++)
		if (status_table[i].status == status)
			return status_table[i].code;
	return EREMOTEIO;
}

/**
 * xmem_http_status() - the HTTP status for an error
 * @code: positive errno
 *
 * Return: the status, 500 for an error without an own one.
 */
int xmem_http_status(int code)
{
	size_t i;

	for (i = 0; i < sizeof(status_table) / sizeof(*status_table); i++)
		if (status_table[i].code == code)
			return status_table[i].status;
	return 500;
}

/**
 * xmem_http_escape() - make a word fit for a path
 * @word: any text
 *
 * Return: a string for free(), or NULL without memory.
 */
char *xmem_http_escape(const char *word)
{
	char *escaped = curl_easy_escape(NULL, word, 0), *copy;

	if (!escaped)
		return NULL;
	copy = strdup(escaped);
	curl_free(escaped);
	return copy;
}

static int read_answer(long status, const struct xmem_http *http, const struct answer *answer,
		       json_t **out, struct xmem_err *err)
{
	json_error_t where;
	json_t *body = NULL;
	int rc = 0;

	if (answer->len) {
		body = json_loadb(answer->data, answer->len, JSON_REJECT_DUPLICATES, &where);
		if (!body && status < 400)
			return xmem_err_set(err, XMEM_ERR_UNREACHABLE, EPROTO,
					    "%s: its answer is no JSON: %s", http->url, where.text);
	}
	if (err)
		err->status = (int)status;
	if (status >= 400)
		rc = xmem_http_refused(status, body, err);
	if (out)
		*out = body;
	else
		json_decref(body);
	return rc;
}

/* the connections of a thread end with it */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t handles;

static void make_key(void)
{
	pthread_key_create(&handles, curl_easy_cleanup);
}

static CURL *own_handle(void)
{
	CURL *curl;

	pthread_once(&once, make_key);
	curl = pthread_getspecific(handles);
	if (curl) {
		curl_easy_reset(curl);
		return curl;
	}
	curl = curl_easy_init();
	if (curl && pthread_setspecific(handles, curl)) {
		curl_easy_cleanup(curl);
		return NULL;
	}
	return curl;
}

static int perform(CURL *curl, const struct xmem_http *http, json_t **out, struct answer *answer,
		   const char *details, struct xmem_err *err)
{
	CURLcode code = curl_easy_perform(curl);
	long status = 0, sent = 1;
	int rc;

	if (answer->too_long)
		return xmem_err_set(err, XMEM_ERR_UNREACHABLE, E2BIG,
				    "%s: its answer is longer than %d MiB", http->url,
				    ANSWER_MAX >> 20);
	if (code) {
		rc = xmem_http_failed(curl, code, http, details, err);
		curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &sent);
		if (err)
			err->unsent = !sent;
		return rc;
	}
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	return read_answer(status, http, answer, out, err);
}

/**
 * xmem_http_request() - ask a daemon
 * @http: whom and how
 * @method: GET, POST, PUT, PATCH or DELETE
 * @path: from the slash on, escaped
 * @in: body to send, or NULL; stays the caller's
 * @out: body of the answer for json_decref(), NULL when there was none; also set
 *	after a refusal; may be NULL
 * @err: the daemon's words, or why it was not reached
 *
 * Blocks until the answer is there or time is out.
 *
 * Return: 0 for a status below 400, or a negative errno.
 */
int xmem_http_request(const struct xmem_http *http, const char *method, const char *path,
		      const json_t *in, json_t **out, struct xmem_err *err)
{
	char details[CURL_ERROR_SIZE] = "", url[XMEM_HTTP_PATH_TEXT + 256];
	struct curl_slist *headers = NULL;
	struct answer answer = { 0 };
	char *body = NULL;
	CURL *curl;
	int rc;

	if (out)
		*out = NULL;
	rc = xmem_http_check(http, err);
	if (rc)
		return rc;
	if (snprintf(url, sizeof(url), "%s%s", http->url, path) >= (int)sizeof(url))
		return xmem_err_set(err, XMEM_ERR_USAGE, ENAMETOOLONG, "the address is too long");
	curl = own_handle();
	headers = xmem_http_headers(http, in ? "Content-Type: application/json" : NULL);
	if (in)
		body = json_dumps(in, JSON_COMPACT);
	if (!curl || !headers || (in && !body) ||
	    !xmem_http_prepare(curl, http, url, headers, details) ||
	    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method) ||
	    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
			     http->timeout_ms ? http->timeout_ms : TIMEOUT_MS) ||
	    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_data) ||
	    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer) ||
	    (body && curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body)))
		rc = xmem_err_set(err, XMEM_ERR_UNREACHABLE, ENOMEM, "cannot prepare the request");
	else
		rc = perform(curl, http, out, &answer, details, err);
	/* what it points to ends here; the connection stays */
	if (curl)
		curl_easy_reset(curl);
	curl_slist_free_all(headers);
	free(answer.data);
	free(body);
	return rc;
}
