// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "config.h"
#include "unit.h"

static char path[256];

static int setup(void **state)
{
	if (make_dir(state))
		return -1;
	snprintf(path, sizeof(path), "%s/xmem.conf", (char *)*state);
	return 0;
}

static int read_text(const char *text, struct xmem_config *config, struct xmem_err *err)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	return xmem_config_read(path, config, err);
}

static void everything(void **state)
{
	static const char text[] = "# comment\n; comment\n\n"
				   "[tls]\nca = /a/ca.crt\ncert=/a/m.crt\n\tkey\t=  /a/m.key  \n"
				   "[daemon]\nroles = manager, appliance\nlisten = 192.0.2.1:80\n"
				   "url = https://h.example:7708\n"
				   "connections = 10000\nconnections-per-address = 7\n"
				   "rate = 5000\nbody = 1M\n"
				   "[manager]\ndatabase = /var/lib/xmem/state.db\nname = m1\n"
				   "url = https://m1.example:7708\n"
				   "etcd = https://e1:2379, http://127.0.0.1:2379\n"
				   "etcd-prefix = /lab/xmem/\n"
				   "[appliance]\nname = a1\nrdma-address = fd00::1\nport = 7000\n"
				   "labels = site=lab,rack=r1\nmanagers = srv:example.org\n"
				   "announce-interval = 2m\nterms = /a/terms\ntemperature = 80\n"
				   "ecc-uncorrected = 3\nmemory-pressure = 20\n"
				   "[client]\nmanagers = https://m:7708,https://[fd00::2]:1\n"
				   "name = c1\nid = 0x12\r\naccount = web\n"
				   "labels = rack=r2\nrenew-interval = 90s\n"
				   "[tls]\ncrl = /a/crl.pem\n";
	struct xmem_config c;
	struct xmem_err err;

	(void)state;
	if (read_text(text, &c, &err))
		fail_msg("%s", err.text);
	assert_string_equal(c.tls.ca, "/a/ca.crt");
	assert_string_equal(c.tls.cert, "/a/m.crt");
	assert_string_equal(c.tls.key, "/a/m.key");
	assert_true(c.daemon.manager);
	assert_true(c.daemon.appliance);
	assert_string_equal(c.daemon.address, "192.0.2.1");
	assert_int_equal(c.daemon.port, 80);
	assert_string_equal(c.manager.database, "/var/lib/xmem/state.db");
	assert_string_equal(c.appliance.name, "a1");
	assert_string_equal(c.appliance.rdma_address, "fd00::1");
	assert_int_equal(c.appliance.port, 7000);
	assert_string_equal(c.client.managers, "https://m:7708,https://[fd00::2]:1");
	assert_string_equal(c.client.name, "c1");
	assert_int_equal(c.client.id, 0x12);
	assert_string_equal(c.tls.crl, "/a/crl.pem");
	assert_false(c.daemon.client);
	assert_string_equal(c.daemon.url, "https://h.example:7708");
	assert_int_equal(c.daemon.connections, 10000);
	assert_int_equal(c.daemon.connections_per_address, 7);
	assert_int_equal(c.daemon.rate, 5000);
	assert_int_equal(c.daemon.body, 1 << 20);
	assert_string_equal(c.manager.name, "m1");
	assert_string_equal(c.manager.url, "https://m1.example:7708");
	assert_string_equal(c.manager.etcd, "https://e1:2379, http://127.0.0.1:2379");
	assert_string_equal(c.manager.etcd_prefix, "/lab/xmem/");
	assert_string_equal(c.appliance.labels, "site=lab,rack=r1");
	assert_string_equal(c.appliance.managers, "srv:example.org");
	assert_int_equal(c.appliance.announce_ms, 120000);
	assert_string_equal(c.appliance.terms, "/a/terms");
	assert_int_equal(c.appliance.temperature, 80);
	assert_int_equal(c.appliance.ecc_uncorrected, 3);
	assert_int_equal(c.appliance.memory_pressure, 20);
	assert_string_equal(c.client.account, "web");
	assert_int_equal(c.client.renew_ms, 90000);
	assert_string_equal(c.client.labels, "rack=r2");
}

static void roles(void **state)
{
	struct xmem_config c;
	struct xmem_err err;

	(void)state;
	assert_int_equal(read_text("[daemon]\nroles = client appliance\n", &c, &err), 0);
	assert_true(c.daemon.client);
	assert_true(c.daemon.appliance);
	assert_false(c.daemon.manager);
	assert_int_equal(read_text("[client]\nmanager = https://m:1\n", &c, &err), 0);
	assert_string_equal(c.client.managers, "https://m:1");
}

