// SPDX-License-Identifier: GPL-2.0-or-later
/* xmem_http_request() and the commands that use it, against tests/unit/https-stub. */
#include <errno.h>

#include "http.h"
#include "stub.h"

static struct {
	char *dir;
	struct stub server;
	char ca[256], cert[256], key[256];
	struct xmem_http http;
} stub;

static int setup(void **state)
{
	struct run r;

	if (make_dir(state))
		return -1;
	stub.dir = *state;
	run(&r, "$XMEMADM pki init --dir %s/other", stub.dir);
	if (r.status || stub_pki(stub.dir) || !stub_start(&stub.server, stub.dir, "normal"))
		return -1;
	snprintf(stub.ca, sizeof(stub.ca), "%s/ca.crt", stub.dir);
	snprintf(stub.cert, sizeof(stub.cert), "%s/c.crt", stub.dir);
	snprintf(stub.key, sizeof(stub.key), "%s/c.key", stub.dir);
	stub.http = (struct xmem_http){
		.url = stub.server.url, .ca = stub.ca, .cert = stub.cert, .key = stub.key
	};
	stub_config(stub.dir, "conf", stub.server.url);
	return 0;
}

static int teardown(void **state)
{
	stub_stop(&stub.server);
	return remove_dir(state);
}

static void answers(void **state)
{
	struct xmem_err err = { 0 };
	json_t *out;

	(void)state;
	assert_int_equal(
		xmem_http_request(&stub.http, "GET", "/v1/allocations/one", NULL, &out, &err), 0);
	assert_string_equal(json_string_value(json_object_get(out, "state")), "ready");
	json_decref(out);
	assert_int_equal(
		xmem_http_request(&stub.http, "DELETE", "/v1/allocations/one", NULL, &out, &err),
		0);
	assert_null(out);
}

static void refusals(void **state)
{
	struct xmem_err err = { 0 };
	json_t *in = json_object(), *out;

	(void)state;
	assert_int_equal(xmem_http_request(&stub.http, "POST", "/v1/allocations", in, &out, &err),
			 -ENOSPC);
	assert_string_equal(err.text, "not enough memory: a1 has 512M free; a2 is down");
	assert_int_equal(err.status, 507);
	assert_int_equal(err.kind, XMEM_ERR_REFUSED);
	assert_int_equal(json_array_size(json_object_get(out, "details")), 2);
	json_decref(out);
	json_decref(in);
	assert_int_equal(xmem_http_request(&stub.http, "GET", "/v1/nothing", NULL, NULL, &err),
			 -ENOENT);
	assert_string_equal(err.text, "no /v1/nothing");
	assert_int_equal(
		xmem_http_request(&stub.http, "GET", "/v1/allocations/odd", NULL, NULL, &err),
		-EREMOTEIO);
	assert_string_equal(err.text, "HTTP status 418");
	assert_int_equal(
		xmem_http_request(&stub.http, "GET", "/v1/allocations/nojson", NULL, NULL, &err),
		-EPROTO);
	assert_contains(err.text, "its answer is no JSON");
	assert_int_equal(err.kind, XMEM_ERR_UNREACHABLE);
}

static void not_reached(void **state)
{
	struct xmem_http http = stub.http;
	struct xmem_err err = { 0 };
	char other[256];

	(void)state;
	http.timeout_ms = 200;
	assert_int_equal(xmem_http_request(&http, "GET", "/slow", NULL, NULL, &err), -ETIMEDOUT);
	assert_int_equal(err.kind, XMEM_ERR_UNREACHABLE);
	http = stub.http;
	http.url = "https://127.0.0.1:1";
	assert_int_equal(xmem_http_request(&http, "GET", "/", NULL, NULL, &err), -ECONNREFUSED);
	/* the server's certificate does not name localhost */
	http.url = strncpy(other, stub.server.url, sizeof(other));
	memcpy(other, "https://localhost", 17);
	snprintf(other + 17, 16, "%s", strrchr(stub.server.url, ':'));
	assert_int_not_equal(xmem_http_request(&http, "GET", "/", NULL, NULL, &err), 0);
	assert_int_equal(err.kind, XMEM_ERR_UNREACHABLE);
	http = stub.http;
	snprintf(other, sizeof(other), "%s/other/ca.crt", stub.dir);
	http.ca = other;
	assert_int_equal(xmem_http_request(&http, "GET", "/v1/allocations", NULL, NULL, &err),
			 -EACCES);
	assert_int_equal(err.kind, XMEM_ERR_UNREACHABLE);
}

