// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads: a few of libmicrohttpd carry bytes of all connections and never wait (epoll);
 * handlers, which may wait for an appliance, have threads of their own (http/work.c).
 * A connection that does nothing, be it a half-open handshake, an idle one or an event
 * stream, therefore costs memory and no thread. http/guard.c counts connections and cuts
 * those that are too slow; libmicrohttpd's own limit is out of the way, because the
 * version in Debian 12 keeps a lock when it is reached.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <systemd/sd-daemon.h>

#include "file.h"
#include "http/exchange.h"
#include "server.h"

#define PEM_MAX (64 << 10)
#define HEADER_MAX (16 << 10) /* a request's line and header fit into it */
#define IDLE_SECONDS 75	      /* longer than any deadline of http/guard.c */
#define CARRIERS_MAX 4
#define DRAIN_SECONDS 5
#define OTHER_FILES 256 /* descriptors for all but connections */
#define PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3"

static enum MHD_Result on_connect(void *arg, const struct sockaddr *address, socklen_t len)
{
	struct xmemd_server *server = arg;

	(void)len;
	return xmemd_guard_admits(server->guard, address) ? MHD_YES : MHD_NO;
}

static void on_connection(void *arg, struct MHD_Connection *connection, void **state,
			  enum MHD_ConnectionNotificationCode code)
{
	struct xmemd_server *server = arg;
	const union MHD_ConnectionInfo *fd, *address;
	struct xmemd_conn *conn = *state;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
		address = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
		*state = xmemd_guard_add(server->guard, fd->connect_fd, address->client_addr);
	} else if (conn) {
		xmemd_caller_put(server->work, conn->caller);
		xmemd_guard_remove(server->guard, conn);
		*state = NULL;
	}
}

static void on_log(void *arg, const char *fmt, va_list ap)
{
	char line[512];

	(void)arg;
	vsnprintf(line, sizeof(line), fmt, ap);
	line[strcspn(line, "\n")] = 0;
	fprintf(stderr, SD_DEBUG "http: %s\n", line);
}

static int read_files(struct xmemd_server *server, struct xmemd_refusal *why)
{
	const struct xmem_config *config = &server->daemon->config;
	size_t size;

	if (xmemd_file_read(config->tls.ca, PEM_MAX, &server->ca, &size, why) < 0 ||
	    xmemd_file_read(config->tls.cert, PEM_MAX, &server->cert, &size, why) < 0 ||
	    xmemd_file_read(config->tls.key, PEM_MAX, &server->key, &size, why) < 0)
		return -1;
	return 0;
}

static int make_address(const struct xmemd *daemon, struct sockaddr_storage *address,
			struct xmemd_refusal *why)
{
	const char *text = daemon->config.daemon.address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;

	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(daemon->config.daemon.port);
		return 0;
	}
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(daemon->config.daemon.port);
		return 0;
	}
	return xmemd_refuse(why, 400, "listen = \"%s\": not an IP address", text);
}

/* Room for all connections; where there is less, there are fewer. */
static unsigned int allow_descriptors(unsigned int connections)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return connections;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= connections + OTHER_FILES)
		return connections;
	connections = limit.rlim_cur > 2 * OTHER_FILES ? (unsigned int)limit.rlim_cur - OTHER_FILES
						       : (unsigned int)limit.rlim_cur / 2;
	fprintf(stderr, SD_WARNING "only %u connections: the limit of open files is %llu\n",
		connections, (unsigned long long)limit.rlim_cur);
	return connections;
}

static int make_parts(struct xmemd_server *server, struct xmemd_refusal *why)
{
	const struct xmem_config *config = &server->daemon->config;
	unsigned int connections = allow_descriptors(config->daemon.connections);
	unsigned int streams = connections / 4;

	xmemd_tally_init(&server->tally);
	if (xmemd_revoked_new(config->tls.crl, server->ca, &server->revoked, why) < 0)
		return -1;
	server->guard = xmemd_guard_new(connections, config->daemon.connections_per_address);
	server->work = xmemd_work_new(config->daemon.rate);
	if (server->guard && server->work)
		server->streams = xmemd_streams_new(
			server->daemon, server->guard, server->work, server->revoked,
			streams < XMEMD_STREAMS_MAX ? streams : XMEMD_STREAMS_MAX);
	return server->streams ? 0 : xmemd_refuse(why, 500, "out of memory or threads");
}

