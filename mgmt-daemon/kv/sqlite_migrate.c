// SPDX-License-Identifier: GPL-2.0-or-later
#include "kv/sqlite.h"

/*
 * Schema 1 had a table for each kind of thing. Its allocations had no end and no lease:
 * they are persistent, and the largest number is "no limit". Everything becomes part of
 * one commit, revision 1.
 */
static const char records[] =
	"INSERT INTO records VALUES ('', '', 1);"
	"INSERT INTO records SELECT 'manager',"
	"	json_object('cn', cn, 'owner', printf('0x%016x', owner)), 1"
	"	FROM manager;"
	"INSERT INTO records SELECT 'appliance/' || name,"
	"	json_object('name', name, 'url', url, 'address', address, 'port', port,"
	"		'state', 'admitted'), 1"
	"	FROM appliances;"
	"INSERT INTO records SELECT 'alloc/' || name,"
	"	json_object('name', name, 'owner', owner, 'reason', reason,"
	"		'id', printf('0x%016x', id), 'size', size,"
	"		'client', printf('0x%016x', client),"
	"		'duration', 9223372036854775807, 'not_in_use', 9223372036854775807,"
	"		'ends', 9223372036854775807, 'idle', 9223372036854775807,"
	"		'layout', CASE layout WHEN 0 THEN 'single' WHEN 1 THEN 'concat' END,"
	"		'type', 'persistent', 'lease', 'active', 'epoch', 1,"
	"		'state', CASE state WHEN 1 THEN 'creating' WHEN 2 THEN 'ready'"
	"			WHEN 3 THEN 'destroying' WHEN 4 THEN 'failed' END,"
	"		'legs', (SELECT json_group_array(json_object("
	"				'appliance', appliance, 'region', printf('0x%016x', "
	"region),"
	"				'size', size, 'token', lower(hex(token)), 'epoch', epoch,"
	"				'state', 'there'))"
	"			FROM (SELECT * FROM legs WHERE alloc = allocations.name"
	"				ORDER BY number))), 1"
	"	FROM allocations;"
	"DROP TABLE legs;"
	"DROP TABLE allocations;"
	"DROP TABLE appliances;"
	"DROP TABLE manager;";

/**
 * xmemd_sqlite_migrate() - turn the tables of schema 1 into records
 * @s: the database, in a transaction, with an empty table of records
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_sqlite_migrate(struct sqlite *s, struct xmemd_refusal *why)
{
	struct xmemd_refusal inner = {};

	if (sqlite3_exec(s->db, records, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	xmemd_sqlite_fail(s, &inner);
	return xmemd_refuse(why, inner.status, "schema version 1 cannot be taken over: %.400s",
			    inner.text);
}
