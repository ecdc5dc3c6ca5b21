/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of the store: statements, rows and transactions. */
#ifndef XMEMD_STORE_SQL_H
#define XMEMD_STORE_SQL_H

#include <pthread.h>
#include <sqlite3.h>

#include "store.h"

/**
 * struct xmemd_store - an open database
 * @db: the connection
 * @lock: held from begin to end of each call; nothing is waited for under it but the disk
 * @owner: owner mark of this manager
 */
struct xmemd_store {
	sqlite3 *db;
	pthread_mutex_t lock;
	uint64_t owner;
};

int xmemd_sql_fail(struct xmemd_store *store, struct xmemd_refusal *why);
sqlite3_stmt *xmemd_sql_prepare(struct xmemd_store *store, struct xmemd_refusal *why,
				const char *sql, const char *types, ...);
int xmemd_sql_row(struct xmemd_store *store, sqlite3_stmt *stmt, struct xmemd_refusal *why);
int xmemd_sql_run(struct xmemd_store *store, sqlite3_stmt *stmt, struct xmemd_refusal *why);
void xmemd_sql_text(sqlite3_stmt *stmt, int column, char *out, size_t size);
int xmemd_sql_begin(struct xmemd_store *store, struct xmemd_refusal *why);
int xmemd_sql_end(struct xmemd_store *store, int result, struct xmemd_refusal *why);

#endif /* XMEMD_STORE_SQL_H */
