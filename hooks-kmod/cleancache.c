// SPDX-License-Identifier: GPL-2.0-only
/*
 * Without a backend, gets fail and all else does nothing. So a backend that comes has
 * to begin with an empty cache, and one that goes must not keep anything.
 *
 * Pool ids are made here: a file system keeps its id while backends come and go, and
 * no id is used twice. A file system that several machines share is refused: they
 * would have to see each other's pages, but a page is here on one machine only.
 *
 * Gets sleep, while puts and invalidates come with interrupts off, so calls are
 * protected by SRCU.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/export.h>
#include <linux/limits.h>
#include <linux/srcu.h>
#include "hooks.h"
#include "xmem_hooks.h"

static const struct cleancache_ops __rcu *backend;
DEFINE_STATIC_SRCU(cleancache_calls);
static atomic_t next_pool;

static int hook_init_fs(size_t page_size)
{
	int pool = atomic_fetch_add_unless(&next_pool, 1, INT_MAX);

	/* one that is used up is refused rather than given to two */
	return pool == INT_MAX ? -1 : pool;
}

static int hook_init_shared_fs(uuid_t *uuid, size_t page_size)
{
	pr_info("file system %pUb is not cached: other machines may change it\n", uuid);
	return -1;
}

static int hook_get_page(int pool, struct cleancache_filekey key, pgoff_t index,
			 struct page *page)
{
	const struct cleancache_ops *ops;
	int idx, ret = -1;

	idx = srcu_read_lock(&cleancache_calls);
	ops = srcu_dereference(backend, &cleancache_calls);
	if (ops)
		ret = ops->get_page(pool, key, index, page);
	srcu_read_unlock(&cleancache_calls, idx);
	return ret;
}

static void hook_put_page(int pool, struct cleancache_filekey key, pgoff_t index,
			  struct page *page)
{
	const struct cleancache_ops *ops;
	int idx;

	idx = srcu_read_lock(&cleancache_calls);
	ops = srcu_dereference(backend, &cleancache_calls);
	if (ops)
		ops->put_page(pool, key, index, page);
	srcu_read_unlock(&cleancache_calls, idx);
}

static void hook_invalidate_page(int pool, struct cleancache_filekey key, pgoff_t index)
{
	const struct cleancache_ops *ops;
	int idx;

	idx = srcu_read_lock(&cleancache_calls);
	ops = srcu_dereference(backend, &cleancache_calls);
	if (ops)
		ops->invalidate_page(pool, key, index);
	srcu_read_unlock(&cleancache_calls, idx);
}

static void hook_invalidate_inode(int pool, struct cleancache_filekey key)
{
	const struct cleancache_ops *ops;
	int idx;

	idx = srcu_read_lock(&cleancache_calls);
	ops = srcu_dereference(backend, &cleancache_calls);
	if (ops)
		ops->invalidate_inode(pool, key);
	srcu_read_unlock(&cleancache_calls, idx);
}

static void hook_invalidate_fs(int pool)
{
	const struct cleancache_ops *ops;
	int idx;

	idx = srcu_read_lock(&cleancache_calls);
	ops = srcu_dereference(backend, &cleancache_calls);
	if (ops)
		ops->invalidate_fs(pool);
	srcu_read_unlock(&cleancache_calls, idx);
}

static const struct cleancache_ops hook_ops = {
	.init_fs = hook_init_fs,
	.init_shared_fs = hook_init_shared_fs,
	.get_page = hook_get_page,
	.put_page = hook_put_page,
	.invalidate_page = hook_invalidate_page,
	.invalidate_inode = hook_invalidate_inode,
	.invalidate_fs = hook_invalidate_fs,
};

/**
 * xmem_hooks_set_cleancache() - serve cleancache from now on, with nothing in it
 * @ops: what is called, but for @init_fs and @init_shared_fs; valid until
 *	xmem_hooks_clear_cleancache() has returned
 *
 * The caller sees to it that nobody else serves it.
 */
void xmem_hooks_set_cleancache(const struct cleancache_ops *ops)
{
	rcu_assign_pointer(backend, ops);
}
EXPORT_SYMBOL_GPL(xmem_hooks_set_cleancache);

/**
 * xmem_hooks_clear_cleancache() - serve cleancache no more
 *
 * Sleeps until no call is inside of the backend.
 */
void xmem_hooks_clear_cleancache(void)
{
	rcu_assign_pointer(backend, NULL);
	synchronize_srcu(&cleancache_calls);
}
EXPORT_SYMBOL_GPL(xmem_hooks_clear_cleancache);

/**
 * xmem_hooks_register_cleancache() - register for ever
 *
 * Return: 0, or -EBUSY if the kernel has another backend.
 */
int __init xmem_hooks_register_cleancache(void)
{
	int ret = cleancache_register_ops(&hook_ops);

	if (ret)
		pr_err("cleancache is in use by another module already\n");
	return ret;
}
