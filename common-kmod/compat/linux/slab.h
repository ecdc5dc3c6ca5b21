/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEM_COMPAT_LINUX_SLAB_H
#define _XMEM_COMPAT_LINUX_SLAB_H

#include_next <linux/slab.h>

#ifndef kzalloc_obj
#define kmalloc_obj(obj, gfp) kmalloc(sizeof(obj), gfp)
#define kzalloc_obj(obj, gfp) kzalloc(sizeof(obj), gfp)
#define kmalloc_objs(obj, n, gfp) kmalloc_array(n, sizeof(obj), gfp)
#define kzalloc_objs(obj, n, gfp) kcalloc(n, sizeof(obj), gfp)
#endif

#endif