static void defaults(void **state)
{
	struct xmem_config c;
	struct xmem_err err;

	(void)state;
	assert_int_equal(read_text("", &c, &err), 0);
	assert_false(c.daemon.manager);
	assert_string_equal(c.daemon.address, "::");
	assert_int_equal(c.daemon.port, XMEM_DAEMON_PORT);
	assert_int_equal(c.daemon.connections, 4096);
	assert_int_equal(c.daemon.connections_per_address, 256);
	assert_int_equal(c.daemon.rate, 1000);
	assert_int_equal(c.daemon.body, 65536);
	assert_string_equal(c.manager.etcd_prefix, "/xmem/");
	assert_string_equal(c.manager.name, c.appliance.name);
	assert_int_equal(c.appliance.announce_ms, 10000);
	assert_string_equal(c.appliance.terms, "/var/lib/xmem/terms");
	assert_int_equal(c.appliance.temperature, 95);
	assert_int_equal(c.appliance.ecc_uncorrected, 1);
	assert_int_equal(c.appliance.memory_pressure, 50);
	assert_int_equal(c.client.renew_ms, 30000);
	assert_int_equal(c.client.id, 0);
	assert_int_equal(read_text("[daemon]\nlisten = 192.0.2.1", &c, &err), 0);
	assert_int_equal(c.daemon.port, XMEM_DAEMON_PORT);
	assert_int_equal(xmem_config_read("/nonexistent/xmem.conf", &c, &err), -ENOENT);
	assert_contains(err.text, "cannot read /nonexistent/xmem.conf");
}

#define SECTIONS "possible are tls, daemon, manager, appliance, client"
#define MANAGERS "possible is at most 16 of https://HOST:PORT with commas, or srv:DOMAIN"
#define NAMES "possible is 1 to 63 of A-Z a-z 0-9 . _ -"

