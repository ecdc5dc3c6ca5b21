// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "record.h"

const struct xmemd_choice xmemd_states[] = {
	{ "creating", XMEMD_CREATING },
	{ "ready", XMEMD_READY },
	{ "destroying", XMEMD_DESTROYING },
	{ "failed", XMEMD_FAILED },
	{},
};

const struct xmemd_choice xmemd_appliance_states[] = {
	{ "pending", XMEMD_PENDING },
	{ "admitted", XMEMD_ADMITTED },
	{ "drained", XMEMD_DRAINED },
	{},
};

const struct xmemd_choice xmemd_types[] = {
	{ "volatile", XMEMD_VOLATILE },
	{ "persistent", XMEMD_PERSISTENT },
	{},
};

const struct xmemd_choice xmemd_leases[] = {
	{ "active", XMEMD_LEASE_ACTIVE },
	{ "warned", XMEMD_LEASE_WARNED },
	{ "grace", XMEMD_LEASE_GRACE },
	{ "expired", XMEMD_LEASE_EXPIRED },
	{},
};

const struct xmemd_choice xmemd_domains[] = {
	{ "appliance", XMEMD_DOMAIN_APPLIANCE },
	{ "site", XMEMD_DOMAIN_SITE },
	{ "rack", XMEMD_DOMAIN_RACK },
	{ "switch", XMEMD_DOMAIN_SWITCH },
	{},
};

const struct xmemd_choice xmemd_bandwidths[] = {
	{ "any", XMEMD_BANDWIDTH_ANY },
	{ "low", XMEMD_BANDWIDTH_LOW },
	{ "medium", XMEMD_BANDWIDTH_MEDIUM },
	{ "high", XMEMD_BANDWIDTH_HIGH },
	{},
};

const struct xmemd_choice xmemd_distances[] = {
	{ "any", XMEMD_DISTANCE_ANY }, { "numa", XMEMD_SAME_NUMA }, { "switch", XMEMD_SAME_SWITCH },
	{ "rack", XMEMD_SAME_RACK },   { "site", XMEMD_SAME_SITE }, {},
};

static const struct xmemd_choice leg_states[] = {
	{ "there", XMEMD_LEG_THERE },
	{ "coming", XMEMD_LEG_COMING },
	{ "going", XMEMD_LEG_GOING },
	{},
};

/* An allocation without its legs: the structure ends in an array of a length of its own. */
struct alloc_record {
	struct xmemd_alloc alloc;
	json_t *legs;
};

#define ALLOC(NAME, TYPE, REQUIRED, FIELD, MAX, CHOICES)                                      \
	{                                                                                     \
		NAME, XMEMD_FIELD_##TYPE, REQUIRED, offsetof(struct xmemd_alloc, FIELD), MAX, \
			CHOICES                                                               \
	}

static const struct xmemd_field alloc_fields[] = {
	ALLOC("name", NAME, true, name, 0, NULL),
	ALLOC("owner", WORDS, true, owner, XMEMD_CN_TEXT - 1, NULL),
	ALLOC("account", WORDS, false, account, XMEMD_NAME_TEXT - 1, NULL),
	ALLOC("reservation", WORDS, false, reservation, XMEMD_NAME_TEXT - 1, NULL),
	ALLOC("reason", WORDS, false, reason, XMEMD_REASON_TEXT - 1, NULL),
	ALLOC("id", ID, true, id, 0, NULL),
	ALLOC("size", BYTES, true, size, 0, NULL),
	ALLOC("client", ID, true, client, 0, NULL),
	ALLOC("strategies", WORDS, false, strategies, XMEMD_STRATEGIES_TEXT - 1, NULL),
	ALLOC("why", WORDS, false, why, XMEMD_WHY_TEXT - 1, NULL),
	ALLOC("duration", COUNT, true, duration, 0, NULL),
	ALLOC("not_in_use", COUNT, true, not_in_use, 0, NULL),
	ALLOC("ends", COUNT, true, left.ends, 0, NULL),
	ALLOC("idle", COUNT, true, left.idle, 0, NULL),
	ALLOC("created", COUNT, false, created, 0, NULL),
	ALLOC("layout", CHOICE, true, layout, 0, xmemd_layouts),
	ALLOC("type", CHOICE, true, type, 0, xmemd_types),
	ALLOC("lease", CHOICE, true, lease, 0, xmemd_leases),
	ALLOC("epoch", NUMBER, true, epoch, UINT32_MAX, NULL),
	ALLOC("state", CHOICE, true, state, 0, xmemd_states),
	ALLOC("labels", OBJECT, false, labels, 0, NULL),
	{ "legs", XMEMD_FIELD_ARRAY, true, offsetof(struct alloc_record, legs), 0, NULL },
};

