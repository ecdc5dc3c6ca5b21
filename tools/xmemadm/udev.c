// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <systemd/sd-device.h>
#include <systemd/sd-event.h>

#include "udev.h"

/* A udev that is busy for longer is not waited for: the device itself can be used. */
#define PATIENCE_US (5 * 1000 * 1000)

struct adm_udev {
	sd_event *event;
	sd_device_monitor *monitor;
	char name[16];
};

static int on_device(sd_device_monitor *monitor, sd_device *device, void *arg)
{
	struct adm_udev *udev = arg;
	const char *name;

	(void)monitor;
	if (sd_device_get_sysname(device, &name) >= 0 && !strcmp(name, udev->name))
		sd_event_exit(udev->event, 0);
	return 0;
}

/**
 * adm_udev_close() - stop listening
 * @udev: the listener; may be NULL
 */
void adm_udev_close(struct adm_udev *udev)
{
	if (!udev)
		return;
	sd_device_monitor_unref(udev->monitor);
	sd_event_unref(udev->event);
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
	if (sd_event_new(&udev->event) < 0 || sd_device_monitor_new(&udev->monitor) < 0 ||
	    sd_device_monitor_filter_add_match_subsystem_devtype(udev->monitor, "block", NULL) <
		    0 ||
	    sd_device_monitor_attach_event(udev->monitor, udev->event) < 0 ||
	    sd_device_monitor_start(udev->monitor, on_device, udev) < 0) {
		adm_udev_close(udev);
		return NULL;
	}
	return udev;
}

/**
 * adm_udev_wait() - wait until udev has dealt with a device
 * @udev: a listener from before the device was made; may be NULL
 * @id: N of /dev/xmemN
 */
void adm_udev_wait(struct adm_udev *udev, unsigned int id)
{
	if (!udev)
		return;
	snprintf(udev->name, sizeof(udev->name), "xmem%u", id);
	if (sd_event_add_time_relative(udev->event, NULL, CLOCK_MONOTONIC, PATIENCE_US, 0, NULL,
				       NULL) >= 0)
		sd_event_loop(udev->event);
}
