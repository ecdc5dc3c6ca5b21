// SPDX-License-Identifier: GPL-2.0-or-later
/* What xmemadm says to what is typed; no module is loaded here, no daemon runs. */
#include "unit.h"

static void check(const char *args, int status, const char *words)
{
	struct run r;

	run(&r, "$XMEMADM %s", args);
	if (r.status != status)
		fail_msg("xmemadm %s: exit code %d instead of %d: %s", args, r.status, status,
			 r.err);
	assert_contains(r.err, "xmemadm: ");
	assert_contains(r.err, words);
	/* one line, whatever happened */
	assert_ptr_equal(strchr(r.err, '\n'), r.err + strlen(r.err) - 1);
}

static const struct {
	const char *args, *words;
} refused[] = {
	{ "", "an object is missing" },
	{ "-x", "unknown option -x; possible are -j, -p, -c CONF, -m MANAGERS, help" },
	{ "-c", "-c needs a file" },
	{ "-m", "-m needs managers; possible are at most 16 of https://HOST:PORT" },
	{ "-m m1:7708 alloc list", "\"m1:7708\" is no manager; possible are at most 16 of" },
	{ "foo", "unknown object \"foo\"; possible are account, alloc, appliance, batch, client, "
		 "dev, event, manager, monitor, pagecache, pki, policy, region, reservation, "
		 "space" },
	{ "region", "a command is missing" },
	{ "region foo", "unknown command \"foo\" of region; possible are create, destroy, list" },
	{ "region create", "--size SIZE is missing" },
	{ "region create --size", "--size needs a value" },
	{ "region create --size 5X", "\"5X\" is not a size" },
	{ "region create --size 0", "--size 0: possible are multiples of 2M" },
	{ "region create --size 2M --size 4M", "--size was given twice" },
	{ "region create --sise 2M", "unknown option --sise; possible are --size, --label, --id" },
	{ "region create 1 --size 2M", "unexpected \"1\"; possible is: xmemadm region create" },
	{ "region create --size 2M --id 0", "--id 0: possible is 1 to" },
	{ "region create --size 2M --id x", "--id x: possible is 1 to" },
	{ "region create --size 2M --label $(printf %064d 0)",
	  "label is too long; possible are 63" },
	{ "region destroy", "something is missing; possible is: xmemadm region destroy ID" },
	{ "region destroy 0", "\"0\" is not a region; possible is a number from 1" },
	{ "region destroy x", "\"x\" is not a region" },
	{ "region destroy 1 2", "unexpected \"2\"" },
	{ "region show -1", "unknown option -1" },
	{ "region label 1", "xmemadm region label ID TEXT" },
	{ "region grant 1", "--client HEX is missing" },
	{ "region grant 1 --client 0", "\"0\" is not a client identity" },
	{ "region grant 1 --client 1 --rights all",
	  "unknown right \"all\"; possible are read, write, read,write" },
	{ "region grant 1 --client 1 --rights ''", "unknown right \"\"" },
	{ "region grant 1 --client 1 --token 12", "the token has 2 characters; it must have 32" },
	{ "region grant 1 --client 1 --expiry soon", "\"soon\" is not a time" },
	{ "region grant 1 --client 1 --expiry 0", "possible is 1s or more, or never" },
	{ "region revoke 1 --client xyz", "\"xyz\" is not a client identity" },
	{ "region grants x", "\"x\" is not a region" },
	{ "appliance set", "xmemadm appliance set memory SIZE" },
	{ "appliance set size 1G", "unknown setting \"size\"; possible is memory SIZE" },
	{ "appliance set memory lots", "\"lots\" is not a size" },
	{ "appliance add 'a b' https://x:1", "\"a b\" cannot be a name; possible are 1 to 63" },
	{ "dev attach", "xmemadm dev attach NAME" },
	{ "dev attach -- -x", "\"-x\" cannot be a name" },
	{ "dev attach x --appliance 192.0.2.1", "--appliance needs --region N" },
	{ "dev attach x --appliance 192.0.2.1 --region 1",
	  "needs one of --token HEX, --token-file" },
	{ "dev attach x --appliance host --region 1", "\"host\" is no address; possible are" },
	{ "dev attach x --region 1", "--region needs --appliance ADDRESS" },
	{ "dev attach x --token 1", "--token needs --appliance ADDRESS" },
	{ "dev attach x --leg 192.0.2.1", "possible is ADDRESS[:PORT],REGION,TOKEN[,EPOCH]" },
	{ "dev attach x --leg 192.0.2.1,0,00", "\"0\" is not a region" },
	{ "dev attach x --leg 192.0.2.1,1,00", "the token has 2 characters" },
	{ "dev attach x --leg 192.0.2.1,1,@/nonexistent", "cannot read /nonexistent" },
	{ "dev attach x --leg 192.0.2.1,1,$(printf %032d 0),-1", "epoch \"-1\": possible is 0 to" },
	{ "dev attach x --leg 192.0.2.1,1,$(printf %032d 0),1,2", "possible is ADDRESS[:PORT]" },
	{ "dev attach x --queues 65", "--queues 65: possible is 1 to 64" },
	{ "dev attach x --queues 0", "--queues 0: possible is 1 to 64" },
	{ "dev attach x --depth 3", "--depth 3: possible is 4 to 1024" },
	{ "dev attach x --id 1024", "--id 1024: possible is 0 to 1023" },
	{ "dev attach x --deadline 99ms", "--deadline 99ms: possible is 100ms to 3600s" },
	{ "dev attach x --timeout 2h", "--timeout 2h: possible is 100ms to 3600s" },
	{ "dev attach x --as char", "--as: no interface \"char\"; possible are block, frontswap" },
	{ "dev attach x --as block,,swapfile", "--as: no interface \"\"" },
	{ "dev attach x --as ''", "--as: no interface \"\"" },
	{ "dev attach x --slab 5X", "\"5X\" is not a size" },
	{ "dev attach x --stage much", "\"much\" is not a size" },
	{ "dev attach x --client 0", "\"0\" is not a client identity" },
	{ "-c /dev/null dev attach x", "no managers= in [client] of /dev/null" },
	{ "dev set 0", "--deadline TIME is missing" },
	{ "dev set 0 --deadline 1", "xmem is not loaded" },
	{ "-c /nonexistent dev id", "cannot read /nonexistent" },
	{ "alloc create x", "--size SIZE is missing" },
	{ "alloc create x/y --size 1G", "\"x/y\" cannot be a name" },
	{ "alloc create x --size 0", "--size 0: possible is 1 to 1P" },
	{ "alloc create x --size 1G --layout raid",
	  "--layout raid: possible are auto, single, concat" },
	{ "-c /dev/null alloc create x --size 1G", "no managers= in [client] of /dev/null" },
	{ "-c /dev/null alloc list", "no managers= in [client] of /dev/null" },
	{ "alloc show ..", "\"..\" cannot be a name" },
	{ "alloc show a b", "unexpected \"b\"; possible is: xmemadm alloc show NAME" },
	{ "alloc create x --size 1G --strategy best",
	  "--strategy best: possible are best-fit, most-free, two-choices, near, backing" },
	{ "alloc create x --size 1G --strategy near,,class",
	  "an empty word; possible is STRATEGY" },
	{ "alloc create x --size 1G --near rack", "\"rack\" is no label; possible are" },
	{ "alloc create x --size 1G --max-distance far",
	  "--max-distance far: possible are any, numa, switch, rack, site" },
	{ "alloc create x --size 1G --spread house",
	  "--spread house: possible are appliance, rack, switch, site" },
	{ "alloc create x --size 1G --min-regions 0", "--min-regions 0: possible is 1 to 64" },
	{ "alloc create x --size 1G --max-regions 65", "--max-regions 65: possible is 1 to 64" },
	{ "alloc create x --size 1G --bandwidth huge",
	  "--bandwidth huge: possible are any, low, medium, high" },
	{ "alloc create x --size 1G --type eternal",
	  "--type eternal: possible are volatile, persistent" },
	{ "alloc create x --size 1G --account a/b", "\"a/b\" cannot be a name" },
	{ "alloc create x --size 1G --client me", "\"me\" is not a client identity" },
	{ "alloc create x --size 1G --duration 1500ms",
	  "--duration 1500ms: possible is 1s to 3650d, in whole seconds" },
	{ "alloc create x --size 1G --duration 0", "--duration 0: possible is 1s to 3650d" },
	{ "alloc create x --size 1G --duration long", "\"long\" is not a time" },
	{ "alloc create x --size 1G --not-in-use 200000d", "--not-in-use 200000d: possible is 1s" },
	{ "alloc create x --size 1G --apart --apart", "--apart was given twice" },
	{ "alloc create x --size 1G --class $(printf '\\377')",
	  "--class: possible is text in UTF-8" },
	{ "alloc create x --size 1G --max-load 1001", "--max-load 1001: possible is 1 to 1000" },
	{ "alloc create x --size 1G --max-latency 0", "--max-latency 0: possible is 1 to" },
	{ "alloc create x --size 1G --min-bandwidth x", "--min-bandwidth x: possible is 1 to" },
	{ "alloc create x --size 1G --reservation ..", "\"..\" cannot be a name" },
	{ "alloc resize x", "possible is: xmemadm alloc resize NAME SIZE" },
	{ "alloc resize x 0", "0: possible is 1 to 1P" },
	{ "alloc resize x lots", "\"lots\" is not a size" },
	{ "alloc resize .x 1G", "\".x\" cannot be a name" },
	{ "alloc renew", "possible is: xmemadm alloc renew NAME" },
	{ "alloc renew a/b", "\"a/b\" cannot be a name" },
	{ "alloc set x", "nothing to set; possible are --type, --duration, --not-in-use, --label" },
	{ "alloc create x --size 1G --label rack",
	  "\"rack\" is no label; possible are at most 16" },
	{ "alloc create x --size 1G --label none", "\"none\" is no label" },
	{ "alloc list --label", "--label needs a value" },
	{ "alloc list --label job", "\"job\" is no label; possible are at most 16" },
	{ "alloc list --label a=1,a=2", "label \"a\" is given twice" },
	{ "alloc set x --label rack", "\"rack\" is no label; possible are at most 16" },
	{ "alloc set x --label a=1,a=2", "label \"a\" is given twice" },
	{ "alloc set a/b --type volatile", "\"a/b\" cannot be a name" },
	{ "alloc destroy ..", "\"..\" cannot be a name" },
	{ "alloc restructure ..", "\"..\" cannot be a name" },
	{ "alloc restructure x --layout mirror",
	  "--layout mirror: possible are auto, single, concat" },
	{ "space a1", "unexpected \"a1\"; possible is: xmemadm space" },
	{ "space --size 1G", "unknown option --size; possible are --layout" },
	{ "appliance show a/b", "\"a/b\" cannot be a name" },
	{ "appliance set label a1",
	  "unknown setting \"label\"; possible is memory SIZE, or label NAME KEY=VALUE[,...]" },
	{ "appliance set label a1 rack", "\"rack\" is no label" },
	{ "appliance set label a/1 rack=r", "\"a/1\" cannot be a name" },
	{ "appliance set label a1 rack=r x", "unexpected \"x\"" },
	{ "appliance list --state lost", "--state lost: possible are pending, admitted, drained" },
	{ "appliance admit a/b", "\"a/b\" cannot be a name" },
	{ "appliance health a/b", "\"a/b\" cannot be a name" },
	{ "appliance drain", "xmemadm appliance drain NAME" },
	{ "appliance remove a/b", "\"a/b\" cannot be a name" },
	{ "account show a/b", "\"a/b\" cannot be a name" },
	{ "account set a/b", "\"a/b\" cannot be a name" },
	{ "account remove a/b", "\"a/b\" cannot be a name" },
	{ "client add x",
	  "unknown command \"add\" of client; possible are list, show, set, remove" },
	{ "policy set --admit maybe", "--admit maybe: possible are manual, automatic" },
	{ "policy set --known-only perhaps", "--known-only perhaps: possible are yes, no" },
	{ "policy set --warn 0", "--warn 0: possible is 1s to 1d" },
	{ "policy set --grace 31d", "--grace 31d: possible is 1s to 30d" },
	{ "-c /dev/null policy set --admit manual", "no managers= in [client]" },
	{ "account set x --quota lots", "\"lots\" is not a size" },
	{ "account set x --quota 2E", "--quota 2E: possible is 0 to 1E" },
	{ "account set x --quota-volatile 2E", "--quota-volatile 2E: possible is 0 to 1E" },
	{ "account set x --quota-persistent -1", "\"-1\" is not a size" },
	{ "account set x --priority 101", "--priority 101: possible is 0 to 100" },
	{ "account set x --zone 1", "--zone 1: possible is -12:00 to +14:00" },
	{ "account set x --zone +14:01", "--zone +14:01: possible is -12:00 to +14:00" },
	{ "account set x --zone -12:30", "--zone -12:30: possible is -12:00 to +14:00" },
	{ "account set x --zone +01:60", "--zone +01:60: possible is" },
	{ "account set x --max-duration 0", "--max-duration 0: possible is 1s to 3650d" },
	{ "account set x --max-not-in-use never", "\"never\" is not a time" },
	{ "account set x --bandwidth big",
	  "--bandwidth big: possible are any, low, medium, high, none" },
	{ "account set x --max-distance far",
	  "--max-distance far: possible are any, numa, switch, rack, site, none" },
	{ "account set x --strategy any", "--strategy any: possible are best-fit, most-free" },
	{ "account set x --id 1", "unknown option --id; possible are --quota" },
	{ "client set x --id 0", "\"0\" is not a client identity" },
	{ "client set x --account a/b", "\"a/b\" cannot be a name" },
	{ "policy explain a/b", "\"a/b\" cannot be a name" },
	{ "reservation provision x --size 1G",
	  "one of --account NAME and --client NAME is needed" },
	{ "reservation provision x --size 1G --account a --client b", "one of --account NAME" },
	{ "reservation provision x --account a", "--size SIZE is missing" },
	{ "reservation provision a/b --size 1G --account a", "\"a/b\" cannot be a name" },
	{ "reservation provision x --size 1G --account a --strategy x",
	  "--strategy x: possible are best-fit" },
	{ "reservation unprovision a/b", "\"a/b\" cannot be a name" },
	{ "reservation show a/b", "\"a/b\" cannot be a name" },
	{ "manager recover x", "unexpected \"x\"; possible is: xmemadm manager recover" },
	{ "event list --limit 0", "--limit 0: possible is 1 to 10000" },
	{ "event list --since x", "--since x: possible is 0 to" },
	{ "event list --type a/b", "\"a/b\" cannot be a name" },
	{ "monitor --kernel --manager", "possible is one of --kernel and --manager" },
	{ "monitor --type a/b", "\"a/b\" cannot be a name" },
	{ "monitor --since -1", "--since -1: possible is 0 to" },
	{ "-c /dev/null monitor --manager", "no managers= in [client] of /dev/null" },
	{ "batch", "something is missing; possible is: xmemadm batch FILE" },
	{ "batch /nonexistent", "cannot read /nonexistent" },
	{ "pagecache enable --cache x", "--origin DEVICE is missing" },
	{ "pagecache enable --origin /dev/x", "--cache NAME is missing" },
	{ "pagecache enable --origin /dev/x --cache x --name a/b", "\"a/b\" cannot be a name" },
	{ "pagecache enable --origin /dev/x --cache x --block 3K",
	  "--block 3K: possible are multiples of 32K up to 1G" },
	{ "pagecache enable --origin /dev/x --cache x --block 2G", "--block 2G: possible are" },
	{ "pagecache enable --origin /dev/x --cache x --block many", "\"many\" is not a size" },
	{ "pagecache enable --origin /dev/x --cache x --deadline 1ms",
	  "--deadline 1ms: possible is 100ms to 3600s" },
	{ "pagecache enable --origin /dev/x --cache x", "xmem is not loaded" },
	{ "pagecache disable", "xmemadm pagecache disable DEVICE" },
	{ "pagecache status", "xmemadm pagecache status DEVICE" },
	{ "pagecache status /dev/nothing", "cannot open /dev/nothing" },
	{ "pagecache status /dev/null", "/dev/null is no block device" },
	{ "pki issue x", "--role ROLE is missing" },
	{ "pki issue x --role king",
	  "--role king: possible are manager, appliance, client, viewer, admin" },
	{ "pki issue ca --role client", "\"ca\" cannot be a name" },
	{ "pki issue x --role client --san 'a b'", "possible is a DNS name or an IP address" },
	{ "pki issue x --role client --days 0", "--days 0: possible is 1 to 36500" },
	{ "pki issue x --role client --dir /nonexistent", "xmemadm pki init makes a CA" },
	{ "pki revoke x --dir /nonexistent", "xmemadm pki init makes a CA" },
	{ "pki revoke x --days 0", "--days 0: possible is 1 to 36500" },
	{ "pki export x --dir /nonexistent", "cannot read /nonexistent/x.crt" },
	{ "pki export a/b", "\"a/b\" cannot be a name" },
	{ "pki export x --password-file /nonexistent", "cannot read /nonexistent" },
	{ "pki export x --password-file /dev/null", "/dev/null holds no password in its first" },
	{ "pki show /nonexistent", "cannot read /nonexistent" },
	{ "pki show /dev/null", "/dev/null holds no certificate" },
	{ "event watch now", "unexpected \"now\"" },
};

