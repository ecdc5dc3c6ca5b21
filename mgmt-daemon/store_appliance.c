// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store_sql.h"

static void read_appliance(sqlite3_stmt *stmt, struct xmemd_appliance *appliance)
{
	xmemd_sql_text(stmt, 0, appliance->name, sizeof(appliance->name));
	xmemd_sql_text(stmt, 1, appliance->url, sizeof(appliance->url));
	xmemd_sql_text(stmt, 2, appliance->address, sizeof(appliance->address));
	appliance->port = (uint16_t)sqlite3_column_int(stmt, 3);
}

/* Which appliance has this name or URL, if one has. */
static int find_taken(struct xmemd_store *store, const struct xmemd_appliance *appliance,
		      struct xmemd_appliance *taken, struct xmemd_refusal *why)
{
	sqlite3_stmt *stmt;
	int ret;

	stmt = xmemd_sql_prepare(store, why,
				 "SELECT name, url, address, port FROM appliances "
				 "WHERE name = ? OR url = ?",
				 "ss", appliance->name, appliance->url);
	ret = xmemd_sql_row(store, stmt, why);
	if (ret > 0)
		read_appliance(stmt, taken);
	sqlite3_finalize(stmt);
	return ret;
}

/**
 * xmemd_store_appliance_add() - remember an appliance
 * @store: the store
 * @appliance: its name and URL
 * @why: refusal
 *
 * Return: 0, or -1 with @why set (409: name or URL taken).
 */
int xmemd_store_appliance_add(struct xmemd_store *store, const struct xmemd_appliance *appliance,
			      struct xmemd_refusal *why)
{
	struct xmemd_appliance taken;
	int ret;

	if (xmemd_sql_begin(store, why) < 0)
		return -1;
	ret = find_taken(store, appliance, &taken, why);
	if (ret > 0)
		ret = xmemd_refuse(why, 409, "there is an appliance \"%s\" at %s already",
				   taken.name, taken.url);
	if (!ret)
		ret = xmemd_sql_run(store,
				    xmemd_sql_prepare(store, why,
						      "INSERT INTO appliances (name, url) "
						      "VALUES (?, ?)",
						      "ss", appliance->name, appliance->url),
				    why);
	return xmemd_sql_end(store, ret < 0 ? -1 : 0, why);
}

/**
 * xmemd_store_appliance_seen() - remember where clients reach an appliance
 * @store: the store
 * @name: the appliance; one that is not known is nothing to remember
 * @address: for RDMA
 * @port: for RDMA
 * @why: refusal
 *
 * Writes only when something is new.
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_store_appliance_seen(struct xmemd_store *store, const char *name, const char *address,
			       uint16_t port, struct xmemd_refusal *why)
{
	int ret;

	if (xmemd_sql_begin(store, why) < 0)
		return -1;
	ret = xmemd_sql_run(store,
			    xmemd_sql_prepare(store, why,
					      "UPDATE appliances SET address = ?1, port = ?2 "
					      "WHERE name = ?3 AND (address != ?1 OR port != ?2)",
					      "sis", address, (uint64_t)port, name),
			    why);
	return xmemd_sql_end(store, ret < 0 ? -1 : 0, why);
}

static int refuse_held(struct xmemd_store *store, const char *name, struct xmemd_refusal *why)
{
	sqlite3_stmt *stmt;
	uint64_t n = 0;
	int ret;

	stmt = xmemd_sql_prepare(store, why, "SELECT DISTINCT alloc FROM legs WHERE appliance = ?",
				 "s", name);
	while ((ret = xmemd_sql_row(store, stmt, why)) > 0) {
		/* the first ones are enough to go on with */
		if (++n <= 16)
			xmemd_refusal_detail(why, "allocation %s",
					     (const char *)sqlite3_column_text(stmt, 0));
	}
	sqlite3_finalize(stmt);
	if (ret < 0 || !n)
		return ret;
	return xmemd_refuse(why, 409,
			    "appliance \"%s\" holds regions of %llu allocation%s; destroy %s first",
			    name, (unsigned long long)n, n > 1 ? "s" : "", n > 1 ? "them" : "it");
}

