// SPDX-License-Identifier: GPL-2.0-or-later
/* xmemadm monitor: what happens, as it happens: at the manager and in the modules. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "adm.h"
#include "args.h"
#include "ask.h"
#include "http_stream.h"
#include "kernel_events.h"
#include "out.h"
#include "word.h"

static const struct adm_option options[] = {
	{ "manager", NULL, false, false, "only what the manager tells", NULL },
	{ "kernel", NULL, false, false, "only what this machine's modules tell", NULL },
	{ "type", "TYPE", false, false, "of the manager's: only this, or what begins with it",
	  "alloc|appliance|account|client|manager|reservation" },
	{ "since", "NUMBER", false, false, "of the manager's: also older ones after this one",
	  NULL },
	{ 0 },
};

/**
 * struct monitor - where events come from
 * @adm: the run
 * @kernel: sockets of the modules
 * @type: what the manager shall tell; NULL for all
 * @since: number of the last event, to go on from there
 * @has_since: there is one
 * @heard: the manager told something since it was asked
 */
struct monitor {
	struct adm *adm;
	struct adm_kernel_events kernel;
	const char *type;
	uint64_t since;
	bool has_since, heard;
};

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* One line: time, type, name, and what more there is to say. */
static void on_event(const struct xmem_sse_event *event, void *arg)
{
	struct monitor *monitor = arg;
	json_t *object = json_loads(event->data, JSON_REJECT_DUPLICATES, NULL);
	char line[1024];
	char *detail;

	monitor->heard = true;
	if (xmem_word_number(event->id, 0, INT64_MAX, &monitor->since))
		monitor->has_since = true;
	if (!object) {
		fprintf(stderr, "xmemadm: an event of type %s is no JSON\n", event->type);
		return;
	}
	detail = json_dumps(json_object_get(object, "detail"), JSON_COMPACT);
	snprintf(line, sizeof(line), "%s %s %s%s%s", text_of(object, "time"), event->type,
		 text_of(object, "name"), detail ? " " : "", detail ? detail : "");
	free(detail);
	adm_print_line(monitor->adm, object, line);
	fflush(stdout);
}

/* Until the stream ends, for adm_manager_each(). */
static int follow(struct adm *adm, struct xmem_http *http, void *arg)
{
	struct monitor *monitor = arg;
	struct xmem_http_stream *stream;
	struct pollfd fds[2];
	unsigned int count = adm_kernel_events_fds(&monitor->kernel, fds), i;
	char path[256], since[64] = "";
	int rc;

	if (monitor->has_since)
		snprintf(since, sizeof(since), "since=%" PRIu64, monitor->since);
	snprintf(path, sizeof(path), "/v1/events%s%s%s%s%s", *since || monitor->type ? "?" : "",
		 since, *since && monitor->type ? "&" : "", monitor->type ? "type=" : "",
		 monitor->type ? monitor->type : "");
	json_decref(adm->answer);
	adm->answer = NULL;
	rc = xmem_http_stream_open(&stream, http, path, on_event, monitor, &adm->err);
	while (!rc && !ferror(stdout)) {
		rc = xmem_http_stream_wait(stream, fds, count, &adm->err);
		for (i = 0; !rc && i < count; i++)
			if (fds[i].revents)
				rc = adm_kernel_events_take(adm, &monitor->kernel);
	}
	if (stream)
		adm->answer = json_incref(xmem_http_stream_answer(stream));
	xmem_http_stream_close(stream);
	return rc;
}

static int follow_kernel(struct adm *adm, const struct adm_kernel_events *events)
{
	struct pollfd fds[2];
	unsigned int count = adm_kernel_events_fds(events, fds);
	int rc = 0;

	while (!rc && !ferror(stdout)) {
		if (poll(fds, count, -1) < 0 && errno != EINTR)
			rc = xmem_err_set(&adm->err, XMEM_ERR_REFUSED, errno, "cannot wait: %s",
					  strerror(errno));
		else
			rc = adm_kernel_events_take(adm, events);
	}
	return rc;
}

/* Whether the manager is asked, and the modules; each is left out when it is not there. */
static int choose(struct adm *adm, const struct adm_args *args, struct monitor *monitor,
		  bool *manager)
{
	bool kernel_only = adm_has(args, "kernel"), manager_only = adm_has(args, "manager");
	int rc = adm_config(adm);

	if (!rc && kernel_only && manager_only)
		return adm_usage(adm, "possible is one of --kernel and --manager");
	*manager = manager_only ||
		   (!kernel_only && (adm->managers_given || *adm->config.client.managers));
	if (rc || manager_only)
		return rc;
	rc = adm_kernel_events_open(adm, &monitor->kernel);
	return rc == -ENOENT && *manager ? 0 : rc;
}

static int monitor_run(struct adm *adm, const struct adm_args *args)
{
	struct monitor monitor = { .adm = adm, .type = adm_value(args, "type") };
	bool manager = false;
	int rc = adm_number(adm, args, "since", 0, INT64_MAX, &monitor.since);

	monitor.has_since = adm_has(args, "since");
	if (!rc && monitor.type)
		rc = adm_check_name(adm, monitor.type);
	if (!rc)
		rc = choose(adm, args, &monitor, &manager);
	if (!rc && !manager)
		rc = follow_kernel(adm, &monitor.kernel);
	/* another manager takes over where one ended; when none tells anything it is over */
	while (!rc && manager && !ferror(stdout)) {
		monitor.heard = false;
		rc = adm_manager_each(adm, follow, &monitor);
		if (rc && adm->err.kind == XMEM_ERR_UNREACHABLE && monitor.heard)
			rc = 0;
	}
	adm_kernel_events_close(&monitor.kernel);
	return rc;
}

static const struct adm_command run = {
	.name = "run",
	.help = "print what happens at the manager and in this machine's modules",
	.options = options,
	.run = monitor_run,
};

static const struct adm_object monitor = {
	.name = "monitor",
	.help = "print what happens at the manager and in this machine's modules",
	.single = &run,
};
ADM_OBJECT(monitor);
