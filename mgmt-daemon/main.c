// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads: this one waits for signals and the watchdog (sd-event); server.c says
 * which ones serve; the manager has its janitor; roles that announce themselves have
 * one each, and leases are renewed by another. Nothing of the daemon is
 * needed for paging, yet its memory is locked, so that it answers while its own
 * machine is short of memory.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <curl/curl.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "announce.h"
#include "events.h"
#include "file.h"
#include "manager.h"
#include "peer.h"
#include "self.h"
#include "server.h"
#include "term.h"

#define PEM_MAX (64 << 10)
/* how long who decides now waits for requests of who did before */
#define FENCE_MS 30000

struct options {
	const char *config;
	bool check;
};

static void usage(FILE *out)
{
	fputs("usage: xmemd [--config PATH] [--check-config]\n"
	      "       xmemd --version | --help\n"
	      "\n"
	      "  --config PATH   configuration file (" XMEM_CONFIG_PATH ")\n"
	      "  --check-config  read the configuration and certificates, then exit\n"
	      "  --version       print the version, then exit\n",
	      out);
}

/* Return: -1 to go on, or an exit code. */
static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check-config", no_argument, NULL, 'k' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{},
	};
	int option;

	while ((option = getopt_long(argc, argv, "c:hV", known, NULL)) >= 0) {
		switch (option) {
		case 'c':
			options->config = optarg;
			break;
		case 'k':
			options->check = true;
			break;
		case 'V':
			puts("xmemd " XMEM_VERSION);
			return 0;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "xmemd: \"%s\" is not an option\n", argv[optind]);
	usage(stderr);
	return 2;
}

static int check_roles(struct xmemd *daemon, struct xmemd_refusal *why)
{
	const struct xmem_config *config = &daemon->config;

	daemon->roles = (config->daemon.manager ? XMEMD_ROLE_MANAGER : 0) |
			(config->daemon.appliance ? XMEMD_ROLE_APPLIANCE : 0) |
			(config->daemon.client ? XMEMD_ROLE_CLIENT : 0);
	if (!daemon->roles)
		return xmemd_refuse(why, 400,
				    "roles= in [daemon] is missing; possible are manager, "
				    "appliance and client");
	if (config->daemon.manager && !config->manager.database[0] && !config->manager.etcd[0])
		return xmemd_refuse(why, 400,
				    "database= in [manager] is missing, or etcd= instead of it");
	if (config->manager.database[0] && config->manager.etcd[0])
		return xmemd_refuse(why, 400,
				    "database= and etcd= in [manager] exclude each other");
	if (config->daemon.manager && config->manager.etcd[0] && !config->manager.url[0])
		return xmemd_refuse(why, 400,
				    "url= in [manager] is missing: with etcd= other managers pass "
				    "requests on to it");
	if (config->daemon.appliance && !config->appliance.rdma_address[0])
		return xmemd_refuse(why, 400, "rdma-address= in [appliance] is missing");
	if (config->daemon.client && !config->client.managers[0])
		return xmemd_refuse(why, 400, "managers= in [client] is missing");
	if (!config->tls.ca[0] || !config->tls.cert[0] || !config->tls.key[0])
		return xmemd_refuse(why, 400, "ca=, cert= or key= in [tls] is missing");
	return 0;
}

/* A manager whose certificate does not say so would be refused by every appliance. */
static int check_certificate(struct xmemd *daemon, struct xmemd_refusal *why)
{
	const char *path = daemon->config.tls.cert;
	struct xmemd_peer self;
	char *pem;
	size_t size;
	int ret;

	if (xmemd_file_read(path, PEM_MAX, &pem, &size, why) < 0)
		return -1;
	ret = xmemd_peer_read_pem(pem, size, &self, why);
	free(pem);
	if (ret < 0) {
		char reason[sizeof(why->text)];

		memcpy(reason, why->text, sizeof(reason));
		return xmemd_refuse(why, 400, "%s: %.500s", path, reason);
	}
	if ((daemon->roles & XMEMD_ROLE_MANAGER) && !(self.roles & XMEMD_ROLE_MANAGER))
		return xmemd_refuse(why, 400,
				    "%s: the role manager needs a certificate with the role "
				    "(OU) manager",
				    path);
	memcpy(daemon->cn, self.cn, sizeof(daemon->cn));
	return 0;
}

