/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting for udev, so that /dev/disk/by-xmem/NAME is there when dev attach
 * ends. Listening starts before the device is made: no event is missed.
 */
#ifndef XMEMADM_UDEV_H
#define XMEMADM_UDEV_H

/* NULL where no udev runs. */
struct adm_udev;

struct adm_udev *adm_udev_listen(void);
void adm_udev_wait(struct adm_udev *udev, unsigned int id);
void adm_udev_close(struct adm_udev *udev);

#endif /* XMEMADM_UDEV_H */