static unsigned int carriers(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	return cpus < 2 ? 1 : cpus < CARRIERS_MAX ? (unsigned int)cpus : CARRIERS_MAX;
}

static int start_mhd(struct xmemd_server *server, struct xmemd_refusal *why)
{
	const struct xmem_config *config = &server->daemon->config;
	unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
			     MHD_USE_TLS | MHD_USE_ERROR_LOG;
	unsigned int threads = carriers();
	struct sockaddr_storage address;

	if (make_address(server->daemon, &address, why) < 0)
		return -1;
	if (address.ss_family == AF_INET6)
		flags |= MHD_USE_DUAL_STACK;
	server->mhd = MHD_start_daemon(
		flags, config->daemon.port, on_connect, server, xmemd_exchange_go_on, server,
		MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL, MHD_OPTION_SOCK_ADDR,
		(struct sockaddr *)&address, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U,
		MHD_OPTION_HTTPS_MEM_TRUST, server->ca, MHD_OPTION_HTTPS_MEM_CERT, server->cert,
		MHD_OPTION_HTTPS_MEM_KEY, server->key, MHD_OPTION_HTTPS_PRIORITIES, PRIORITY,
		MHD_OPTION_URI_LOG_CALLBACK, xmemd_exchange_begin, server,
		MHD_OPTION_NOTIFY_COMPLETED, xmemd_exchange_end, server,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned int)INT_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)IDLE_SECONDS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADER_MAX,
		MHD_OPTION_LISTEN_BACKLOG_SIZE, (unsigned int)SOMAXCONN,
		threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, threads,
		MHD_OPTION_END);
	if (server->mhd)
		return 0;
	return xmemd_refuse(why, 500, "cannot serve on %s port %u: %s", config->daemon.address,
			    config->daemon.port,
			    errno ? strerror(errno) : "certificate or key is not usable");
}

/**
 * xmemd_server_start() - begin to serve
 * @daemon: the daemon, complete
 * @serverp: result
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_server_start(struct xmemd *daemon, struct xmemd_server **serverp,
		       struct xmemd_refusal *why)
{
	struct xmemd_server *server = calloc(1, sizeof(*server));

	if (!server)
		return xmemd_refuse(why, 500, "out of memory");
	server->daemon = daemon;
	daemon->server = server;
	errno = 0;
	if (read_files(server, why) < 0 || make_parts(server, why) < 0 ||
	    start_mhd(server, why) < 0) {
		xmemd_server_stop(server);
		return -1;
	}
	*serverp = server;
	return 0;
}

/* Takes nothing new, answers what was taken, then closes all connections. */
static void stop_mhd(struct xmemd_server *server)
{
	MHD_socket listener = MHD_quiesce_daemon(server->mhd);

	if (listener != MHD_INVALID_SOCKET)
		close(listener);
	xmemd_work_stop(server->work);
	xmemd_streams_stop(server->streams);
	xmemd_guard_drain(server->guard, DRAIN_SECONDS);
	MHD_stop_daemon(server->mhd);
}

/**
 * xmemd_server_stop() - answer what is being answered, then serve no more
 * @server: the server; NULL is nothing
 */
void xmemd_server_stop(struct xmemd_server *server)
{
	if (!server)
		return;
	if (server->mhd)
		stop_mhd(server);
	else if (server->streams)
		xmemd_streams_stop(server->streams);
	server->daemon->server = NULL;
	xmemd_streams_free(server->streams);
	xmemd_work_free(server->work);
	xmemd_guard_free(server->guard);
	xmemd_revoked_free(server->revoked);
	free(server->ca);
	free(server->cert);
	free(server->key);
	free(server);
}
