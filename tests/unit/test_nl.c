// SPDX-License-Identifier: GPL-2.0-or-later
/* Encoding, decoding and the words of refusals, on messages made here. */
#include <errno.h>
#include <netlink/msg.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "nl_appliance.h"
#include "nl_client.h"
#include "unit.h"

static struct nl_msg *request(const struct xmem_nl_set *set, const void *object,
			      const uint16_t *attrs, size_t count)
{
	struct nl_msg *msg = nlmsg_alloc_size(65536);

	assert_non_null(genlmsg_put(msg, 1, 2, 30, 0, NLM_F_REQUEST, 1, 1));
	assert_true(xmem_nl_put(msg, set, object, attrs, count));
	return msg;
}

static struct nl_msg *dev_request(const struct xmem_dev *dev)
{
	static const uint16_t attrs[] = { XMEM_A_DEV_ID,	XMEM_A_DEV_NAME,
					  XMEM_A_DEV_QUEUES,	XMEM_A_DEV_LEG,
					  XMEM_A_DEV_READ_ONLY, XMEM_A_DEV_INTERFACES,
					  XMEM_A_DEV_SLAB_SIZE, XMEM_A_DEV_STAGE_SIZE };

	return request(&xmem_dev_set_desc, dev, attrs, COUNT(attrs));
}

static void round_trip(void **state)
{
	struct xmem_dev in = { .name = "swap0",
			       .has_id = true,
			       .legs = 2,
			       .read_only = true,
			       .interfaces = XMEM_INTERFACE_SWAPFILE,
			       .slab_size = UINT64_MAX,
			       .stage_size = 4096 },
			out;
	struct genlmsghdr *genl;
	struct nl_msg *msg;

	(void)state;
	in.leg[0] = (struct xmem_leg){ .address = "192.0.2.1", .port = 80, .region = UINT64_MAX };
	in.leg[1] = (struct xmem_leg){
		.index = 1, .address = "fd00::1", .has_token = true, .last_error = "gone"
	};
	memset(&out, 0, sizeof(out));
	msg = dev_request(&in);
	genl = nlmsg_data(nlmsg_hdr(msg));
	xmem_nl_decode(&xmem_dev_set_desc, genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0),
		       &out);
	/* what only the module tells is not sent, its strict check would refuse it */
	in.leg[1].index = 0;
	memset(in.leg[1].last_error, 0, sizeof(in.leg[1].last_error));
	assert_memory_equal(&in, &out, sizeof(in));
	nlmsg_free(msg);
}

static void told_by_the_module(void **state)
{
	struct nl_msg *msg = nlmsg_alloc();
	struct xmem_dev out = { 0 };
	struct genlmsghdr *genl;
	struct nlattr *nest;

	(void)state;
	genlmsg_put(msg, 1, 2, 30, 0, 0, 1, 1);
	nla_put_u32(msg, XMEM_A_DEV_ID, 0);
	nest = nla_nest_start(msg, XMEM_A_DEV_LEG | NLA_F_NESTED);
	nla_put_u32(msg, XMEM_A_LEG_INDEX, 5);
	nla_put_u32(msg, XMEM_A_LEG_STATE, XMEM_LEG_STATE_FAILED);
	nla_put_string(msg, XMEM_A_LEG_LAST_ERROR, "gone");
	nla_nest_end(msg, nest);
	nest = nla_nest_start(msg, XMEM_A_DEV_STATS | NLA_F_NESTED);
	nla_put_u64(msg, XMEM_A_STATS_REPLAYS, UINT64_MAX);
	nla_nest_end(msg, nest);
	genl = nlmsg_data(nlmsg_hdr(msg));
	xmem_nl_decode(&xmem_dev_set_desc, genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0),
		       &out);
	assert_true(out.has_id);
	assert_int_equal(out.legs, 1);
	assert_int_equal(out.leg[0].index, 5);
	assert_int_equal(out.leg[0].state, XMEM_LEG_STATE_FAILED);
	assert_string_equal(out.leg[0].last_error, "gone");
	assert_int_equal(out.stats.replays, UINT64_MAX);
	nlmsg_free(msg);
}

static void leaves_out(void **state)
{
	static const uint16_t attrs[] = { XMEM_APPLIANCE_A_REGION_ID, XMEM_APPLIANCE_A_REGION_LABEL,
					  XMEM_APPLIANCE_A_REGION_FORCE };
	struct xmem_region region = { 0 };
	struct nl_msg *msg = request(&xmem_region_set_desc, &region, attrs, COUNT(attrs));

	(void)state;
	assert_int_equal(nlmsg_hdr(msg)->nlmsg_len, NLMSG_HDRLEN + GENL_HDRLEN);
	nlmsg_free(msg);
	/* an empty label that was asked for is sent */
	region.has_label = true;
	msg = request(&xmem_region_set_desc, &region, attrs, COUNT(attrs));
	assert_int_equal(nlmsg_hdr(msg)->nlmsg_len, NLMSG_HDRLEN + GENL_HDRLEN + 8);
	nlmsg_free(msg);
}

