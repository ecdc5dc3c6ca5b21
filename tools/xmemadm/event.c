// SPDX-License-Identifier: GPL-2.0-or-later
/* xmemadm event: what both modules tell, as it happens. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "adm.h"
#include "args.h"
#include "objects.h"
#include "out.h"

/* Consumes @object. @text is the line for people. */
static void print_event(struct adm *adm, const char *event, json_t *object, const char *text)
{
	char now[32], line[320];
	time_t t = time(NULL);
	struct tm tm;

	strftime(now, sizeof(now), "%F %T", localtime_r(&t, &tm));
	snprintf(line, sizeof(line), "%s %s", now, text);
	adm_set(object, "event", json_string(event));
	adm_set(object, "time", json_integer((json_int_t)t));
	adm_print_line(adm, object, line);
	fflush(stdout);
}

static void on_region(const struct xmem_region *region, void *arg)
{
	char text[256], id[ADM_ID_SIZE];

	adm_id_text(region->id, id);
	if (region->size)
		snprintf(text, sizeof(text),
			 "region %s: size %" PRIu64 ", epoch %u, grants %u, sessions %u %s", id,
			 region->size, region->epoch, region->grants, region->sessions,
			 region->label);
	else
		snprintf(text, sizeof(text), "region %s: destroyed", id);
	print_event(arg, "region", adm_region_json(region), text);
}

static void on_session(const struct xmem_session *session, void *arg)
{
	char text[256], id[ADM_ID_SIZE];

	snprintf(text, sizeof(text),
		 "session of client 0x%" PRIx64 " on region %s: %s, generation %u, "
		 "queues %u %s",
		 session->client, adm_id_text(session->region, id),
		 session->queues ? "connected" : "gone", session->generation, session->queues,
		 session->peer);
	print_event(arg, "session", adm_session_json(session), text);
}

static void on_dev(uint8_t cmd, const struct xmem_dev *dev, void *arg)
{
	const char *event = cmd == XMEM_CMD_DEV_NEW_NTF	  ? "attached"
			    : cmd == XMEM_CMD_DEV_DEL_NTF ? "detached"
							  : "state";
	char text[256];
	unsigned int i;
	size_t len;

	len = (size_t)snprintf(text, sizeof(text), "device xmem%u %s: %s, %s", dev->id, dev->name,
			       event, xmem_dev_state_name(dev->state));
	for (i = 0; i < dev->legs && len < sizeof(text); i++)
		if (*dev->leg[i].last_error)
			len += (size_t)snprintf(text + len, sizeof(text) - len, ", leg %u %s: %s",
						dev->leg[i].index,
						xmem_leg_state_name(dev->leg[i].state),
						dev->leg[i].last_error);
	print_event(arg, event, adm_dev_json(dev), text);
}

static const struct xmem_appliance_events appliance_events = {
	.region = on_region,
	.session = on_session,
};

/* The two sockets; NULL where the module is not loaded. */
struct sources {
	struct xmem_nl *appliance, *client;
};

static int open_sources(struct adm *adm, struct sources *s)
{
	int rc = xmem_appliance_open(&s->appliance, &adm->err);

	if (rc && rc != -ENOENT)
		return rc;
	rc = xmem_client_open(&s->client, &adm->err);
	if (rc && rc != -ENOENT)
		return rc;
	if (!s->appliance && !s->client)
		return xmem_err_set(&adm->err, XMEM_ERR_UNREACHABLE, ENOENT,
				    "neither xmem nor xmem_appliance is loaded: modprobe xmem");
	rc = 0;
	if (s->appliance)
		rc = xmem_nl_subscribe(s->appliance, &adm->err);
	if (!rc && s->client)
		rc = xmem_nl_subscribe(s->client, &adm->err);
	return rc;
}

/* Lost events are told and not the end: the next ones are good again. */
static int take_events(struct adm *adm, const struct sources *s)
{
	int rc = 0;

	if (s->appliance)
		rc = xmem_appliance_events(s->appliance, &appliance_events, adm, &adm->err);
	if ((!rc || rc == -ENOBUFS) && s->client) {
		if (rc)
			fprintf(stderr, "xmemadm: %s\n", adm->err.text);
		rc = xmem_client_events(s->client, on_dev, adm, &adm->err);
	}
	if (rc != -ENOBUFS)
		return rc;
	fprintf(stderr, "xmemadm: %s\n", adm->err.text);
	return 0;
}

static int event_watch(struct adm *adm, const struct adm_args *args)
{
	struct sources s = { 0 };
	struct pollfd fds[2];
	int rc = open_sources(adm, &s);

	(void)args;
	fds[0] = (struct pollfd){ s.appliance ? xmem_nl_fd(s.appliance) : -1, POLLIN, 0 };
	fds[1] = (struct pollfd){ s.client ? xmem_nl_fd(s.client) : -1, POLLIN, 0 };
	while (!rc) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			rc = xmem_err_set(&adm->err, XMEM_ERR_REFUSED, errno, "cannot wait: %s",
					  strerror(errno));
		else
			rc = take_events(adm, &s);
		if (ferror(stdout))
			break;
	}
	xmem_nl_close(s.appliance);
	xmem_nl_close(s.client);
	return rc;
}

static const struct adm_command commands[] = {
	{ "watch", NULL, "print the modules' events until interrupted", NULL, event_watch },
	{ 0 },
};

static const struct adm_object event = {
	"event",
	"what happens in the modules of this machine",
	commands,
};
ADM_OBJECT(event);
