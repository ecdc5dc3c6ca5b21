// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * RDMA ports: /sys/class/infiniband. A device made of software tells an invented
 * rate; what counts there is the speed of the network device below it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "health/readers.h"

#define DEVICES "/sys/class/infiniband"

/* Those that count errors, of the standard's counters and of common drivers' own. */
const char *const xmemd_health_counters[XMEMD_HEALTH_COUNTERS] = {
	"symbol_error",
	"link_error_recovery",
	"link_downed",
	"port_rcv_errors",
	"port_rcv_remote_physical_errors",
	"port_xmit_discards",
	"local_link_integrity_errors",
	"excessive_buffer_overrun_errors",
	"out_of_sequence",
	"packet_seq_err",
	"local_ack_timeout_err",
	"rnr_nak_retry_err",
	"retry_exceeded_err",
	"completion_error",
};

/* A device that is being read. */
struct device {
	struct xmemd_health *health;
	const char *name;
	bool soft;
};

/* "4: ACTIVE" */
static void read_state(const struct xmemd_files *files, const char *dir,
		       struct xmemd_health_port *port)
{
	char path[512], text[XMEMD_HEALTH_NAME], *word;

	snprintf(path, sizeof(path), "%s/state", dir);
	if (!xmemd_files_text(files, path, text, sizeof(text)))
		return;
	word = strchr(text, ':');
	if (word && !strncmp(word, ": ", 2) && word[2])
		snprintf(port->state, sizeof(port->state), "%s", word + 2);
	else
		xmemd_files_note(files, "%.100s: \"%.40s\" is no state", path, text);
}

/* "100 Gb/sec (4X EDR)", "2.5 Gb/sec (1X SDR)" */
static void read_rate(const struct xmemd_files *files, const char *dir,
		      struct xmemd_health_port *port)
{
	char path[512], text[XMEMD_HEALTH_NAME], *end;
	unsigned long whole, tenths = 0;

	snprintf(path, sizeof(path), "%s/rate", dir);
	if (!xmemd_files_text(files, path, text, sizeof(text)))
		return;
	whole = strtoul(text, &end, 10);
	if (*end == '.' && end[1] >= '0' && end[1] <= '9') {
		tenths = (unsigned long)(end[1] - '0');
		end += 2;
	}
	if (end != text && *text != '-' && !strncmp(end, " Gb/sec", 7) && whole < 1000000)
		port->mbps = whole * 1000 + tenths * 100;
	else
		xmemd_files_note(files, "%.100s: \"%.40s\" is no rate", path, text);
}

/* A network device that is down has the speed -1 or refuses to tell it. */
static void read_net(const struct xmemd_files *files, const char *dir, bool soft,
		     struct xmemd_health_port *port)
{
	struct xmemd_health_notes ignored = {};
	const struct xmemd_files quiet = { files->root, &ignored };
	char path[512];
	uint64_t mbps;

	snprintf(path, sizeof(path), "%s/gid_attrs/ndevs/0", dir);
	if (!xmemd_files_text(&quiet, path, port->net, sizeof(port->net)) || !soft)
		return;
	snprintf(path, sizeof(path), "/sys/class/net/%s/speed", port->net);
	if (xmemd_files_number(&quiet, path, &mbps) && mbps && mbps < 1000000000)
		port->mbps = mbps;
}

static void read_errors(const struct xmemd_files *files, const char *dir,
			struct xmemd_health_port *port)
{
	char path[512];
	size_t i;

	for (i = 0; i < XMEMD_HEALTH_COUNTERS; i++) {
		port->errors[i] = XMEMD_HEALTH_NONE;
		snprintf(path, sizeof(path), "%s/counters/%s", dir, xmemd_health_counters[i]);
		if (xmemd_files_number(files, path, &port->errors[i]))
			continue;
		snprintf(path, sizeof(path), "%s/hw_counters/%s", dir, xmemd_health_counters[i]);
		xmemd_files_number(files, path, &port->errors[i]);
	}
}

static bool read_port(const struct xmemd_files *files, const char *number, void *arg)
{
	struct device *device = arg;
	struct xmemd_health *health = device->health;
	struct xmemd_health_port *port = &health->port[health->ports];
	char dir[400], path[512], *end;

	if (health->ports == XMEMD_HEALTH_PORTS) {
		xmemd_files_note(files, DEVICES ": more than %d ports; the others are left out",
				 XMEMD_HEALTH_PORTS);
		return false;
	}
	*port = (struct xmemd_health_port){ .mbps = XMEMD_HEALTH_NONE };
	port->number = strtoul(number, &end, 10);
	if (*end || port->number > 255 ||
	    snprintf(dir, sizeof(dir), DEVICES "/%s/ports/%s", device->name, number) >=
		    (int)sizeof(dir))
		return true;
	snprintf(port->device, sizeof(port->device), "%.63s", device->name);
	snprintf(path, sizeof(path), "%s/link_layer", dir);
	xmemd_files_text(files, path, port->link, sizeof(port->link));
	read_state(files, dir, port);
	read_rate(files, dir, port);
	read_net(files, dir, device->soft, port);
	read_errors(files, dir, port);
	if (port->state[0])
		health->ports++;
	return true;
}

static bool read_device(const struct xmemd_files *files, const char *name, void *arg)
{
	struct device device = { .health = arg, .name = name };
	char path[512];

	snprintf(path, sizeof(path), DEVICES "/%s/parent", name);
	device.soft = xmemd_files_exists(files, path);
	snprintf(path, sizeof(path), DEVICES "/%s/ports", name);
	xmemd_files_walk(files, path, "", read_port, &device);
	return true;
}

/**
 * xmemd_health_read_rdma() - read the ports of the RDMA devices
 * @files: where
 * @health: result
 */
void xmemd_health_read_rdma(const struct xmemd_files *files, struct xmemd_health *health)
{
	xmemd_files_walk(files, DEVICES, "", read_device, health);
}

/**
 * xmemd_health_best_port() - the fastest port that is active
 * @health: what was read
 *
 * Return: the port, NULL if none is active.
 */
const struct xmemd_health_port *xmemd_health_best_port(const struct xmemd_health *health)
{
	const struct xmemd_health_port *best = NULL;
	unsigned int i;

	for (i = 0; i < health->ports; i++) {
		const struct xmemd_health_port *port = &health->port[i];

		if (strcmp(port->state, "ACTIVE"))
			continue;
		/* what does not tell its speed is better than nothing */
		if (!best || best->mbps == XMEMD_HEALTH_NONE ||
		    (port->mbps != XMEMD_HEALTH_NONE && port->mbps > best->mbps))
			best = port;
	}
	return best;
}
