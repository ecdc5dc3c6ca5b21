// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>
#include <gnutls/gnutls.h>
#include <gnutls/crypto.h>

#include "owner.h"
#include "store_sql.h"

/* "xmem" */
#define APPLICATION_ID 0x786d656d
#define SCHEMA_VERSION 1

/*
 * 64-bit identities are stored as SQLite's signed integers, bit for bit. Legs name
 * appliances without a foreign key: a lost appliance can be forgotten while the
 * allocations it broke are still there to be looked at.
 */
static const char schema[] =
	"CREATE TABLE manager ("
	"	only INTEGER PRIMARY KEY CHECK (only = 1),"
	"	cn TEXT NOT NULL,"
	"	owner INTEGER NOT NULL"
	") STRICT;"
	"CREATE TABLE appliances ("
	"	name TEXT PRIMARY KEY,"
	"	url TEXT NOT NULL UNIQUE,"
	"	address TEXT NOT NULL DEFAULT '',"
	"	port INTEGER NOT NULL DEFAULT 0"
	") STRICT;"
	"CREATE TABLE allocations ("
	"	name TEXT PRIMARY KEY,"
	"	owner TEXT NOT NULL,"
	"	reason TEXT NOT NULL DEFAULT '',"
	"	id INTEGER NOT NULL UNIQUE,"
	"	size INTEGER NOT NULL,"
	"	client INTEGER NOT NULL,"
	"	layout INTEGER NOT NULL,"
	"	state INTEGER NOT NULL"
	") STRICT;"
	"CREATE TABLE legs ("
	"	alloc TEXT NOT NULL REFERENCES allocations (name) ON DELETE CASCADE,"
	"	number INTEGER NOT NULL,"
	"	appliance TEXT NOT NULL,"
	"	region INTEGER NOT NULL UNIQUE,"
	"	size INTEGER NOT NULL,"
	"	token BLOB NOT NULL CHECK (length(token) = 16),"
	"	epoch INTEGER NOT NULL DEFAULT 0,"
	"	PRIMARY KEY (alloc, number)"
	") STRICT;"
	"CREATE INDEX legs_appliance ON legs (appliance);";

static int read_number(struct xmemd_store *store, const char *sql, uint64_t *value,
		       struct xmemd_refusal *why)
{
	sqlite3_stmt *stmt = xmemd_sql_prepare(store, why, sql, "");
	int ret = xmemd_sql_row(store, stmt, why);

	*value = ret > 0 ? (uint64_t)sqlite3_column_int64(stmt, 0) : 0;
	sqlite3_finalize(stmt);
	return ret < 0 ? -1 : 0;
}

static int create_schema(struct xmemd_store *store, const char *cn, struct xmemd_refusal *why)
{
	uint32_t random;
	char *pragma;
	int rc;

	if (gnutls_rnd(GNUTLS_RND_RANDOM, &random, sizeof(random)) < 0)
		return xmemd_refuse(why, 500, "no random numbers");
	store->owner = xmemd_owner_make(cn, random);
	if (!store->owner)
		return xmemd_refuse(why, 500, "the owner mark cannot be made");
	if (sqlite3_exec(store->db, schema, NULL, NULL, NULL) != SQLITE_OK)
		return xmemd_sql_fail(store, why);
	pragma = sqlite3_mprintf("PRAGMA application_id = %d; PRAGMA user_version = %d",
				 APPLICATION_ID, SCHEMA_VERSION);
	rc = pragma ? sqlite3_exec(store->db, pragma, NULL, NULL, NULL) : SQLITE_NOMEM;
	sqlite3_free(pragma);
	if (rc != SQLITE_OK)
		return xmemd_sql_fail(store, why);
	return xmemd_sql_run(store,
			     xmemd_sql_prepare(store, why, "INSERT INTO manager VALUES (1, ?, ?)",
					       "si", cn, store->owner),
			     why);
}

