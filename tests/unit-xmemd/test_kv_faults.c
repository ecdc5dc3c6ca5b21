// SPDX-License-Identifier: GPL-2.0-or-later
/* The key-value store on SQLite when things go wrong: kill -9, a full disk, a failed flush. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "kv_test.h"

#define KILLS 60
#define WRITERS 4

static int acks;

/* Each commit writes one number to both keys of its pair, and then says so. */
static void *write_pairs(void *arg)
{
	struct xmemd_refusal own = {};
	char x[16], y[16], value[24];
	unsigned int number = (unsigned int)(uintptr_t)arg, i;
	const struct xmemd_kv_op ops[] = {
		{ .key = x, .value = value, .expect = XMEMD_KV_ANY },
		{ .key = y, .value = value, .expect = XMEMD_KV_ANY },
	};

	snprintf(x, sizeof(x), "x%u", number);
	snprintf(y, sizeof(y), "y%u", number);
	for (i = 1;; i++) {
		unsigned int ack[2] = { number, i };

		snprintf(value, sizeof(value), "%u", i);
		if (xmemd_kv_commit(kv, ops, 2, NULL, &own) || write(acks, ack, sizeof(ack)) < 0)
			_exit(1);
	}
	return NULL;
}

static void run_writers(void)
{
	pthread_t thread;
	uintptr_t i;

	if (try_open(&kv))
		_exit(1);
	for (i = 1; i < WRITERS; i++)
		pthread_create(&thread, NULL, write_pairs, (void *)i);
	write_pairs(NULL);
}

