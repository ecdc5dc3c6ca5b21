// SPDX-License-Identifier: GPL-2.0-or-later
/* What xmemadm asks managers, and how it prints their answers, against https-stub. */
#include <jansson.h>

#include "stub.h"

static char *dir;
static struct stub leader, follower;

static int setup(void **state)
{
	char both[160];

	if (make_dir(state))
		return -1;
	dir = *state;
	if (stub_pki(dir) || !stub_start(&leader, dir, "normal") ||
	    !stub_start(&follower, dir, "follower"))
		return -1;
	stub_config(dir, "conf", leader.url);
	snprintf(both, sizeof(both), "https://127.0.0.1:1,%s,%s", follower.url, leader.url);
	stub_config(dir, "several", both);
	snprintf(both, sizeof(both), "https://127.0.0.1:1,%s", follower.url);
	stub_config(dir, "nobody", both);
	return 0;
}

static int teardown(void **state)
{
	stub_stop(&leader);
	stub_stop(&follower);
	return remove_dir(state);
}

/* clang-format off */
#define WANT_TWO                                                                             \
	"{\"size\":1073741824,\"layout\":\"concat\",\"strategies\":[\"near\",\"low-load\","      \
	"\"spread\"],\"location\":{\"rack\":\"r1\"},\"max_distance\":\"site\",\"spread\":\"rack\"," \
	"\"apart\":true,\"min_regions\":2,\"max_regions\":4,\"bandwidth_class\":\"high\","        \
	"\"class\":\"fast\",\"need_class\":true,\"backing\":true,\"max_load\":500,"               \
	"\"max_latency_ns\":9000,\"min_bandwidth_mbps\":100000,\"appliances\":[\"r1-*\",\"r2-*\"]," \
	"\"exclude\":[\"a9\"],\"type\":\"persistent\",\"account\":\"web\",\"reservation\":\"pool\"," \
	"\"client\":\"0x00000000000000c1\",\"labels\":{\"job\":\"build\",\"team\":\"os\"},"     \
	"\"duration\":7200,\"not_in_use\":600,"               \
	"\"name\":\"two\"}\n"
/* clang-format on */

