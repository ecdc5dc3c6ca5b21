// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>

#include "store_sql.h"

/**
 * xmemd_sql_fail() - refuse because the database did
 * @store: the store
 * @why: filled
 *
 * Return: -1.
 */
int xmemd_sql_fail(struct xmemd_store *store, struct xmemd_refusal *why)
{
	return xmemd_refuse(why, 500, "the manager's database failed: %s",
			    sqlite3_errmsg(store->db));
}

static int bind(sqlite3_stmt *stmt, const char *types, va_list ap)
{
	const void *blob;
	int i, rc = SQLITE_OK;

	for (i = 0; types[i] && rc == SQLITE_OK; i++) {
		switch (types[i]) {
		case 's':
			rc = sqlite3_bind_text(stmt, i + 1, va_arg(ap, const char *), -1,
					       SQLITE_TRANSIENT);
			break;
		case 'i':
			rc = sqlite3_bind_int64(stmt, i + 1, (int64_t)va_arg(ap, uint64_t));
			break;
		case 't':
			blob = va_arg(ap, const void *);
			rc = sqlite3_bind_blob(stmt, i + 1, blob, XMEM_TOKEN_BYTES,
					       SQLITE_TRANSIENT);
			break;
		}
	}
	return rc;
}

/**
 * xmemd_sql_prepare() - make a statement
 * @store: the store
 * @why: refusal
 * @sql: its text
 * @types: one letter per parameter: s text, i uint64_t, t token
 *
 * Return: the statement, or NULL with @why set.
 */
sqlite3_stmt *xmemd_sql_prepare(struct xmemd_store *store, struct xmemd_refusal *why,
				const char *sql, const char *types, ...)
{
	sqlite3_stmt *stmt = NULL;
	va_list ap;
	int rc;

	rc = sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL);
	if (rc == SQLITE_OK) {
		va_start(ap, types);
		rc = bind(stmt, types, ap);
		va_end(ap);
	}
	if (rc != SQLITE_OK) {
		xmemd_sql_fail(store, why);
		sqlite3_finalize(stmt);
		return NULL;
	}
	return stmt;
}

/**
 * xmemd_sql_row() - go to the next row
 * @store: the store
 * @stmt: the statement; NULL is a failure that was told already
 * @why: refusal
 *
 * Return: 1 with a row, 0 after the last, -1 with @why set.
 */
int xmemd_sql_row(struct xmemd_store *store, sqlite3_stmt *stmt, struct xmemd_refusal *why)
{
	if (!stmt)
		return -1;
	switch (sqlite3_step(stmt)) {
	case SQLITE_ROW:
		return 1;
	case SQLITE_DONE:
		return 0;
	default:
		return xmemd_sql_fail(store, why);
	}
}

/**
 * xmemd_sql_run() - run a statement that gives no rows, and free it
 * @store: the store
 * @stmt: the statement; NULL is a failure that was told already
 * @why: refusal
 *
 * Return: the number of rows that it changed, or -1 with @why set.
 */
int xmemd_sql_run(struct xmemd_store *store, sqlite3_stmt *stmt, struct xmemd_refusal *why)
{
	int ret = xmemd_sql_row(store, stmt, why);

	sqlite3_finalize(stmt);
	return ret < 0 ? -1 : sqlite3_changes(store->db);
}

/**
 * xmemd_sql_text() - copy a text column
 * @stmt: statement with a row
 * @column: which
 * @out: where to
 * @size: how much fits
 */
void xmemd_sql_text(sqlite3_stmt *stmt, int column, char *out, size_t size)
{
	const unsigned char *text = sqlite3_column_text(stmt, column);

	snprintf(out, size, "%s", text ? (const char *)text : "");
}

/**
 * xmemd_sql_begin() - lock the store and begin a transaction
 * @store: the store
 * @why: refusal
 *
 * Return: 0, or -1 with @why set and the store not locked.
 */
int xmemd_sql_begin(struct xmemd_store *store, struct xmemd_refusal *why)
{
	pthread_mutex_lock(&store->lock);
	if (sqlite3_exec(store->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	xmemd_sql_fail(store, why);
	pthread_mutex_unlock(&store->lock);
	return -1;
}

/**
 * xmemd_sql_end() - commit or roll back, and unlock the store
 * @store: the store
 * @result: -1 rolls back
 * @why: refusal
 *
 * Return: @result, or -1 with @why set when the commit failed.
 */
int xmemd_sql_end(struct xmemd_store *store, int result, struct xmemd_refusal *why)
{
	if (result >= 0 && sqlite3_exec(store->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		result = xmemd_sql_fail(store, why);
	if (result < 0)
		sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	pthread_mutex_unlock(&store->lock);
	return result;
}
