// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "secret_file.h"

/**
 * adm_file_free() - whether a file may be written
 * @adm: for refusals
 * @path: the file
 * @force: also when it exists
 *
 * Return: 0, or -EEXIST.
 */
int adm_file_free(struct adm *adm, const char *path, bool force)
{
	if (force || access(path, F_OK))
		return 0;
	return xmem_err_set(&adm->err, XMEM_ERR_USAGE, EEXIST,
			    "%s exists; remove it, or write it anew with --force", path);
}

static bool write_all(int fd, const char *data, size_t size)
{
	ssize_t n;

	for (; size; data += n, size -= (size_t)n) {
		n = write(fd, data, size);
		if (n <= 0)
			return false;
	}
	return !fsync(fd);
}

/**
 * adm_file_write() - write a file
 * @adm: for refusals
 * @path: the file, replaced when it exists
 * @mode: its permissions, from the first byte on
 * @data: what is in it
 * @size: bytes
 *
 * Return: 0, or a negative errno and nothing is changed.
 */
int adm_file_write(struct adm *adm, const char *path, mode_t mode, const void *data, size_t size)
{
	char temp[PATH_MAX];
	int fd, rc = 0;

	if (snprintf(temp, sizeof(temp), "%s.new", path) >= (int)sizeof(temp))
		return adm_usage(adm, "the path is too long");
	/* one that was left by a run that died is worthless */
	unlink(temp);
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return xmem_err_set(&adm->err, XMEM_ERR_USAGE, errno, "cannot write %s: %s", path,
				    strerror(errno));
	if (!write_all(fd, data, size) || fchmod(fd, mode))
		rc = -1;
	if (close(fd))
		rc = -1;
	if (!rc && rename(temp, path))
		rc = -1;
	if (rc) {
		rc = xmem_err_set(&adm->err, XMEM_ERR_USAGE, errno, "cannot write %s: %s", path,
				  strerror(errno));
		unlink(temp);
	}
	return rc;
}
