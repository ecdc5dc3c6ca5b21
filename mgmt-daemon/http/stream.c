// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/queue.h>

#include "complain.h"
#include "events.h"
#include "http/stream.h"

#define BEAT_SECONDS 15 /* between signs of life when nothing happens */
#define OUT_MAX (32 << 10)

/**
 * struct xmemd_stream - somebody who listens
 * @entry: in the list
 * @streams: all of them
 * @connection: libmicrohttpd's side
 * @conn: the guard's side
 * @cursor: what it has got, and what it may see
 * @type: what @cursor points to
 * @owner: what @cursor points to
 * @parked: libmicrohttpd does not look at it
 * @beat: a sign of life is due
 * @begun: something was sent
 * @out: what is being sent
 * @len: bytes of that
 * @sent: of these
 */
struct xmemd_stream {
	LIST_ENTRY(xmemd_stream) entry;
	struct xmemd_streams *streams;
	struct MHD_Connection *connection;
	struct xmemd_conn *conn;
	struct xmemd_cursor cursor;
	char type[XMEMD_NAME_TEXT], owner[XMEMD_CN_TEXT];
	bool parked, beat, begun;
	char *out;
	size_t len, sent;
};

/**
 * struct xmemd_streams - all who listen
 * @lock: of all
 * @stop: it is over
 * @stopping: the same
 * @thread: gives the signs of life
 * @runs: it was started
 * @daemon: whose events
 * @guard: whose connections
 * @work: counts streams of one caller
 * @revoked: who may not listen any more
 * @list: the streams
 * @count: how many
 * @max: how many there may be
 */
struct xmemd_streams {
	pthread_mutex_t lock;
	pthread_cond_t stop;
	bool stopping;
	pthread_t thread;
	bool runs;
	struct xmemd *daemon;
	struct xmemd_guard *guard;
	struct xmemd_work *work;
	struct xmemd_revoked *revoked;
	LIST_HEAD(, xmemd_stream) list;
	unsigned int count, max;
};

static void unpark(struct xmemd_stream *stream)
{
	if (!stream->parked)
		return;
	stream->parked = false;
	MHD_resume_connection(stream->connection);
}

/* After each event: who waits gets it, who is too far behind goes. */
static void on_event(void *arg)
{
	struct xmemd_streams *streams = arg;
	struct xmemd_stream *stream;

	pthread_mutex_lock(&streams->lock);
	LIST_FOREACH(stream, &streams->list, entry)
	{
		if (stream->parked) {
			unpark(stream);
		} else if (xmemd_events_lost(streams->daemon->events, &stream->cursor)) {
			xmemd_complain("event stream of \"%s\" from %s cut: it reads too slowly",
				       stream->conn->peer.cn, stream->conn->text);
			xmemd_guard_cut(streams->guard, stream->conn, XMEMD_CUT_STREAM);
		}
	}
	pthread_mutex_unlock(&streams->lock);
}

/* Signs of life find out who has gone; and a certificate may have been revoked. */
static void beat(struct xmemd_streams *streams)
{
	struct xmemd_refusal why = {};
	struct xmemd_stream *stream;

	xmemd_revoked_generation(streams->revoked);
	LIST_FOREACH(stream, &streams->list, entry)
	{
		if (xmemd_revoked_check(streams->revoked, &stream->conn->peer, &why) < 0) {
			xmemd_complain("event stream from %s cut: %s", stream->conn->text,
				       why.text);
			xmemd_guard_cut(streams->guard, stream->conn, XMEMD_CUT_STREAM);
		}
		stream->beat = true;
		unpark(stream);
	}
	xmemd_refusal_clear(&why);
}

static void *beat_thread(void *arg)
{
	struct xmemd_streams *streams = arg;
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	pthread_mutex_lock(&streams->lock);
	while (!streams->stopping) {
		until.tv_sec += BEAT_SECONDS;
		while (!streams->stopping &&
		       !pthread_cond_timedwait(&streams->stop, &streams->lock, &until))
			;
		if (!streams->stopping)
			beat(streams);
	}
	pthread_mutex_unlock(&streams->lock);
	return NULL;
}

