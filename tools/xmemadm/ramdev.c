// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <linux/loop.h>

#include "ramdev.h"

/* Somebody else may take the number that was free. */
#define TRIES 16

static int failed(struct adm *adm, const char *what)
{
	int code = errno;

	return xmem_err_set(&adm->err, XMEM_ERR_REFUSED, code, "cannot %s: %s", what,
			    strerror(code));
}

/* Opens a free loop device for @file; it is detached when its last user closes it. */
static int open_loop(struct adm *adm, int control, int file)
{
	struct loop_config config = { .fd = (uint32_t)file, .info.lo_flags = LO_FLAGS_AUTOCLEAR };
	char path[32];
	int i, number, fd;

	snprintf((char *)config.info.lo_file_name, sizeof(config.info.lo_file_name),
		 "xmem-pagecache");
	for (i = 0; i < TRIES; i++) {
		number = ioctl(control, LOOP_CTL_GET_FREE);
		if (number < 0)
			break;
		snprintf(path, sizeof(path), "/dev/loop%d", number);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			break;
		if (!ioctl(fd, LOOP_CONFIGURE, &config))
			return fd;
		number = errno;
		close(fd);
		errno = number;
		if (number != EBUSY)
			break;
	}
	return failed(adm, "make a loop device for the metadata");
}

static int open_control(struct adm *adm)
{
	int fd = open("/dev/loop-control", O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (errno == ENOENT || errno == ENODEV || errno == ENXIO)
		return xmem_err_set(&adm->err, XMEM_ERR_UNREACHABLE, ENODEV,
				    "loop is not loaded: modprobe loop");
	return failed(adm, "open /dev/loop-control");
}

/**
 * adm_ramdev_check() - check that block devices can be made
 * @adm: the run
 *
 * Return: 0 or a negative errno.
 */
int adm_ramdev_check(struct adm *adm)
{
	int fd = open_control(adm);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/**
 * adm_ramdev_new() - make a block device of zeros in memory
 * @adm: the run
 * @size: its size; memory is taken as it is written
 * @dev: its number
 *
 * Return: a descriptor that keeps it until somebody else has opened it, or a negative errno.
 */
int adm_ramdev_new(struct adm *adm, uint64_t size, dev_t *dev)
{
	int file = memfd_create("xmem-pagecache", MFD_CLOEXEC);
	int control, fd;
	struct stat st;

	if (file < 0 || ftruncate(file, (off_t)size)) {
		fd = failed(adm, "get memory for the metadata");
		goto out;
	}
	fd = control = open_control(adm);
	if (control < 0)
		goto out;
	fd = open_loop(adm, control, file);
	close(control);
	*dev = fd >= 0 && !fstat(fd, &st) ? st.st_rdev : 0;
out:
	if (file >= 0)
		close(file);
	return fd;
}
