// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "index.h"

/* xorshift: weights need to be unlike each other, not secret. */
static uint32_t next_weight(struct xmemd_index *index)
{
	uint32_t x = index->seed ? index->seed : 2463534242U;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	index->seed = x;
	return x;
}

/* Take a subtree apart: what is smaller than the key, and what is not. */
static void split(struct xmemd_node *node, const char *key, struct xmemd_node **smaller,
		  struct xmemd_node **rest)
{
	while (node) {
		if (strcmp(node->key, key) < 0) {
			*smaller = node;
			smaller = &node->right;
			node = node->right;
		} else {
			*rest = node;
			rest = &node->left;
			node = node->left;
		}
	}
	*smaller = NULL;
	*rest = NULL;
}

/**
 * xmemd_index_add() - put a node into a index
 * @index: the index
 * @node: the node, in no index
 * @key: its key
 * @of: what it stands for
 *
 * Return: whether it was put there; false if the index has the key already.
 */
bool xmemd_index_add(struct xmemd_index *index, struct xmemd_node *node, const char *key, void *of)
{
	struct xmemd_node **place = &index->root;

	if (xmemd_index_get(index, key))
		return false;
	*node = (struct xmemd_node){ .key = key, .of = of, .weight = next_weight(index) };
	while (*place && (*place)->weight >= node->weight)
		place = strcmp(key, (*place)->key) < 0 ? &(*place)->left : &(*place)->right;
	split(*place, key, &node->left, &node->right);
	*place = node;
	index->count++;
	return true;
}

/**
 * xmemd_index_del() - take a node out of its index
 * @index: the index
 * @node: the node; one that is in no index (all zero) is nothing
 */
void xmemd_index_del(struct xmemd_index *index, struct xmemd_node *node)
{
	struct xmemd_node **place = &index->root, *a = node->left, *b = node->right;

	if (!node->key)
		return;
	while (*place != node)
		place = strcmp(node->key, (*place)->key) < 0 ? &(*place)->left : &(*place)->right;
	while (a && b) {
		if (a->weight >= b->weight) {
			*place = a;
			place = &a->right;
			a = a->right;
		} else {
			*place = b;
			place = &b->left;
			b = b->left;
		}
	}
	*place = a ? a : b;
	*node = (struct xmemd_node){};
	index->count--;
}

/**
 * xmemd_index_get() - find by key
 * @index: the index
 * @key: the key
 *
 * Return: what the node with that key stands for, or NULL.
 */
void *xmemd_index_get(const struct xmemd_index *index, const char *key)
{
	const struct xmemd_node *node = index->root;
	int order;

	while (node) {
		order = strcmp(key, node->key);
		if (!order)
			return node->of;
		node = order < 0 ? node->left : node->right;
	}
	return NULL;
}

/* The first node whose key is greater, or (@same) the key itself. */
static struct xmemd_node *bound(const struct xmemd_index *index, const char *key, bool same)
{
	struct xmemd_node *node = index->root, *found = NULL;
	int order;

	while (node) {
		order = strcmp(node->key, key);
		if (order > 0 || (same && !order)) {
			found = node;
			node = node->left;
		} else {
			node = node->right;
		}
	}
	return found;
}

/**
 * xmemd_index_from() - the first node from a key on
 * @index: the index
 * @key: the key, which need not be there; "" for the very first
 *
 * Return: the node, or NULL.
 */
struct xmemd_node *xmemd_index_from(const struct xmemd_index *index, const char *key)
{
	return bound(index, key, true);
}

/**
 * xmemd_index_after() - the first node behind a key
 * @index: the index
 * @key: the key, which need not be there
 *
 * Return: the node, or NULL.
 */
struct xmemd_node *xmemd_index_after(const struct xmemd_index *index, const char *key)
{
	return bound(index, key, false);
}
