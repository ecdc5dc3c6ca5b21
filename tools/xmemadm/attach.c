// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "attach.h"
#include "hex.h"
#include "ask.h"
#include "size.h"
#include "word.h"

const struct adm_option adm_attach_options[] = {
	{ "appliance", "ADDRESS[:PORT]", false, false,
	  "connect to this appliance; without it the manager is asked", NULL },
	{ "region", "N", false, false, "the region there", NULL },
	{ "token", "HEX", false, false, "the grant's token", NULL },
	{ "token-file", "PATH", false, false, "file that holds the token", "@file" },
	{ "epoch", "N", false, false, "the grant's epoch; whatever it is now without it", NULL },
	{ "leg", "ADDRESS[:PORT],REGION,TOKEN[,EPOCH]", false, true,
	  "a region with the token as it is, or @PATH; several are joined", NULL },
	{ "client", "HEX", false, false, "identity of this client; xmemadm dev id without it",
	  "@self" },
	{ "id", "N", false, false, "number of /dev/xmemN; the lowest free one without it", NULL },
	{ "deadline", "TIME", false, false,
	  "longest time that I/O waits for a broken connection (60s)", NULL },
	{ "timeout", "TIME", false, false, "longest time to connect (30s)", NULL },
	{ "queues", "N", false, false, "hardware queues (one per CPU, at most 4)", NULL },
	{ "depth", "N", false, false, "requests in flight per queue (128)", NULL },
	{ "read-only", NULL, false, false, "refuse writes", NULL },
	{ "as", "INTERFACE[,INTERFACE...]", false, false,
	  "how to offer it: block, frontswap, cleancache, swapfile (block)",
	  ",block|frontswap|cleancache|swapfile" },
	{ "slab", "SIZE", false, false,
	  "memory kept from block and swapfile for the page cache (half of it)", NULL },
	{ "stage", "SIZE", false, false, "local memory for pages on their way out (4M)", NULL },
	{ 0 },
};

static int read_token_file(struct adm *adm, const char *path, uint8_t *token)
{
	char line[XMEM_TOKEN_TEXT + 2] = "";
	FILE *f = fopen(path, "re");
	int rc;

	if (!f)
		return adm_usage(adm, "cannot read %s: %s", path, strerror(errno));
	if (!fgets(line, sizeof(line), f))
		line[0] = 0;
	fclose(f);
	line[strcspn(line, " \t\r\n")] = 0;
	rc = xmem_token_parse(line, token, &adm->err);
	memset(line, 0, sizeof(line));
	if (rc)
		xmem_err_append(&adm->err, " (in %s)", path);
	return rc;
}

static int read_address(struct adm *adm, const char *text, struct xmem_leg *leg)
{
	if (xmem_word_address_port(text, leg->address, sizeof(leg->address), &leg->port))
		return 0;
	return adm_usage(adm,
			 "\"%.64s\" is no address; possible are ADDRESS, ADDRESS:PORT, "
			 "[ADDRESS]:PORT with an IPv4 or IPv6 address",
			 text);
}

/**
 * adm_attach_leg() - read ADDRESS[:PORT],REGION,TOKEN[,EPOCH]
 * @adm: for refusals
 * @text: the text
 * @leg: result
 *
 * Return: 0 or a negative errno.
 */
int adm_attach_leg(struct adm *adm, const char *text, struct xmem_leg *leg)
{
	char copy[512], *rest = copy, *address, *region, *token, *epoch;
	uint64_t number = 0;
	int rc;

	if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
		return adm_usage(adm, "--leg is too long");
	address = strsep(&rest, ",");
	region = strsep(&rest, ",");
	token = strsep(&rest, ",");
	epoch = strsep(&rest, ",");
	if (!region || !token || rest)
		return adm_usage(adm, "--leg: possible is ADDRESS[:PORT],REGION,TOKEN[,EPOCH]");
	rc = read_address(adm, address, leg);
	if (!rc)
		rc = adm_region_id(adm, region, &leg->region);
	if (!rc)
		rc = *token == '@' ? read_token_file(adm, token + 1, leg->token)
				   : xmem_token_parse(token, leg->token, &adm->err);
	if (!rc && epoch && !xmem_word_number(epoch, 0, UINT32_MAX, &number))
		rc = adm_usage(adm, "--leg: epoch \"%.32s\": possible is 0 to 4294967295", epoch);
	leg->epoch = (uint32_t)number;
	leg->has_token = true;
	memset(copy, 0, sizeof(copy));
	return rc;
}