static int break_allocations(struct xmemd_store *store, const char *name, struct xmemd_refusal *why)
{
	char reason[XMEMD_REASON_TEXT];

	snprintf(reason, sizeof(reason), "appliance %s was forgotten by force", name);
	return xmemd_sql_run(store,
			     xmemd_sql_prepare(store, why,
					       "UPDATE allocations SET state = ?, reason = ? "
					       "WHERE state = ? AND name IN "
					       "(SELECT alloc FROM legs WHERE appliance = ?)",
					       "isis", (uint64_t)XMEMD_FAILED, reason,
					       (uint64_t)XMEMD_READY, name),
			     why);
}

/**
 * xmemd_store_appliance_del() - forget an appliance
 * @store: the store
 * @name: the appliance
 * @force: although it holds regions; ready allocations with a region on it fail
 * @why: refusal
 *
 * Return: 0, or -1 with @why set (404, 409).
 */
int xmemd_store_appliance_del(struct xmemd_store *store, const char *name, bool force,
			      struct xmemd_refusal *why)
{
	int ret;

	if (xmemd_sql_begin(store, why) < 0)
		return -1;
	ret = force ? break_allocations(store, name, why) : refuse_held(store, name, why);
	if (ret >= 0)
		ret = xmemd_sql_run(store,
				    xmemd_sql_prepare(store, why,
						      "DELETE FROM appliances WHERE name = ?", "s",
						      name),
				    why);
	if (!ret)
		ret = xmemd_refuse(why, 404, "there is no appliance \"%s\"", name);
	return xmemd_sql_end(store, ret < 0 ? -1 : 0, why);
}

/**
 * xmemd_store_appliance_get() - look up an appliance
 * @store: the store
 * @name: the appliance
 * @appliance: result
 * @why: refusal
 *
 * Return: 0, or -1 with @why set (404).
 */
int xmemd_store_appliance_get(struct xmemd_store *store, const char *name,
			      struct xmemd_appliance *appliance, struct xmemd_refusal *why)
{
	sqlite3_stmt *stmt;
	int ret;

	if (xmemd_sql_begin(store, why) < 0)
		return -1;
	stmt = xmemd_sql_prepare(store, why,
				 "SELECT name, url, address, port FROM appliances WHERE name = ?",
				 "s", name);
	ret = xmemd_sql_row(store, stmt, why);
	if (ret > 0)
		read_appliance(stmt, appliance);
	sqlite3_finalize(stmt);
	if (!ret)
		ret = xmemd_refuse(why, 404, "there is no appliance \"%s\"", name);
	return xmemd_sql_end(store, ret < 0 ? -1 : 0, why);
}

/**
 * xmemd_store_appliances() - list the appliances
 * @store: the store
 * @list: result in the order of the names, to be freed; NULL if there is none
 * @count: how many
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_store_appliances(struct xmemd_store *store, struct xmemd_appliance **list, size_t *count,
			   struct xmemd_refusal *why)
{
	struct xmemd_appliance *grown;
	sqlite3_stmt *stmt;
	int ret;

	*list = NULL;
	*count = 0;
	if (xmemd_sql_begin(store, why) < 0)
		return -1;
	stmt = xmemd_sql_prepare(
		store, why, "SELECT name, url, address, port FROM appliances ORDER BY name", "");
	while ((ret = xmemd_sql_row(store, stmt, why)) > 0) {
		grown = reallocarray(*list, *count + 1, sizeof(**list));
		if (!grown) {
			ret = xmemd_refuse(why, 500, "out of memory");
			break;
		}
		*list = grown;
		read_appliance(stmt, &grown[(*count)++]);
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
