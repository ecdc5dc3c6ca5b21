/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small files of sysfs and procfs below a root, which is "" in the daemon and a
 * directory of fixtures in tests. What is not there is not there: no error, no
 * zero. What is there and makes no sense is noted in words and left out.
 */
#ifndef XMEMD_HEALTH_TREE_H
#define XMEMD_HEALTH_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "health/health.h"

#define XMEMD_TREE_TEXT 256

/**
 * struct xmemd_tree - where a reader looks, and what it could not read
 * @root: in front of every path
 * @notes: takes the words
 */
struct xmemd_tree {
	const char *root;
	struct xmemd_health_notes *notes;
};

bool xmemd_tree_text(const struct xmemd_tree *tree, const char *path, char *text, size_t size);
bool xmemd_tree_number(const struct xmemd_tree *tree, const char *path, uint64_t *value);
bool xmemd_tree_signed(const struct xmemd_tree *tree, const char *path, int64_t *value);
bool xmemd_tree_exists(const struct xmemd_tree *tree, const char *path);
bool xmemd_tree_kib(const char *text, const char *key, uint64_t *bytes);
void xmemd_tree_note(const struct xmemd_tree *tree, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Called for each name of a directory; false ends the walk. */
typedef bool (*xmemd_tree_fn)(const struct xmemd_tree *tree, const char *name, void *arg);
void xmemd_tree_walk(const struct xmemd_tree *tree, const char *path, const char *prefix,
		     xmemd_tree_fn fn, void *arg);

#endif /* XMEMD_HEALTH_TREE_H */
