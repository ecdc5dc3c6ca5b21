/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An answer of a daemon that does not end: events as they happen. */
#ifndef XMEM_HTTP_STREAM_H
#define XMEM_HTTP_STREAM_H

#include <poll.h>

#include "http.h"
#include "sse.h"

struct xmem_http_stream;

int xmem_http_stream_open(struct xmem_http_stream **streamp, const struct xmem_http *http,
			  const char *path, xmem_sse_fn fn, void *arg, struct xmem_err *err);
int xmem_http_stream_wait(struct xmem_http_stream *stream, struct pollfd *fds, unsigned int count,
			  struct xmem_err *err);
json_t *xmem_http_stream_answer(const struct xmem_http_stream *stream);
void xmem_http_stream_close(struct xmem_http_stream *stream);

#endif /* XMEM_HTTP_STREAM_H */
