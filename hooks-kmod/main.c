// SPDX-License-Identifier: GPL-2.0-only
/*
 * xmem_hooks: registers with frontswap and cleancache once, and passes their calls on
 * to whoever serves them at the time. There is no way to take a registration back, so
 * this module has no exit: it cannot be unloaded. It is small, and holds no memory but
 * its own.
 */
#include <linux/module.h>
#include "hooks.h"

static int __init hooks_init(void)
{
	/* the one that can be refused goes first */
	int ret = xmem_hooks_register_cleancache();

	if (ret)
		return ret;
	xmem_hooks_register_frontswap();
	return 0;
}
module_init(hooks_init);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("xmem: permanent part of the frontswap and cleancache interfaces");