/* What is typed, what the manager is asked for it, and parts of what is printed. */
static const struct {
	const char *args, *asked, *out[4];
} table[] = {
	{ "appliance list",
	  "GET /v1/appliances?limit=5000 \n",
	  { "NAME STATE    UP  MEMORY FREE LARGEST REGIONS HEALTHY ADDRESS",
	    "a1   admitted yes     1G 512M    256M       3 yes     192.0.2.1",
	    "a2   pending  no" } },
	{ "appliance list --state pending",
	  "GET /v1/appliances?state=pending&limit=5000 \n",
	  { "NAME STATE" } },
	{ "appliance show a1",
	  "GET /v1/appliances/a1 \n",
	  { "labels           site=lab,rack=r1\n", "healthy          no\n",
	    "complaints       too hot: 99 C,a fan stands\n", "seen before      3s\n" } },
	{ "appliance add a1 https://a1:7708",
	  "POST /v1/appliances {\"name\":\"a1\",\"url\":\"https://a1:7708\"}\n",
	  { "added a1\n" } },
	{ "appliance admit a1",
	  "PATCH /v1/appliances/a1 {\"state\":\"admitted\"}\n",
	  { "state            admitted\n" } },
	{ "appliance drain a1", "PATCH /v1/appliances/a1 {\"state\":\"drained\"}\n", { "name" } },
	{ "appliance set label a1 site=lab,rack=r1",
	  "PATCH /v1/appliances/a1 {\"labels\":{\"site\":\"lab\",\"rack\":\"r1\"}}\n",
	  { "name" } },
	{ "appliance health self",
	  "GET /v1/appliances/self \nGET /v1/health \n",
	  { "healthy          no\ncomplaints       too hot: 99 C\n",
	    "NODE MEMORY FREE\n   0    16G   4G\n",
	    "SENSOR CELSIUS CRITICAL\ncpu         99   105.50\n",
	    "RDMA PORT STATE  MBIT/S\nrxe0    1 active   1000\n" } },
	{ "appliance remove a1", "DELETE /v1/appliances/a1 \n", { "removed a1\n" } },
	{ "appliance remove a1 --force", "DELETE /v1/appliances/a1?force=1 \n", { "removed a1" } },
	{ "alloc list", "GET /v1/allocations?limit=5000 \n", { "" } },
	{ "-j alloc list", "GET /v1/allocations?limit=5000 \n", { "[]\n" } },
	{ "alloc list --label job=build",
	  "GET /v1/allocations?label=job=build&limit=5000 \n",
	  { "ACCOUNT LABELS            OWNER", "web     job=build,team=os c1" } },
	{ "alloc list --label job=build,team=os",
	  "GET /v1/allocations?label=job=build&label=team=os&limit=5000 \n",
	  { "" } },
	{ "alloc show one",
	  "GET /v1/allocations/one \n",
	  { "strategy         near,low-load\n", "lease left       1h30m\n",
	    "not in use       10m\n", "LEG APPLIANCE REGION SIZE\n  0 a1             7   4M\n" } },
	{ "alloc create two --size 1G --dry-run --layout concat --strategy near,low-load "
	  "--strategy spread --near rack=r1 --max-distance site --spread rack --apart "
	  "--min-regions 2 --max-regions 4 --bandwidth high --class fast --need-class --backing "
	  "--max-load 500 --max-latency 9000 --min-bandwidth 100000 --reservation pool "
	  "--appliances 'r1-*,r2-*' "
	  "--exclude a9 --type persistent --account web --client c1 --label job=build,team=os "
	  "--duration 2h --not-in-use 10m",
	  "POST /v1/plans " WANT_TWO,
	  { "why              two pieces are needed\n", "APPLIANCE SIZE RESERVED WHY\n",
	    "a1          2M          nearest\n", "a3          2M       1M next\n" } },
	{ "alloc create two --size 1G --dry-run",
	  "POST /v1/plans {\"size\":1073741824,\"name\":\"two\",\"layout\":\"auto\","
	  "\"client\":\"0x0000000000000002\"}\n",
	  { "APPLIANCE" } },
	{ "alloc resize one 8M",
	  "PATCH /v1/allocations/one {\"size\":8388608}\n",
	  { "size             8M\n" } },
	{ "alloc resize one 2M --force",
	  "PATCH /v1/allocations/one?force=1 {\"size\":2097152}\n",
	  { "size" } },
	{ "alloc renew one",
	  "PUT /v1/allocations/one/lease {}\n",
	  { "lease            active\n" } },
	{ "alloc set one --type persistent --duration 1d --not-in-use 1h",
	  "PATCH /v1/allocations/one {\"type\":\"persistent\",\"duration\":86400,"
	  "\"not_in_use\":3600}\n",
	  { "type             volatile\n" } },
	{ "alloc set one --label job=build,team=os",
	  "PATCH /v1/allocations/one {\"labels\":{\"job\":\"build\",\"team\":\"os\"}}\n",
	  { "type             volatile\n" } },
	{ "alloc set one --label none",
	  "PATCH /v1/allocations/one {\"labels\":{}}\n",
	  { "type             volatile\n" } },
	{ "alloc restructure one --layout concat --exclude a1",
	  "POST /v1/allocations/one/restructure {\"layout\":\"concat\",\"exclude\":[\"a1\"]}\n",
	  { "layout           concat\n", "nearest" } },
	{ "alloc destroy one", "DELETE /v1/allocations/one \n", { "destroyed one\n" } },
	{ "space --strategy near --near site=lab",
	  "POST /v1/space {\"strategies\":[\"near\"],\"location\":{\"site\":\"lab\"}}\n",
	  { "in all           1G\n", "in one region    512M\n",
	    "APPLIANCE SPACE LARGEST\na1           1G    512M\n" } },
	/* pages are joined, in tables and in JSON */
	{ "account list",
	  "GET /v1/accounts?limit=5000 \nGET /v1/accounts?limit=5000&after=web \n",
	  { "NAME PRIORITY QUOTA USED", "web        60    1T   4M", "work" } },
	{ "account show web",
	  "GET /v1/accounts/web \n",
	  { "quota            1T\n", "used             4M\n",
	    "windows          mon-fri 06:00-22:00\n", "max duration     1d\n" } },
	/* what is not named stays, what is counted is not sent back */
	{ "account set web --quota 2T --quota-volatile 1G --priority 70 --window 'sat,sun' "
	  "--window '22:00-06:00' --zone -03:30 --max-duration none --max-not-in-use 1h "
	  "--bandwidth none --max-distance rack --appliances none --strategy class,near",
	  "GET /v1/accounts/web \n"
	  "PUT /v1/accounts/web {\"name\":\"web\",\"quota\":{\"total\":2199023255552,"
	  "\"volatile\":1073741824},\"priority\":70,\"windows\":[\"sat,sun\",\"22:00-06:00\"],"
	  "\"strategies\":[\"class\",\"near\"],\"minutes_west\":210,\"max_not_in_use\":3600,"
	  "\"max_distance\":\"rack\"}\n",
	  { "name             web\n" } },
	{ "account set web --quota none",
	  "GET /v1/accounts/web \n"
	  "PUT /v1/accounts/web {\"name\":\"web\",\"quota\":{},\"priority\":60,"
	  "\"windows\":[\"mon-fri 06:00-22:00\"],\"minutes_east\":60,\"max_duration\":86400,"
	  "\"bandwidth_class\":\"high\",\"appliances\":[\"r1-*\"],\"strategies\":[\"near\"]}\n",
	  { "name             web\n" } },
	{ "account set new --quota-persistent 0",
	  "GET /v1/accounts/new \n"
	  "PUT /v1/accounts/new {\"name\":\"new\",\"quota\":{\"persistent\":0}}\n",
	  { "name             new\n" } },
	{ "account remove web", "DELETE /v1/accounts/web \n", { "removed web\n" } },
	{ "client show c1", "GET /v1/clients/c1 \n", { "id               0x2\n" } },
	{ "client set c1 --id 0x2 --account web",
	  "GET /v1/clients/c1 \n"
	  "PUT /v1/clients/c1 {\"name\":\"c1\",\"id\":\"0x0000000000000002\","
	  "\"account\":\"web\"}\n",
	  { "account          web\n" } },
	{ "client remove c1", "DELETE /v1/clients/c1 \n", { "removed c1\n" } },
	{ "policy show",
	  "GET /v1/policy \n",
	  { "admit            manual\nwarn             5m\n" } },
	{ "policy set --admit automatic --known-only yes --warn 10m --grace 1h",
	  "GET /v1/policy \n"
	  "PUT /v1/policy {\"admit\":\"automatic\",\"warn\":600,\"known_only\":true,"
	  "\"grace\":3600}\n",
	  { "admit            automatic\n" } },
	{ "policy explain one",
	  "GET /v1/allocations/one/explanation \n",
	  { "why              two pieces are needed\n", "nearest" } },
	{ "reservation provision pool --size 8M --account web --strategy most-free",
	  "POST /v1/reservations {\"name\":\"pool\",\"size\":8388608,\"account\":\"web\","
	  "\"strategies\":[\"most-free\"]}\n",
	  { "used             4M\n", "APPLIANCE SIZE\na1          8M\n" } },
	{ "reservation provision pool --size 8M --client c1 --dry-run",
	  "POST /v1/reservations?dry_run=1 {\"name\":\"pool\",\"size\":8388608,"
	  "\"client\":\"c1\"}\n",
	  { "why              two pieces are needed\n" } },
	{ "reservation list",
	  "GET /v1/reservations?limit=5000 \n",
	  { "NAME ACCOUNT SIZE USED\npool web       8M   4M\n" } },
	{ "reservation show pool", "GET /v1/reservations/pool \n", { "account          web\n" } },
	{ "reservation unprovision pool",
	  "DELETE /v1/reservations/pool \n",
	  { "unprovisioned pool\n" } },
	{ "manager status",
	  "GET /v1/status \nGET /v1/managers \n",
	  { "appliances       2\n", "engine           etcd\n" } },
	{ "manager list",
	  "GET /v1/managers \n",
	  { "NAME URL             LEADER\n"
	    "m1   https://m1:7708 yes\n" } },
	{ "manager recover --dry-run",
	  "POST /v1/recovery {\"dry_run\":true}\n",
	  { "dry run          yes\n",
	    "RECOVERED OWNER SIZE REGIONS EPOCH\none       c1      4M       1     3\n",
	    "\nundecided: region 0x7 on a1: its leg 1 is missing\n" } },
	{ "event list",
	  "GET /v1/events?limit=1000&since=0 \n",
	  { "2026-01-01T00:00:00Z      7 alloc.created one  owner=c1\n",
	    "2026-01-01T00:00:01Z      8 appliance.up  a1" } },
	{ "event list --since 7 --type alloc --limit 5",
	  "GET /v1/events?limit=5&since=7&type=alloc \n",
	  { "" } },
};

