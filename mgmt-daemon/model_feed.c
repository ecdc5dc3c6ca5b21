// SPDX-License-Identifier: GPL-2.0-or-later
/* The model takes in what the store tells: all of it at the start, then each change. */
#include <stdio.h>
#include <string.h>

#include "fields.h"
#include "model.h"
#include "record.h"

/**
 * xmemd_model_feed_begin() - all records follow
 * @model: the model
 */
void xmemd_model_feed_begin(struct xmemd_model *model)
{
	xmemd_model_lock(model);
	model->generation++;
	xmemd_model_unlock(model);
}

static int feed_alloc(struct xmemd_model *model, const char *name, const json_t *object,
		      uint64_t revision, struct xmemd_refusal *why)
{
	struct xmemd_alloc *alloc;

	if (!object) {
		xmemd_model_drop_locked(model, name);
		return 0;
	}
	alloc = xmemd_record_read_alloc(object, why);
	if (!alloc)
		return -1;
	if (xmemd_model_set_locked(model, alloc, revision) < 0)
		return xmemd_refuse(why, 500, "out of memory");
	return 0;
}

static int feed_appliance(struct xmemd_model *model, const char *name, const json_t *object,
			  uint64_t revision, struct xmemd_refusal *why)
{
	struct xmemd_appliance appliance;

	if (!object) {
		xmemd_model_appliance_drop_locked(model, name);
		return 0;
	}
	if (xmemd_record_read_appliance(object, &appliance, why) < 0)
		return -1;
	return xmemd_model_appliance_set_locked(model, &appliance, revision);
}

static int feed_client(struct xmemd_model *model, const char *name, const json_t *object,
		       uint64_t revision, struct xmemd_refusal *why)
{
	if (object)
		return xmemd_model_person_set_locked(model, true, (json_t *)object, revision, why);
	xmemd_model_person_drop_locked(model, true, name);
	return 0;
}

static int feed_account(struct xmemd_model *model, const char *name, const json_t *object,
			uint64_t revision, struct xmemd_refusal *why)
{
	if (object)
		return xmemd_model_person_set_locked(model, false, (json_t *)object, revision, why);
	xmemd_model_person_drop_locked(model, false, name);
	return 0;
}

static int feed_reservation(struct xmemd_model *model, const char *name, const json_t *object,
			    uint64_t revision, struct xmemd_refusal *why)
{
	struct xmemd_reservation reservation;

	if (!object) {
		xmemd_model_reservation_drop_locked(model, name);
		return 0;
	}
	if (xmemd_record_read_reservation(object, &reservation, why) < 0)
		return -1;
	return xmemd_model_reservation_set_locked(model, &reservation, revision);
}

static int feed_policy(struct xmemd_model *model, const char *name, const json_t *object,
		       uint64_t revision, struct xmemd_refusal *why)
{
	(void)name;
	return xmemd_model_policy_set_locked(model, (json_t *)object, revision, why);
}

static int feed_manager(struct xmemd_model *model, const char *name, const json_t *object,
			uint64_t revision, struct xmemd_refusal *why)
{
	struct xmemd_manager_record record;

	(void)name;
	(void)revision;
	if (!object)
		return xmemd_refuse(why, 500, "the record of the manager is gone");
	if (xmemd_record_read_manager(object, &record, why) < 0)
		return -1;
	memcpy(model->cn, record.cn, sizeof(model->cn));
	model->owner = record.owner;
	return 0;
}

static const struct {
	const char *prefix;
	int (*feed)(struct xmemd_model *model, const char *name, const json_t *object,
		    uint64_t revision, struct xmemd_refusal *why);
} feeds[] = {
	{ "account/", feed_account },	      { "alloc/", feed_alloc },
	{ "appliance/", feed_appliance },     { "client/", feed_client },
	{ "manager", feed_manager },	      { "policy", feed_policy },
	{ "reservation/", feed_reservation },
};

/**
 * xmemd_model_feed() - a record is new, changed or gone
 * @model: the model
 * @key: its key; what the model does not know of is nothing
 * @value: its text, or NULL
 * @revision: of the record
 * @why: refusal
 *
 * Return: 0, or -1 with @why set when it makes no sense; the model is as before then.
 */
int xmemd_model_feed(struct xmemd_model *model, const char *key, const char *value,
		     uint64_t revision, struct xmemd_refusal *why)
{
	json_t *object = NULL;
	size_t i, len;
	int ret = 0;

	if (value) {
		object = json_loads(value, JSON_REJECT_DUPLICATES, NULL);
		if (!object)
			return xmemd_refuse(why, 500, "record %s is no JSON", key);
	}
	xmemd_model_lock(model);
	for (i = 0; i < sizeof(feeds) / sizeof(*feeds); i++) {
		len = strlen(feeds[i].prefix);
		if (strncmp(key, feeds[i].prefix, len) ||
		    (feeds[i].prefix[len - 1] != '/' && key[len]))
			continue;
		ret = feeds[i].feed(model, key + len, object, revision, why);
		break;
	}
	xmemd_model_unlock(model);
	json_decref(object);
	if (ret < 0) {
		char text[sizeof(why->text)];

		memcpy(text, why->text, sizeof(text));
		xmemd_refuse(why, 500, "record %.200s makes no sense: %.400s", key, text);
	}
	return ret;
}

static uint32_t alloc_generation(const void *of)
{
	return ((const struct xmemd_alloc_entry *)of)->generation;
}

static uint32_t appliance_generation(const void *of)
{
	return ((const struct xmemd_appliance_entry *)of)->generation;
}

static uint32_t person_generation(const void *of)
{
	return ((const struct xmemd_person *)of)->generation;
}

static uint32_t reserved_generation(const void *of)
{
	return ((const struct xmemd_reserved *)of)->generation;
}

static void drop_client(struct xmemd_model *model, const char *name)
{
	xmemd_model_person_drop_locked(model, true, name);
}

static void drop_account(struct xmemd_model *model, const char *name)
{
	xmemd_model_person_drop_locked(model, false, name);
}

static void drop_old(struct xmemd_model *model, const struct xmemd_index *tree,
		     uint32_t (*generation)(const void *of),
		     void (*drop)(struct xmemd_model *model, const char *name))
{
	struct xmemd_node *node = xmemd_index_from(tree, "");
	char name[XMEMD_NAME_TEXT];

	while (node) {
		snprintf(name, sizeof(name), "%s", node->key);
		if (generation(node->of) != model->generation)
			drop(model, name);
		node = xmemd_index_after(tree, name);
	}
}

/**
 * xmemd_model_feed_end() - that was all; what was not told of is gone
 * @model: the model
 */
void xmemd_model_feed_end(struct xmemd_model *model)
{
	xmemd_model_lock(model);
	drop_old(model, &model->allocs, alloc_generation, xmemd_model_drop_locked);
	drop_old(model, &model->appliances, appliance_generation,
		 xmemd_model_appliance_drop_locked);
	drop_old(model, &model->clients, person_generation, drop_client);
	drop_old(model, &model->accounts, person_generation, drop_account);
	drop_old(model, &model->reservations, reserved_generation,
		 xmemd_model_reservation_drop_locked);
	xmemd_model_unlock(model);
}
