// SPDX-License-Identifier: GPL-2.0-or-later
/* xmemadm dev: the devices of this machine, made of other machines' memory. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "adm.h"
#include "args.h"
#include "attach.h"
#include "dev.h"
#include "hex.h"
#include "ask.h"
#include "objects.h"
#include "out.h"
#include "stats.h"
#include "udev.h"
#include "word.h"

static const struct adm_column dev_columns[] = {
	{ "path", "DEVICE", ADM_TEXT },	      { "name", "NAME", ADM_TEXT },
	{ "size", "SIZE", ADM_SIZE },	      { "state", "STATE", ADM_TEXT },
	{ "layout", "LAYOUT", ADM_TEXT },     { "appliances", "APPLIANCES", ADM_WORDS },
	{ "open-count", "OPEN", ADM_NUMBER }, { 0 },
};

static const struct adm_column dev_lines[] = {
	{ "path", "device", ADM_TEXT },
	{ "name", "name", ADM_TEXT },
	{ "size", "size", ADM_SIZE },
	{ "state", "state", ADM_TEXT },
	{ "layout", "layout", ADM_TEXT },
	{ "interfaces", "interfaces", ADM_WORDS },
	{ "slab-size", "slab", ADM_SIZE },
	{ "stage-size", "stage", ADM_SIZE },
	{ "read-only", "read only", ADM_TEXT },
	{ "deadline-ms", "deadline", ADM_MS },
	{ "queues", "queues", ADM_NUMBER },
	{ "queue-depth", "queue depth", ADM_NUMBER },
	{ "client", "client", ADM_TEXT },
	{ "open-count", "openers", ADM_NUMBER },
	{ "reads", "reads", ADM_NUMBER },
	{ "read-bytes", "read", ADM_SIZE },
	{ "writes", "writes", ADM_NUMBER },
	{ "write-bytes", "written", ADM_SIZE },
	{ "zeroes", "zeroes", ADM_NUMBER },
	{ "zero-bytes", "zeroed", ADM_SIZE },
	{ "work-requests", "work requests", ADM_NUMBER },
	{ "errors", "errors", ADM_NUMBER },
	{ "replays", "replays", ADM_NUMBER },
	{ "parked", "parked", ADM_NUMBER },
	{ 0 },
};

static const struct adm_column leg_columns[] = {
	{ "index", "LEG", ADM_NUMBER },
	{ "state", "STATE", ADM_TEXT },
	{ "address", "ADDRESS", ADM_TEXT },
	{ "port", "PORT", ADM_NUMBER },
	{ "region", "REGION", ADM_ID },
	{ "epoch", "EPOCH", ADM_NUMBER },
	{ "size", "SIZE", ADM_SIZE },
	{ "device", "RDMA", ADM_TEXT },
	{ "reconnects", "RECONNECTS", ADM_NUMBER },
	{ "last-error", "LAST ERROR", ADM_TEXT },
	{ 0 },
};

/* What a table wants flat: the counters, and the addresses of the legs. */
static json_t *flatten(struct adm *adm, json_t *dev)
{
	json_t *addresses = json_array(), *leg;
	size_t i;

	if (adm->json) {
		json_decref(addresses);
		return dev;
	}
	json_object_update(dev, json_object_get(dev, "stats"));
	json_array_foreach (json_object_get(dev, "legs"), i, leg)
		json_array_append(addresses, json_object_get(leg, "address"));
	adm_set(dev, "appliances", addresses);
	return dev;
}

static int print_dev(struct adm *adm, const struct xmem_dev *dev)
{
	return adm_print_object(adm, flatten(adm, adm_dev_json(dev)), dev_lines, "legs",
				leg_columns);
}

/**
 * adm_dev_find() - the device that somebody means
 * @adm: the run
 * @nl: to the client module
 * @text: NAME, xmemN, /dev/xmemN or N; a name wins over a number
 * @dev: result
 *
 * Return: 0 or a negative errno.
 */
int adm_dev_find(struct adm *adm, struct xmem_nl *nl, const char *text, struct xmem_dev *dev)
{
	struct xmem_dev which = { 0 };
	const char *number = text;
	uint64_t id;
	int rc = -ENOENT;

	if (xmem_word_is_name(text)) {
		snprintf(which.name, sizeof(which.name), "%s", text);
		rc = xmem_dev_get(nl, &which, dev, &adm->err);
		if (!rc || (rc != -ENOENT && rc != -ENODEV))
			return rc;
	}
	if (!strncmp(number, "/dev/", 5))
		number += 5;
	if (!strncmp(number, "xmem", 4))
		number += 4;
	if (xmem_word_number(number, 0, 1023, &id)) {
		which.name[0] = 0;
		which.id = (uint32_t)id;
		which.has_id = true;
		return xmem_dev_get(nl, &which, dev, &adm->err);
	}
	if (xmem_word_is_name(text))
		return rc;
	return adm_usage(adm, "\"%.64s\" is no device; possible are its name, xmemN, or N", text);
}

static int dev_attach(struct adm *adm, const struct adm_args *args)
{
	struct xmem_dev want = { 0 }, made;
	struct adm_udev *udev;
	struct xmem_nl *nl;
	int rc = adm_attach_request(adm, args, &want);

	if (!rc)
		rc = xmem_client_open(&nl, &adm->err);
	if (rc)
		return rc;
	udev = adm_udev_listen();
	rc = xmem_dev_new(nl, &want, &made, &adm->err);
	if (!rc && made.interfaces & XMEM_INTERFACE_BLOCK)
		adm_udev_wait(udev, made.id);
	adm_udev_close(udev);
	xmem_nl_close(nl);
	return rc ? rc : print_dev(adm, &made);
}

