// SPDX-License-Identifier: GPL-2.0-or-later
/* Event streams over real TLS: what they send, to whom, and who is too slow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <cmocka.h>
#include <curl/curl.h>

#include "events.h"
#include "http/exchange.h"
#include "server.h"

#define XMEMADM "../../tools/xmemadm/xmemadm"
#define SECONDS 30
#define BUFFER (1 << 20)

static struct xmemd xd;
static struct xmemd_server *server;
static char dir[] = "/tmp/test_stream.XXXXXX";

/* Somebody who listens. */
struct listener {
	CURL *curl;
	char *text;
	size_t len;
	bool ended;
};

static void run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void run(const char *fmt, ...)
{
	char command[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	assert_int_equal(system(command), 0);
}

static uint16_t free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	close(fd);
	return ntohs(address.sin_port);
}

static int start(void **state)
{
	static const char *const roles[][2] = { { "server", "appliance" },
						{ "viewer", "viewer" },
						{ "alice", "client" } };
	struct xmemd_refusal why = {};
	size_t i;

	(void)state;
	assert_non_null(mkdtemp(dir));
	run(XMEMADM " pki init --dir %s >/dev/null", dir);
	for (i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		run(XMEMADM " pki issue %s --role %s --dir %s --san 127.0.0.1 >/dev/null",
		    roles[i][0], roles[i][1], dir);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	xmem_config_defaults(&xd.config);
	snprintf(xd.config.tls.ca, sizeof(xd.config.tls.ca), "%s/ca.crt", dir);
	snprintf(xd.config.tls.cert, sizeof(xd.config.tls.cert), "%s/server.crt", dir);
	snprintf(xd.config.tls.key, sizeof(xd.config.tls.key), "%s/server.key", dir);
	strcpy(xd.config.daemon.address, "127.0.0.1");
	xd.config.daemon.port = free_port();
	xd.roles = XMEMD_ROLE_APPLIANCE;
	xd.events = xmemd_events_new();
	if (xmemd_server_start(&xd, &server, &why) < 0)
		fail_msg("%s", why.text);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	xmemd_server_stop(server);
	xmemd_events_free(xd.events);
	curl_global_cleanup();
	run("rm -r %s", dir);
	return 0;
}

/* A small receive buffer, so that little is on its way to who does not read. */
static int small_buffer(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	int size = 4096;

	(void)arg;
	(void)purpose;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return CURL_SOCKOPT_OK;
}

static void set_file(CURL *curl, CURLoption option, const char *who, const char *end)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s.%s", dir, who, end);
	assert_int_equal(curl_easy_setopt(curl, option, path), CURLE_OK);
}

static void send_all(CURL *curl, const char *text)
{
	size_t sent = 0, n;

	while (sent < strlen(text)) {
		assert_int_equal(curl_easy_send(curl, text + sent, strlen(text) - sent, &n),
				 CURLE_OK);
		sent += n;
	}
}

static struct listener listen_as(const char *who, const char *query, const char *header)
{
	struct listener l = { .curl = curl_easy_init(), .text = calloc(1, BUFFER) };
	char text[256];

