// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <curl/curl.h>

#include "http.h"

#define CONNECT_MS 5000
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

static int check_file(const char *what, const char *path, struct xmem_err *err)
{
	if (!path || !*path)
		return xmem_err_set(err, XMEM_ERR_USAGE, ENOENT,
				    "no %s= in [tls] of the configuration (xmemadm pki issue makes "
				    "certificates)",
				    what);
	if (access(path, R_OK))
		return xmem_err_set(err, XMEM_ERR_USAGE, errno, "cannot read %s (%s= in [tls]): %s",
				    path, what, strerror(errno));
	return 0;
}

static int check_settings(const struct xmem_http *http, struct xmem_err *err)
{
	int rc;

	if (!http->url || strncmp(http->url, "https://", 8))
		return xmem_err_set(err, XMEM_ERR_USAGE, EINVAL, "\"%s\" is not https://HOST:PORT",
				    http->url ? http->url : "");
	rc = check_file("ca", http->ca, err);
	if (!rc)
		rc = check_file("cert", http->cert, err);
	if (!rc)
		rc = check_file("key", http->key, err);
	return rc;
}

static bool set_options(CURL *curl, const struct xmem_http *http, const char *method,
			const char *url, char *details, struct answer *answer)
{
	bool ok = true;

	ok &= !curl_easy_setopt(curl, CURLOPT_URL, url);
	ok &= !curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	ok &= !curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
	/* the other side is a machine of ours: a proxy of the environment is never the way */
	ok &= !curl_easy_setopt(curl, CURLOPT_PROXY, "");
	ok &= !curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	ok &= !curl_easy_setopt(curl, CURLOPT_CAINFO, http->ca);
	ok &= !curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	ok &= !curl_easy_setopt(curl, CURLOPT_SSLCERT, http->cert);
	ok &= !curl_easy_setopt(curl, CURLOPT_SSLKEY, http->key);
	ok &= !curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	ok &= !curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	ok &= !curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	ok &= !curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
				http->connect_ms ? http->connect_ms : CONNECT_MS);
	ok &= !curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
				http->timeout_ms ? http->timeout_ms : TIMEOUT_MS);
	ok &= !curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, details);
	ok &= !curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_data);
	ok &= !curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	return ok;
}

static int transport_error(CURLcode code, const struct xmem_http *http, const char *details,
			   const struct answer *answer, struct xmem_err *err)
{
	int number = EHOSTUNREACH;

	if (answer->too_long)
		return xmem_err_set(err, XMEM_ERR_UNREACHABLE, E2BIG,
				    "%s: its answer is longer than %d MiB", http->url,
				    ANSWER_MAX >> 20);
	if (code == CURLE_OPERATION_TIMEDOUT)
		number = ETIMEDOUT;
	else if (code == CURLE_COULDNT_CONNECT)
		number = ECONNREFUSED;
	else if (code == CURLE_SSL_CERTPROBLEM || code == CURLE_PEER_FAILED_VERIFICATION ||
		 code == CURLE_SSL_CACERT_BADFILE)
		number = EACCES;
	return xmem_err_set(err, XMEM_ERR_UNREACHABLE, number, "%s: %s", http->url,
			    *details ? details : curl_easy_strerror(code));
}

/* Words of a refusal: the member "error", and "details" behind it. */
static int refused(long status, const json_t *body, struct xmem_err *err)
{
	const char *text = json_string_value(json_object_get(body, "error"));
	const json_t *details = json_object_get(body, "details");
	int rc, code = xmem_http_errno((int)status);
	size_t i;

	if (text)
		rc = xmem_err_set(err, XMEM_ERR_REFUSED, code, "%s", text);
	else
		rc = xmem_err_set(err, XMEM_ERR_REFUSED, code, "HTTP status %ld", status);
	for (i = 0; text && i < json_array_size(details); i++) {
		const char *detail = json_string_value(json_array_get(details, i));

		if (detail)
			xmem_err_append(err, "%s %s", i ? ";" : ":", detail);
	}
	if (err)
		err->status = (int)status;
	return rc;
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
	if (status >= 400)
		rc = refused(status, body, err);
	if (out)
		*out = body;
	else
		json_decref(body);
	return rc;
}

static int perform(CURL *curl, const struct xmem_http *http, json_t **out, struct answer *answer,
		   const char *details, struct xmem_err *err)
{
	CURLcode code = curl_easy_perform(curl);
	long status = 0;

	if (code)
		return transport_error(code, http, details, answer, err);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	return read_answer(status, http, answer, out, err);
}

/**
 * xmem_http_request() - ask a daemon
 * @http: whom and how
 * @method: GET, POST, PUT or DELETE
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
	char details[CURL_ERROR_SIZE] = "", url[1024];
	struct curl_slist *headers = NULL;
	struct answer answer = { 0 };
	char *body = NULL;
	CURL *curl;
	int rc;

	if (out)
		*out = NULL;
	rc = check_settings(http, err);
	if (rc)
		return rc;
	if (snprintf(url, sizeof(url), "%s%s", http->url, path) >= (int)sizeof(url))
		return xmem_err_set(err, XMEM_ERR_USAGE, ENAMETOOLONG, "the address is too long");
	curl = curl_easy_init();
	headers = curl_slist_append(NULL, "Content-Type: application/json");
	if (in)
		body = json_dumps(in, JSON_COMPACT);
	if (!curl || !headers || (in && !body) ||
	    !set_options(curl, http, method, url, details, &answer) ||
	    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) ||
	    (body && curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body)))
		rc = xmem_err_set(err, XMEM_ERR_UNREACHABLE, ENOMEM, "cannot prepare the request");
	else
		rc = perform(curl, http, out, &answer, details, err);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	free(answer.data);
	free(body);
	return rc;
}
