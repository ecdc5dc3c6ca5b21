// SPDX-License-Identifier: GPL-2.0-or-later
/* What the SQLite engine does beside test_kv.c: databases of others and of before, groups. */
#include <sqlite3.h>

#include "kv_test.h"

static void test_reopen(void **state)
{
	uint64_t revision, next;
	struct xmemd_kv_status status;
	const struct xmemd_kv_op op = { .key = "b", .value = "1", .expect = XMEMD_KV_ANY };

	(void)state;
	assert_int_equal(set("a", "1", XMEMD_KV_ANY), 0);
	assert_int_equal(set("b", "1", XMEMD_KV_ANY), 0);
	assert_int_equal(set("b", NULL, XMEMD_KV_ANY), 0);
	xmemd_kv_status(kv, &status);
	revision = status.revision;
	reopen();
	holds("a=1");
	xmemd_kv_status(kv, &status);
	assert_int_equal(status.revision, revision);
	assert_string_equal(status.engine, "sqlite");
	assert_true(status.leads);
	/* what a deleted record had is not given out again */
	assert_int_equal(xmemd_kv_commit(kv, &op, 1, &next, &why), 0);
	assert_int_equal(next, revision + 1);
}

static char told[512];

static void tell(const char *word, const char *text)
{
	snprintf(told + strlen(told), sizeof(told) - strlen(told), "%s%s ", word, text);
}

static void told_begin(void *arg)
{
	tell(arg, "begin");
}

static int told_changed(const char *key, const char *value, uint64_t revision, void *arg)
{
	(void)revision;
	tell(arg, key);
	tell("=", value);
	return 1;
}

static void told_synced(uint64_t revision, void *arg)
{
	assert_int_equal(revision, 2);
	tell(arg, "synced");
}

static void told_leads(uint64_t term, const char *name, const char *url, void *arg)
{
	tell(arg, term ? "leads" : "follows");
	tell(":", name);
	tell(":", url);
}

static void tell_member(const char *name, const char *url, bool leader, void *arg)
{
	told_leads(leader, name, url, arg);
}

static void test_follow(void **state)
{
	static const struct xmemd_kv_watcher watcher = { told_begin, told_changed, told_synced,
							 told_leads, "." };

	(void)state;
	assert_int_equal(set("a", "1", XMEMD_KV_ANY), 0);
	assert_int_equal(set("b", "2", XMEMD_KV_ANY), 0);
	assert_int_equal(xmemd_kv_follow(kv, &watcher, &why), 0);
	/* a watcher cannot end the list */
	assert_string_equal(told, ".begin .a =1 .b =2 .synced .leads :m1 :https://m1 ");
	*told = '\0';
	assert_int_equal(set("c", "3", XMEMD_KV_ANY), 0);
	assert_string_equal(told, "");
	assert_int_equal(xmemd_kv_members(kv, tell_member, "", &why), 0);
	assert_string_equal(told, "leads :m1 :https://m1 ");
}

#define QUEUED 100
static struct xmemd_kv_ticket *queued[QUEUED];

/* While a list goes on the commits wait, so all these can share a flush. */
static int queue(const char *key, const char *value, uint64_t revision, void *arg)
{
	char name[16];
	int i;

	(void)key;
	(void)value;
	(void)revision;
	(void)arg;
	for (i = 0; i < QUEUED; i++) {
		struct xmemd_kv_op op = { .key = name, .value = "1", .expect = XMEMD_KV_ABSENT };

		/* each third is like the one before it */
		snprintf(name, sizeof(name), "q%d", i % 3 == 2 ? i - 1 : i);
		assert_int_equal(xmemd_kv_submit(kv, &op, 1, &queued[i], &why), 0);
	}
	return 1;
}

static void test_group(void **state)
{
	struct xmemd_kv_status before, after;
	uint64_t revision, last = 0;
	int i;

	(void)state;
	assert_int_equal(set("a", "1", XMEMD_KV_ANY), 0);
	xmemd_kv_status(kv, &before);
	assert_int_equal(xmemd_kv_list(kv, "a", queue, NULL, NULL, &why), 0);
	for (i = 0; i < QUEUED; i++) {
		if (i % 3 == 2) {
			refused(xmemd_kv_wait(queued[i], NULL, &why), 409, "exists already");
			continue;
		}
		assert_int_equal(xmemd_kv_wait(queued[i], &revision, &why), 0);
		assert_true(revision > last);
		last = revision;
	}
	xmemd_kv_status(kv, &after);
	assert_int_equal(after.commits - before.commits, 67);
	/* the thread may have taken some before the list had it wait */
	assert_true(after.groups - before.groups <= 2);
	assert_int_equal(list("q").count, 67);
}

