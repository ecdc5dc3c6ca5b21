/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small files of sysfs and procfs below a root, which is "" in the daemon and a
 * directory of fixtures in tests. What is not there is not there: no error, no
 * zero. What is there and makes no sense is noted in words and left out.
 */
#ifndef XMEMD_HEALTH_FILES_H
#define XMEMD_HEALTH_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "health/health.h"

#define XMEMD_FILES_TEXT 256

/**
 * struct xmemd_files - where a reader looks, and what it could not read
 * @root: in front of every path
 * @notes: takes the words
 */
struct xmemd_files {
	const char *root;
	struct xmemd_health_notes *notes;
};

bool xmemd_files_text(const struct xmemd_files *files, const char *path, char *text, size_t size);
bool xmemd_files_number(const struct xmemd_files *files, const char *path, uint64_t *value);
bool xmemd_files_signed(const struct xmemd_files *files, const char *path, int64_t *value);
bool xmemd_files_exists(const struct xmemd_files *files, const char *path);
bool xmemd_files_kib(const char *text, const char *key, uint64_t *bytes);
void xmemd_files_note(const struct xmemd_files *files, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Called for each name of a directory; false ends the walk. */
typedef bool (*xmemd_files_fn)(const struct xmemd_files *files, const char *name, void *arg);
void xmemd_files_walk(const struct xmemd_files *files, const char *path, const char *prefix,
		      xmemd_files_fn fn, void *arg);

#endif /* XMEMD_HEALTH_FILES_H */
