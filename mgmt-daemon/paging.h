/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists in pieces: ?limit=N&after=NAME gives {"THINGS": […], "next": NAME}, and
 * next is there only if there is more.
 */
#ifndef XMEMD_PAGING_H
#define XMEMD_PAGING_H

#include <stdbool.h>

#include "call.h"

/**
 * struct xmemd_paging - a page being filled
 * @call: the request, whose reply it is
 * @list: the array in it
 * @left: how many more there is room for
 * @last: name of the last one in it
 */
struct xmemd_paging {
	struct xmemd_call *call;
	json_t *list;
	uint32_t left;
	char last[XMEMD_NAME_TEXT];
};

int xmemd_paging_begin(struct xmemd_paging *paging, struct xmemd_call *call, const char *things);
bool xmemd_paging_wants(const struct xmemd_paging *paging, const char *name);
bool xmemd_paging_add(struct xmemd_paging *paging, const char *name, json_t *object);

#endif /* XMEMD_PAGING_H */