/**
 * xmemd_streams_new() - nobody listens yet
 * @daemon: whose events; nothing may be told while this runs
 * @guard: whose connections
 * @work: counts streams of one caller
 * @revoked: who may not listen any more
 * @max: how many streams there may be
 *
 * Return: the streams, NULL without memory or threads.
 */
struct xmemd_streams *xmemd_streams_new(struct xmemd *daemon, struct xmemd_guard *guard,
					struct xmemd_work *work, struct xmemd_revoked *revoked,
					unsigned int max)
{
	struct xmemd_streams *streams = calloc(1, sizeof(*streams));
	pthread_condattr_t attr;

	if (!streams)
		return NULL;
	streams->daemon = daemon;
	streams->guard = guard;
	streams->work = work;
	streams->revoked = revoked;
	streams->max = max;
	LIST_INIT(&streams->list);
	pthread_mutex_init(&streams->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&streams->stop, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&streams->thread, NULL, beat_thread, streams)) {
		xmemd_streams_free(streams);
		return NULL;
	}
	streams->runs = true;
	xmemd_events_on_new(daemon->events, on_event, streams);
	return streams;
}

/**
 * xmemd_streams_stop() - end all streams and open no further one
 * @streams: the streams
 */
void xmemd_streams_stop(struct xmemd_streams *streams)
{
	struct xmemd_stream *stream;

	xmemd_events_on_new(streams->daemon->events, NULL, NULL);
	pthread_mutex_lock(&streams->lock);
	streams->stopping = true;
	pthread_cond_broadcast(&streams->stop);
	LIST_FOREACH(stream, &streams->list, entry)
	unpark(stream);
	pthread_mutex_unlock(&streams->lock);
	if (streams->runs)
		pthread_join(streams->thread, NULL);
	streams->runs = false;
}

/**
 * xmemd_streams_free() - give it all back
 * @streams: stopped, without connections; NULL is nothing
 */
void xmemd_streams_free(struct xmemd_streams *streams)
{
	if (!streams)
		return;
	pthread_cond_destroy(&streams->stop);
	pthread_mutex_destroy(&streams->lock);
	free(streams);
}

/**
 * xmemd_streams_count() - how many listen
 * @streams: the streams
 *
 * Return: the count.
 */
unsigned int xmemd_streams_count(struct xmemd_streams *streams)
{
	unsigned int count;

	pthread_mutex_lock(&streams->lock);
	count = streams->count;
	pthread_mutex_unlock(&streams->lock);
	return count;
}

static bool add_event(uint64_t id, const char *type, const char *text, void *arg)
{
	struct xmemd_stream *stream = arg;
	size_t room = OUT_MAX - stream->len;
	int len;

	len = snprintf(stream->out + stream->len, room, "id: %" PRIu64 "\nevent: %s\ndata: %s\n\n",
		       id, type, text);
	if (len < 0 || (size_t)len >= room)
		return false;
	stream->len += (size_t)len;
	return true;
}

/* What the stream has to send now, if anything. */
static void fill(struct xmemd_stream *stream)
{
	struct xmemd_events *events = stream->streams->daemon->events;

	stream->len = 0;
	stream->sent = 0;
	if (!stream->begun) {
		/* tells the browser when to come back, and that the stream is open */
		stream->len = (size_t)snprintf(stream->out, OUT_MAX, "retry: 2000\n\n");
		if (xmemd_events_lost(events, &stream->cursor))
			stream->len +=
				(size_t)snprintf(stream->out + stream->len, OUT_MAX - stream->len,
						 "event: lost\ndata: {\"since\":%" PRIu64 "}\n\n",
						 stream->cursor.since);
		stream->begun = true;
	}
	xmemd_events_read(events, &stream->cursor, add_event, stream);
	if (!stream->len && stream->beat)
		stream->len = (size_t)snprintf(stream->out, OUT_MAX, ":\n\n");
	stream->beat = false;
}

/* Called by libmicrohttpd when the connection takes more. */
static ssize_t read_stream(void *arg, uint64_t pos, char *to, size_t max)
{
	struct xmemd_stream *stream = arg;
	ssize_t ret = MHD_CONTENT_READER_END_OF_STREAM;
	size_t len;

	(void)pos;
	pthread_mutex_lock(&stream->streams->lock);
	if (stream->sent == stream->len)
		fill(stream);
	len = stream->len - stream->sent;
	if (len) {
		len = len < max ? len : max;
		memcpy(to, stream->out + stream->sent, len);
		stream->sent += len;
		ret = (ssize_t)len;
	} else if (!stream->streams->stopping) {
		stream->parked = true;
		MHD_suspend_connection(stream->connection);
		ret = 0;
	}
	pthread_mutex_unlock(&stream->streams->lock);
	return ret;
}

