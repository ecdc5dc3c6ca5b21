/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM xmem

#if !defined(_XMEMC_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _XMEMC_TRACE_H

#include <linux/tracepoint.h>
#include "leg.h"

TRACE_EVENT(xmemc_leg_state,
	TP_PROTO(const struct xmemc_leg *leg),
	TP_ARGS(leg),
	TP_STRUCT__entry(
		__field(u64, region)
		__field(u32, index)
		__field(u32, state)
		__field(u32, generation)
		__array(char, error, XMEMC_REFUSAL_LEN)
	),
	TP_fast_assign(
		__entry->region = leg->config.region;
		__entry->index = leg->index;
		__entry->state = leg->state;
		__entry->generation = leg->generation;
		memcpy(__entry->error, leg->last_error.text, XMEMC_REFUSAL_LEN);
	),
	TP_printk("leg=%u region=%llx state=%u generation=%u error=%s", __entry->index,
		  __entry->region, __entry->state, __entry->generation, __entry->error)
);

TRACE_EVENT(xmemc_io_failed,
	TP_PROTO(const struct xmemc_io *io),
	TP_ARGS(io),
	TP_STRUCT__entry(
		__field(u64, offset)
		__field(u32, length)
		__field(u32, op)
		__field(unsigned long, age)
	),
	TP_fast_assign(
		__entry->offset = io->offset;
		__entry->length = io->length;
		__entry->op = io->op;
		__entry->age = jiffies - io->begin;
	),
	TP_printk("op=%u offset=%llu length=%u age=%lu jiffies", __entry->op, __entry->offset,
		  __entry->length, __entry->age)
);

/* A page that an interface took or gave; @page is its number in swap area or file. */
DECLARE_EVENT_CLASS(xmemc_page,
	TP_PROTO(unsigned int dev, u64 page, int ret),
	TP_ARGS(dev, page, ret),
	TP_STRUCT__entry(
		__field(u64, page)
		__field(u32, dev)
		__field(int, ret)
	),
	TP_fast_assign(
		__entry->page = page;
		__entry->dev = dev;
		__entry->ret = ret;
	),
	TP_printk("xmem%u page=%llu ret=%d", __entry->dev, __entry->page, __entry->ret)
);

DEFINE_EVENT(xmemc_page, xmemc_frontswap_store,
	TP_PROTO(unsigned int dev, u64 page, int ret),
	TP_ARGS(dev, page, ret)
);

DEFINE_EVENT(xmemc_page, xmemc_frontswap_load,
	TP_PROTO(unsigned int dev, u64 page, int ret),
	TP_ARGS(dev, page, ret)
);

/* Pages that came or went at once by a swap file, told when they have. */
DECLARE_EVENT_CLASS(xmemc_pages,
	TP_PROTO(unsigned int dev, const struct xmemc_io *io, int error),
	TP_ARGS(dev, io, error),
	TP_STRUCT__entry(
		__field(u64, page)
		__field(u32, pages)
		__field(u32, dev)
		__field(int, error)
	),
	TP_fast_assign(
		__entry->page = io->offset >> PAGE_SHIFT;
		__entry->pages = io->length >> PAGE_SHIFT;
		__entry->dev = dev;
		__entry->error = error;
	),
	TP_printk("xmem%u page=%llu pages=%u error=%d", __entry->dev, __entry->page,
		  __entry->pages, __entry->error)
);

DEFINE_EVENT(xmemc_pages, xmemc_swapfile_store,
	TP_PROTO(unsigned int dev, const struct xmemc_io *io, int error),
	TP_ARGS(dev, io, error)
);

DEFINE_EVENT(xmemc_pages, xmemc_swapfile_load,
	TP_PROTO(unsigned int dev, const struct xmemc_io *io, int error),
	TP_ARGS(dev, io, error)
);

DEFINE_EVENT(xmemc_page, xmemc_cleancache_put,
	TP_PROTO(unsigned int dev, u64 page, int ret),
	TP_ARGS(dev, page, ret)
);

DEFINE_EVENT(xmemc_page, xmemc_cleancache_get,
	TP_PROTO(unsigned int dev, u64 page, int ret),
	TP_ARGS(dev, page, ret)
);

#endif /* _XMEMC_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
