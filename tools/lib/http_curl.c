// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>
#include <unistd.h>

#include "http_curl.h"

#define CONNECT_MS 5000
#define CONNECTIONS_KEPT 64L /* by each thread */

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

/**
 * xmem_http_check() - whether a daemon can be asked at all
 * @http: whom and how
 * @err: what is missing
 *
 * Return: 0 or a negative errno.
 */
int xmem_http_check(const struct xmem_http *http, struct xmem_err *err)
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
	if (!rc && http->crl && *http->crl)
		rc = check_file("crl", http->crl, err);
	return rc;
}

/**
 * xmem_http_headers() - the lines that a request's header has beside the usual ones
 * @http: whom and how
 * @first: one more line, or NULL
 *
 * Return: a list for curl_slist_free_all(), never empty, or NULL without memory.
 */
struct curl_slist *xmem_http_headers(const struct xmem_http *http, const char *first)
{
	/* without a body libcurl would ask for leave to send one */
	struct curl_slist *list = curl_slist_append(NULL, "Expect:"), *longer;
	const char *const *line = http->headers;

	if (list && first) {
		longer = curl_slist_append(list, first);
		if (!longer)
			goto fail;
		list = longer;
	}
	for (; list && line && *line; line++) {
		longer = curl_slist_append(list, *line);
		if (!longer)
			goto fail;
		list = longer;
	}
	return list;
fail:
	curl_slist_free_all(list);
	return NULL;
}

static bool is_word(const char *word, const char *text, size_t size)
{
	return strlen(word) == size && !memcmp(word, text, size);
}

static bool has_role(gnutls_session_t session, const char *role)
{
	unsigned int count = 0;
	const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
	gnutls_x509_crt_t crt;
	bool found = false;
	char unit[64];
	size_t size;
	int i;

	if (!count || gnutls_x509_crt_init(&crt))
		return false;
	if (gnutls_x509_crt_import(crt, chain, GNUTLS_X509_FMT_DER) == 0)
		for (i = 0; !found; i++) {
			size = sizeof(unit);
			if (gnutls_x509_crt_get_dn_by_oid(crt,
							  GNUTLS_OID_X520_ORGANIZATIONAL_UNIT_NAME,
							  i, 0, unit, &size))
				break;
			found = is_word(role, unit, size) || is_word("manager", unit, size) ||
				is_word("admin", unit, size);
		}
	gnutls_x509_crt_deinit(crt);
	return found;
}

/*
 * Called when the other side's certificate was accepted, and before anything is sent: who
 * took over the name of a manager needs more than the certificate of some machine.
 */
static int check_role(void *arg, char *address, char *own_address, int port, int own_port)
{
	struct curl_tlssessioninfo *tls = NULL;
	char *role = NULL;

	(void)address, (void)own_address, (void)port, (void)own_port;
	if (curl_easy_getinfo(arg, CURLINFO_PRIVATE, &role) || !role ||
	    curl_easy_getinfo(arg, CURLINFO_TLS_SSL_PTR, &tls) || !tls ||
	    tls->backend != CURLSSLBACKEND_GNUTLS || !tls->internals)
		return CURL_PREREQFUNC_ABORT;
	return has_role(tls->internals, role) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

/**
 * xmem_http_prepare() - tell libcurl whom to ask and whom to trust
 * @curl: handle without settings
 * @http: whom and how
 * @url: address with the path
 * @headers: lines of the header
 * @details: room of CURL_ERROR_SIZE for the words of a failure
 *
 * Return: whether it took all.
 */
bool xmem_http_prepare(CURL *curl, const struct xmem_http *http, const char *url,
		       struct curl_slist *headers, char *details)
{
	bool ok = true;

	ok &= !curl_easy_setopt(curl, CURLOPT_URL, url);
	ok &= !curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	ok &= !curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
	/* the other side is a machine of ours: a proxy of the environment is never the way */
	ok &= !curl_easy_setopt(curl, CURLOPT_PROXY, "");
	ok &= !curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	/* a manager asks many appliances, and a handshake costs both more than a request */
	ok &= !curl_easy_setopt(curl, CURLOPT_MAXCONNECTS, CONNECTIONS_KEPT);
	ok &= !curl_easy_setopt(curl, CURLOPT_CAINFO, http->ca);
	ok &= !curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	if (http->crl && *http->crl)
		ok &= !curl_easy_setopt(curl, CURLOPT_CRLFILE, http->crl);
	if (http->role) {
		ok &= !curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, check_role);
		ok &= !curl_easy_setopt(curl, CURLOPT_PREREQDATA, curl);
		ok &= !curl_easy_setopt(curl, CURLOPT_PRIVATE, http->role);
	}
	ok &= !curl_easy_setopt(curl, CURLOPT_SSLCERT, http->cert);
	ok &= !curl_easy_setopt(curl, CURLOPT_SSLKEY, http->key);
	ok &= !curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	ok &= !curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	ok &= !curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_3);
	ok &= !curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
				http->connect_ms ? http->connect_ms : CONNECT_MS);
	ok &= !curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, details);
	return ok;
}

/* What is wrong with a certificate: libcurl only says that something is. */
static int refuse_certificate(CURL *curl, const struct xmem_http *http, struct xmem_err *err)
{
	gnutls_datum_t words = { 0 };
	long status = 0;
	int rc;

	/* of the library that libcurl uses, which is the one we use */
	if (curl_easy_getinfo(curl, CURLINFO_SSL_VERIFYRESULT, &status) || !status ||
	    gnutls_certificate_verification_status_print((unsigned int)status, GNUTLS_CRT_X509,
							 &words, 0))
		return 0;
	rc = xmem_err_set(err, XMEM_ERR_UNREACHABLE, EACCES,
			  "%s: its certificate is not accepted: %s", http->url,
			  (const char *)words.data);
	gnutls_free(words.data);
	return rc;
}

/**
 * xmem_http_failed() - say why a daemon was not reached
 * @curl: what was used
 * @code: what libcurl says
 * @http: whom
 * @details: its words
 * @err: result
 *
 * Return: a negative errno.
 */
int xmem_http_failed(CURL *curl, CURLcode code, const struct xmem_http *http, const char *details,
		     struct xmem_err *err)
{
	int number = EHOSTUNREACH, rc;

	rc = code == CURLE_PEER_FAILED_VERIFICATION ? refuse_certificate(curl, http, err) : 0;
	if (rc)
		return rc;
	/* check_role() is the only one that aborts */
	if (code == CURLE_ABORTED_BY_CALLBACK && http->role)
		return xmem_err_set(err, XMEM_ERR_UNREACHABLE, EACCES,
				    "%s: its certificate is not accepted: it has not the role %s",
				    http->url, http->role);
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

/**
 * xmem_http_refused() - the words of a refusal: "error", and "details" behind it
 * @status: of the answer
 * @body: its body, or NULL
 * @err: result
 *
 * Return: a negative errno.
 */
int xmem_http_refused(long status, const json_t *body, struct xmem_err *err)
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