#define LEG(NAME, TYPE, REQUIRED, FIELD, MAX, CHOICES)                                      \
	{                                                                                   \
		NAME, XMEMD_FIELD_##TYPE, REQUIRED, offsetof(struct xmemd_leg, FIELD), MAX, \
			CHOICES                                                             \
	}

static const struct xmemd_field leg_fields[] = {
	LEG("appliance", NAME, true, appliance, 0, NULL),
	LEG("region", ID, true, region, 0, NULL),
	LEG("size", SIZE, true, size, 0, NULL),
	LEG("drawn", COUNT, false, drawn, 0, NULL),
	LEG("token", TOKEN, true, token, 0, NULL),
	LEG("epoch", NUMBER, true, epoch, UINT32_MAX, NULL),
	LEG("state", CHOICE, true, state, 0, leg_states),
	LEG("why", WORDS, false, why, XMEMD_WHY_TEXT - 1, NULL),
};

#define APPLIANCE(NAME, TYPE, REQUIRED, FIELD, MAX, CHOICES)                                      \
	{                                                                                         \
		NAME, XMEMD_FIELD_##TYPE, REQUIRED, offsetof(struct xmemd_appliance, FIELD), MAX, \
			CHOICES                                                                   \
	}

static const struct xmemd_field appliance_fields[] = {
	APPLIANCE("name", NAME, true, name, 0, NULL),
	APPLIANCE("url", URL, true, url, 0, NULL),
	APPLIANCE("address", WORDS, false, address, XMEM_ADDRESS_MAX, NULL),
	APPLIANCE("cn", WORDS, false, cn, XMEMD_CN_TEXT - 1, NULL),
	APPLIANCE("port", NUMBER, false, port, UINT16_MAX, NULL),
	APPLIANCE("state", CHOICE, true, state, 0, xmemd_appliance_states),
	APPLIANCE("labels", OBJECT, false, labels, 0, NULL),
};

/**
 * xmemd_record_text() - a record as it is written down
 * @object: the record; stolen
 *
 * Return: text for free(), or NULL without memory.
 */
char *xmemd_record_text(json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);

	json_decref(object);
	return text;
}

/**
 * xmemd_record_alloc() - write an allocation
 * @alloc: the allocation
 *
 * Return: text for free(), or NULL without memory.
 */
char *xmemd_record_alloc(const struct xmemd_alloc *alloc)
{
	struct alloc_record record = { .alloc = *alloc };
	json_t *object;
	unsigned int i;

	record.legs = json_array();
	for (i = 0; record.legs && i < alloc->legs; i++)
		json_array_append_new(record.legs,
				      xmemd_fields_write(XMEMD_FIELDS(leg_fields), &alloc->leg[i]));
	object = xmemd_fields_write(XMEMD_FIELDS(alloc_fields), &record);
	json_decref(record.legs);
	return xmemd_record_text(object);
}

/**
 * xmemd_record_read_alloc() - read an allocation
 * @object: the record
 * @why: refusal
 *
 * Return: the allocation with one reference, or NULL with @why set.
 */
struct xmemd_alloc *xmemd_record_read_alloc(const json_t *object, struct xmemd_refusal *why)
{
	struct alloc_record record = {};
	struct xmemd_alloc *alloc;
	size_t i, legs;

	if (xmemd_fields_read(XMEMD_FIELDS(alloc_fields), object, &record, why) < 0)
		return NULL;
	legs = json_array_size(record.legs);
	if (legs > XMEM_LEGS_MAX) {
		xmemd_refuse(why, 400, "an allocation has at most %d legs", XMEM_LEGS_MAX);
		return NULL;
	}
	alloc = xmemd_alloc_copy(&record.alloc, (unsigned int)legs);
	if (!alloc) {
		xmemd_refuse(why, 500, "out of memory");
		return NULL;
	}
	for (i = 0; i < legs; i++) {
		if (xmemd_fields_read(XMEMD_FIELDS(leg_fields), json_array_get(record.legs, i),
				      &alloc->leg[i], why) < 0) {
			xmemd_alloc_put(alloc);
			return NULL;
		}
	}
	return alloc;
}

/**
 * xmemd_record_appliance() - write an appliance
 * @appliance: the appliance
 *
 * Return: text for free(), or NULL without memory.
 */
char *xmemd_record_appliance(const struct xmemd_appliance *appliance)
{
	return xmemd_record_text(xmemd_fields_write(XMEMD_FIELDS(appliance_fields), appliance));
}

