/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _XMEM_KUNIT_SUITES_H
#define _XMEM_KUNIT_SUITES_H

#include <kunit/test.h>

extern struct kunit_suite xmem_index_suite;
extern struct kunit_suite xmem_layout_suite;
extern struct kunit_suite xmem_slab_suite;

#endif /* _XMEM_KUNIT_SUITES_H */
