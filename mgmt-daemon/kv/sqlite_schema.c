// SPDX-License-Identifier: GPL-2.0-or-later
#include "kv/sqlite.h"

/* "xmem" */
#define APPLICATION_ID 0x786d656d
#define SCHEMA_VERSION 2
#define SCHEMA_FIRST 1 /* tables for each kind of thing */

static const char schema[] = "CREATE TABLE records ("
			     "	key TEXT PRIMARY KEY,"
			     "	value TEXT NOT NULL,"
			     "	revision INTEGER NOT NULL"
			     ") STRICT, WITHOUT ROWID;"
			     "PRAGMA application_id = 2020435309;"
			     "PRAGMA user_version = 2;";

/* the newest revision, see sqlite.c */
static const char empty[] = "INSERT INTO records VALUES ('', '', 0)";

_Static_assert(APPLICATION_ID == 2020435309, "the schema and the check name one application");
_Static_assert(SCHEMA_VERSION == 2, "the schema and the check name one version");

/* Exclusive: two managers with one database would each undo what the other does. */
static const char lock[] = "PRAGMA locking_mode = EXCLUSIVE;"
			   "BEGIN IMMEDIATE;";

/* Written into the file: only when it is known to be ours. */
static const char settings[] = "PRAGMA journal_mode = WAL;"
			       "PRAGMA synchronous = FULL;";

static int run(struct sqlite *s, const char *sql, struct xmemd_refusal *why)
{
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return xmemd_sqlite_fail(s, why);
}

static int read_number(struct sqlite *s, const char *sql, int64_t *value, struct xmemd_refusal *why)
{
	sqlite3_stmt *stmt = NULL;
	int ret = 0;

	if (sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		*value = sqlite3_column_int64(stmt, 0);
	else
		ret = xmemd_sqlite_fail(s, why);
	sqlite3_finalize(stmt);
	return ret;
}

static int check_or_create(struct sqlite *s, struct xmemd_refusal *why)
{
	int64_t application, version, tables;

	if (read_number(s, "PRAGMA application_id", &application, why) < 0 ||
	    read_number(s, "PRAGMA user_version", &version, why) < 0 ||
	    read_number(s, "SELECT count(*) FROM sqlite_schema", &tables, why) < 0)
		return -1;
	if (!tables && !application) {
		if (run(s, schema, why) < 0)
			return -1;
		return run(s, empty, why);
	}
	if (application != APPLICATION_ID)
		return xmemd_refuse(why, 409, "the database \"%s\" is not one of xmemd", s->path);
	if (version == SCHEMA_FIRST) {
		if (run(s, schema, why) < 0)
			return -1;
		return xmemd_sqlite_migrate(s, why);
	}
	if (version != SCHEMA_VERSION)
		return xmemd_refuse(why, 409,
				    "the database \"%s\" has schema version %lld, this xmemd knows "
				    "%d and %d",
				    s->path, (long long)version, SCHEMA_FIRST, SCHEMA_VERSION);
	return 0;
}

/**
 * xmemd_sqlite_open() - open the database and see that it is ours
 * @s: takes the connection
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_sqlite_open(struct sqlite *s, struct xmemd_refusal *why)
{
	struct xmemd_refusal ignored = {};

	if (sqlite3_open_v2(s->path, &s->db,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK)
		return xmemd_sqlite_fail(s, why);
	if (run(s, lock, why) < 0)
		return -1;
	if (check_or_create(s, why) < 0) {
		run(s, "ROLLBACK", &ignored);
		return -1;
	}
	if (run(s, "COMMIT", why) < 0)
		return -1;
	return run(s, settings, why);
}
