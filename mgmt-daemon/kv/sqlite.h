/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of the SQLite engine. */
#ifndef XMEMD_KV_SQLITE_H
#define XMEMD_KV_SQLITE_H

#include <sqlite3.h>

#include "kv/engine.h"

enum sqlite_statement {
	SQL_BEGIN,
	SQL_COMMIT,
	SQL_ROLLBACK,
	SQL_GET,
	SQL_PUT,
	SQL_DELETE,
	SQL_LIST,
	SQL_COUNT,
};

/**
 * struct sqlite - an open database
 * @kv: the store
 * @db: the connection
 * @lock: for the connection and all below
 * @statement: prepared once
 * @revision: newest revision
 * @term: of this start
 * @path: of the database
 * @name: of this manager
 * @url: its URL
 * @trouble: why no more commits are taken
 */
struct sqlite {
	struct xmemd_kv kv;
	sqlite3 *db;
	pthread_mutex_t lock;
	sqlite3_stmt *statement[SQL_COUNT];
	uint64_t revision, term;
	char path[256], name[64], url[256], trouble[128];
};

int xmemd_sqlite_fail(struct sqlite *s, struct xmemd_refusal *why);
int xmemd_sqlite_migrate(struct sqlite *s, struct xmemd_refusal *why);
int xmemd_sqlite_open(struct sqlite *s, struct xmemd_refusal *why);

#endif /* XMEMD_KV_SQLITE_H */
