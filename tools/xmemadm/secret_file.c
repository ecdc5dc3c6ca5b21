// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "replace.h"
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
	int rc = xmem_file_replace(path, mode, data, size);

	return rc ? xmem_err_set(&adm->err, XMEM_ERR_USAGE, -rc, "cannot write %s: %s", path,
				 strerror(-rc))
		  : 0;
}
