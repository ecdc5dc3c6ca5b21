// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "logic/set.h"

static struct xmemd_node *node_of(const struct xmemd_pools *pools, enum xmemd_tree tree,
				  uint32_t slot)
{
	return &pools->node[tree][slot];
}

/**
 * xmemd_tree_compare() - the order of a tree
 * @pools: the set
 * @tree: by name, or by open memory (smallest first) and name (last first)
 * @a: slot
 * @b: slot
 *
 * Names run backwards so that the end of a tree is the appliance with most open
 * memory and, among equals, the first name.
 *
 * Return: below, at or above zero, like strcmp().
 */
int xmemd_tree_compare(const struct xmemd_pools *pools, enum xmemd_tree tree, uint32_t a,
		       uint32_t b)
{
	const struct xmemd_slot *sa = &pools->slot[a], *sb = &pools->slot[b];

	if (tree == XMEMD_TREE_NAME)
		return strcmp(sa->facts.name, sb->facts.name);
	if (sa->open != sb->open)
		return sa->open < sb->open ? -1 : 1;
	return strcmp(sb->facts.name, sa->facts.name);
}

static void add_sum(struct xmemd_sum *sum, const struct xmemd_sum *other)
{
	int i;

	if (other->piece > sum->piece)
		sum->piece = other->piece;
	if (other->latency < sum->latency)
		sum->latency = other->latency;
	if (other->bandwidth > sum->bandwidth)
		sum->bandwidth = other->bandwidth;
	if (other->load < sum->load)
		sum->load = other->load;
	if (other->min_priority < sum->min_priority)
		sum->min_priority = other->min_priority;
	for (i = 0; i < XMEMD_GROUP_WORDS; i++)
		sum->groups[i] |= other->groups[i];
	sum->classes |= other->classes;
	sum->sites |= other->sites;
	sum->bandwidths |= other->bandwidths;
	sum->backing |= other->backing;
	sum->count += other->count;
}

static void pull(const struct xmemd_pools *pools, enum xmemd_tree tree, uint32_t slot)
{
	struct xmemd_node *node = node_of(pools, tree, slot);

	node->sum = pools->slot[slot].own;
	if (node->left != XMEMD_NONE)
		add_sum(&node->sum, &node_of(pools, tree, node->left)->sum);
	if (node->right != XMEMD_NONE)
		add_sum(&node->sum, &node_of(pools, tree, node->right)->sum);
}

/* Everything before @slot goes to @left, the rest to @right. */
static void split(struct xmemd_pools *pools, enum xmemd_tree tree, uint32_t root, uint32_t slot,
		  uint32_t *left, uint32_t *right)
{
	struct xmemd_node *node;

	if (root == XMEMD_NONE) {
		*left = *right = XMEMD_NONE;
		return;
	}
	node = node_of(pools, tree, root);
	if (xmemd_tree_compare(pools, tree, root, slot) < 0) {
		split(pools, tree, node->right, slot, &node->right, right);
		*left = root;
	} else {
		split(pools, tree, node->left, slot, left, &node->left);
		*right = root;
	}
	pull(pools, tree, root);
}

static uint32_t merge(struct xmemd_pools *pools, enum xmemd_tree tree, uint32_t left,
		      uint32_t right)
{
	if (left == XMEMD_NONE)
		return right;
	if (right == XMEMD_NONE)
		return left;
	if (pools->slot[left].priority > pools->slot[right].priority) {
		struct xmemd_node *node = node_of(pools, tree, left);

		node->right = merge(pools, tree, node->right, right);
		pull(pools, tree, left);
		return left;
	}
	node_of(pools, tree, right)->left =
		merge(pools, tree, left, node_of(pools, tree, right)->left);
	pull(pools, tree, right);
	return right;
}

/**
 * xmemd_tree_add() - put a slot into a tree
 * @pools: the set
 * @tree: which order
 * @root: of the tree
 * @slot: not in it yet
 */
void xmemd_tree_add(struct xmemd_pools *pools, enum xmemd_tree tree, uint32_t *root, uint32_t slot)
{
	struct xmemd_node *node;

	if (*root == XMEMD_NONE || pools->slot[slot].priority > pools->slot[*root].priority) {
		node = node_of(pools, tree, slot);
		split(pools, tree, *root, slot, &node->left, &node->right);
		*root = slot;
	} else {
		node = node_of(pools, tree, *root);
		xmemd_tree_add(pools, tree,
			       xmemd_tree_compare(pools, tree, slot, *root) < 0 ? &node->left
										: &node->right,
			       slot);
	}
	pull(pools, tree, *root);
}