static void commands(void **state)
{
	struct run r;
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(table); i++) {
		stub_asked(&leader);
		run(&r, "$XMEMADM -c %s/conf %s", dir, table[i].args);
		if (r.status)
			fail_msg("xmemadm %s: %s", table[i].args, r.err);
		assert_string_equal(stub_asked(&leader), table[i].asked);
		for (k = 0; k < 4 && table[i].out[k]; k++)
			assert_contains(r.out, table[i].out[k]);
	}
}

/* With -j and -p there is JSON and nothing else, whatever the command. */
static void json(void **state)
{
	json_t *value;
	struct run r;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(table); i++) {
		run(&r, "$XMEMADM %s -c %s/conf %s", i % 2 ? "-j" : "-p", dir, table[i].args);
		assert_int_equal(r.status, 0);
		value = json_loads(r.out, 0, NULL);
		if (!value)
			fail_msg("xmemadm -j %s: %s", table[i].args, r.out);
		json_decref(value);
		assert_string_equal(r.err, "");
	}
	run(&r, "$XMEMADM -j -c %s/conf account list", dir);
	value = json_loads(r.out, 0, NULL);
	assert_int_equal(json_array_size(value), 2);
	json_decref(value);
}

/* Errors are JSON on the other output, with the daemon's words for programs. */
static void json_errors(void **state)
{
	static const char *const usage[] = { "-j alloc create", "-j nothing", "-j -x",
					     "-j alloc create x --size 1G --layout raid" };
	struct run r;
	json_t *o;
	size_t i;

	(void)state;
	stub_asked(&leader);
	run(&r, "$XMEMADM -j -c %s/conf alloc create two --size 1G", dir);
	assert_int_equal(r.status, 1);
	/* what creates can be asked for again */
	assert_string_equal(stub_asked(&leader),
			    "POST /v1/allocations keyed {\"size\":1073741824,\"name\":\"two\","
			    "\"layout\":\"auto\",\"client\":\"0x0000000000000002\"}\n");
	assert_string_equal(r.out, "");
	assert_string_equal(r.err,
			    "{\"error\":\"not enough memory\",\"reason\":\"no-room\","
			    "\"field\":\"size\",\"details\":[\"a1 has 512M free\",\"a2 is down\"],"
			    "\"status\":507,\"exit\":1}\n");
	run(&r, "$XMEMADM -j -c %s/conf alloc destroy busy", dir);
	assert_string_equal(r.err, "{\"error\":\"busy is attached\",\"reason\":\"refused\","
				   "\"status\":409,\"exit\":1}\n");
	/* all of what a daemon says, however long */
	run(&r, "$XMEMADM -c %s/conf alloc destroy many", dir);
	assert_int_equal(r.status, 1);
	assert_int_equal(strlen(r.err), strlen("xmemadm: no:;\n") - 2 + 30 * 101);
	for (i = 0; i < COUNT(usage); i++) {
		run(&r, "$XMEMADM %s", usage[i]);
		assert_int_equal(r.status, 2);
		assert_string_equal(r.out, "");
		o = json_loads(r.err, 0, NULL);
		assert_non_null(o);
		assert_string_equal(json_string_value(json_object_get(o, "reason")), "usage");
		assert_int_equal(json_integer_value(json_object_get(o, "exit")), 2);
		json_decref(o);
	}
	run(&r, "$XMEMADM -j -c %s/nobody alloc list", dir);
	assert_int_equal(r.status, 3);
	assert_contains(r.err, "\"reason\":\"unreachable\"");
}