	snprintf(text, sizeof(text), "https://127.0.0.1:%u", xd.config.daemon.port);
	curl_easy_setopt(l.curl, CURLOPT_URL, text);
	curl_easy_setopt(l.curl, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(l.curl, CURLOPT_SOCKOPTFUNCTION, small_buffer);
	set_file(l.curl, CURLOPT_CAINFO, "ca", "crt");
	set_file(l.curl, CURLOPT_SSLCERT, who, "crt");
	set_file(l.curl, CURLOPT_SSLKEY, who, "key");
	assert_int_equal(curl_easy_perform(l.curl), CURLE_OK);
	snprintf(text, sizeof(text),
		 "GET /v1/events%s HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n%s\r\n",
		 query, header);
	send_all(l.curl, text);
	return l;
}

static void leave(struct listener *l)
{
	curl_easy_cleanup(l->curl);
	free(l->text);
}

/* Takes what is there, and waits for it if there is nothing. */
static void receive(struct listener *l)
{
	struct pollfd fd = { .events = POLLIN };
	CURLcode code;
	size_t n = 0;

	code = curl_easy_recv(l->curl, l->text + l->len, BUFFER - 1 - l->len, &n);
	if (code == CURLE_AGAIN) {
		curl_easy_getinfo(l->curl, CURLINFO_ACTIVESOCKET, &fd.fd);
		assert_int_equal(poll(&fd, 1, SECONDS * 1000), 1);
		return;
	}
	l->ended = code != CURLE_OK || !n;
	l->len += n;
	l->text[l->len] = 0;
}

static void expect(struct listener *l, const char *text)
{
	while (!strstr(l->text, text)) {
		if (l->ended)
			fail_msg("\"%s\" is not in: %s", text, l->text);
		receive(l);
	}
}

static void expect_end(struct listener *l)
{
	while (!l->ended) {
		/* of who is cut, the bytes do not matter */
		if (l->len > BUFFER / 2)
			l->len = 0;
		receive(l);
	}
}

static uint64_t event(const char *type, const char *name, const char *owner)
{
	xmemd_event(&xd, type, name, owner ? json_pack("{s:s}", "owner", owner) : NULL);
	return xmemd_events_newest(xd.events);
}

static void test_as_it_happens(void **state)
{
	struct listener l = listen_as("viewer", "", "");
	char text[64];
	uint64_t id;

	(void)state;
	event("alloc.created", "before-anybody-listened", NULL);
	expect(&l, "200 OK");
	expect(&l, "text/event-stream");
	expect(&l, "retry: ");
	id = event("alloc.created", "one", "alice");
	snprintf(text, sizeof(text), "id: %" PRIu64 "\nevent: alloc.created\ndata: {", id);
	expect(&l, text);
	expect(&l, "\"name\":\"one\"");
	event("alloc.destroyed", "one", "alice");
	expect(&l, "event: alloc.destroyed\n");
	leave(&l);
}

static void test_resume(void **state)
{
	uint64_t first = event("alloc.created", "r1", NULL);
	struct listener l;
	char header[64];

	(void)state;
	event("alloc.created", "r2", NULL);
	event("manager.leader", "r3", NULL);
	snprintf(header, sizeof(header), "Last-Event-ID: %" PRIu64 "\r\n", first);
	l = listen_as("viewer", "?type=alloc", header);
	event("alloc.created", "r4", NULL);
	expect(&l, "\"r4\"");
	assert_non_null(strstr(l.text, "\"r2\""));
	assert_null(strstr(l.text, "\"r1\""));
	assert_null(strstr(l.text, "\"r3\""));
	assert_null(strstr(l.text, "event: lost"));
	leave(&l);
}

static void test_lost(void **state)
{
	struct listener l = listen_as("viewer", "?since=1", "");

	(void)state;
	event("alloc.created", "after", NULL);
	expect(&l, "event: lost\ndata: {\"since\":1}\n");
	expect(&l, "\"after\"");
	leave(&l);
}

static void test_own_only(void **state)
{
	struct listener l = listen_as("alice", "?since=0", "");

	(void)state;
	event("alloc.created", "of-bob", "bob");
	event("appliance.down", "of-nobody", NULL);
	event("alloc.created", "of-alice", "alice");
	expect(&l, "\"of-alice\"");
	assert_null(strstr(l.text, "of-bob"));
	assert_null(strstr(l.text, "of-nobody"));
	leave(&l);
}

static void test_refused(void **state)
{
	struct listener l = listen_as("viewer", "?since=x", "");

	(void)state;
	expect(&l, "400 Bad Request");
	expect(&l, "\\\"since\\\" must be the number of an event");
	leave(&l);
	l = listen_as("viewer", "?limit=0", "");
	expect(&l, "400 Bad Request");
	leave(&l);
	l = listen_as("server", "", "");
	expect(&l, "403 Forbidden");
	expect(&l, "has the role appliance; this needs admin, manager, client, viewer");
	leave(&l);
}

/* Who does not read is cut, and who does misses nothing meanwhile. */
static void test_slow(void **state)
{
	struct listener slow = listen_as("alice", "", ""), good = listen_as("viewer", "", "");
	char *much = malloc(6001), name[32];
	int i;

	(void)state;
	memset(much, 'x', 6000);
	much[6000] = 0;
	expect(&slow, "retry: ");
	expect(&good, "retry: ");
	for (i = 0; !xmemd_guard_cuts(server->guard, XMEMD_CUT_STREAM) && i < 20000; i++) {
		snprintf(name, sizeof(name), "n%d.", i);
		xmemd_event(&xd, "alloc.failed", name,
			    json_pack("{s:s, s:s}", "owner", "alice", "error", much));
		good.len = 0;
		good.text[0] = 0;
		expect(&good, name);
	}
	free(much);
	assert_int_equal(xmemd_guard_cuts(server->guard, XMEMD_CUT_STREAM), 1);
	print_message("# cut after %d events\n", i);
	assert_true(i > XMEMD_EVENTS_KEPT);
	expect_end(&slow);
	leave(&slow);
	event("alloc.created", "still-there", NULL);
	expect(&good, "still-there");
	leave(&good);
}

/* Whoever goes is noticed, at the latest when there is something to send. */
static void test_gone(void **state)
{
	struct listener l = listen_as("viewer", "", "");
	int i;

	(void)state;
	expect(&l, "retry: ");
	assert_true(xmemd_streams_count(server->streams) > 0);
	leave(&l);
	for (i = 0; i < 3000 && xmemd_streams_count(server->streams); i++) {
		event("alloc.created", "anybody", NULL);
		poll(NULL, 0, 10);
	}
	assert_int_equal(xmemd_streams_count(server->streams), 0);
}

/* Runs last: the server ends its streams, and itself, at once. */
static void test_stop(void **state)
{
	struct listener l = listen_as("viewer", "", "");

	(void)state;
	expect(&l, "retry: ");
	xmemd_server_stop(server);
	server = NULL;
	expect_end(&l);
	/* the end of a stream that is complete */
	assert_non_null(strstr(l.text, "0\r\n\r\n"));
	leave(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_it_happens), cmocka_unit_test(test_resume),
		cmocka_unit_test(test_lost),	      cmocka_unit_test(test_own_only),
		cmocka_unit_test(test_refused),	      cmocka_unit_test(test_slow),
		cmocka_unit_test(test_gone),	      cmocka_unit_test(test_stop),
	};

	return cmocka_run_group_tests_name("stream", tests, start, stop);
}