static void refusals(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(refused); i++)
		check(refused[i].args, strstr(refused[i].words, "not loaded") ? 3 : 2,
		      refused[i].words);
}

static void unreachable(void **state)
{
	static const char *const appliance[] = {
		"appliance show", "appliance set memory 2M", "region create --size 2M",
		"region list",	  "region grants",	     "region sessions"
	};
	static const char *const client[] = {
		"dev list", "dev show x", "dev detach x",
		"dev attach x --client 1 --leg 192.0.2.1,1,$(printf %032d 0)"
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(appliance); i++)
		check(appliance[i], 3,
		      "xmem_appliance is not loaded: modprobe xmem_appliance memory=SIZE");
	for (i = 0; i < COUNT(client); i++)
		check(client[i], 3, "xmem is not loaded: modprobe xmem");
	check("monitor --kernel", 3, "neither xmem nor xmem_appliance is loaded");
	check("event watch", 3, "neither xmem nor xmem_appliance is loaded");
}

/* Objects whose part is not beside the program, nor where it is installed. */
static void missing_parts(void **state)
{
	static const char *const objects[] = { "pagecache status", "pki show x",
					       "-m https://m:1 alloc list" };
	struct run r;
	size_t i;

	run(&r, "cp $XMEMADM %s/alone", (const char *)*state);
	assert_int_equal(r.status, 0);
	for (i = 0; i < COUNT(objects); i++) {
		run(&r, "%s/alone %s", (const char *)*state, objects[i]);
		assert_int_equal(r.status, 3);
		assert_contains(r.err, "is missing: xmemadm-");
	}
	run(&r, "%s/alone help", (const char *)*state);
	assert_int_equal(r.status, 0);
	assert_string_equal(r.err, "");
}

