// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/hex.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include "dev.h"
#include "params.h"

static char *appliance;
module_param(appliance, charp, 0444);
MODULE_PARM_DESC(appliance, "address of the appliance to attach to at load, ADDRESS[,PORT]");

static ushort port = XMEM_WIRE_PORT;
module_param(port, ushort, 0444);
MODULE_PARM_DESC(port, "RDMA CM port of the appliance");

static unsigned long long region;
module_param(region, ullong, 0444);
MODULE_PARM_DESC(region, "identity of the region");

/* never shown */
static char *token;
module_param(token, charp, 0);
MODULE_PARM_DESC(token, "token of the grant, 32 hexadecimal digits");

static unsigned long long client;
module_param(client, ullong, 0444);
MODULE_PARM_DESC(client, "identity of this client");

static char *name;
module_param(name, charp, 0444);
MODULE_PARM_DESC(name, "name of the device, /dev/disk/by-xmem/NAME");

static uint epoch;
module_param(epoch, uint, 0444);
MODULE_PARM_DESC(epoch, "epoch of the grant, 0 for what it is now");

static uint deadline_ms = XMEMC_DEADLINE_MS;
module_param(deadline_ms, uint, 0444);
MODULE_PARM_DESC(deadline_ms, "longest time I/O waits for a broken connection");

static char *interfaces;
module_param(interfaces, charp, 0444);
MODULE_PARM_DESC(interfaces, "how to offer the memory, such as block,frontswap; block by default");

static int parse_address(struct xmemc_leg_config *leg, struct xmemc_refusal *why)
{
	char *comma;

	if (strscpy(leg->address, appliance, sizeof(leg->address)) < 0)
		return xmemc_refuse(why, -EINVAL, "appliance= is longer than %u characters",
				    XMEM_ADDRESS_MAX);
	leg->port = port;
	comma = strchr(leg->address, ',');
	if (comma) {
		*comma = '\0';
		if (kstrtou16(comma + 1, 10, &leg->port))
			return xmemc_refuse(why, -EINVAL, "appliance= has a bad port");
	}
	if (!leg->port)
		return xmemc_refuse(why, -EINVAL, "port= has to be 1 to 65535");
	return xmemc_leg_config_set_address(leg, why);
}

static int parse_token(struct xmemc_leg_config *leg, struct xmemc_refusal *why)
{
	size_t len;
	int ret;

	if (!token)
		return xmemc_refuse(why, -EINVAL, "token= is missing");
	len = strlen(token);
	ret = len == 2 * sizeof(leg->token) ? hex2bin(leg->token, token, sizeof(leg->token)) : -1;
	memzero_explicit(token, len);
	if (ret)
		return xmemc_refuse(why, -EINVAL, "token= has to be %zu hexadecimal digits",
				    2 * sizeof(leg->token));
	return 0;
}

static int parse(struct xmemc_config *config, struct xmemc_refusal *why)
{
	struct xmemc_leg_config *leg = config->volume.legs;
	int ret;

	ret = parse_token(leg, why);
	if (ret)
		return ret;
	if (!appliance)
		return xmemc_refuse(why, -EINVAL, "appliance= is missing");
	if (!region)
		return xmemc_refuse(why, -EINVAL, "region= is missing");
	if (!client)
		return xmemc_refuse(why, -EINVAL, "client= is missing");
	if (!name)
		return xmemc_refuse(why, -EINVAL, "name= is missing");
	if (strscpy(config->name, name, sizeof(config->name)) < 0)
		return xmemc_refuse(why, -EINVAL, "name= is longer than %u characters",
				    XMEM_NAME_MAX);
	if (deadline_ms < 100 || deadline_ms > XMEM_DEADLINE_MAX)
		return xmemc_refuse(why, -EINVAL, "deadline_ms= has to be 100 to %u",
				    XMEM_DEADLINE_MAX);
	if (interfaces) {
		ret = xmemc_interfaces_parse(interfaces, &config->interfaces, why);
		if (ret)
			return ret;
	}
	leg->region = region;
	leg->epoch = epoch;
	config->volume.client = client;
	config->volume.deadline_ms = deadline_ms;
	return parse_address(leg, why);
}

/**
 * xmemc_params_attach() - attach what the module parameters name
 *
 * Return: 0, also if they name nothing; or negative errno, the reason is in the log.
 */
int xmemc_params_attach(void)
{
	struct xmemc_leg_config leg = {};
	struct xmemc_config config = {
		.id = XMEMC_DEV_ID_ANY,
		.volume = { .layout = XMEM_LAYOUT_SINGLE, .nr_legs = 1, .legs = &leg },
	};
	struct xmemc_refusal why = {};
	struct xmemc_dev *dev;
	int ret;

	if (!appliance && !region && !token && !client && !name)
		return 0;
	ret = parse(&config, &why);
	if (!ret) {
		dev = xmemc_dev_attach(&config, &why);
		ret = PTR_ERR_OR_ZERO(dev);
		if (!ret)
			xmemc_dev_put(dev);
	}
	memzero_explicit(&leg, sizeof(leg));
	if (ret)
		pr_err("not attached: %s\n", why.text);
	return ret;
}
