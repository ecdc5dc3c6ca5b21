/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A request and its answer, from the callbacks of libmicrohttpd to the handler and back. */
#ifndef XMEMD_EXCHANGE_H
#define XMEMD_EXCHANGE_H

#include <stdarg.h>
#include <stdatomic.h>
#include <microhttpd.h>

#include "call.h"
#include "http/guard.h"
#include "http/revoked.h"
#include "http/stream.h"
#include "http/tally.h"
#include "http/work.h"

/**
 * struct xmemd_server - what serves
 * @daemon: whom
 * @mhd: libmicrohttpd
 * @ca: certificate that signs those of callers, PEM
 * @cert: our certificate, PEM
 * @key: our key, PEM
 * @guard: connections
 * @work: requests being answered
 * @revoked: certificates that are valid no more
 * @streams: event streams
 * @tally: requests that were answered
 */
struct xmemd_server {
	struct xmemd *daemon;
	struct MHD_Daemon *mhd;
	char *ca, *cert, *key;
	struct xmemd_guard *guard;
	struct xmemd_work *work;
	struct xmemd_revoked *revoked;
	struct xmemd_streams *streams;
	struct xmemd_tally tally;
};

void *xmemd_exchange_begin(void *arg, const char *target, struct MHD_Connection *connection);
enum MHD_Result xmemd_exchange_go_on(void *arg, struct MHD_Connection *connection, const char *path,
				     const char *method, const char *version, const char *data,
				     size_t *size, void **state);
void xmemd_exchange_end(void *arg, struct MHD_Connection *connection, void **state,
			enum MHD_RequestTerminationCode code);

#endif /* XMEMD_EXCHANGE_H */
