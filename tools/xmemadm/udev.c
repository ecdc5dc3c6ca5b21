// SPDX-License-Identifier: GPL-2.0-or-later
#include <libudev.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "udev.h"

/* A udev that is busy for longer is not waited for: the device itself can be used. */
#define PATIENCE_MS 5000

struct adm_udev {
	struct udev *udev;
	struct udev_monitor *monitor;
};

/**
 * adm_udev_close() - stop listening
 * @udev: the listener; may be NULL
 */
void adm_udev_close(struct adm_udev *udev)
{
	if (!udev)
		return;
	udev_monitor_unref(udev->monitor);
	udev_unref(udev->udev);
	free(udev);
}

/**
 * adm_udev_listen() - start to listen for block devices that udev has dealt with
 *
 * Return: the listener, or NULL if there is nothing to wait for.
 */
struct adm_udev *adm_udev_listen(void)
{
	struct adm_udev *udev;

	if (access("/run/udev/control", F_OK))
		return NULL;
	udev = calloc(1, sizeof(*udev));
	if (!udev)
		return NULL;
	udev->udev = udev_new();
	if (udev->udev)
		udev->monitor = udev_monitor_new_from_netlink(udev->udev, "udev");
	if (!udev->monitor ||
	    udev_monitor_filter_add_match_subsystem_devtype(udev->monitor, "block", NULL) < 0 ||
	    udev_monitor_enable_receiving(udev->monitor) < 0) {
		adm_udev_close(udev);
		return NULL;
	}
	return udev;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* Whether the next event is of the device; no event counts as none of it. */
static bool is_of(struct udev_monitor *monitor, const char *name)
{
	struct udev_device *device = udev_monitor_receive_device(monitor);
	bool same = device && !strcmp(udev_device_get_sysname(device), name);

	udev_device_unref(device);
	return same;
}

/**
 * adm_udev_wait() - wait until udev has dealt with a device
 * @udev: a listener from before the device was made; may be NULL
 * @id: N of /dev/xmemN
 */
void adm_udev_wait(struct adm_udev *udev, unsigned int id)
{
	struct pollfd fd = { .events = POLLIN };
	int64_t end = now_ms() + PATIENCE_MS, left;
	char name[16];

	if (!udev)
		return;
	snprintf(name, sizeof(name), "xmem%u", id);
	fd.fd = udev_monitor_get_fd(udev->monitor);
	while ((left = end - now_ms()) > 0 && poll(&fd, 1, (int)left) > 0)
		if (is_of(udev->monitor, name))
			return;
}