static void make_database(const char *sql)
{
	sqlite3 *db;

	xmemd_kv_close(kv);
	kv = NULL;
	unlink(path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void read_file(char *bytes, size_t size)
{
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	memset(bytes, 0, size);
	assert_true(fread(bytes, 1, size, file) > 0);
	fclose(file);
}

static void untouched(int status, const char *text)
{
	char before[32768], after[32768];

	read_file(before, sizeof(before));
	refused(try_open(&kv), status, text);
	assert_null(kv);
	read_file(after, sizeof(after));
	assert_memory_equal(before, after, sizeof(before));
}

static void test_refused_databases(void **state)
{
	struct xmemd_kv_options options = {};
	struct xmemd_kv *other = NULL;
	FILE *file;

	(void)state;
	refused(try_open(&other), 409, "is locked: another xmemd uses it");
	assert_null(other);
	refused(xmemd_kv_open(&options, &other, &why), 400, "either database= or etcd=");
	options.database = path;
	options.etcd = "http://127.0.0.1:1";
	refused(xmemd_kv_open(&options, &other, &why), 400, "not both");
	options = (struct xmemd_kv_options){ .database = "/nonexistent/db" };
	refused(xmemd_kv_open(&options, &other, &why), 500, "unable to open");
	make_database("CREATE TABLE other (a)");
	untouched(409, "is not one of xmemd");
	make_database("PRAGMA application_id = 7; CREATE TABLE records (a)");
	untouched(409, "is not one of xmemd");
	make_database("PRAGMA application_id = 2020435309; PRAGMA user_version = 3");
	untouched(409, "has schema version 3, this xmemd knows 1 and 2");
	make_database("PRAGMA application_id = 2020435309; PRAGMA user_version = 1;"
		      "CREATE TABLE manager (a)");
	untouched(500, "schema version 1 cannot be taken over: ");
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "%04096d", 7);
	fclose(file);
	untouched(500, "is damaged or no database");
}

/* As schema 1 was. */
static const char first_schema[] =
	"CREATE TABLE manager (only INTEGER PRIMARY KEY CHECK (only = 1), cn TEXT NOT NULL,"
	"	owner INTEGER NOT NULL) STRICT;"
	"CREATE TABLE appliances (name TEXT PRIMARY KEY, url TEXT NOT NULL UNIQUE,"
	"	address TEXT NOT NULL DEFAULT '', port INTEGER NOT NULL DEFAULT 0) STRICT;"
	"CREATE TABLE allocations (name TEXT PRIMARY KEY, owner TEXT NOT NULL,"
	"	reason TEXT NOT NULL DEFAULT '', id INTEGER NOT NULL UNIQUE,"
	"	size INTEGER NOT NULL, client INTEGER NOT NULL, layout INTEGER NOT NULL,"
	"	state INTEGER NOT NULL) STRICT;"
	"CREATE TABLE legs (alloc TEXT NOT NULL REFERENCES allocations (name) ON DELETE CASCADE,"
	"	number INTEGER NOT NULL, appliance TEXT NOT NULL, region INTEGER NOT NULL UNIQUE,"
	"	size INTEGER NOT NULL, token BLOB NOT NULL CHECK (length(token) = 16),"
	"	epoch INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (alloc, number)) STRICT;"
	"CREATE INDEX legs_appliance ON legs (appliance);"
	"PRAGMA application_id = 2020435309; PRAGMA user_version = 1;";

static const char first_content[] =
	"INSERT INTO manager VALUES (1, 'm', -2);"
	"INSERT INTO appliances VALUES ('a1', 'https://a1:7708', '192.0.2.1', 7700);"
	"INSERT INTO appliances VALUES ('a2', 'https://a2:7708', '', 0);"
	"INSERT INTO allocations VALUES ('v', 'alice', '', 7, 4194304, -1, 1, 2);"
	"INSERT INTO allocations VALUES ('w', 'bob', 'why \"quoted\"', -9, 2097152, 193, 0, 4);"
	"INSERT INTO legs VALUES ('v', 1, 'a2', 11, 2097152,"
	"	x'ff000000000000000000000000000000', 5);"
	"INSERT INTO legs VALUES ('v', 0, 'a1', -10, 2097152,"
	"	x'00112233445566778899aabbccddeeff', 4);"
	"INSERT INTO legs VALUES ('w', 0, 'a1', 12, 2097152,"
	"	x'01010101010101010101010101010101', 0);";

#define NO_END                                                                 \
	"\"duration\":9223372036854775807,\"not_in_use\":9223372036854775807," \
	"\"ends\":9223372036854775807,\"idle\":9223372036854775807,"

static const char *const migrated[][2] = {
	{ "alloc/v",
	  "{\"name\":\"v\",\"owner\":\"alice\",\"reason\":\"\",\"id\":\"0x0000000000000007\","
	  "\"size\":4194304,\"client\":\"0xffffffffffffffff\"," NO_END "\"layout\":\"concat\","
	  "\"type\":\"persistent\",\"lease\":\"active\",\"epoch\":1,\"state\":\"ready\",\"legs\":["
	  "{\"appliance\":\"a1\",\"region\":\"0xfffffffffffffff6\",\"size\":2097152,"
	  "\"token\":\"00112233445566778899aabbccddeeff\",\"epoch\":4,\"state\":\"there\"},"
	  "{\"appliance\":\"a2\",\"region\":\"0x000000000000000b\",\"size\":2097152,"
	  "\"token\":\"ff000000000000000000000000000000\",\"epoch\":5,\"state\":\"there\"}]}" },
	{ "alloc/w",
	  "{\"name\":\"w\",\"owner\":\"bob\",\"reason\":\"why \\\"quoted\\\"\","
	  "\"id\":\"0xfffffffffffffff7\",\"size\":2097152,\"client\":\"0x00000000000000c1\"," NO_END
	  "\"layout\":\"single\",\"type\":\"persistent\",\"lease\":\"active\",\"epoch\":1,"
	  "\"state\":\"failed\",\"legs\":["
	  "{\"appliance\":\"a1\",\"region\":\"0x000000000000000c\",\"size\":2097152,"
	  "\"token\":\"01010101010101010101010101010101\",\"epoch\":0,\"state\":\"there\"}]}" },
	{ "appliance/a1", "{\"name\":\"a1\",\"url\":\"https://a1:7708\",\"address\":\"192.0.2.1\","
			  "\"port\":7700,\"state\":\"admitted\"}" },
	{ "appliance/a2",
	  "{\"name\":\"a2\",\"url\":\"https://a2:7708\",\"address\":\"\",\"port\":0,"
	  "\"state\":\"admitted\"}" },
	{ "manager", "{\"cn\":\"m\",\"owner\":\"0xfffffffffffffffe\"}" },
};

static int compare_migrated(const char *key, const char *value, uint64_t revision, void *arg)
{
	size_t *at = arg;

	assert_true(*at < sizeof(migrated) / sizeof(*migrated));
	assert_string_equal(key, migrated[*at][0]);
	assert_string_equal(value, migrated[*at][1]);
	assert_int_equal(revision, 1);
	++*at;
	return 0;
}

static void test_migration(void **state)
{
	struct xmemd_kv_status status;
	char sql[4096];
	size_t at = 0;

	(void)state;
	snprintf(sql, sizeof(sql), "%s%s", first_schema, first_content);
	make_database(sql);
	assert_int_equal(try_open(&kv), 0);
	assert_int_equal(xmemd_kv_list(kv, "", compare_migrated, &at, NULL, &why), 0);
	assert_int_equal(at, sizeof(migrated) / sizeof(*migrated));
	assert_int_equal(set("alloc/x", "1", XMEMD_KV_ABSENT), 0);
	reopen();
	xmemd_kv_status(kv, &status);
	assert_int_equal(status.revision, 2);
	assert_int_equal(list("").count, at + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_reopen, open_kv, close_kv),
		cmocka_unit_test_setup_teardown(test_follow, open_kv, close_kv),
		cmocka_unit_test_setup_teardown(test_group, open_kv, close_kv),
		cmocka_unit_test_setup_teardown(test_refused_databases, open_kv, close_kv),
		cmocka_unit_test_setup_teardown(test_migration, open_kv, close_kv),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
