// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"

#define PIECE 4096

/* Return: errno, with what was read so far in @text. */
static int read_all(FILE *file, size_t max, char **text, size_t *size)
{
	size_t room = 0, got;
	char *grown;

	do {
		if (*size + PIECE > room) {
			room = room * 2 + PIECE + 1;
			grown = realloc(*text, room);
			if (!grown)
				return ENOMEM;
			*text = grown;
		}
		got = fread(*text + *size, 1, PIECE - 1, file);
		*size += got;
		if (*size > max)
			return EFBIG;
	} while (got);
	(*text)[*size] = 0;
	return ferror(file) ? EIO : 0;
}

/**
 * xmemd_file_read() - read a file
 * @path: the file
 * @max: its greatest size
 * @text: content with a zero behind it, to be freed
 * @size: its length, never 0
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_file_read(const char *path, size_t max, char **text, size_t *size,
		    struct xmemd_refusal *why)
{
	FILE *file = fopen(path, "re");
	int ret;

	*text = NULL;
	*size = 0;
	if (!file)
		return xmemd_refuse(why, 500, "cannot read %s: %s", path, strerror(errno));
	ret = read_all(file, max, text, size);
	fclose(file);
	if (!ret && *size)
		return 0;
	free(*text);
	*text = NULL;
	if (ret == EFBIG)
		return xmemd_refuse(why, 500, "cannot read %s: it is longer than %zu bytes", path,
				    max);
	return xmemd_refuse(why, 500, "cannot read %s: %s", path,
			    ret ? strerror(ret) : "it is empty");
}
