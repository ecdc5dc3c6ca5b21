// SPDX-License-Identifier: GPL-2.0-or-later
/* What a manager on etcd refuses before etcd was asked, and while there is none. */
#include "kv_test.h"

static struct xmemd_kv_options options;

static int defaults(void **state)
{
	(void)state;
	options = (struct xmemd_kv_options){
		/* nobody can listen on port 0 */
		.etcd = "http://127.0.0.1:0",
		.name = "m1",
		.url = "https://m1:7708",
		.timeout = 1,
	};
	return 0;
}

static void wrong(int status, const char *text)
{
	struct xmemd_kv *other = NULL;

	refused(xmemd_kv_open(&options, &other, &why), status, text);
	assert_null(other);
	defaults(NULL);
}

static void test_refused(void **state)
{
	char many[1024] = "";
	int i;

	(void)state;
	options.name = NULL;
	wrong(400, "managers on etcd need name= in [manager]: 1 to 63 printable");
	options.name = "";
	wrong(400, "managers on etcd need name= in [manager]");
	options.name = "a b";
	wrong(400, "not \"a b\"");
	options.url = NULL;
	wrong(400, "managers on etcd need url= in [manager]: 1 to 255 printable");
	options.prefix = "/a b";
	wrong(400, "managers on etcd need etcd-prefix= in [manager]: 1 to 126 printable");
	options.lease = 1;
	wrong(400, "a lease of 1 seconds: 2 to 300");
	options.lease = 301;
	wrong(400, "a lease of 301 seconds: 2 to 300");
	options.etcd = " , ";
	wrong(400, "etcd= in [manager] names no member");
	options.etcd = "127.0.0.1:2379";
	wrong(400, "\"127.0.0.1:2379\" (etcd= in [manager]) is not https://HOST:PORT");
	options.etcd = "http://192.0.2.1:2379";
	wrong(400,
	      "http://192.0.2.1:2379 (etcd= in [manager]) is not encrypted: http:// is for the "
	      "loopback interface only");
	options.etcd = "http://127.0.0.1@192.0.2.1:2379";
	wrong(400, "is not encrypted");
	options.etcd = "http://127.0.0.1.example.com:2379";
	wrong(400, "is not encrypted");
	options.etcd = "http://localhost:2379,https://etcd:2379";
	wrong(400, "etcd by https needs ca= in [tls]");
	options.etcd = "https://etcd:2379";
	options.ca = "/dev/null";
	wrong(400, "etcd by https needs cert= in [tls]");
	options.etcd = "https://etcd:2379";
	options.ca = options.cert = "/dev/null";
	options.key = "/nonexistent/key";
	wrong(400, "cannot read /nonexistent/key (key= in [tls]): No such file or directory");
	for (i = 0; i < 17; i++)
		strcat(many, "http://[::1]:2379,");
	options.etcd = many;
	wrong(400, "etcd= in [manager] names more than 16 members");
}

static void test_without_etcd(void **state)
{
	struct xmemd_kv_status status;
	struct xmemd_kv *etcd;
	const struct xmemd_kv_op op = { .key = "a", .value = "1", .expect = XMEMD_KV_ANY };

	(void)state;
	assert_int_equal(xmemd_kv_open(&options, &etcd, &why), 0);
	refused(xmemd_kv_commit(etcd, &op, 1, NULL, &why), 503, "no manager leads at the moment");
	refused(xmemd_kv_list(etcd, "", find, &(struct found){}, NULL, &why), 503,
		"etcd does not answer: http://127.0.0.1:0: ");
	refused(xmemd_kv_members(etcd, NULL, NULL, &why), 503, "etcd does not answer: ");
	xmemd_kv_status(etcd, &status);
	assert_string_equal(status.engine, "etcd");
	assert_false(status.leads);
	assert_int_equal(status.term, 0);
	assert_string_equal(status.leader, "");
	assert_non_null(strstr(status.trouble, "http://127.0.0.1:0"));
	xmemd_kv_close(etcd);
}

static void told(void *arg)
{
	*(bool *)arg = true;
}

static void told_synced(uint64_t revision, void *arg)
{
	(void)revision;
	told(arg);
}

static int told_changed(const char *key, const char *value, uint64_t revision, void *arg)
{
	(void)key;
	(void)value;
	(void)revision;
	told(arg);
	return 0;
}

static void told_leads(uint64_t term, const char *name, const char *url, void *arg)
{
	(void)term;
	(void)name;
	(void)url;
	told(arg);
}

/* Closing must not wait for a lease or for an etcd that is not there. */
static void test_follow_without_etcd(void **state)
{
	bool anything = false;
	const struct xmemd_kv_watcher watcher = { told, told_changed, told_synced, told_leads,
						  &anything };
	struct xmemd_kv *etcd;

	(void)state;
	options.lease = 300;
	assert_int_equal(xmemd_kv_open(&options, &etcd, &why), 0);
	assert_int_equal(xmemd_kv_follow(etcd, &watcher, &why), 0);
	refused(xmemd_kv_commit(etcd, NULL, 0, NULL, &why), 503, "no manager leads at the moment");
	xmemd_kv_close(etcd);
	assert_false(anything);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_refused, defaults),
		cmocka_unit_test_setup(test_without_etcd, defaults),
		cmocka_unit_test_setup(test_follow_without_etcd, defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