static const struct adm_option detach_options[] = {
	{ "force", NULL, false, false, "also when it is open; its I/O fails from then on", NULL },
	{ 0 },
};

/*
 * A swap area whose device is gone cannot be given back before the next boot, so
 * not even force takes it away. The kernel does not tell modules who swaps on a block
 * device; on a swap file it does, and the module refuses by itself.
 */
static bool is_swap(unsigned int id)
{
	FILE *swaps = fopen("/proc/swaps", "re");
	char line[256], path[32];
	size_t length;
	bool found = false;

	if (!swaps)
		return false;
	length = (size_t)snprintf(path, sizeof(path), "/dev/xmem%u ", id);
	while (!found && fgets(line, sizeof(line), swaps))
		found = !strncmp(line, path, length);
	fclose(swaps);
	return found;
}

static int dev_detach(struct adm *adm, const struct adm_args *args)
{
	struct xmem_dev dev, which = { .has_id = true, .force = adm_has(args, "force") };
	struct xmem_nl *nl;
	int rc = xmem_client_open(&nl, &adm->err);

	if (rc)
		return rc;
	rc = adm_dev_find(adm, nl, args->word[0], &dev);
	which.id = dev.id;
	if (!rc && is_swap(dev.id))
		rc = xmem_err_set(&adm->err, XMEM_ERR_REFUSED, EBUSY,
				  "/dev/xmem%u is in use as swap: swapoff /dev/xmem%u first",
				  dev.id, dev.id);
	if (!rc)
		rc = xmem_dev_del(nl, &which, &adm->err);
	xmem_nl_close(nl);
	return rc;
}

struct rows {
	struct adm *adm;
	json_t *array;
};

static int add_dev(const struct xmem_dev *dev, void *arg)
{
	struct rows *rows = arg;
	json_t *o = flatten(rows->adm, adm_dev_json(dev));

	return json_array_append_new(rows->array, o) ? -ENOMEM : 0;
}

static int dev_list(struct adm *adm, const struct adm_args *args)
{
	struct rows rows = { adm, json_array() };
	struct xmem_nl *nl = NULL;
	int rc = xmem_client_open(&nl, &adm->err);

	(void)args;
	if (!rc)
		rc = xmem_dev_list(nl, add_dev, &rows, &adm->err);
	xmem_nl_close(nl);
	if (!rc)
		return adm_print_list(adm, rows.array, dev_columns);
	json_decref(rows.array);
	return rc;
}

static int dev_show(struct adm *adm, const struct adm_args *args)
{
	struct xmem_dev dev;
	struct xmem_nl *nl;
	int rc = xmem_client_open(&nl, &adm->err);

	if (rc)
		return rc;
	rc = adm_dev_find(adm, nl, args->word[0], &dev);
	xmem_nl_close(nl);
	return rc ? rc : print_dev(adm, &dev);
}

static int dev_stats(struct adm *adm, const struct adm_args *args)
{
	struct xmem_dev dev, which = { .has_id = true };
	struct xmem_nl *nl;
	int rc = xmem_client_open(&nl, &adm->err);

	if (rc)
		return rc;
	rc = adm_dev_find(adm, nl, args->word[0], &dev);
	which.id = dev.id;
	if (!rc)
		rc = xmem_dev_stats(nl, &which, &dev, &adm->err);
	xmem_nl_close(nl);
	return rc ? rc : adm_print_stats(adm, &dev);
}

static const struct adm_option set_options[] = {
	{ "deadline", "TIME", true, false, "longest time that I/O waits for a broken connection",
	  NULL },
	{ 0 },
};

static int dev_set(struct adm *adm, const struct adm_args *args)
{
	struct xmem_dev dev, which = { .has_id = true };
	struct xmem_nl *nl;
	int rc =
		adm_milliseconds(adm, args, "deadline", 100, XMEM_DEADLINE_MAX, &which.deadline_ms);

	if (!rc)
		rc = xmem_client_open(&nl, &adm->err);
	if (rc)
		return rc;
	rc = adm_dev_find(adm, nl, args->word[0], &dev);
	which.id = dev.id;
	if (!rc)
		rc = xmem_dev_set(nl, &which, &adm->err);
	xmem_nl_close(nl);
	return rc;
}

static int dev_id(struct adm *adm, const struct adm_args *args)
{
	char text[XMEM_ID_TEXT];
	uint64_t id;
	int rc = adm_client_id(adm, &id);
	json_t *o;

	(void)args;
	if (rc)
		return rc;
	o = json_object();
	adm_set(o, "client", adm_json_id(id));
	return adm_print_line(adm, o, xmem_id_format(id, text));
}

static const struct adm_command commands[] = {
	{ "attach", "NAME", "use the memory of an allocation, or of regions named here",
	  adm_attach_options, dev_attach, "@alloc" },
	{ "detach", "DEVICE", "take a device away (its name, xmemN, or N)", detach_options,
	  dev_detach, "@dev" },
	{ "list", NULL, "all devices", NULL, dev_list, NULL },
	{ "show", "DEVICE", "one device with its legs and counters", NULL, dev_show, "@dev" },
	{ "stats", "DEVICE", "what a device and its interfaces did", NULL, dev_stats, "@dev" },
	{ "set", "DEVICE", "change a device's settings", set_options, dev_set, "@dev" },
	{ "id", NULL, "this machine's identity as a client", NULL, dev_id, NULL },
	{ 0 },
};

static const struct adm_object dev = {
	"dev",
	"other machines' memory, as a block device or otherwise",
	commands,
	NULL,
};
ADM_OBJECT(dev);