static void several_managers(void **state)
{
	struct run r;

	(void)state;
	stub_asked(&leader);
	stub_asked(&follower);
	/* one is dead, one does not lead */
	run(&r, "$XMEMADM -c %s/several alloc show one", dir);
	assert_int_equal(r.status, 0);
	assert_string_equal(stub_asked(&follower), "GET /v1/allocations/one \n");
	assert_string_equal(stub_asked(&leader), "GET /v1/allocations/one \n");
	/* in one run the one that answered comes first from then on */
	run(&r, "printf 'alloc show one\\nalloc show one\\n' | $XMEMADM -c %s/several batch -",
	    dir);
	assert_int_equal(r.status, 0);
	assert_string_equal(stub_asked(&follower), "GET /v1/allocations/one \n");
	assert_string_equal(stub_asked(&leader),
			    "GET /v1/allocations/one \nGET /v1/allocations/one \n");
	/* a refusal is an answer: nobody else is asked */
	run(&r, "$XMEMADM -m %s,https://127.0.0.1:1 -c %s/conf alloc show none", leader.url, dir);
	assert_int_equal(r.status, 1);
	assert_string_equal(r.err, "xmemadm: no /v1/allocations/none\n");
	/* -m counts more than the configuration */
	run(&r, "$XMEMADM -m %s -c %s/nobody alloc show one", leader.url, dir);
	assert_int_equal(r.status, 0);
	run(&r, "$XMEMADM -c %s/nobody alloc show one", dir);
	assert_int_equal(r.status, 3);
	assert_contains(r.err, "no manager answers: https://127.0.0.1:1: ");
	assert_contains(r.err, "; m1 leads and does not answer");
	run(&r, "$XMEMADM -m https://127.0.0.1:1 -c %s/conf alloc list", dir);
	assert_int_equal(r.status, 3);
}