static int read_manager(struct xmemd_store *store, const char *cn, struct xmemd_refusal *why)
{
	char name[XMEMD_CN_TEXT] = "";
	sqlite3_stmt *stmt;
	int ret;

	stmt = xmemd_sql_prepare(store, why, "SELECT cn, owner FROM manager", "");
	ret = xmemd_sql_row(store, stmt, why);
	if (ret > 0) {
		xmemd_sql_text(stmt, 0, name, sizeof(name));
		store->owner = (uint64_t)sqlite3_column_int64(stmt, 1);
	}
	sqlite3_finalize(stmt);
	if (ret < 0)
		return -1;
	if (!ret || strcmp(name, cn))
		return xmemd_refuse(why, 409,
				    "the database belongs to the manager \"%s\", but the "
				    "certificate is of \"%s\": appliances would refuse it its "
				    "own regions",
				    name, cn);
	return 0;
}

static int check_or_create(struct xmemd_store *store, const char *cn, struct xmemd_refusal *why)
{
	uint64_t application, version, tables;

	if (read_number(store, "PRAGMA application_id", &application, why) < 0 ||
	    read_number(store, "PRAGMA user_version", &version, why) < 0 ||
	    read_number(store, "SELECT count(*) FROM sqlite_schema", &tables, why) < 0)
		return -1;
	if (!tables && !application)
		return create_schema(store, cn, why);
	if (application != APPLICATION_ID)
		return xmemd_refuse(why, 409, "the database is not one of xmemd");
	if (version != SCHEMA_VERSION)
		return xmemd_refuse(why, 409,
				    "the database has schema version %llu, this xmemd knows %d",
				    (unsigned long long)version, SCHEMA_VERSION);
	return read_manager(store, cn, why);
}

/* Exclusive: two managers with one database would each undo what the other does. */
static const char settings[] = "PRAGMA locking_mode = EXCLUSIVE;"
			       "PRAGMA journal_mode = WAL;"
			       "PRAGMA synchronous = FULL;"
			       "PRAGMA foreign_keys = ON;";

/**
 * xmemd_store_open() - open the database, make it if there is none
 * @path: file
 * @cn: common name of this manager's certificate
 * @storep: result
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_store_open(const char *path, const char *cn, struct xmemd_store **storep,
		     struct xmemd_refusal *why)
{
	struct xmemd_store *store = calloc(1, sizeof(*store));
	int ret;

	if (!store)
		return xmemd_refuse(why, 500, "out of memory");
	pthread_mutex_init(&store->lock, NULL);
	if (sqlite3_open_v2(path, &store->db,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK ||
	    sqlite3_exec(store->db, settings, NULL, NULL, NULL) != SQLITE_OK) {
		ret = xmemd_sql_fail(store, why);
	} else {
		ret = xmemd_sql_begin(store, why);
		if (!ret)
			ret = xmemd_sql_end(store, check_or_create(store, cn, why), why);
	}
	if (ret < 0) {
		xmemd_store_close(store);
		return -1;
	}
	*storep = store;
	return 0;
}

/**
 * xmemd_store_close() - close the database
 * @store: the store; nobody uses it any more. NULL is nothing
 */
void xmemd_store_close(struct xmemd_store *store)
{
	if (!store)
		return;
	sqlite3_close(store->db);
	pthread_mutex_destroy(&store->lock);
	free(store);
}

/**
 * xmemd_store_owner() - the owner mark of this manager
 * @store: the store
 *
 * Return: the mark, made once with the database.
 */
uint64_t xmemd_store_owner(const struct xmemd_store *store)
{
	return store->owner;
}

/**
 * xmemd_store_counts() - count what the manager looks after
 * @store: the store
 * @appliances: result
 * @allocations: result
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_store_counts(struct xmemd_store *store, uint64_t *appliances, uint64_t *allocations,
		       struct xmemd_refusal *why)
{
	int ret;

	if (xmemd_sql_begin(store, why) < 0)
		return -1;
	ret = read_number(store, "SELECT count(*) FROM appliances", appliances, why);
	if (!ret)
		ret = read_number(store, "SELECT count(*) FROM allocations", allocations, why);
	return xmemd_sql_end(store, ret, why);
}
