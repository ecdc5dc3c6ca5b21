// SPDX-License-Identifier: GPL-2.0-or-later
/* The JSON of the modules' objects, and what dev attach takes from the manager's. */
#include "attach.h"
#include "objects.h"
#include "out.h"
#include "unit.h"

static void check(json_t *object, const char *text)
{
	char *dump = json_dumps(object, JSON_COMPACT);

	assert_string_equal(dump, text);
	free(dump);
	json_decref(object);
}

static void objects(void **state)
{
	struct xmem_region region = { .id = 1,
				      .size = 2097152,
				      .label = "\"quoted\"",
				      .instance = 255,
				      .epoch = 3,
				      .created = 1700000000 };
	struct xmem_grant grant = { .region = UINT64_MAX,
				    .client = 0xabc,
				    .rights = 3,
				    .epoch = 1,
				    .token = { 1 },
				    .has_token = true };
	struct xmem_session session = { .region = 1,
					.client = 2,
					.id = 3,
					.generation = 4,
					.queues = 5,
					.peer = "192.0.2.9",
					.device = "rxe0" };

	(void)state;
	check(adm_region_json(&region),
	      "{\"id\":1,\"size\":2097152,\"label\":\"\\\"quoted\\\"\","
	      "\"instance\":\"0x00000000000000ff\",\"epoch\":3,\"grants\":0,\"sessions\":0,"
	      "\"created\":1700000000}");
	/* a token is never shown in a list */
	check(adm_grant_json(&grant),
	      "{\"region\":\"0xffffffffffffffff\",\"client\":\"0x0000000000000abc\","
	      "\"rights\":[\"read\",\"write\"],\"epoch\":1,\"sessions\":0,\"expiry\":0}");
	check(adm_session_json(&session),
	      "{\"region\":1,\"client\":\"0x0000000000000002\",\"session\":\"0x0000000000000003\","
	      "\"generation\":4,\"queues\":5,\"peer\":\"192.0.2.9\",\"device\":\"rxe0\"}");
}

static void device(void **state)
{
	struct xmem_dev dev = { .id = 3,
				.name = "swap0",
				.size = 4096,
				.layout = 1,
				.state = 99,
				.legs = 1,
				.interfaces = XMEM_INTERFACE_BLOCK | XMEM_INTERFACE_SWAPFILE,
				.slab_size = 8192 };
	json_t *o, *leg, *as;

	(void)state;
	dev.leg[0] = (struct xmem_leg){ .address = "fd00::1",
					.port = 7707,
					.region = 9,
					.state = XMEM_LEG_STATE_RECONNECTING,
					.last_error = "gone" };
	o = adm_dev_json(&dev);
	leg = json_array_get(json_object_get(o, "legs"), 0);
	assert_string_equal(json_string_value(json_object_get(o, "path")), "/dev/xmem3");
	assert_string_equal(json_string_value(json_object_get(o, "layout")), "concat");
	/* a state of a newer module */
	assert_string_equal(json_string_value(json_object_get(o, "state")), "unknown");
	assert_string_equal(json_string_value(json_object_get(leg, "state")), "reconnecting");
	assert_string_equal(json_string_value(json_object_get(leg, "last-error")), "gone");
	as = json_object_get(o, "interfaces");
	assert_int_equal(json_array_size(as), 2);
	assert_string_equal(json_string_value(json_array_get(as, 0)), "block");
	assert_string_equal(json_string_value(json_array_get(as, 1)), "swapfile");
	assert_int_equal(json_integer_value(json_object_get(o, "slab-size")), 8192);
	json_decref(o);
	/* nothing in /dev */
	dev.interfaces = XMEM_INTERFACE_SWAPFILE;
	o = adm_dev_json(&dev);
	assert_null(json_object_get(o, "path"));
	json_decref(o);
}

static int attach(const char *text, struct xmem_dev *want, struct adm *adm)
{
	json_t *answer = json_loads(text, 0, NULL);
	int rc;

	assert_non_null(answer);
	memset(want, 0, sizeof(*want));
	rc = adm_attach_from_json(adm, answer, want);
	json_decref(answer);
	return rc;
}