static const char *const direct_only[] = { "region", "token", "token-file", "epoch" };

static int first_leg(struct adm *adm, const struct adm_args *args, struct xmem_leg *leg)
{
	const char *region = adm_value(args, "region"), *token = adm_value(args, "token");
	const char *file = adm_value(args, "token-file");
	int rc = read_address(adm, adm_value(args, "appliance"), leg);

	if (!rc && !region)
		rc = adm_usage(adm, "--appliance needs --region N");
	if (!rc && !token == !file)
		rc = adm_usage(adm, "--appliance needs one of --token HEX, --token-file PATH");
	if (!rc)
		rc = adm_region_id(adm, region, &leg->region);
	if (!rc)
		rc = token ? xmem_token_parse(token, leg->token, &adm->err)
			   : read_token_file(adm, file, leg->token);
	leg->has_token = true;
	return rc ? rc : adm_number32(adm, args, "epoch", 0, UINT32_MAX, &leg->epoch);
}

static int direct_legs(struct adm *adm, const struct adm_args *args, struct xmem_dev *want)
{
	const char *text;
	unsigned int i;
	int rc = 0;

	if (adm_has(args, "appliance"))
		rc = first_leg(adm, args, &want->leg[want->legs++]);
	for (i = 0; !rc && !adm_has(args, "appliance") && i < 4; i++)
		if (adm_has(args, direct_only[i]))
			return adm_usage(adm, "--%s needs --appliance ADDRESS", direct_only[i]);
	for (i = 0; !rc && (text = adm_value_n(args, "leg", i)); i++) {
		if (want->legs == XMEM_LEGS_MAX)
			return adm_usage(adm, "too many legs; possible are %d", XMEM_LEGS_MAX);
		rc = adm_attach_leg(adm, text, &want->leg[want->legs++]);
	}
	for (i = 0; i < want->legs; i++)
		want->leg[i].index = i;
	return rc;
}

static int parse_interfaces(struct adm *adm, const char *list, uint32_t *interfaces)
{
	char copy[128], *rest = copy, *name;

	if (!list)
		return 0;
	if (snprintf(copy, sizeof(copy), "%s", list) >= (int)sizeof(copy))
		return adm_usage(adm, "--as is too long");
	while ((name = strsep(&rest, ","))) {
		uint32_t which = xmem_interface_parse(name);

		if (!which)
			return adm_usage(adm,
					 "--as: no interface \"%.32s\"; possible are block, "
					 "frontswap, cleancache, swapfile",
					 name);
		*interfaces |= which;
	}
	return 0;
}

static int settings(struct adm *adm, const struct adm_args *args, struct xmem_dev *want)
{
	const char *client = adm_value(args, "client");
	int rc =
		adm_milliseconds(adm, args, "deadline", 100, XMEM_DEADLINE_MAX, &want->deadline_ms);

	if (!rc)
		rc = adm_milliseconds(adm, args, "timeout", 100, XMEM_DEADLINE_MAX,
				      &want->timeout_ms);
	if (!rc)
		rc = adm_number32(adm, args, "queues", 1, XMEM_QUEUES_MAX, &want->queues);
	if (!rc)
		rc = adm_number32(adm, args, "depth", 4, XMEM_DEPTH_MAX, &want->queue_depth);
	if (!rc)
		rc = adm_number32(adm, args, "id", 0, 1023, &want->id);
	if (!rc)
		rc = parse_interfaces(adm, adm_value(args, "as"), &want->interfaces);
	if (!rc && adm_has(args, "slab"))
		rc = xmem_size_parse(adm_value(args, "slab"), &want->slab_size, &adm->err);
	if (!rc && adm_has(args, "stage"))
		rc = xmem_size_parse(adm_value(args, "stage"), &want->stage_size, &adm->err);
	if (!rc && client)
		rc = xmem_id_parse("client", client, &want->client, &adm->err);
	want->has_id = adm_has(args, "id");
	want->read_only = adm_has(args, "read-only");
	return rc;
}