/* Lets it make so many commits, then kills it; @last: what each writer was told last. */
static void kill_after(int commits, unsigned int *last)
{
	unsigned int ack[2];
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (!pid) {
		close(fds[0]);
		acks = fds[1];
		run_writers();
	}
	close(fds[1]);
	memset(last, 0, WRITERS * sizeof(*last));
	while (commits--) {
		assert_int_equal(read(fds[0], ack, sizeof(ack)), sizeof(ack));
		last[ack[0]] = ack[1];
	}
	kill(pid, SIGKILL);
	/* what was said until then counts as well */
	while (read(fds[0], ack, sizeof(ack)) == sizeof(ack))
		last[ack[0]] = ack[1];
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

static unsigned int number_at(const char *kind, int writer)
{
	char key[16];
	struct found found;

	snprintf(key, sizeof(key), "%s%d", kind, writer);
	found = list(key);
	return found.count ? (unsigned int)strtoul(strchr(found.text, '=') + 1, NULL, 10) : 0;
}

static void test_kill(void **state)
{
	unsigned int last[WRITERS], x;
	int round, i;

	(void)state;
	for (round = 0; round < KILLS; round++) {
		/* a new database each time, so that its making is met as well */
		close_kv(NULL);
		kill_after(round % 30, last);
		assert_int_equal(try_open(&kv), 0);
		for (i = 0; i < WRITERS; i++) {
			x = number_at("x", i);
			assert_int_equal(x, number_at("y", i));
			/* what was said is there; at most the one that was under way beside it */
			assert_true(x == last[i] || x == last[i] + 1);
		}
	}
}

/* Fills the store until it is refused; gives how many records fitted. */
static int fill(int status, const char *text)
{
	char *big = malloc(50001), key[16];
	struct xmemd_kv_status after;
	uint64_t revision;
	int n;

	memset(big, 'x', 50000);
	big[50000] = '\0';
	for (n = 0; n < 1000; n++) {
		snprintf(key, sizeof(key), "k%03d", n);
		if (set(key, big, XMEMD_KV_ANY))
			break;
	}
	free(big);
	xmemd_kv_status(kv, &after);
	revision = after.revision;
	assert_true(n > 0 && n < 1000);
	if (why.status != status || !strstr(why.text, text))
		fail_msg("%d %s", why.status, why.text);
	refused(-1, status, text);
	assert_int_equal(list("").count, n);
	xmemd_kv_status(kv, &after);
	assert_int_equal(after.revision, revision);
	assert_true(after.leads);
	return n;
}

static void test_file_size(void **state)
{
	struct rlimit limit, old;
	int n;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	signal(SIGXFSZ, SIG_IGN);
	limit = (struct rlimit){ 1 << 20, old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	n = fill(500, "disk I/O error");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(set("after", "1", XMEMD_KV_ANY), 0);
	reopen();
	assert_int_equal(list("").count, n + 1);
	assert_int_equal(list("k").count, n);
}

/* In a child with mounts of its own; skipped where that is not allowed. */
static int run_full(void)
{
	char small[80];
	int n;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return 77;
	snprintf(small, sizeof(small), "%s/small", dir);
	if (mkdir(small, 0700) || mount("tmpfs", small, "tmpfs", 0, "size=1m"))
		return 77;
	snprintf(path, sizeof(path), "%s/db", small);
	assert_int_equal(try_open(&kv), 0);
	n = fill(507, "no room left for the manager's database");
	assert_int_equal(mount("tmpfs", small, "tmpfs", MS_REMOUNT, "size=2m"), 0);
	assert_int_equal(set("after", "1", XMEMD_KV_ANY), 0);
	reopen();
	assert_int_equal(list("").count, n + 1);
	close_kv(NULL);
	return 0;
}

static void test_full(void **state)
{
	char small[80];
	int status;
	pid_t pid;

	(void)state;
	fflush(NULL);
	pid = fork();
	if (!pid) {
		/* a failed assertion would go on with the tests behind this one */
		alarm(60);
		_exit(run_full());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	snprintf(small, sizeof(small), "%s/small", dir);
	rmdir(small);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
}

/* SQLite's own way to files, but the flush of its log can be made to fail. */
static bool flush_fails;
static sqlite3_io_methods methods;
static const sqlite3_io_methods *original;

static int sync_file(sqlite3_file *file, int flags)
{
	return flush_fails ? SQLITE_IOERR_FSYNC : original->xSync(file, flags);
}

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	sqlite3_vfs *parent = vfs->pAppData;
	int rc = parent->xOpen(parent, name, file, flags, out);

	/* files differ in their methods: only the one that commits flush is changed */
	if (rc == SQLITE_OK && flags & SQLITE_OPEN_WAL) {
		original = file->pMethods;
		methods = *original;
		methods.xSync = sync_file;
		file->pMethods = &methods;
	}
	return rc;
}

static void test_flush(void **state)
{
	sqlite3_vfs *parent = sqlite3_vfs_find(NULL), vfs = *parent;
	struct xmemd_kv_status status;
	struct found found;

	(void)state;
	vfs.zName = "failing";
	vfs.pAppData = parent;
	vfs.xOpen = open_file;
	assert_int_equal(sqlite3_vfs_register(&vfs, 1), SQLITE_OK);
	reopen();
	assert_int_equal(set("a", "1", XMEMD_KV_ANY), 0);
	flush_fails = true;
	assert_int_equal(set("a", "2", XMEMD_KV_ANY), XMEMD_KV_UNSURE);
	assert_non_null(strstr(why.text, "disk I/O error"));
	flush_fails = false;
	/* whether it survives nobody knows, so nothing may be built on it */
	refused(set("b", "1", XMEMD_KV_ANY), 503,
		"takes no more changes: a flush of the disk failed");
	xmemd_kv_status(kv, &status);
	assert_false(status.leads);
	assert_non_null(strstr(status.trouble, "start xmemd anew"));
	reopen();
	found = list("");
	assert_int_equal(found.count, 1);
	assert_true(!strcmp(found.text, "a=1") || !strcmp(found.text, "a=2"));
	assert_int_equal(set("b", "1", XMEMD_KV_ANY), 0);
	close_kv(NULL);
	sqlite3_vfs_unregister(&vfs);
	assert_int_equal(try_open(&kv), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_kill, open_kv, close_kv),
		cmocka_unit_test_setup_teardown(test_file_size, open_kv, close_kv),
		cmocka_unit_test_setup_teardown(test_full, open_kv, close_kv),
		cmocka_unit_test_setup_teardown(test_flush, open_kv, close_kv),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