static int configure(struct xmemd *daemon, const struct options *options, struct xmemd_refusal *why)
{
	struct xmem_err err;

	xmem_config_defaults(&daemon->config);
	if (xmem_config_read(options->config, &daemon->config, &err) < 0)
		return xmemd_refuse_err(why, 400, &err);
	if (check_roles(daemon, why) < 0)
		return -1;
	return check_certificate(daemon, why);
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *arg)
{
	(void)arg;
	fprintf(stderr, SD_INFO "signal %u: stopping\n", info->ssi_signo);
	return sd_event_exit(sd_event_source_get_event(source), 0);
}

/* Signals are blocked before the first thread is made, so that only the loop sees them. */
static int prepare_loop(sd_event **eventp, struct xmemd_refusal *why)
{
	sigset_t signals;
	int ret;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	ret = sd_event_default(eventp);
	if (ret >= 0)
		ret = sd_event_add_signal(*eventp, NULL, SIGTERM, on_signal, NULL);
	if (ret >= 0)
		ret = sd_event_add_signal(*eventp, NULL, SIGINT, on_signal, NULL);
	if (ret >= 0)
		ret = sd_event_set_watchdog(*eventp, 1);
	if (ret < 0)
		return xmemd_refuse(why, 500, "the event loop fails: %s", strerror(-ret));
	return 0;
}

static int serve(struct xmemd *daemon, struct xmemd_refusal *why)
{
	struct xmemd_server *server = NULL;
	sd_event *event = NULL;
	int ret;

	daemon->events = xmemd_events_new();
	if (!daemon->events)
		return xmemd_refuse(why, 500, "out of memory");
	ret = prepare_loop(&event, why);
	if (!ret && (daemon->roles & XMEMD_ROLE_MANAGER))
		ret = xmemd_manager_start(daemon, why);
	if (!ret && (daemon->roles & XMEMD_ROLE_APPLIANCE))
		ret = xmemd_fence_new(daemon->config.appliance.terms, FENCE_MS, &daemon->fence,
				      why);
	if (!ret)
		ret = xmemd_self_new(daemon, why);
	if (!ret)
		ret = xmemd_server_start(daemon, &server, why);
	if (!ret)
		ret = xmemd_announce_start(daemon, why);
	if (!ret) {
		if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT))
			fprintf(stderr, SD_NOTICE "memory is not locked: %s\n", strerror(errno));
		fprintf(stderr, SD_INFO "serving on %s port %u as \"%s\"\n",
			daemon->config.daemon.address, daemon->config.daemon.port, daemon->cn);
		sd_notify(0, "READY=1");
		ret = sd_event_loop(event);
		sd_notify(0, "STOPPING=1");
	}
	xmemd_announce_stop(daemon);
	xmemd_server_stop(server);
	xmemd_self_free(daemon->self);
	xmemd_fence_free(daemon->fence);
	xmemd_manager_stop(daemon->manager);
	sd_event_unref(event);
	xmemd_events_free(daemon->events);
	return ret;
}

int main(int argc, char **argv)
{
	struct options options = { .config = XMEM_CONFIG_PATH };
	struct xmemd daemon = {};
	struct xmemd_refusal why = {};
	int ret;

	ret = read_options(argc, argv, &options);
	if (ret >= 0)
		return ret;
	/* the database holds secrets */
	umask(077);
	if (configure(&daemon, &options, &why) < 0) {
		fprintf(stderr, SD_ERR "%s\n", why.text);
		return 2;
	}
	if (options.check) {
		puts("configuration is good");
		return 0;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	ret = serve(&daemon, &why);
	if (ret < 0)
		fprintf(stderr, SD_ERR "%s\n", why.text);
	curl_global_cleanup();
	return ret < 0 ? 1 : 0;
}
