// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "paging.h"

/**
 * xmemd_paging_begin() - begin the page that a request asks for
 * @paging: the page
 * @call: the request; its reply is made here
 * @things: what the array is called
 *
 * Objects are offered in the order of their names (strcmp), from the first whose name is
 * greater than the query's "after" on: names that xmemd_paging_wants() does not want may be
 * offered, and cost nothing.
 *
 * Return: 0, or -1 without memory.
 */
int xmemd_paging_begin(struct xmemd_paging *paging, struct xmemd_call *call, const char *things)
{
	*paging = (struct xmemd_paging){ .call = call, .left = call->query.limit };
	paging->list = json_array();
	call->reply = json_pack("{s:o}", things, paging->list);
	return call->reply ? 0 : -1;
}

/**
 * xmemd_paging_wants() - is an object behind where this page begins?
 * @paging: the page
 * @name: of the object
 *
 * Return: whether it is; only then it is worth to make its JSON.
 */
bool xmemd_paging_wants(const struct xmemd_paging *paging, const char *name)
{
	return strcmp(name, paging->call->query.after) > 0;
}

/**
 * xmemd_paging_add() - put an object into the page
 * @paging: the page
 * @name: of the object, greater than that of the one before
 * @object: the object; stolen
 *
 * Return: whether to go on with the next one. The page is complete otherwise, and says
 * where the next one begins.
 */
bool xmemd_paging_add(struct xmemd_paging *paging, const char *name, json_t *object)
{
	if (!paging->left) {
		json_decref(object);
		json_object_set_new(paging->call->reply, "next", json_string(paging->last));
		return false;
	}
	json_array_append_new(paging->list, object);
	snprintf(paging->last, sizeof(paging->last), "%s", name);
	paging->left--;
	return true;
}