static void refuses(void **state)
{
	static const struct {
		const char *text, *why;
	} table[] = {
		{ "[foo]\n", ":1: unknown section [foo]; " SECTIONS },
		{ "\n\n[tls\n", ":3: ] is missing at the end" },
		{ "[tls] x\n", ":1: ] is missing at the end" },
		{ "ca = /x\n", ":1: ca before any section; " SECTIONS },
		{ "[tls]\nfoo = 1\n",
		  ":2: unknown key foo in [tls]; possible are ca, cert, key, crl" },
		{ "[daemon]\nca = /x\n",
		  ":2: unknown key ca in [daemon]; possible are roles, listen, url, connections" },
		{ "[tls]\nca\n", ":2: neither [section] nor key = value" },
		{ "[tls]\nca = /x\nca = /y\n", ":3: ca was set before" },
		{ "[tls]\nca =\n", ":2: \"\" is no value of ca; possible is an absolute path" },
		{ "[tls]\nkey = x.pem\n",
		  "\"x.pem\" is no value of key; possible is an absolute path" },
		{ "[daemon]\nroles = boss\n",
		  "\"boss\" is no value of roles; possible is manager, appliance, client" },
		{ "[daemon]\nroles = ,\n", "is no value of roles" },
		{ "[daemon]\nlisten = host:1\n", "\"host:1\" is no value of listen" },
		{ "[daemon]\nlisten = 192.0.2.1:0\n",
		  "is no value of listen; possible is ADDRESS" },
		{ "[appliance]\nport = 65536\n",
		  "\"65536\" is no value of port; possible is 1 to 65535" },
		{ "[appliance]\nport = 0\n", "possible is 1 to 65535" },
		{ "[appliance]\nname = a b\n", "\"a b\" is no value of name; " NAMES },
		{ "[appliance]\nrdma-address = a1\n", "possible is an IPv4 or IPv6 address" },
		{ "[tls]\ncrl = crl.pem\n", "is no value of crl; possible is an absolute path" },
		{ "[daemon]\nroles = manager boss\n", "is no value of roles" },
		{ "[daemon]\nurl = http://h:1\n", "possible is https://HOST:PORT" },
		{ "[daemon]\nconnections = 7\n", "possible is 8 to 65536" },
		{ "[daemon]\nconnections = 65537\n", "possible is 8 to 65536" },
		{ "[daemon]\nconnections = many\n", "possible is 8 to 65536" },
		{ "[daemon]\nconnections-per-address = 0\n", "possible is 1 to 65536" },
		{ "[daemon]\nrate = 0\n", "possible is 1 to 1000000 requests per second" },
		{ "[daemon]\nrate = -1\n", "possible is 1 to 1000000" },
		{ "[daemon]\nbody = 1K\n", "\"1K\" is no value of body; possible is 4K to 16M" },
		{ "[daemon]\nbody = 17M\n", "possible is 4K to 16M" },
		{ "[daemon]\nbody = long\n", "possible is 4K to 16M" },
		{ "[manager]\nname = ../m\n", NAMES },
		{ "[manager]\nurl = http://m:1\n", "possible is https://HOST:PORT" },
		{ "[manager]\nurl = https://m:1,https://n:1\n", "possible is https://HOST:PORT" },
		{ "[manager]\netcd = etcd:2379\n", "possible is https://HOST:PORT or http://" },
		{ "[manager]\netcd = http://e:1,\n", "possible is https://HOST:PORT or http://" },
		{ "[manager]\netcd = http://e:1/v3\n", "possible is https://HOST:PORT or http" },
		{ "[manager]\netcd-prefix = xmem\n", "possible is / and at most 62 more" },
		{ "[manager]\netcd-prefix = /a b\n", "possible is / and at most 62 more" },
		{ "[appliance]\nlabels = rack\n",
		  "possible is at most 16 of KEY=VALUE with commas" },
		{ "[appliance]\nlabels = rack=r1,rack=r2\n", "possible is at most 16 of" },
		{ "[appliance]\nlabels =\n", "possible is at most 16 of KEY=VALUE" },
		{ "[appliance]\nannounce-interval = 999ms\n", "possible is a time from 1s to 1h" },
		{ "[appliance]\nannounce-interval = 2h\n", "possible is a time from 1s to 1h" },
		{ "[appliance]\nannounce-interval = often\n", "possible is a time from 1s" },
		{ "[appliance]\ntemperature = 19\n", "possible is 20 to 150 degrees Celsius" },
		{ "[appliance]\necc-uncorrected = 0\n", "possible is 1 to 1000000 errors" },
		{ "[appliance]\nmemory-pressure = 101\n", "possible is 1 to 100 percent" },
		{ "[appliance]\nmanagers = srv:\n", MANAGERS },
		{ "[client]\nmanager = http://m\n", MANAGERS },
		{ "[client]\nmanager = https://m/v1\n", MANAGERS },
		{ "[client]\nmanager = https://\n", MANAGERS },
		{ "[client]\nmanagers = https://m:1,m:2\n", MANAGERS },
		{ "[client]\nmanagers = srv:a..b\n", MANAGERS },
		{ "[client]\nmanagers = https://m:1\nmanager = https://m:1\n",
		  ":3: manager was set before" },
		{ "[client]\naccount = -\n", "is no value of account; " NAMES },
		{ "[client]\nrenew-interval = 0\n", "possible is a time from 1s to 24h" },
		{ "[client]\nrenew-interval = 25h\n", "possible is a time from 1s to 24h" },
		{ "[client]\nid = 0\n",
		  "\"0\" is no value of id; possible is 1 to 16 hexadecimal" },
		{ "[client]\nname = -x\n", NAMES },
	};
	struct xmem_config before, c;
	struct xmem_err err;
	size_t i;

	(void)state;
	memset(&before, 0, sizeof(before));
	xmem_config_defaults(&before);
	for (i = 0; i < COUNT(table); i++) {
		memset(&c, 0, sizeof(c));
		if (!read_text(table[i].text, &c, &err))
			fail_msg("accepted: %s", table[i].text);
		assert_int_equal(err.kind, XMEM_ERR_USAGE);
		assert_contains(err.text, path);
		assert_contains(err.text, table[i].why);
		/* a half-read file leaves nothing behind */
		assert_string_equal(c.tls.ca, before.tls.ca);
		assert_int_equal(c.daemon.port, before.daemon.port);
	}
}

static void long_line(void **state)
{
	char text[4000] = "[tls]\nca = /";
	struct xmem_config c;
	struct xmem_err err;

	(void)state;
	memset(text + strlen(text), 'x', sizeof(text) - strlen(text) - 1);
	text[sizeof(text) - 1] = 0;
	assert_int_not_equal(read_text(text, &c, &err), 0);
	assert_contains(err.text, ":2: the line is too long");
	text[400] = 0;
	assert_int_not_equal(read_text(text, &c, &err), 0);
	assert_contains(err.text, "an absolute path of at most 255 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything), cmocka_unit_test(roles),
		cmocka_unit_test(defaults),   cmocka_unit_test(refuses),
		cmocka_unit_test(long_line),
	};

	return cmocka_run_group_tests_name("config", tests, setup, remove_dir);
}
