// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <curl/curl.h>

#include "http_curl.h"
#include "http_stream.h"

#define REFUSAL_MAX 65536
#define FDS_MAX 8
/* Dead connections are found by probes; a quiet stream is a good one. */
#define PROBE_SECONDS 20L

/**
 * struct xmem_http_stream - a request whose answer goes on
 * @url: whom it asks, for messages
 * @http: the same, with @url
 * @multi: waits for it beside other things
 * @curl: the request
 * @headers: lines of its header
 * @details: why it failed
 * @sse: reads events
 * @refusal: the answer's body when it is no stream
 * @refusal_len: how long that is
 * @answer: the same as JSON, once it is complete, or NULL
 */
struct xmem_http_stream {
	char url[256];
	struct xmem_http http;
	CURLM *multi;
	CURL *curl;
	struct curl_slist *headers;
	char details[CURL_ERROR_SIZE];
	struct xmem_sse sse;
	char refusal[REFUSAL_MAX];
	size_t refusal_len;
	json_t *answer;
};

static size_t take_data(char *data, size_t size, size_t count, void *arg)
{
	struct xmem_http_stream *stream = arg;
	size_t len = size * count, room = sizeof(stream->refusal) - stream->refusal_len;
	long status = 0;

	curl_easy_getinfo(stream->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status < 400) {
		xmem_sse_feed(&stream->sse, data, len);
		return len;
	}
	if (len > room)
		return 0;
	memcpy(stream->refusal + stream->refusal_len, data, len);
	stream->refusal_len += len;
	return len;
}

static bool prepare(struct xmem_http_stream *stream, const char *url)
{
	static const char *const accept[] = { "Accept: text/event-stream", NULL };
	bool ok;

	stream->curl = curl_easy_init();
	stream->multi = curl_multi_init();
	stream->headers = xmem_http_headers(&stream->http, accept[0]);
	if (!stream->curl || !stream->multi || !stream->headers)
		return false;
	ok = xmem_http_prepare(stream->curl, &stream->http, url, stream->headers, stream->details);
	ok &= !curl_easy_setopt(stream->curl, CURLOPT_TCP_KEEPALIVE, 1L);
	ok &= !curl_easy_setopt(stream->curl, CURLOPT_TCP_KEEPIDLE, PROBE_SECONDS);
	ok &= !curl_easy_setopt(stream->curl, CURLOPT_TCP_KEEPINTVL, PROBE_SECONDS);
	ok &= !curl_easy_setopt(stream->curl, CURLOPT_WRITEFUNCTION, take_data);
	ok &= !curl_easy_setopt(stream->curl, CURLOPT_WRITEDATA, stream);
	return ok && !curl_multi_add_handle(stream->multi, stream->curl);
}

/**
 * xmem_http_stream_open() - ask a daemon for events
 * @streamp: result, for xmem_http_stream_close(); NULL after an error
 * @http: whom and how; the time limit of a whole request does not count here
 * @path: from the slash on, escaped
 * @fn: gets each event, inside xmem_http_stream_wait()
 * @arg: for @fn
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmem_http_stream_open(struct xmem_http_stream **streamp, const struct xmem_http *http,
			  const char *path, xmem_sse_fn fn, void *arg, struct xmem_err *err)
{
	struct xmem_http_stream *stream;
	char url[1024];
	int rc = xmem_http_check(http, err);

	*streamp = NULL;
	if (rc)
		return rc;
	if (snprintf(url, sizeof(url), "%s%s", http->url, path) >= (int)sizeof(url))
		return xmem_err_set(err, XMEM_ERR_USAGE, ENAMETOOLONG, "the address is too long");
	stream = calloc(1, sizeof(*stream));
	if (!stream)
		return xmem_err_set(err, XMEM_ERR_UNREACHABLE, ENOMEM, "out of memory");
	snprintf(stream->url, sizeof(stream->url), "%s", http->url);
	stream->http = *http;
	stream->http.url = stream->url;
	stream->sse.fn = fn;
	stream->sse.arg = arg;
	if (!prepare(stream, url)) {
		xmem_http_stream_close(stream);
		return xmem_err_set(err, XMEM_ERR_UNREACHABLE, ENOMEM,
				    "cannot prepare the request");
	}
	*streamp = stream;
	return 0;
}

static int ended(struct xmem_http_stream *stream, CURLcode code, struct xmem_err *err)
{
	long status = 0;

	curl_easy_getinfo(stream->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status < 400 && code)
		return xmem_http_failed(stream->curl, code, &stream->http, stream->details, err);
	if (status < 400)
		return xmem_err_set(err, XMEM_ERR_UNREACHABLE, EPIPE, "%s: the stream ended",
				    stream->url);
	stream->answer =
		json_loadb(stream->refusal, stream->refusal_len, JSON_REJECT_DUPLICATES, NULL);
	return xmem_http_refused(status, stream->answer, err);
}

/**
 * xmem_http_stream_answer() - the body of a refusal
 * @stream: a stream that is over
 *
 * Return: the body, the stream's own; NULL if there is none.
 */
json_t *xmem_http_stream_answer(const struct xmem_http_stream *stream)
{
	return stream->answer;
}

/**
 * xmem_http_stream_wait() - wait for events, and for other things
 * @stream: the stream
 * @fds: the other things; revents is filled
 * @count: how many, at most 8
 * @err: why the stream ended
 *
 * Return: 0 when something happened, or a negative errno: the stream is over then.
 */
int xmem_http_stream_wait(struct xmem_http_stream *stream, struct pollfd *fds, unsigned int count,
			  struct xmem_err *err)
{
	struct curl_waitfd extra[FDS_MAX] = { 0 };
	int running = 0, left;
	CURLMsg *message;
	unsigned int i;

	for (i = 0; i < count && i < FDS_MAX; i++) {
		extra[i].fd = fds[i].fd;
		extra[i].events = CURL_WAIT_POLLIN;
	}
	if (curl_multi_perform(stream->multi, &running))
		return xmem_err_set(err, XMEM_ERR_UNREACHABLE, EIO, "%s: cannot go on",
				    stream->url);
	if (running && curl_multi_poll(stream->multi, extra, i, 60000, NULL) == CURLM_OK)
		curl_multi_perform(stream->multi, &running);
	for (i = 0; i < count && i < FDS_MAX; i++)
		fds[i].revents = extra[i].revents ? POLLIN : 0;
	message = curl_multi_info_read(stream->multi, &left);
	if (message && message->msg == CURLMSG_DONE)
		return ended(stream, message->data.result, err);
	return 0;
}

/**
 * xmem_http_stream_close() - end a stream
 * @stream: the stream; may be NULL
 */
void xmem_http_stream_close(struct xmem_http_stream *stream)
{
	if (!stream)
		return;
	if (stream->multi && stream->curl)
		curl_multi_remove_handle(stream->multi, stream->curl);
	curl_easy_cleanup(stream->curl);
	curl_multi_cleanup(stream->multi);
	curl_slist_free_all(stream->headers);
	json_decref(stream->answer);
	free(stream);
}