/* The response's end, which comes after that of the connection. */
static void free_stream(void *arg)
{
	struct xmemd_stream *stream = arg;

	free(stream->out);
	free(stream);
}

/**
 * xmemd_stream_leave() - the request that opened a stream has ended
 * @stream: the stream; libmicrohttpd frees it later with the response
 */
void xmemd_stream_leave(struct xmemd_stream *stream)
{
	struct xmemd_streams *streams = stream->streams;

	pthread_mutex_lock(&streams->lock);
	LIST_REMOVE(stream, entry);
	streams->count--;
	pthread_mutex_unlock(&streams->lock);
	xmemd_caller_unstream(streams->work, stream->conn->caller);
}

static struct xmemd_stream *make_stream(struct xmemd_streams *streams, struct xmemd_call *call)
{
	struct xmemd_stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return NULL;
	stream->out = malloc(OUT_MAX);
	if (!stream->out) {
		free(stream);
		return NULL;
	}
	stream->streams = streams;
	memcpy(stream->type, call->query.type, sizeof(stream->type));
	memcpy(stream->owner, call->peer.cn, sizeof(stream->owner));
	stream->cursor.type = stream->type;
	stream->cursor.owner = xmemd_events_scoped(call) ? stream->owner : NULL;
	stream->cursor.since = call->query.has_since ? call->query.since
						     : xmemd_events_newest(call->daemon->events);
	return stream;
}

static bool list_stream(struct xmemd_streams *streams, struct xmemd_stream *stream)
{
	bool listed;

	pthread_mutex_lock(&streams->lock);
	listed = !streams->stopping && streams->count < streams->max;
	if (listed) {
		LIST_INSERT_HEAD(&streams->list, stream, entry);
		streams->count++;
	}
	pthread_mutex_unlock(&streams->lock);
	return listed;
}

static int refuse_crowd(struct xmemd_call *call, const char *who, unsigned int max)
{
	xmemd_refuse(&call->why, 429, "%s %u event streams already", who, max);
	call->why.retry_after = BEAT_SECONDS;
	return -1;
}

/* Counts a stream in, for its caller and for all. */
static int enter(struct xmemd_streams *streams, struct xmemd_stream *stream,
		 struct xmemd_call *call)
{
	char who[XMEMD_CN_TEXT + 8];

	if (!xmemd_caller_stream(streams->work, stream->conn->caller, XMEMD_STREAMS_OF_ONE)) {
		snprintf(who, sizeof(who), "\"%s\" has", stream->conn->peer.cn);
		return refuse_crowd(call, who, XMEMD_STREAMS_OF_ONE);
	}
	if (list_stream(streams, stream))
		return 0;
	xmemd_caller_unstream(streams->work, stream->conn->caller);
	return refuse_crowd(call, "there are", streams->max);
}

/**
 * xmemd_stream_open() - answer a request with a stream
 * @streams: the streams
 * @connection: libmicrohttpd's side of the connection
 * @conn: the guard's side
 * @call: the request, which takes the refusal
 * @streamp: result; to be left when the request has ended
 *
 * Return: the response, or NULL with the refusal set (429, 500).
 */
struct MHD_Response *xmemd_stream_open(struct xmemd_streams *streams,
				       struct MHD_Connection *connection, struct xmemd_conn *conn,
				       struct xmemd_call *call, struct xmemd_stream **streamp)
{
	struct xmemd_stream *stream = make_stream(streams, call);
	struct MHD_Response *response = NULL;

	if (stream)
		response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, OUT_MAX, read_stream,
							     stream, free_stream);
	if (!response) {
		if (stream)
			free_stream(stream);
		xmemd_refuse(&call->why, 500, "out of memory");
		return NULL;
	}
	stream->connection = connection;
	stream->conn = conn;
	if (enter(streams, stream, call) < 0) {
		MHD_destroy_response(response);
		return NULL;
	}
	*streamp = stream;
	return response;
}
