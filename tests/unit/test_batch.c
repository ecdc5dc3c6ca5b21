// SPDX-License-Identifier: GPL-2.0-or-later
/* Many commands from a file: where it stops, which line it names, how words are cut. */
#include "unit.h"

static char *dir;

static int setup(void **state)
{
	if (make_dir(state))
		return -1;
	dir = *state;
	return 0;
}

/* Runs @text as a batch; @options stand behind the file's name. */
static void batch(struct run *r, const char *globals, const char *text, const char *options)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/batch", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	run(r, "cd %s && $XMEMADM %s batch batch %s", dir, globals, options);
}

static const char init[] = "# a comment\n"
			   "\n"
			   "  pki init --dir 'one two' # and another\n"
			   "pki issue a --role viewer --dir \"one two\" --san one.example\n"
			   "pki show one\\ two/a.crt\n";

static void runs(void **state)
{
	struct run r;

	(void)state;
	batch(&r, "-j", init, "");
	assert_int_equal(r.status, 0);
	assert_string_equal(r.err, "");
	assert_contains(r.out, "\"name\":\"xmem CA\"");
	assert_contains(r.out, "\"san\":[\"a\",\"one.example\"]");
	run(&r, "cd %s && printf 'pki show one\\\\ two/a.crt' | $XMEMADM batch -", dir);
	assert_int_equal(r.status, 0);
	assert_contains(r.out, "role             viewer\n");
	batch(&r, "", "", "");
	assert_int_equal(r.status, 0);
	assert_string_equal(r.out, "");
}

static const char broken[] = "pki show one\\ two/a.crt\n"
			     "pki show nothing\n"
			     "-j region list\n"
			     "\n"
			     "event list --limit 0\n"
			     "pki show one\\ two/ca.crt\n";

static void stops(void **state)
{
	struct run r;

	(void)state;
	batch(&r, "", init, "");
	batch(&r, "", broken, "");
	assert_int_equal(r.status, 2);
	assert_contains(r.out, "name             a\n");
	assert_null(strstr(r.out, "xmem CA\nrole"));
	assert_string_equal(r.err,
			    "xmemadm: line 2: cannot read nothing: No such file or directory\n");
	batch(&r, "-j", broken, "");
	assert_contains(r.err, "\"line\":2,\"exit\":2}\n");
}

static void goes_on(void **state)
{
	struct run r;

	(void)state;
	batch(&r, "", broken, "--force");
	assert_int_equal(r.status, 2);
	assert_contains(r.out, "name             xmem CA\n");
	assert_string_equal(r.err,
			    "xmemadm: line 2: cannot read nothing: No such file or directory\n"
			    "xmemadm: line 3: unknown object \"-j\"; possible are account, alloc, "
			    "appliance, batch, client, dev, event, manager, monitor, pagecache, "
			    "pki, policy, region, reservation, space\n"
			    "xmemadm: line 5: --limit 0: possible is 1 to 10000\n"
			    "xmemadm: 3 of 6 lines failed\n");
	/* the exit code is that of the first error */
	batch(&r, "", "region list\npki show nothing\n", "--force");
	assert_int_equal(r.status, 3);
}

static void words(void **state)
{
	static const struct {
		const char *text, *why;
	} table[] = {
		{ "region 'list\n", "line 1: a closing ' is missing" },
		{ "\nregion \"list", "line 2: a closing \" is missing" },
		{ "batch batch\n", "line 1: a batch cannot start a batch" },
		{ "'' x\n", "line 1: unknown object \"\"" },
		{ "re'gi'\"on\" f\\oo\n", "line 1: unknown command \"foo\" of region" },
		{ "region foo#bar\n", "unknown command \"foo#bar\" of region" },
		{ "region\tfoo\r\n", "unknown command \"foo\" of region" },
		{ "region \"a\\\"b\"", "unknown command \"a\"b\" of region" },
		{ "region 'a\\b'", "unknown command \"a\\b\" of region" },
	};
	char text[1024] = "region";
	struct run r;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(table); i++) {
		batch(&r, "", table[i].text, "");
		assert_int_equal(r.status, 2);
		assert_contains(r.err, table[i].why);
	}
	for (i = 0; i < 128; i++)
		strcat(text, " x");
	batch(&r, "", text, "");
	assert_contains(r.err, "line 1: too many words; possible are 128");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs),
		cmocka_unit_test(stops),
		cmocka_unit_test(goes_on),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests_name("batch", tests, setup, remove_dir);
}