/* A server whose certificate was revoked is not believed. */
static void revoked(void **state)
{
	struct xmem_http http = stub.http;
	struct xmem_err err = { 0 };
	char crl[256];
	struct run r;

	(void)state;
	snprintf(crl, sizeof(crl), "%s/crl.pem", stub.dir);
	http.crl = crl;
	assert_int_equal(xmem_http_request(&http, "GET", "/v1/status", NULL, NULL, &err), -ENOENT);
	assert_contains(err.text, "crl= in [tls]");
	run(&r, "$XMEMADM pki revoke c --dir %s", stub.dir);
	assert_int_equal(r.status, 0);
	assert_int_equal(xmem_http_request(&http, "GET", "/v1/status", NULL, NULL, &err), 0);
	run(&r, "$XMEMADM pki revoke m --dir %s", stub.dir);
	assert_int_equal(r.status, 0);
	/* what is known of a file lasts as long as its name: another one is read anew */
	run(&r, "cd %s && cp crl.pem crl2.pem", stub.dir);
	snprintf(crl, sizeof(crl), "%s/crl2.pem", stub.dir);
	assert_int_equal(xmem_http_request(&http, "GET", "/v1/status", NULL, NULL, &err), -EACCES);
	assert_int_equal(err.kind, XMEM_ERR_UNREACHABLE);
}

static void headers(void **state)
{
	static const char *const lines[] = { "Idempotency-Key: 1", NULL };
	struct xmem_http http = stub.http;
	struct xmem_err err = { 0 };

	(void)state;
	http.headers = lines;
	stub_asked(&stub.server);
	assert_int_equal(xmem_http_request(&http, "GET", "/v1/status", NULL, NULL, &err), 0);
	assert_string_equal(stub_asked(&stub.server), "GET /v1/status keyed \n");
}

static void settings(void **state)
{
	struct xmem_http http = stub.http;
	struct xmem_err err = { 0 };

	(void)state;
	http.url = "http://127.0.0.1:1";
	assert_int_equal(xmem_http_request(&http, "GET", "/", NULL, NULL, &err), -EINVAL);
	assert_contains(err.text, "is not https://HOST:PORT");
	http = stub.http;
	http.key = "";
	assert_int_equal(xmem_http_request(&http, "GET", "/", NULL, NULL, &err), -ENOENT);
	assert_contains(err.text, "no key= in [tls] of the configuration");
	http.key = "/nonexistent";
	assert_int_equal(xmem_http_request(&http, "GET", "/", NULL, NULL, &err), -ENOENT);
	assert_contains(err.text, "cannot read /nonexistent (key= in [tls])");
	assert_int_equal(err.kind, XMEM_ERR_USAGE);
}

static void statuses(void **state)
{
	static const int codes[] = { EINVAL, EACCES,	   EPERM,  ENOENT,    EEXIST, EBUSY,
				     ERANGE, EHOSTUNREACH, EAGAIN, ETIMEDOUT, ENOSPC, ENOMEM };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(codes); i++)
		assert_in_range(xmem_http_status(codes[i]), 400, 599);
	assert_int_equal(xmem_http_status(EXDEV), 500);
	assert_int_equal(xmem_http_errno(404), ENOENT);
	assert_int_equal(xmem_http_errno(500), EREMOTEIO);
}

static void command(struct run *r, const char *args)
{
	run(r, "$XMEMADM -c %s/conf %s", stub.dir, args);
}

static void commands(void **state)
{
	struct run r;

	(void)state;
	command(&r, "alloc create two --size 1G");
	assert_int_equal(r.status, 1);
	assert_string_equal(r.err, "xmemadm: not enough memory: a1 has 512M free; a2 is down\n");
	command(&r, "alloc destroy busy");
	assert_int_equal(r.status, 1);
	assert_string_equal(r.err, "xmemadm: busy is attached\n");
	command(&r, "dev attach bad");
	assert_int_equal(r.status, 3);
	assert_contains(r.err, "the manager's answer has no usable legs");
	/* the manager's part is done, the module is not there */
	command(&r, "dev attach one");
	assert_int_equal(r.status, 3);
	assert_contains(r.err, "xmem is not loaded");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),     cmocka_unit_test(refusals),
		cmocka_unit_test(not_reached), cmocka_unit_test(settings),
		cmocka_unit_test(headers),     cmocka_unit_test(revoked),
		cmocka_unit_test(statuses),    cmocka_unit_test(commands),
	};

	return cmocka_run_group_tests_name("http", tests, setup, teardown);
}
