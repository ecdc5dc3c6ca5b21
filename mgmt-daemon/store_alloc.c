// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_sql.h"

#define ALLOC_COLUMNS "name, owner, reason, id, size, client, layout, state"

/* An appliance may have been forgotten since the plan was made: then there is no leg on it. */
static int add_legs(struct xmemd_store *store, const struct xmemd_alloc *alloc,
		    struct xmemd_refusal *why)
{
	const struct xmemd_leg *leg;
	sqlite3_stmt *stmt;
	unsigned int i;
	int ret;

	for (i = 0; i < alloc->legs; i++) {
		leg = &alloc->leg[i];
		stmt = xmemd_sql_prepare(store, why,
					 "INSERT INTO legs SELECT ?, ?, name, ?, ?, ?, 0 "
					 "FROM appliances WHERE name = ?",
					 "siiits", alloc->name, (uint64_t)i, leg->region, leg->size,
					 leg->token, leg->appliance);
		ret = xmemd_sql_run(store, stmt, why);
		if (!ret)
			ret = xmemd_refuse(why, 409, "appliance \"%s\" was forgotten meanwhile",
					   leg->appliance);
		if (ret < 0)
			return -1;
	}
	return 0;
}

static int read_legs(struct xmemd_store *store, struct xmemd_alloc *alloc,
		     struct xmemd_refusal *why)
{
	struct xmemd_leg *leg;
	sqlite3_stmt *stmt;
	int ret;

	alloc->legs = 0;
	stmt = xmemd_sql_prepare(store, why,
				 "SELECT appliance, region, size, token, epoch FROM legs "
				 "WHERE alloc = ? ORDER BY number LIMIT 64",
				 "s", alloc->name);
	while ((ret = xmemd_sql_row(store, stmt, why)) > 0) {
		leg = &alloc->leg[alloc->legs++];
		xmemd_sql_text(stmt, 0, leg->appliance, sizeof(leg->appliance));
		leg->region = (uint64_t)sqlite3_column_int64(stmt, 1);
		leg->size = (uint64_t)sqlite3_column_int64(stmt, 2);
		memcpy(leg->token, sqlite3_column_blob(stmt, 3), sizeof(leg->token));
		leg->epoch = (uint32_t)sqlite3_column_int64(stmt, 4);
	}
	sqlite3_finalize(stmt);
	return ret;
}

static int read_alloc(struct xmemd_store *store, sqlite3_stmt *stmt, struct xmemd_alloc *alloc,
		      struct xmemd_refusal *why)
{
	xmemd_sql_text(stmt, 0, alloc->name, sizeof(alloc->name));
	xmemd_sql_text(stmt, 1, alloc->owner, sizeof(alloc->owner));
	xmemd_sql_text(stmt, 2, alloc->reason, sizeof(alloc->reason));
	alloc->id = (uint64_t)sqlite3_column_int64(stmt, 3);
	alloc->size = (uint64_t)sqlite3_column_int64(stmt, 4);
	alloc->client = (uint64_t)sqlite3_column_int64(stmt, 5);
	alloc->layout = (uint32_t)sqlite3_column_int64(stmt, 6);
	alloc->state = (enum xmemd_state)sqlite3_column_int(stmt, 7);
	return read_legs(store, alloc, why);
}

/**
 * xmemd_store_alloc_add() - write down the intent to make an allocation
 * @store: the store
 * @alloc: the allocation; its state becomes creating
 * @why: refusal
 *
 * Return: 0, or -1 with @why set (409: the name is taken).
 */
int xmemd_store_alloc_add(struct xmemd_store *store, const struct xmemd_alloc *alloc,
			  struct xmemd_refusal *why)
{
	sqlite3_stmt *stmt;
	int ret;

	if (xmemd_sql_begin(store, why) < 0)
		return -1;
	stmt = xmemd_sql_prepare(store, why,
				 "INSERT INTO allocations VALUES (?, ?, '', ?, ?, ?, ?, ?) "
				 "ON CONFLICT (name) DO NOTHING",
				 "ssiiiii", alloc->name, alloc->owner, alloc->id, alloc->size,
				 alloc->client, (uint64_t)alloc->layout, (uint64_t)XMEMD_CREATING);
	ret = xmemd_sql_run(store, stmt, why);
	if (!ret)
		ret = xmemd_refuse(why, 409, "there is an allocation \"%s\" already", alloc->name);
	if (ret > 0)
		ret = add_legs(store, alloc, why);
	return xmemd_sql_end(store, ret, why);
}

