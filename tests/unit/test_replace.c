// SPDX-License-Identifier: GPL-2.0-or-later
/* Files are replaced whole or not at all. */
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "replace.h"
#include "unit.h"

static char path[160], temp[sizeof(path) + 8];

static int setup(void **state)
{
	if (make_dir(state))
		return -1;
	snprintf(path, sizeof(path), "%s/file", (char *)*state);
	snprintf(temp, sizeof(temp), "%s.new", path);
	return 0;
}

static void assert_is(const char *text, mode_t mode)
{
	char got[64] = "";
	struct stat st;
	FILE *f = fopen(path, "re");

	assert_non_null(f);
	assert_int_equal(fread(got, 1, sizeof(got) - 1, f), strlen(text));
	fclose(f);
	assert_string_equal(got, text);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, mode);
	/* nothing is left over */
	assert_int_equal(access(temp, F_OK), -1);
}

static void replaced(void **state)
{
	char other[sizeof(path) + 8];

	(void)state;
	assert_int_equal(xmem_file_replace(path, 0640, "one", 3), 0);
	assert_is("one", 0640);
	assert_int_equal(xmem_file_replace(path, 0600, "a second one", 12), 0);
	assert_is("a second one", 0600);
	/* what somebody left on the way is neither used nor followed */
	snprintf(other, sizeof(other), "%s.other", path);
	assert_int_equal(symlink(other, temp), 0);
	assert_int_equal(xmem_file_replace(path, 0600, "", 0), 0);
	assert_is("", 0600);
	assert_int_equal(access(other, F_OK), -1);
}

static void refused(void **state)
{
	struct rlimit limit, small;
	char text[64] = "", deep[5000];

	(void)state;
	assert_int_equal(xmem_file_replace(path, 0600, "old", 3), 0);
	memset(deep, 'x', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = 0;
	assert_int_equal(xmem_file_replace(deep, 0600, "new", 3), -ENAMETOOLONG);
	assert_int_equal(xmem_file_replace("/nowhere/file", 0600, "new", 3), -ENOENT);
	assert_int_equal(mkdir(temp, 0700), 0);
	assert_int_equal(xmem_file_replace(path, 0600, "new", 3), -EEXIST);
	assert_int_equal(rmdir(temp), 0);
	/* as on a full disk: the first bytes are written, the rest is not */
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	small = (struct rlimit){ 10, limit.rlim_max };
	setrlimit(RLIMIT_FSIZE, &small);
	assert_int_equal(xmem_file_replace(path, 0600, text, sizeof(text)), -EFBIG);
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_is("old", 0600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replaced),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests_name("replace", tests, setup, remove_dir);
}