static int bad_answer(struct adm *adm, const char *what)
{
	return xmem_err_set(&adm->err, XMEM_ERR_UNREACHABLE, EPROTO,
			    "the manager's answer has no usable %s", what);
}

/* An identity comes as a number or as hexadecimal text. */
static bool json_id(const json_t *value, uint64_t *id)
{
	if (json_is_string(value))
		return !xmem_id_parse("", json_string_value(value), id, NULL);
	*id = (uint64_t)json_integer_value(value);
	return json_integer_value(value) > 0;
}

static int leg_from_json(struct adm *adm, const json_t *json, struct xmem_leg *leg)
{
	const char *address = json_string_value(json_object_get(json, "address"));
	const char *token = json_string_value(json_object_get(json, "token"));
	json_int_t port = json_integer_value(json_object_get(json, "port"));
	json_int_t epoch = json_integer_value(json_object_get(json, "epoch"));

	if (!address || !xmem_word_is_address(address))
		return bad_answer(adm, "address");
	if (port < 0 || port > UINT16_MAX)
		return bad_answer(adm, "port");
	if (!json_id(json_object_get(json, "region"), &leg->region))
		return bad_answer(adm, "region");
	if (!token || xmem_token_parse(token, leg->token, NULL))
		return bad_answer(adm, "token");
	if (epoch < 0 || epoch > UINT32_MAX)
		return bad_answer(adm, "epoch");
	snprintf(leg->address, sizeof(leg->address), "%s", address);
	leg->port = (uint16_t)port;
	leg->epoch = (uint32_t)epoch;
	leg->has_token = true;
	return 0;
}

/**
 * adm_attach_from_json() - take client and legs from the manager's answer
 * @adm: for refusals
 * @answer: answer to GET .../attachment
 * @want: result
 *
 * Return: 0 or a negative errno.
 */
int adm_attach_from_json(struct adm *adm, const json_t *answer, struct xmem_dev *want)
{
	const char *layout = json_string_value(json_object_get(answer, "layout"));
	const json_t *legs = json_object_get(answer, "legs"), *leg;
	size_t i;
	int rc = 0;

	if (!want->client && !json_id(json_object_get(answer, "client"), &want->client))
		return bad_answer(adm, "client");
	if (!json_array_size(legs) || json_array_size(legs) > XMEM_LEGS_MAX)
		return bad_answer(adm, "legs");
	if (layout && !strcmp(layout, "concat"))
		want->layout = XMEM_LAYOUT_CONCAT;
	else if (!layout || strcmp(layout, "single"))
		return bad_answer(adm, "layout");
	json_array_foreach (legs, i, leg) {
		want->leg[i].index = (uint32_t)i;
		rc = leg_from_json(adm, leg, &want->leg[i]);
		if (rc)
			return rc;
	}
	want->legs = (unsigned int)json_array_size(legs);
	return 0;
}

static int ask_manager(struct adm *adm, const char *name, struct xmem_dev *want)
{
	char path[256];
	json_t *answer;
	int rc;

	/* the letters of a name need no escaping */
	snprintf(path, sizeof(path), "/v1/allocations/%s/attachment", name);
	rc = adm_manager(adm, "GET", path, NULL, NULL, &answer);
	if (rc)
		return rc;
	rc = adm_attach_from_json(adm, answer, want);
	json_decref(answer);
	return rc;
}

/**
 * adm_attach_request() - make the request of dev attach
 * @adm: the run
 * @args: as given
 * @want: result, zeroed by the caller
 *
 * Return: 0 or a negative errno.
 */
int adm_attach_request(struct adm *adm, const struct adm_args *args, struct xmem_dev *want)
{
	const char *name = args->word[0];
	int rc;

	if (!xmem_word_is_name(name))
		return adm_usage(adm, "\"%.64s\" cannot be a name; " ADM_NAME_TEXT, name);
	snprintf(want->name, sizeof(want->name), "%s", name);
	rc = settings(adm, args, want);
	if (!rc)
		rc = direct_legs(adm, args, want);
	if (!rc && !want->legs)
		return ask_manager(adm, name, want);
	if (!rc && !want->client)
		rc = adm_client_id(adm, &want->client);
	return rc;
}