/**
 * xmemd_store_alloc_ready() - write down that an allocation is complete
 * @store: the store
 * @alloc: the allocation, with the epochs of its grants
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_store_alloc_ready(struct xmemd_store *store, const struct xmemd_alloc *alloc,
			    struct xmemd_refusal *why)
{
	sqlite3_stmt *stmt;
	unsigned int i;
	int ret;

	if (xmemd_sql_begin(store, why) < 0)
		return -1;
	stmt = xmemd_sql_prepare(
		store, why, "UPDATE allocations SET state = ? WHERE name = ? AND state = ?", "isi",
		(uint64_t)XMEMD_READY, alloc->name, (uint64_t)XMEMD_CREATING);
	ret = xmemd_sql_run(store, stmt, why);
	if (!ret)
		ret = xmemd_refuse(why, 409, "allocation \"%s\" is not being created", alloc->name);
	for (i = 0; i < alloc->legs && ret >= 0; i++) {
		stmt = xmemd_sql_prepare(
			store, why, "UPDATE legs SET epoch = ? WHERE alloc = ? AND number = ?",
			"isi", (uint64_t)alloc->leg[i].epoch, alloc->name, (uint64_t)i);
		ret = xmemd_sql_run(store, stmt, why);
	}
	return xmemd_sql_end(store, ret < 0 ? -1 : 0, why);
}

/**
 * xmemd_store_alloc_destroying() - write down the intent to destroy an allocation
 * @store: the store
 * @name: the allocation
 * @reason: what its destruction waits for, or ""
 * @why: refusal
 *
 * Return: 0, or -1 with @why set (404).
 */
int xmemd_store_alloc_destroying(struct xmemd_store *store, const char *name, const char *reason,
				 struct xmemd_refusal *why)
{
	sqlite3_stmt *stmt;
	int ret;

	if (xmemd_sql_begin(store, why) < 0)
		return -1;
	stmt = xmemd_sql_prepare(store, why,
				 "UPDATE allocations SET state = ?, reason = ? WHERE name = ?",
				 "iss", (uint64_t)XMEMD_DESTROYING, reason, name);
	ret = xmemd_sql_run(store, stmt, why);
	if (!ret)
		ret = xmemd_refuse(why, 404, "there is no allocation \"%s\"", name);
	return xmemd_sql_end(store, ret < 0 ? -1 : 0, why);
}

/**
 * xmemd_store_alloc_del() - forget an allocation; its legs go with it
 * @store: the store
 * @name: the allocation; that it is gone already is no error
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_store_alloc_del(struct xmemd_store *store, const char *name, struct xmemd_refusal *why)
{
	int ret;

	if (xmemd_sql_begin(store, why) < 0)
		return -1;
	ret = xmemd_sql_run(
		store,
		xmemd_sql_prepare(store, why, "DELETE FROM allocations WHERE name = ?", "s", name),
		why);
	return xmemd_sql_end(store, ret < 0 ? -1 : 0, why);
}

/**
 * xmemd_store_alloc_get() - look up an allocation
 * @store: the store
 * @name: the allocation
 * @alloc: result
 * @why: refusal
 *
 * Return: 0, or -1 with @why set (404).
 */
int xmemd_store_alloc_get(struct xmemd_store *store, const char *name, struct xmemd_alloc *alloc,
			  struct xmemd_refusal *why)
{
	sqlite3_stmt *stmt;
	int ret;

	if (xmemd_sql_begin(store, why) < 0)
		return -1;
	stmt = xmemd_sql_prepare(
		store, why, "SELECT " ALLOC_COLUMNS " FROM allocations WHERE name = ?", "s", name);
	ret = xmemd_sql_row(store, stmt, why);
	if (ret > 0)
		ret = read_alloc(store, stmt, alloc, why);
	else if (!ret)
		ret = xmemd_refuse(why, 404, "there is no allocation \"%s\"", name);
	sqlite3_finalize(stmt);
	return xmemd_sql_end(store, ret, why);
}

