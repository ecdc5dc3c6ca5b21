/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON requests to an xmemd over HTTPS with certificates on both sides. Each thread
 * keeps its connections, so that the next request to the same daemon needs no handshake.
 */
#ifndef XMEM_HTTP_H
#define XMEM_HTTP_H

#define XMEM_HTTP_PATH_TEXT 2048 /* a path with its query */

#include <jansson.h>

#include "err.h"

/**
 * struct xmem_http - whom to ask, and how
 * @url: https://HOST:PORT, without a path
 * @ca: file with the certificate that signed the other side's
 * @cert: file with our certificate
 * @key: file with our key
 * @crl: file with certificates that are revoked, NULL or empty without
 * @role: that the other side's certificate must have, unless it is a manager's or an
 *	administrator's, who may be asked for anything; NULL: any one of the CA's
 * @headers: further lines of the request's header, ends with NULL; NULL without
 * @connect_ms: longest time to connect, 0 for 5 s
 * @timeout_ms: longest time for the whole request, 0 for 60 s
 */
struct xmem_http {
	const char *url, *ca, *cert, *key, *crl, *role;
	const char *const *headers;
	long connect_ms, timeout_ms;
};

int xmem_http_request(const struct xmem_http *http, const char *method, const char *path,
		      const json_t *in, json_t **out, struct xmem_err *err);
int xmem_http_errno(int status);
int xmem_http_status(int code);
char *xmem_http_escape(const char *word);

#endif /* XMEM_HTTP_H */
