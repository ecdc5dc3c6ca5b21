/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What single requests and streams share: how libcurl is told whom to trust. */
#ifndef XMEM_HTTP_CURL_H
#define XMEM_HTTP_CURL_H

#include <stdbool.h>
#include <curl/curl.h>

#include "http.h"

int xmem_http_check(const struct xmem_http *http, struct xmem_err *err);
struct curl_slist *xmem_http_headers(const struct xmem_http *http, const char *first);
bool xmem_http_prepare(CURL *curl, const struct xmem_http *http, const char *url,
		       struct curl_slist *headers, char *details);
int xmem_http_failed(CURL *curl, CURLcode code, const struct xmem_http *http, const char *details,
		     struct xmem_err *err);
int xmem_http_refused(long status, const json_t *body, struct xmem_err *err);

#endif /* XMEM_HTTP_CURL_H */
