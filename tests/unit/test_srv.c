// SPDX-License-Identifier: GPL-2.0-or-later
/* Answers of DNS, made here byte by byte, and the order in which managers are asked. */
#include <arpa/nameser.h>

#include "srv.h"
#include "unit.h"

/* A message with one question and records for it. */
struct message {
	unsigned char bytes[4096];
	size_t len;
};

static void put16(struct message *m, unsigned int value)
{
	m->bytes[m->len++] = (unsigned char)(value >> 8);
	m->bytes[m->len++] = (unsigned char)value;
}

static void put_name(struct message *m, const char *name)
{
	while (*name) {
		size_t len = strcspn(name, ".");

		m->bytes[m->len++] = (unsigned char)len;
		memcpy(m->bytes + m->len, name, len);
		m->len += len;
		name += len + (name[len] == '.');
	}
	m->bytes[m->len++] = 0;
}

static void begin(struct message *m, unsigned int answers)
{
	m->len = 0;
	put16(m, 1);
	put16(m, 0x8180);
	put16(m, 1);
	put16(m, answers);
	put16(m, 0);
	put16(m, 0);
	put_name(m, "_xmem._tcp.lab");
	put16(m, ns_t_srv);
	put16(m, ns_c_in);
}

static void add(struct message *m, unsigned int type, unsigned int priority, unsigned int weight,
		unsigned int port, const char *host)
{
	size_t at;

	put16(m, 0xc00c); /* the name of the question */
	put16(m, type);
	put16(m, ns_c_in);
	put16(m, 0);
	put16(m, 60);
	at = m->len;
	put16(m, 0);
	put16(m, priority);
	put16(m, weight);
	put16(m, port);
	put_name(m, host);
	m->bytes[at] = (unsigned char)((m->len - at - 2) >> 8);
	m->bytes[at + 1] = (unsigned char)(m->len - at - 2);
}

static void reads(void **state)
{
	struct xmem_srv list[XMEM_SRV_MAX];
	struct xmem_err err;
	struct message m;
	size_t count;
	int i;

	(void)state;
	begin(&m, 4);
	add(&m, ns_t_srv, 10, 5, 7708, "m1.lab");
	add(&m, ns_t_txt, 10, 5, 7708, "m2.lab");
	add(&m, ns_t_srv, 20, 0, 443, "m3.lab");
	add(&m, ns_t_srv, 0, 0, 1, "");
	assert_int_equal(xmem_srv_read(m.bytes, m.len, list, &count, &err), 0);
	assert_int_equal(count, 2);
	assert_string_equal(list[0].host, "m1.lab");
	assert_int_equal(list[0].port, 7708);
	assert_int_equal(list[0].weight, 5);
	assert_string_equal(list[1].host, "m3.lab");
	assert_int_equal(list[1].priority, 20);
	/* more than fit */
	begin(&m, XMEM_SRV_MAX + 9);
	for (i = 0; i < XMEM_SRV_MAX + 9; i++)
		add(&m, ns_t_srv, 0, 0, 1, "m.lab");
	assert_int_equal(xmem_srv_read(m.bytes, m.len, list, &count, &err), 0);
	assert_int_equal(count, XMEM_SRV_MAX);
}

/* Every cut of a good answer is refused or gives less, and reads nothing beyond. */
static void broken(void **state)
{
	struct xmem_srv list[XMEM_SRV_MAX];
	struct xmem_err err;
	struct message m;
	size_t count, len;

	(void)state;
	begin(&m, 2);
	add(&m, ns_t_srv, 10, 5, 7708, "m1.lab");
	add(&m, ns_t_srv, 20, 5, 7708, "m2.lab");
	for (len = 0; len < m.len; len++) {
		unsigned char *exact = malloc(len + 1);

		assert_non_null(exact);
		memcpy(exact, m.bytes, len);
		assert_int_not_equal(xmem_srv_read(exact, len, list, &count, &err), 0);
		assert_string_equal(err.text, "the answer of DNS is broken");
		free(exact);
	}
	/* each byte replaced by each other one: an answer or a refusal */
	for (len = 0; len < m.len * 256; len++) {
		unsigned char *exact = malloc(m.len);

		assert_non_null(exact);
		memcpy(exact, m.bytes, m.len);
		exact[len / 256] = (unsigned char)len;
		if (!xmem_srv_read(exact, m.len, list, &count, &err))
			assert_true(count <= 2);
		xmem_srv_ttl(exact, m.len);
		free(exact);
	}
	begin(&m, 1);
	put16(&m, 0xc00c);
	put16(&m, ns_t_srv);
	put16(&m, ns_c_in);
	put16(&m, 0);
	put16(&m, 60);
	put16(&m, 4);
	put16(&m, 1);
	put16(&m, 2);
	assert_int_not_equal(xmem_srv_read(m.bytes, m.len, list, &count, &err), 0);
}

/* The shortest time of all records counts, also of those that only lead to the service. */
static void time_to_live(void **state)
{
	struct message m;

	(void)state;
	begin(&m, 0);
	assert_int_equal(xmem_srv_ttl(m.bytes, m.len), 0);
	assert_int_equal(xmem_srv_ttl(m.bytes, 5), 0);
	begin(&m, 2);
	add(&m, ns_t_srv, 10, 5, 7708, "m1.lab");
	assert_int_equal(xmem_srv_ttl(m.bytes, m.len), 0);
	add(&m, ns_t_srv, 10, 5, 7708, "m2.lab");
	assert_int_equal(xmem_srv_ttl(m.bytes, m.len), 60);
	begin(&m, 2);
	put16(&m, 0xc00c);
	put16(&m, ns_t_cname);
	put16(&m, ns_c_in);
	put16(&m, 0);
	put16(&m, 7);
	put16(&m, 1);
	m.bytes[m.len++] = 0;
	add(&m, ns_t_srv, 10, 5, 7708, "m1.lab");
	assert_int_equal(xmem_srv_ttl(m.bytes, m.len), 7);
}

static unsigned int next_random;

static unsigned int draw(void)
{
	return next_random;
}

static void order(void **state)
{
	const struct xmem_srv given[] = {
		{ "late", 1, 20, 9 },
		{ "heavy", 1, 10, 30 },
		{ "light", 1, 10, 10 },
		{ "none", 1, 10, 0 },
	};
	struct xmem_srv list[4];

	(void)state;
	/* the sums of the drawing are 0 none, 10 light, 40 heavy */
	memcpy(list, given, sizeof(list));
	next_random = 0;
	xmem_srv_order(list, 4, draw);
	assert_string_equal(list[0].host, "none");
	assert_string_equal(list[1].host, "light");
	assert_string_equal(list[2].host, "heavy");
	assert_string_equal(list[3].host, "late");
	memcpy(list, given, sizeof(list));
	next_random = 11;
	xmem_srv_order(list, 4, draw);
	assert_string_equal(list[0].host, "heavy");
	assert_string_equal(list[3].host, "late");
	memcpy(list, given, sizeof(list));
	next_random = 10;
	xmem_srv_order(list, 4, draw);
	assert_string_equal(list[0].host, "light");
	xmem_srv_order(list, 0, draw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(broken),
		cmocka_unit_test(order),
		cmocka_unit_test(time_to_live),
	};

	return cmocka_run_group_tests_name("srv", tests, NULL, NULL);
}
