/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Things in the order of a text: found by it, and gone through from any place on. A
 * treap, so each call takes O(log n). The nodes are part of what they index; what a
 * node lies in, and its key, must stay where they are while it is in a index.
 */
#ifndef XMEMD_INDEX_H
#define XMEMD_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct xmemd_node - a place in a index
 * @key: what it is found by; bytes up to the zero, smallest first
 * @of: what it stands for
 * @left: smaller ones
 * @right: greater ones
 * @weight: random; no child has a greater one
 */
struct xmemd_node {
	const char *key;
	void *of;
	struct xmemd_node *left, *right;
	uint32_t weight;
};

/**
 * struct xmemd_index - a index; all zero is an empty one
 * @root: its topmost node
 * @count: how many it has
 * @seed: of the weights
 */
struct xmemd_index {
	struct xmemd_node *root;
	size_t count;
	uint32_t seed;
};

bool xmemd_index_add(struct xmemd_index *index, struct xmemd_node *node, const char *key, void *of);
void xmemd_index_del(struct xmemd_index *index, struct xmemd_node *node);
void *xmemd_index_get(const struct xmemd_index *index, const char *key);
struct xmemd_node *xmemd_index_after(const struct xmemd_index *index, const char *key);
struct xmemd_node *xmemd_index_from(const struct xmemd_index *index, const char *key);

#endif /* XMEMD_INDEX_H */