#define TOKEN "\"token\":\"000102030405060708090a0b0c0d0e0f\""
#define LEG(ADDRESS, PORT, REGION, EPOCH)                                             \
	"{\"address\":\"" ADDRESS "\",\"port\":" PORT ",\"region\":" REGION "," TOKEN \
	",\"epoch\":" EPOCH "}"
#define ANSWER(LEGS) "{\"layout\":\"concat\",\"client\":\"0x2\",\"legs\":[" LEGS "]}"

static void attachment(void **state)
{
	struct adm adm = { 0 };
	struct xmem_dev want;

	(void)state;
	if (attach(ANSWER(LEG("192.0.2.1", "7707", "\"0x10\"", "1") "," LEG("fd00::1", "80", "5",
									    "4294967295")),
		   &want, &adm))
		fail_msg("%s", adm.err.text);
	assert_int_equal(want.legs, 2);
	assert_int_equal(want.layout, XMEM_LAYOUT_CONCAT);
	assert_int_equal(want.client, 2);
	assert_int_equal(want.leg[0].region, 16);
	assert_int_equal(want.leg[1].region, 5);
	assert_int_equal(want.leg[1].index, 1);
	assert_int_equal(want.leg[1].epoch, UINT32_MAX);
	assert_int_equal(want.leg[1].token[15], 15);
}

static void bad_attachment(void **state)
{
	static const struct {
		const char *text, *what;
	} table[] = {
		{ "{}", "client" },
		{ "[]", "client" },
		{ "{\"client\":\"0x0\"}", "client" },
		{ "{\"client\":\"0x1\"}", "legs" },
		{ "{\"client\":\"0x1\",\"legs\":[1]}", "layout" },
		{ "{\"client\":\"0x1\",\"layout\":\"mirror\",\"legs\":[1]}", "layout" },
		{ "{\"client\":\"0x1\",\"layout\":\"single\",\"legs\":[1]}", "address" },
		{ ANSWER(LEG("host", "1", "1", "1")), "address" },
		{ ANSWER(LEG("192.0.2.1", "65536", "1", "1")), "port" },
		{ ANSWER(LEG("192.0.2.1", "-1", "1", "1")), "port" },
		{ ANSWER(LEG("192.0.2.1", "1", "0", "1")), "region" },
		{ ANSWER(LEG("192.0.2.1", "1", "\"x\"", "1")), "region" },
		{ ANSWER(LEG("192.0.2.1", "1", "1", "4294967296")), "epoch" },
		{ ANSWER("{\"address\":\"192.0.2.1\",\"region\":1,\"token\":\"00\"}"), "token" },
		{ ANSWER("{\"address\":\"192.0.2.1\",\"region\":1}"), "token" },
	};
	struct xmem_dev want;
	struct adm adm;
	char words[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(table); i++) {
		if (!attach(table[i].text, &want, &adm))
			fail_msg("accepted: %s", table[i].text);
		snprintf(words, sizeof(words), "the manager's answer has no usable %s",
			 table[i].what);
		assert_string_equal(adm.err.text, words);
		assert_int_equal(adm.err.kind, XMEM_ERR_UNREACHABLE);
	}
}

static void leg_text(void **state)
{
	struct adm adm = { 0 };
	struct xmem_leg leg = { 0 };

	(void)state;
	assert_int_equal(
		adm_attach_leg(&adm, "[fd00::1]:80,0x10,000102030405060708090a0b0c0d0e0f,7", &leg),
		0);
	assert_string_equal(leg.address, "fd00::1");
	assert_int_equal(leg.port, 80);
	assert_int_equal(leg.region, 16);
	assert_int_equal(leg.epoch, 7);
	assert_true(leg.has_token);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects),    cmocka_unit_test(device),
		cmocka_unit_test(attachment), cmocka_unit_test(bad_attachment),
		cmocka_unit_test(leg_text),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
