// SPDX-License-Identifier: GPL-2.0-only
/*
 * Without a backend, stores and loads fail: then the kernel uses the swap device.
 *
 * Some calls sleep and others come with interrupts off, so they are protected by
 * SRCU. That a swap area begins or ends is protected by a mutex: a backend that comes
 * later is told of each area exactly once.
 */
#include <linux/bitmap.h>
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/srcu.h>
#include <linux/swap.h>
#include "hooks.h"
#include "xmem_hooks.h"

static const struct frontswap_ops __rcu *backend;
DEFINE_STATIC_SRCU(frontswap_calls);
static DEFINE_MUTEX(areas_lock);	/* areas, changes of backend */
static DECLARE_BITMAP(areas, MAX_SWAPFILES);

static const struct frontswap_ops *backend_locked(void)
{
	return rcu_dereference_protected(backend, lockdep_is_held(&areas_lock));
}

static void hook_init(unsigned int type)
{
	const struct frontswap_ops *ops;

	mutex_lock(&areas_lock);
	set_bit(type, areas);
	ops = backend_locked();
	if (ops)
		ops->init(type);
	mutex_unlock(&areas_lock);
}

static void hook_invalidate_area(unsigned int type)
{
	const struct frontswap_ops *ops;

	mutex_lock(&areas_lock);
	clear_bit(type, areas);
	ops = backend_locked();
	if (ops)
		ops->invalidate_area(type);
	mutex_unlock(&areas_lock);
}

static int hook_store(unsigned int type, pgoff_t offset, struct page *page)
{
	const struct frontswap_ops *ops;
	int idx, ret = -1;

	idx = srcu_read_lock(&frontswap_calls);
	ops = srcu_dereference(backend, &frontswap_calls);
	if (ops)
		ret = ops->store(type, offset, page);
	srcu_read_unlock(&frontswap_calls, idx);
	return ret;
}

static int hook_load(unsigned int type, pgoff_t offset, struct page *page)
{
	const struct frontswap_ops *ops;
	int idx, ret = -1;

	idx = srcu_read_lock(&frontswap_calls);
	ops = srcu_dereference(backend, &frontswap_calls);
	if (ops)
		ret = ops->load(type, offset, page);
	srcu_read_unlock(&frontswap_calls, idx);
	return ret;
}

static void hook_invalidate_page(unsigned int type, pgoff_t offset)
{
	const struct frontswap_ops *ops;
	int idx;

	idx = srcu_read_lock(&frontswap_calls);
	ops = srcu_dereference(backend, &frontswap_calls);
	if (ops)
		ops->invalidate_page(type, offset);
	srcu_read_unlock(&frontswap_calls, idx);
}

static struct frontswap_ops hook_ops = {
	.init = hook_init,
	.store = hook_store,
	.load = hook_load,
	.invalidate_page = hook_invalidate_page,
	.invalidate_area = hook_invalidate_area,
};

/**
 * xmem_hooks_set_frontswap() - serve frontswap from now on
 * @ops: what is called; valid until xmem_hooks_clear_frontswap() has returned
 *
 * Sleeps. @init is called for the swap areas that there are, before anything else, and
 * for those that come later. A mutex is held in it and in @invalidate_area.
 *
 * Return: 0, or -EBUSY if another one serves it.
 */
int xmem_hooks_set_frontswap(const struct frontswap_ops *ops)
{
	unsigned int type;
	int ret = -EBUSY;

	mutex_lock(&areas_lock);
	if (!backend_locked()) {
		for_each_set_bit(type, areas, MAX_SWAPFILES)
			ops->init(type);
		rcu_assign_pointer(backend, ops);
		ret = 0;
	}
	mutex_unlock(&areas_lock);
	return ret;
}
EXPORT_SYMBOL_GPL(xmem_hooks_set_frontswap);

/**
 * xmem_hooks_clear_frontswap() - serve frontswap no more
 *
 * Sleeps until no call is inside of the backend.
 */
void xmem_hooks_clear_frontswap(void)
{
	mutex_lock(&areas_lock);
	rcu_assign_pointer(backend, NULL);
	mutex_unlock(&areas_lock);
	synchronize_srcu(&frontswap_calls);
}
EXPORT_SYMBOL_GPL(xmem_hooks_clear_frontswap);

/**
 * xmem_hooks_register_frontswap() - register for ever
 */
void __init xmem_hooks_register_frontswap(void)
{
	frontswap_register_ops(&hook_ops);
}
