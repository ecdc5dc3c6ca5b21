/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events as server-sent events. A stream has no thread: while there is nothing to
 * send, libmicrohttpd does not look at its connection. One that is so slow that the
 * ring of events goes past it is cut; it can come back with Last-Event-ID.
 */
#ifndef XMEMD_STREAM_H
#define XMEMD_STREAM_H

#include <microhttpd.h>

#include "call.h"
#include "guard.h"
#include "revoked.h"
#include "work.h"

#define XMEMD_STREAMS_MAX 256  /* at most, and at most a quarter of the connections */
#define XMEMD_STREAMS_OF_ONE 8 /* of one certificate's name */

struct xmemd_stream;
struct xmemd_streams;

struct xmemd_streams *xmemd_streams_new(struct xmemd *daemon, struct xmemd_guard *guard,
					struct xmemd_work *work, struct xmemd_revoked *revoked,
					unsigned int max);
void xmemd_streams_stop(struct xmemd_streams *streams);
void xmemd_streams_free(struct xmemd_streams *streams);
struct MHD_Response *xmemd_stream_open(struct xmemd_streams *streams,
				       struct MHD_Connection *connection, struct xmemd_conn *conn,
				       struct xmemd_call *call, struct xmemd_stream **streamp);
void xmemd_stream_leave(struct xmemd_stream *stream);
unsigned int xmemd_streams_count(struct xmemd_streams *streams);

#endif /* XMEMD_STREAM_H */