/* A name that comes again would be asked for without an end. */
static void pages_that_repeat(void **state)
{
	struct run r;

	(void)state;
	run(&r, "$XMEMADM -c %s/conf client list", dir);
	assert_int_equal(r.status, 3);
	assert_string_equal(r.err, "xmemadm: the manager's answer has no usable next page\n");
}

static void events(void **state)
{
	struct run r;

	(void)state;
	stub_asked(&leader);
	/* the stream ends; the next request goes on behind the last event */
	run(&r, "$XMEMADM -c %s/conf monitor --manager --since 3", dir);
	assert_int_equal(r.status, 1);
	assert_string_equal(r.out, "2026-01-01T00:00:00Z alloc.created one {\"owner\":\"c1\"}\n"
				   "2026-01-01T00:00:01Z appliance.up a1\n");
	assert_string_equal(stub_asked(&leader),
			    "GET /v1/events?since=3 \nGET /v1/events?since=8 \n");
	assert_string_equal(r.err, "xmemadm: no /v1/events?since=8\n");
	run(&r, "$XMEMADM -j -c %s/conf monitor --type appliance", dir);
	assert_contains(r.out, "\"type\":\"appliance.up\"");
	run(&r, "$XMEMADM -c %s/conf monitor --type secret", dir);
	assert_int_equal(r.status, 1);
	assert_string_equal(r.err, "xmemadm: secret is not yours\n");
	run(&r, "$XMEMADM -c %s/nobody monitor", dir);
	assert_int_equal(r.status, 3);
	assert_contains(r.err, "no manager answers");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands),	     cmocka_unit_test(json),
		cmocka_unit_test(json_errors),	     cmocka_unit_test(several_managers),
		cmocka_unit_test(pages_that_repeat), cmocka_unit_test(events),
	};

	return cmocka_run_group_tests_name("manager", tests, setup, teardown);
}
