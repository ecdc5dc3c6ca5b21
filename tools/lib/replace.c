// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "replace.h"

/* Return: 0 or errno. */
static int write_all(int fd, const char *data, size_t size)
{
	ssize_t n;

	for (; size; data += n, size -= (size_t)n) {
		n = write(fd, data, size);
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n < 0)
			return errno;
	}
	return 0;
}

/* Return: 0 or errno. */
static int make(const char *path, mode_t mode, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), ret;

	if (fd < 0)
		return errno;
	ret = write_all(fd, data, size);
	if (!ret && (fchmod(fd, mode) || fsync(fd)))
		ret = errno;
	if (close(fd) && !ret)
		ret = errno;
	return ret;
}

/* The new name is not on disk before its directory is. Return: 0 or errno. */
static int sync_directory(const char *path)
{
	char copy[PATH_MAX];
	int fd, ret = 0;

	snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd))
		ret = errno;
	if (fd >= 0)
		close(fd);
	return ret;
}

/**
 * xmem_file_replace() - write a file, in place of the one of that name
 * @path: the file; PATH.new is used on the way
 * @mode: its permissions; nobody else may read it before it has them
 * @data: what is in it
 * @size: bytes
 *
 * It is on disk when this returns.
 *
 * Return: 0, or a negative errno and the file is as it was; or, if only its directory could
 * not be written, as it was or new after a loss of power.
 */
int xmem_file_replace(const char *path, mode_t mode, const void *data, size_t size)
{
	char temp[PATH_MAX];
	int ret;

	if (snprintf(temp, sizeof(temp), "%s.new", path) >= (int)sizeof(temp))
		return -ENAMETOOLONG;
	/* one that was left by a run that died is worthless, and a link is not followed */
	unlink(temp);
	ret = make(temp, mode, data, size);
	if (!ret && rename(temp, path))
		ret = errno;
	if (ret)
		unlink(temp);
	else
		ret = sync_directory(path);
	return -ret;
}
