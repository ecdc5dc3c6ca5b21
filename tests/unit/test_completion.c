// SPDX-License-Identifier: GPL-2.0-or-later
/* What bash offers, with tools/completion/xmemadm, against https-stub. */
#include <unistd.h>

#include "stub.h"

static char *dir, *here;
static struct stub server;

static int setup(void **state)
{
	if (make_dir(state))
		return -1;
	dir = *state;
	here = get_current_dir_name();
	if (stub_pki(dir) || !stub_start(&server, dir, "normal"))
		return -1;
	stub_config(dir, "conf", server.url);
	stub_config(dir, "dead", "https://127.0.0.1:1");
	return 0;
}

static int teardown(void **state)
{
	stub_stop(&server);
	free(here);
	return remove_dir(state);
}

/* Completes the last one of the shell words @typed; the offers are in r->out with blanks. */
static void complete(struct run *r, const char *typed)
{
	run(r,
	    "cd %s && bash -c '. %s/../../tools/completion/xmemadm || exit 9; "
	    "COMP_WORDS=(\"$XMEMADM\" \"$@\"); COMP_CWORD=$#; _xmemadm; echo \"${COMPREPLY[*]}\"' "
	    "bash %s",
	    dir, here, typed);
}

static void offers(void **state)
{
	static const struct {
		const char *typed, *words;
	} table[] = {
		{ "al", "alloc" },
		{ "''",
		  "account alloc appliance batch client dev event manager monitor pagecache pki "
		  "policy region reservation space help" },
		{ "nothing ''", "" },
		{ "alloc ''", "create destroy list show resize renew set restructure help" },
		{ "alloc re", "resize renew restructure" },
		{ "-j -c conf alloc re", "resize renew restructure" },
		{ "-", "-j -p -c -m" },
		{ "alloc create x --s", "--size --strategy --spread" },
		{ "alloc create x --size 1G --s", "--strategy --spread" },
		{ "alloc create x --layout ''", "auto single concat" },
		{ "alloc create x --layout s", "single" },
		{ "alloc create x --strategy l", "low-load low-latency" },
		{ "alloc create x --strategy near,l", "near,low-load near,low-latency" },
		{ "alloc create x --size ''", "" },
		{ "alloc create x --dry-run --layout c", "concat" },
		{ "policy set --admit ''", "manual automatic" },
		{ "-c conf appliance admit ''", "a1 a2" },
		{ "-c conf appliance set ''", "memory label" },
		{ "-c conf appliance set label a", "a1 a2" },
		{ "-c conf client set c1 --account w", "web work" },
		{ "-c conf account set web --appliances ''", "a1 a2 none" },
		{ "-c conf reservation show ''", "pool" },
		{ "-c conf dev attach x --client ''", "0x0000000000000002" },
		/* nobody to ask: nothing, and no complaint */
		{ "-c dead appliance admit ''", "" },
		{ "-c nothing appliance admit ''", "" },
		{ "dev show ''", "" },
		/* files are the shell's */
		{ "-c con", "conf" },
		{ "pki show ca.c", "ca.crt" },
		{ "batch con", "conf" },
		{ "pki issue x --dir d", "directory" },
		{ "monitor --k", "--kernel" },
		{ "space --la", "--layout" },
		{ "alloc create x --la", "--layout --label" },
		{ "alloc list --", "--label --help" },
	};
	char words[512];
	struct run r;
	size_t i;

	(void)state;
	run(&r, "mkdir %s/directory", dir);
	for (i = 0; i < COUNT(table); i++) {
		complete(&r, table[i].typed);
		assert_string_equal(r.err, "");
		snprintf(words, sizeof(words), "%s\n", table[i].words);
		if (strcmp(r.out, words))
			fail_msg("xmemadm %s: offers \"%s\"", table[i].typed, r.out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offers),
	};

	return cmocka_run_group_tests_name("completion", tests, setup, teardown);
}