static void too_many_legs(void **state)
{
	static struct xmem_dev in, out;
	const uint16_t attr = XMEM_A_DEV_LEG;
	struct genlmsghdr *genl;
	struct nl_msg *msg;
	unsigned int i;

	(void)state;
	in.legs = XMEM_LEGS_MAX;
	for (i = 0; i < XMEM_LEGS_MAX; i++)
		in.leg[i].region = i + 1;
	msg = request(&xmem_dev_set_desc, &in, &attr, 1);
	assert_true(xmem_nl_put(msg, &xmem_dev_set_desc, &in, &attr, 1));
	genl = nlmsg_data(nlmsg_hdr(msg));
	xmem_nl_decode(&xmem_dev_set_desc, genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0),
		       &out);
	assert_int_equal(out.legs, XMEM_LEGS_MAX);
	assert_int_equal(out.leg[XMEM_LEGS_MAX - 1].region, XMEM_LEGS_MAX);
	nlmsg_free(msg);
}

/* Attributes of a wrong length and those of a newer module are passed over. */
static void strange_attributes(void **state)
{
	struct xmem_region out = { 0 };
	struct nl_msg *msg = nlmsg_alloc();
	struct genlmsghdr *genl;

	(void)state;
	genlmsg_put(msg, 1, 2, 30, 0, 0, 1, 1);
	nla_put_u32(msg, XMEM_APPLIANCE_A_REGION_SIZE, 5);
	nla_put_u64(msg, 200, 6);
	nla_put_u64(msg, XMEM_APPLIANCE_A_REGION_ID, 7);
	nla_put(msg, XMEM_APPLIANCE_A_REGION_LABEL, 100, memset((char[100]){ 0 }, 'x', 100));
	genl = nlmsg_data(nlmsg_hdr(msg));
	xmem_nl_decode(&xmem_region_set_desc, genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0),
		       &out);
	assert_int_equal(out.size, 0);
	assert_int_equal(out.id, 7);
	assert_int_equal(strlen(out.label), XMEM_APPLIANCE_LABEL_MAX);
	nlmsg_free(msg);
}

/* The kernel's answer: error, the request (or only its header), extended ACK attributes. */
struct answer {
	struct nl_msg *msg;
	const struct nlmsghdr *request;
};

static struct answer refusal(const struct nlmsghdr *request, int error, bool capped)
{
	size_t copied = capped ? NLMSG_HDRLEN : request->nlmsg_len;
	struct answer a = { nlmsg_alloc(), request };
	struct nlmsghdr *hdr = nlmsg_put(a.msg, 1, 2, NLMSG_ERROR, 0,
					 NLM_F_ACK_TLVS | (capped ? NLM_F_CAPPED : 0));

	assert_non_null(hdr);
	assert_int_equal(nlmsg_append(a.msg, &error, sizeof(error), 0), 0);
	assert_int_equal(nlmsg_append(a.msg, (void *)request, copied, NLMSG_ALIGNTO), 0);
	return a;
}

static void check(struct answer a, const struct xmem_nl_set *set, int error, const char *words)
{
	struct xmem_err err = { 0 };

	assert_int_equal(xmem_nl_explain(nlmsg_hdr(a.msg), a.request, set, &err), error);
	if (error) {
		assert_string_equal(err.text, words);
		assert_int_equal(err.kind, XMEM_ERR_REFUSED);
		assert_int_equal(err.code, -error);
	}
	nlmsg_free(a.msg);
}

static size_t offset_of(const struct nl_msg *msg, int n, int inner)
{
	const char *base = (const char *)nlmsg_hdr((struct nl_msg *)msg);
	const struct nlattr *nla = (const void *)(base + NLMSG_HDRLEN + GENL_HDRLEN);

	while (n--)
		nla = (const void *)((const char *)nla + NLA_ALIGN(nla->nla_len));
	if (inner >= 0)
		nla = (const void *)((const char *)nla + NLA_HDRLEN);
	while (inner-- > 0)
		nla = (const void *)((const char *)nla + NLA_ALIGN(nla->nla_len));
	return (size_t)((const char *)nla - base);
}

static struct nl_msg *two_legs(void)
{
	struct xmem_dev dev = { .name = "x", .queues = 65, .legs = 2 };

	dev.leg[0] = (struct xmem_leg){ .address = "192.0.2.1", .region = 1, .has_token = true };
	dev.leg[1] = (struct xmem_leg){ .index = 1, .address = "192.0.2.2", .has_token = true };
	return dev_request(&dev);
}