/**
 * xmemd_store_allocs() - go through the allocations in the order of their names
 * @store: the store
 * @owner: only those of this owner, or NULL
 * @fn: called for each
 * @arg: for @fn
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_store_allocs(struct xmemd_store *store, const char *owner, xmemd_store_alloc_fn fn,
		       void *arg, struct xmemd_refusal *why)
{
	struct xmemd_alloc alloc = {};
	sqlite3_stmt *stmt;
	int ret;

	if (xmemd_sql_begin(store, why) < 0)
		return -1;
	stmt = xmemd_sql_prepare(store, why,
				 "SELECT " ALLOC_COLUMNS " FROM allocations "
				 "WHERE ?1 IS NULL OR owner = ?1 ORDER BY name",
				 "s", owner);
	while ((ret = xmemd_sql_row(store, stmt, why)) > 0) {
		ret = read_alloc(store, stmt, &alloc, why);
		if (ret < 0)
			break;
		fn(&alloc, arg);
	}
	sqlite3_finalize(stmt);
	return xmemd_sql_end(store, ret, why);
}

/**
 * xmemd_store_ready_regions() - the regions that must be on an appliance
 * @store: the store
 * @appliance: the appliance
 * @list: result, those of ready allocations, to be freed; NULL if there is none
 * @count: how many
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_store_ready_regions(struct xmemd_store *store, const char *appliance, uint64_t **list,
			      size_t *count, struct xmemd_refusal *why)
{
	sqlite3_stmt *stmt;
	uint64_t *grown;
	int ret;

	*list = NULL;
	*count = 0;
	if (xmemd_sql_begin(store, why) < 0)
		return -1;
	stmt = xmemd_sql_prepare(store, why,
				 "SELECT region FROM legs "
				 "JOIN allocations ON allocations.name = legs.alloc "
				 "WHERE appliance = ? AND state = ?",
				 "si", appliance, (uint64_t)XMEMD_READY);
	while ((ret = xmemd_sql_row(store, stmt, why)) > 0) {
		grown = reallocarray(*list, *count + 1, sizeof(**list));
		if (!grown) {
			ret = xmemd_refuse(why, 500, "out of memory");
			break;
		}
		*list = grown;
		grown[(*count)++] = (uint64_t)sqlite3_column_int64(stmt, 0);
	}
	sqlite3_finalize(stmt);
	ret = xmemd_sql_end(store, ret, why);
	if (ret < 0) {
		free(*list);
		*list = NULL;
		*count = 0;
	}
	return ret;
}

/**
 * xmemd_store_region_known() - does any allocation have this region?
 * @store: the store
 * @region: the region, on whatever appliance
 * @why: refusal
 *
 * Return: 1 or 0, or -1 with @why set.
 */
int xmemd_store_region_known(struct xmemd_store *store, uint64_t region, struct xmemd_refusal *why)
{
	sqlite3_stmt *stmt;
	int ret;

	if (xmemd_sql_begin(store, why) < 0)
		return -1;
	stmt = xmemd_sql_prepare(store, why, "SELECT 1 FROM legs WHERE region = ?", "i", region);
	ret = xmemd_sql_row(store, stmt, why);
	sqlite3_finalize(stmt);
	return xmemd_sql_end(store, ret, why);
}

/**
 * xmemd_store_region_lost() - write down that an appliance lost a region
 * @store: the store
 * @appliance: the appliance
 * @region: the region; its allocation fails if it was ready
 * @why: refusal
 *
 * Return: 1 if an allocation failed by it, 0 if not, or -1 with @why set.
 */
int xmemd_store_region_lost(struct xmemd_store *store, const char *appliance, uint64_t region,
			    struct xmemd_refusal *why)
{
	char reason[XMEMD_REASON_TEXT], id[XMEM_ID_TEXT];
	sqlite3_stmt *stmt;
	int ret;

	snprintf(reason, sizeof(reason),
		 "appliance %s does not have region %s any more; was it restarted?", appliance,
		 xmem_id_format(region, id));
	if (xmemd_sql_begin(store, why) < 0)
		return -1;
	stmt = xmemd_sql_prepare(store, why,
				 "UPDATE allocations SET state = ?, reason = ? "
				 "WHERE state = ? AND name IN "
				 "(SELECT alloc FROM legs WHERE region = ? AND appliance = ?)",
				 "isiis", (uint64_t)XMEMD_FAILED, reason, (uint64_t)XMEMD_READY,
				 region, appliance);
	ret = xmemd_sql_run(store, stmt, why);
	return xmemd_sql_end(store, ret < 0 ? -1 : ret > 0, why);
}
