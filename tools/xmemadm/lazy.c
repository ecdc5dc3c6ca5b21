// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What asks daemons is a part of its own, xmemadm-http.so: libcurl and GnuTLS bring forty
 * libraries with them, which most runs of xmemadm do not need, because most ask the
 * kernel. On a machine that is short of memory, and in an emulated one, their start is what
 * takes the time. In the program these functions take the place of those of the
 * library of the same names, and load the part at the first call.
 */
#include <errno.h>
#include <string.h>

#include "http_stream.h"
#include "identity.h"
#include "parts.h"

#define PART "xmemadm-http.so"

/* Defines @real, the function's namesake in the part, or NULL. */
#define FIND(name)                 \
	static typeof(&name) real; \
                                   \
	real = real ? real : (typeof(real))adm_part_symbol(PART, #name)

static int missing(struct xmem_err *err)
{
	return xmem_err_set(err, XMEM_ERR_UNREACHABLE, ENOENT,
			    "the part for daemons is missing: %s", adm_part_error());
}

int xmem_http_request(const struct xmem_http *http, const char *method, const char *path,
		      const json_t *in, json_t **out, struct xmem_err *err)
{
	FIND(xmem_http_request);

	if (!real && out)
		*out = NULL;
	return real ? real(http, method, path, in, out, err) : missing(err);
}

/* Without the part any word will do: the request that it is for says what is missing. */
char *xmem_http_escape(const char *word)
{
	FIND(xmem_http_escape);

	return real ? real(word) : strdup("");
}

int xmem_http_stream_open(struct xmem_http_stream **streamp, const struct xmem_http *http,
			  const char *path, xmem_sse_fn fn, void *arg, struct xmem_err *err)
{
	FIND(xmem_http_stream_open);

	*streamp = NULL;
	return real ? real(streamp, http, path, fn, arg, err) : missing(err);
}

int xmem_http_stream_wait(struct xmem_http_stream *stream, struct pollfd *fds, unsigned int count,
			  struct xmem_err *err)
{
	FIND(xmem_http_stream_wait);

	return real ? real(stream, fds, count, err) : missing(err);
}

json_t *xmem_http_stream_answer(const struct xmem_http_stream *stream)
{
	FIND(xmem_http_stream_answer);

	return real ? real(stream) : NULL;
}

void xmem_http_stream_close(struct xmem_http_stream *stream)
{
	FIND(xmem_http_stream_close);

	if (real)
		real(stream);
}

int xmem_identity_default(uint64_t *id, struct xmem_err *err)
{
	FIND(xmem_identity_default);

	return real ? real(id, err) : missing(err);
}
