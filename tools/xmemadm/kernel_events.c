// SPDX-License-Identifier: GPL-2.0-or-later
/* What both modules of this machine tell, as it happens. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kernel_events.h"
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

/**
 * adm_kernel_events_open() - subscribe to what the modules tell
 * @adm: the run
 * @events: result, for adm_kernel_events_close(), also after an error
 *
 * Return: 0, -ENOENT when neither module is loaded, or another negative errno.
 */
int adm_kernel_events_open(struct adm *adm, struct adm_kernel_events *events)
{
	int rc = xmem_appliance_open(&events->appliance, &adm->err);

	if (rc && rc != -ENOENT)
		return rc;
	rc = xmem_client_open(&events->client, &adm->err);
	if (rc && rc != -ENOENT)
		return rc;
	if (!events->appliance && !events->client)
		return xmem_err_set(&adm->err, XMEM_ERR_UNREACHABLE, ENOENT,
				    "neither xmem nor xmem_appliance is loaded: modprobe xmem");
	rc = 0;
	if (events->appliance)
		rc = xmem_nl_subscribe(events->appliance, &adm->err);
	if (!rc && events->client)
		rc = xmem_nl_subscribe(events->client, &adm->err);
	return rc;
}

/**
 * adm_kernel_events_take() - print what has come
 * @adm: the run
 * @events: as opened
 *
 * Lost events are told and not the end: the next ones are good again.
 *
 * Return: 0 or a negative errno.
 */
int adm_kernel_events_take(struct adm *adm, const struct adm_kernel_events *events)
{
	int rc = 0;

	if (events->appliance)
		rc = xmem_appliance_events(events->appliance, &appliance_events, adm, &adm->err);
	if ((!rc || rc == -ENOBUFS) && events->client) {
		if (rc)
			fprintf(stderr, "xmemadm: %s\n", adm->err.text);
		rc = xmem_client_events(events->client, on_dev, adm, &adm->err);
	}
	if (rc != -ENOBUFS)
		return rc;
	fprintf(stderr, "xmemadm: %s\n", adm->err.text);
	return 0;
}

/**
 * adm_kernel_events_fds() - what to wait for
 * @events: as opened
 * @fds: result
 *
 * Return: how many there are.
 */
unsigned int adm_kernel_events_fds(const struct adm_kernel_events *events, struct pollfd fds[2])
{
	unsigned int count = 0;

	if (events->appliance)
		fds[count++] = (struct pollfd){ xmem_nl_fd(events->appliance), POLLIN, 0 };
	if (events->client)
		fds[count++] = (struct pollfd){ xmem_nl_fd(events->client), POLLIN, 0 };
	return count;
}

/**
 * adm_kernel_events_close() - end the subscription
 * @events: as opened
 */
void adm_kernel_events_close(struct adm_kernel_events *events)
{
	xmem_nl_close(events->appliance);
	xmem_nl_close(events->client);
}