/**
 * xmemd_tree_remove() - take a slot out of a tree
 * @pools: the set
 * @tree: which order
 * @root: of the tree
 * @slot: in it, with the key that it came with
 */
void xmemd_tree_remove(struct xmemd_pools *pools, enum xmemd_tree tree, uint32_t *root,
		       uint32_t slot)
{
	struct xmemd_node *node = node_of(pools, tree, *root);

	if (*root == slot) {
		*root = merge(pools, tree, node->left, node->right);
		return;
	}
	xmemd_tree_remove(pools, tree,
			  xmemd_tree_compare(pools, tree, slot, *root) < 0 ? &node->left
									   : &node->right,
			  slot);
	pull(pools, tree, *root);
}

/**
 * xmemd_tree_refresh() - what is not the order of a slot has changed
 * @pools: the set
 * @tree: which order
 * @root: of the tree
 * @slot: in it
 */
void xmemd_tree_refresh(struct xmemd_pools *pools, enum xmemd_tree tree, uint32_t root,
			uint32_t slot)
{
	struct xmemd_node *node = node_of(pools, tree, root);

	if (root != slot)
		xmemd_tree_refresh(pools, tree,
				   xmemd_tree_compare(pools, tree, slot, root) < 0 ? node->left
										   : node->right,
				   slot);
	pull(pools, tree, root);
}

/**
 * xmemd_tree_find() - the slot of a name
 * @pools: the set
 * @name: of an appliance
 *
 * Return: its slot, or XMEMD_NONE.
 */
uint32_t xmemd_tree_find(const struct xmemd_pools *pools, const char *name)
{
	uint32_t slot = pools->names;
	int order;

	while (slot != XMEMD_NONE) {
		order = strcmp(name, pools->slot[slot].facts.name);
		if (!order)
			return slot;
		slot = order < 0 ? node_of(pools, XMEMD_TREE_NAME, slot)->left
				 : node_of(pools, XMEMD_TREE_NAME, slot)->right;
	}
	return XMEMD_NONE;
}

static uint32_t count_of(const struct xmemd_pools *pools, enum xmemd_tree tree, uint32_t slot)
{
	return slot == XMEMD_NONE ? 0 : node_of(pools, tree, slot)->sum.count;
}

/**
 * xmemd_tree_rank() - how many have less open memory
 * @pools: the set
 * @tree: which order; not that of names
 * @root: of the tree
 * @open: bytes
 *
 * Return: how many slots of the tree have less.
 */
uint32_t xmemd_tree_rank(const struct xmemd_pools *pools, enum xmemd_tree tree, uint32_t root,
			 uint64_t open)
{
	const struct xmemd_node *node;
	uint32_t before = 0;

	while (root != XMEMD_NONE) {
		node = node_of(pools, tree, root);
		if (pools->slot[root].open < open) {
			before += count_of(pools, tree, node->left) + 1;
			root = node->right;
		} else {
			root = node->left;
		}
	}
	return before;
}

/**
 * xmemd_tree_name_rank() - how many names come before those with a prefix, or with them
 * @pools: the set
 * @prefix: the prefix
 * @len: its length
 * @after: count those with the prefix, too
 *
 * Return: how many.
 */
uint32_t xmemd_tree_name_rank(const struct xmemd_pools *pools, const char *prefix, size_t len,
			      bool after)
{
	const struct xmemd_node *node;
	uint32_t root = pools->names, before = 0;
	int order;

	while (root != XMEMD_NONE) {
		node = node_of(pools, XMEMD_TREE_NAME, root);
		order = strncmp(pools->slot[root].facts.name, prefix, len);
		if (order < 0 || (!order && after)) {
			before += count_of(pools, XMEMD_TREE_NAME, node->left) + 1;
			root = node->right;
		} else {
			root = node->left;
		}
	}
	return before;
}

/**
 * xmemd_tree_select() - the slot at a place of the order
 * @pools: the set
 * @tree: which order
 * @root: of the tree
 * @index: from 0, below the number of slots in the tree
 *
 * Return: the slot.
 */
uint32_t xmemd_tree_select(const struct xmemd_pools *pools, enum xmemd_tree tree, uint32_t root,
			   uint32_t index)
{
	const struct xmemd_node *node;
	uint32_t left;

	for (;;) {
		node = node_of(pools, tree, root);
		left = count_of(pools, tree, node->left);
		if (index == left)
			return root;
		if (index < left) {
			root = node->left;
		} else {
			index -= left + 1;
			root = node->right;
		}
	}
}