/* What asks the kernel has to start fast, also where memory is short. */
static void few_libraries(void **state)
{
	struct run r;

	(void)state;
	run(&r, "ldd $XMEMADM");
	assert_contains(r.out, "libnl-genl");
	assert_null(strstr(r.out, "curl"));
	assert_null(strstr(r.out, "gnutls"));
	assert_null(strstr(r.out, "devmapper"));
}

static void help(void **state)
{
	static const char *const args[] = { "help",
					    "--help",
					    "-h",
					    "region help",
					    "region --help",
					    "region create help",
					    "region create --help",
					    "region create --size 1 --help",
					    "dev attach help" };
	struct run r;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(args); i++) {
		run(&r, "$XMEMADM %s", args[i]);
		assert_int_equal(r.status, 0);
		assert_string_equal(r.err, "");
		assert_contains(r.out, "usage:");
	}
	run(&r, "$XMEMADM help");
	assert_contains(r.out, "exit codes:");
	run(&r, "$XMEMADM dev attach help");
	assert_contains(r.out, "--leg ADDRESS[:PORT],REGION,TOKEN[,EPOCH]");
}

static void identity(void **state)
{
	struct run r;

	(void)state;
	run(&r, "printf '[client]\\nid = 12\\n' >%s/c; $XMEMADM -c %s/c dev id", (char *)*state,
	    (char *)*state);
	assert_int_equal(r.status, 0);
	assert_string_equal(r.out, "0x0000000000000012\n");
	run(&r, "$XMEMADM -j -c %s/c dev id", (char *)*state);
	assert_string_equal(r.out, "{\"client\":\"0x0000000000000012\"}\n");
	run(&r, "$XMEMADM -p -c %s/c dev id >/dev/full", (char *)*state);
	assert_int_equal(r.status, 1);
	assert_contains(r.err, "cannot write the output");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusals),
		cmocka_unit_test(unreachable),
		cmocka_unit_test(help),
		cmocka_unit_test_setup_teardown(missing_parts, make_dir, remove_dir),
		cmocka_unit_test(few_libraries),
		cmocka_unit_test_setup_teardown(identity, make_dir, remove_dir),
	};

	return cmocka_run_group_tests_name("usage", tests, NULL, NULL);
}
