// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "health/files.h"

/* Firmware and drivers write the texts; whatever they wrote, the answer is valid JSON. */
static void make_printable(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = *text == '\t' || *text == '\n' ? *text : '?';
}

/**
 * xmemd_files_note() - say what could not be read
 * @files: where
 * @fmt: the words
 */
void xmemd_files_note(const struct xmemd_files *files, const char *fmt, ...)
{
	struct xmemd_health_notes *notes = files->notes;
	va_list ap;

	if (notes->count == XMEMD_HEALTH_NOTES) {
		notes->more++;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(notes->line[notes->count], sizeof(notes->line[0]), fmt, ap);
	va_end(ap);
	make_printable(notes->line[notes->count++]);
}

/* Files are there on a machine whose hardware, driver or kernel offers nothing behind them. */
static bool means_absent(int code)
{
	return code == ENOENT || code == ENOTDIR || code == ENODEV || code == ENXIO ||
	       code == ENODATA || code == EOPNOTSUPP || code == EAGAIN;
}

static int open_below(const struct xmemd_files *files, const char *path, int flags)
{
	char full[PATH_MAX];

	if (snprintf(full, sizeof(full), "%s%s", files->root, path) >= (int)sizeof(full)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	/* nothing that lies there may make the daemon wait */
	return open(full, flags | O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
}

/* Return: bytes read, at most @size, or -1 with errno. */
static ssize_t read_all(int fd, char *text, size_t size)
{
	size_t len = 0;
	ssize_t got;

	do {
		got = read(fd, text + len, size - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		len += (size_t)got;
	} while (got && len < size);
	return (ssize_t)len;
}

/**
 * xmemd_files_text() - read a small file
 * @files: where
 * @path: the file, below the root
 * @text: result without white space at the end; untouched unless true is returned
 * @size: its size
 *
 * Return: whether there was anything.
 */
bool xmemd_files_text(const struct xmemd_files *files, const char *path, char *text, size_t size)
{
	char buf[16384];
	ssize_t len = -1;
	int fd = open_below(files, path, 0);

	if (fd >= 0) {
		len = read_all(fd, buf, sizeof(buf));
		if (len < 0)
			len = -errno;
		close(fd);
	} else {
		len = -errno;
	}
	if (len < 0) {
		if (!means_absent((int)-len))
			xmemd_files_note(files, "%.128s: %s", path, strerror((int)-len));
		return false;
	}
	while (len && isspace((unsigned char)buf[len - 1]))
		len--;
	if (!len || (size_t)len >= size || memchr(buf, 0, (size_t)len)) {
		xmemd_files_note(files, "%.128s: %s", path,
				 !len		       ? "is empty"
				 : (size_t)len >= size ? "is too long"
						       : "is no text");
		return false;
	}
	memcpy(text, buf, (size_t)len);
	text[len] = 0;
	make_printable(text);
	return true;
}

/**
 * xmemd_files_signed() - read a whole number
 * @files: where
 * @path: the file, below the root
 * @value: result; untouched unless true is returned
 *
 * Return: whether there was one.
 */
bool xmemd_files_signed(const struct xmemd_files *files, const char *path, int64_t *value)
{
	char text[XMEMD_FILES_TEXT], *end;
	long long number;

	if (!xmemd_files_text(files, path, text, sizeof(text)))
		return false;
	errno = 0;
	number = strtoll(text, &end, 10);
	/* the lowest one marks what is not there */
	if (errno || *end || end == text || number == INT64_MIN) {
		xmemd_files_note(files, "%.100s: \"%.40s\" is no number", path, text);
		return false;
	}
	*value = number;
	return true;
}

/**
 * xmemd_files_number() - read a whole number that is not negative
 * @files: where
 * @path: the file, below the root
 * @value: result; untouched unless true is returned
 *
 * Return: whether there was one.
 */
bool xmemd_files_number(const struct xmemd_files *files, const char *path, uint64_t *value)
{
	int64_t number;

	if (!xmemd_files_signed(files, path, &number))
		return false;
	if (number < 0) {
		xmemd_files_note(files, "%.100s: %" PRId64 " is negative", path, number);
		return false;
	}
	*value = (uint64_t)number;
	return true;
}

/**
 * xmemd_files_exists() - is there anything of that name?
 * @files: where
 * @path: below the root
 *
 * Return: whether there is.
 */
bool xmemd_files_exists(const struct xmemd_files *files, const char *path)
{
	int fd = open_below(files, path, O_PATH);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/**
 * xmemd_files_kib() - find a number of KiB in a text of lines "KEY NUMBER kB"
 * @text: the lines
 * @key: with its colon
 * @bytes: result; untouched unless true is returned
 *
 * Return: whether it is there and makes sense.
 */
bool xmemd_files_kib(const char *text, const char *key, uint64_t *bytes)
{
	const char *found = strstr(text, key);
	long long kib;
	char *end;

	if (!found || (found != text && !isspace((unsigned char)found[-1])))
		return false;
	errno = 0;
	kib = strtoll(found + strlen(key), &end, 10);
	if (errno || kib < 0 || kib > INT64_MAX >> 10 || strncmp(end, " kB", 3))
		return false;
	*bytes = (uint64_t)kib << 10;
	return true;
}

static bool has_prefix(const char *name, const char *prefix)
{
	return *name != '.' && !strncmp(name, prefix, strlen(prefix));
}

/**
 * xmemd_files_walk() - go through a directory, in the order of names and numbers
 * @files: where
 * @path: the directory, below the root
 * @prefix: of the names that count; with "node", "node7" does
 * @fn: called for each; what it calls may walk as well
 * @arg: for @fn
 */
void xmemd_files_walk(const struct xmemd_files *files, const char *path, const char *prefix,
		      xmemd_files_fn fn, void *arg)
{
	struct dirent **list = NULL;
	int i, count, fd = open_below(files, path, O_DIRECTORY);
	bool more = true;

	count = fd < 0 ? -1 : scandirat(fd, ".", &list, NULL, versionsort);
	if (count < 0 && (fd >= 0 || errno == ENOTDIR || !means_absent(errno)))
		xmemd_files_note(files, "%.128s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	for (i = 0; i < count; i++) {
		if (more && has_prefix(list[i]->d_name, prefix))
			more = fn(files, list[i]->d_name, arg);
		free(list[i]);
	}
	free(list);
}