static void words_only(void **state)
{
	struct nl_msg *msg = two_legs();
	struct answer a = refusal(nlmsg_hdr(msg), 0, true);

	(void)state;
	check(a, &xmem_dev_set_desc, 0, NULL);
	a = refusal(nlmsg_hdr(msg), -EBUSY, true);
	check(a, &xmem_dev_set_desc, -EBUSY, "Device or resource busy");
	a = refusal(nlmsg_hdr(msg), -EPERM, false);
	check(a, &xmem_dev_set_desc, -EPERM, "not permitted: needs CAP_NET_ADMIN (run it as root)");
	a = refusal(nlmsg_hdr(msg), -EEXIST, false);
	nla_put_string(a.msg, NLMSGERR_ATTR_MSG, "the name is taken");
	check(a, &xmem_dev_set_desc, -EEXIST, "the name is taken");
	nlmsg_free(msg);
}

static void with_attribute(void **state)
{
	struct nl_msg *msg = two_legs();
	struct answer a = refusal(nlmsg_hdr(msg), -ERANGE, false);
	struct nlattr *policy;

	(void)state;
	nla_put_string(a.msg, NLMSGERR_ATTR_MSG, "integer out of range");
	nla_put_u32(a.msg, NLMSGERR_ATTR_OFFS, (uint32_t)offset_of(msg, 1, -1));
	policy = nla_nest_start(a.msg, NLMSGERR_ATTR_POLICY | NLA_F_NESTED);
	nla_put_u32(a.msg, NL_POLICY_TYPE_ATTR_TYPE, NL_ATTR_TYPE_U32);
	nla_put_u64(a.msg, NL_POLICY_TYPE_ATTR_MIN_VALUE_U, 1);
	nla_put_u64(a.msg, NL_POLICY_TYPE_ATTR_MAX_VALUE_U, 64);
	nla_nest_end(a.msg, policy);
	check(a, &xmem_dev_set_desc, -ERANGE,
	      "integer out of range (device queues, possible 1 to 64)");

	/* inside the second leg, the token after its address; capped */
	a = refusal(nlmsg_hdr(msg), -EINVAL, true);
	nla_put_string(a.msg, NLMSGERR_ATTR_MSG, "no token");
	nla_put_u32(a.msg, NLMSGERR_ATTR_OFFS, (uint32_t)offset_of(msg, 3, 1));
	check(a, &xmem_dev_set_desc, -EINVAL, "no token (device leg.token)");

	a = refusal(nlmsg_hdr(msg), -EINVAL, false);
	nla_put_u32(a.msg, NLMSGERR_ATTR_OFFS, 1 << 20);
	check(a, &xmem_dev_set_desc, -EINVAL, "Invalid argument");
	nlmsg_free(msg);
}

static void missing_attribute(void **state)
{
	struct nl_msg *msg = two_legs();
	struct answer a = refusal(nlmsg_hdr(msg), -EINVAL, false);

	(void)state;
	nla_put_u32(a.msg, NLMSGERR_ATTR_MISS_TYPE, XMEM_A_DEV_CLIENT);
	check(a, &xmem_dev_set_desc, -EINVAL, "Invalid argument (missing: device client)");

	a = refusal(nlmsg_hdr(msg), -EINVAL, false);
	nla_put_string(a.msg, NLMSGERR_ATTR_MSG, "a leg lacks something");
	nla_put_u32(a.msg, NLMSGERR_ATTR_MISS_TYPE, XMEM_A_LEG_REGION);
	nla_put_u32(a.msg, NLMSGERR_ATTR_MISS_NEST, (uint32_t)offset_of(msg, 3, -1));
	check(a, &xmem_dev_set_desc, -EINVAL, "a leg lacks something (missing: device leg.region)");
	nlmsg_free(msg);
}

/* A list that fails in the middle ends with NLMSG_DONE, which has another form. */
static void failed_list(void **state)
{
	struct nl_msg *msg = two_legs();
	struct answer a = { nlmsg_alloc(), nlmsg_hdr(msg) };
	int error = -ENOENT;

	(void)state;
	nlmsg_put(a.msg, 1, 2, NLMSG_DONE, 0, NLM_F_MULTI | NLM_F_ACK_TLVS);
	nlmsg_append(a.msg, &error, sizeof(error), 0);
	nla_put_string(a.msg, NLMSGERR_ATTR_MSG, "no such region");
	check(a, &xmem_dev_set_desc, -ENOENT, "no such region");
	nlmsg_free(msg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),	      cmocka_unit_test(told_by_the_module),
		cmocka_unit_test(leaves_out),	      cmocka_unit_test(too_many_legs),
		cmocka_unit_test(strange_attributes), cmocka_unit_test(words_only),
		cmocka_unit_test(with_attribute),     cmocka_unit_test(missing_attribute),
		cmocka_unit_test(failed_list),
	};

	return cmocka_run_group_tests_name("netlink", tests, NULL, NULL);
}