/**
 * xmemd_record_read_appliance() - read an appliance
 * @object: the record
 * @appliance: result; its labels are borrowed from @object
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_record_read_appliance(const json_t *object, struct xmemd_appliance *appliance,
				struct xmemd_refusal *why)
{
	*appliance = (struct xmemd_appliance){};
	return xmemd_fields_read(XMEMD_FIELDS(appliance_fields), object, appliance, why);
}

static const struct xmemd_choice owner_kinds[] = {
	{ "client", XMEMD_OWNER_CLIENT },
	{ "account", XMEMD_OWNER_ACCOUNT },
	{},
};

struct reservation_record {
	char name[XMEMD_NAME_TEXT], owner[XMEMD_NAME_TEXT];
	uint32_t kind;
	json_t *pieces;
};

struct piece_record {
	char appliance[XMEMD_NAME_TEXT];
	uint64_t size;
};

static const struct xmemd_field reservation_fields[] = {
	{ "name", XMEMD_FIELD_NAME, true, offsetof(struct reservation_record, name), 0, NULL },
	{ "owner", XMEMD_FIELD_NAME, true, offsetof(struct reservation_record, owner), 0, NULL },
	{ "kind", XMEMD_FIELD_CHOICE, true, offsetof(struct reservation_record, kind), 0,
	  owner_kinds },
	{ "pieces", XMEMD_FIELD_ARRAY, true, offsetof(struct reservation_record, pieces), 0, NULL },
};

static const struct xmemd_field piece_fields[] = {
	{ "appliance", XMEMD_FIELD_NAME, true, offsetof(struct piece_record, appliance), 0, NULL },
	{ "size", XMEMD_FIELD_BYTES, true, offsetof(struct piece_record, size), 0, NULL },
};

/**
 * xmemd_record_reservation() - write a reservation; what was drawn follows from allocations
 * @reservation: the reservation
 *
 * Return: text for free(), or NULL without memory.
 */
char *xmemd_record_reservation(const struct xmemd_reservation *reservation)
{
	struct reservation_record record = { .kind = reservation->kind, .pieces = json_array() };
	struct piece_record piece;
	json_t *object;
	unsigned int i;

	memcpy(record.name, reservation->name, sizeof(record.name));
	memcpy(record.owner, reservation->owner, sizeof(record.owner));
	for (i = 0; i < reservation->pieces; i++) {
		memcpy(piece.appliance, reservation->piece[i].appliance, sizeof(piece.appliance));
		piece.size = reservation->piece[i].size;
		json_array_append_new(record.pieces,
				      xmemd_fields_write(XMEMD_FIELDS(piece_fields), &piece));
	}
	object = xmemd_fields_write(XMEMD_FIELDS(reservation_fields), &record);
	json_decref(record.pieces);
	return xmemd_record_text(object);
}

/**
 * xmemd_record_read_reservation() - read a reservation
 * @object: the record
 * @reservation: result
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_record_read_reservation(const json_t *object, struct xmemd_reservation *reservation,
				  struct xmemd_refusal *why)
{
	struct reservation_record record = {};
	struct piece_record piece;
	size_t i;

	*reservation = (struct xmemd_reservation){};
	if (xmemd_fields_read(XMEMD_FIELDS(reservation_fields), object, &record, why) < 0)
		return -1;
	if (json_array_size(record.pieces) > XMEM_LEGS_MAX)
		return xmemd_refuse(why, 400, "a reservation has at most %d pieces", XMEM_LEGS_MAX);
	memcpy(reservation->name, record.name, sizeof(reservation->name));
	memcpy(reservation->owner, record.owner, sizeof(reservation->owner));
	reservation->kind = record.kind;
	for (i = 0; i < json_array_size(record.pieces); i++) {
		if (xmemd_fields_read(XMEMD_FIELDS(piece_fields), json_array_get(record.pieces, i),
				      &piece, why) < 0)
			return -1;
		memcpy(reservation->piece[i].appliance, piece.appliance, sizeof(piece.appliance));
		reservation->piece[i].size = piece.size;
	}
	reservation->pieces = (unsigned int)i;
	return 0;
}

static const struct xmemd_field manager_fields[] = {
	{ "cn", XMEMD_FIELD_WORDS, true, offsetof(struct xmemd_manager_record, cn),
	  XMEMD_CN_TEXT - 1, NULL },
	{ "owner", XMEMD_FIELD_ID, true, offsetof(struct xmemd_manager_record, owner), 0, NULL },
};

/**
 * xmemd_record_manager() - write whose the store is
 * @manager: whose
 *
 * Return: text for free(), or NULL without memory.
 */
char *xmemd_record_manager(const struct xmemd_manager_record *manager)
{
	return xmemd_record_text(xmemd_fields_write(XMEMD_FIELDS(manager_fields), manager));
}

/**
 * xmemd_record_read_manager() - read whose the store is
 * @object: the record
 * @manager: result
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_record_read_manager(const json_t *object, struct xmemd_manager_record *manager,
			      struct xmemd_refusal *why)
{
	*manager = (struct xmemd_manager_record){};
	return xmemd_fields_read(XMEMD_FIELDS(manager_fields), object, manager, why);
}
