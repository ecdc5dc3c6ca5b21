// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

/**
 * xmemd_model_appliance_locked() - look up an appliance's entry
 * @model: the model, locked
 * @name: the appliance
 *
 * Return: the entry, or NULL.
 */
struct xmemd_appliance_entry *xmemd_model_appliance_locked(struct xmemd_model *model,
							   const char *name)
{
	return xmemd_index_get(&model->appliances, name);
}

/**
 * xmemd_model_appliance() - look up what is written down of an appliance
 * @model: the model
 * @name: the appliance
 * @appliance: result, without its labels
 * @why: refusal
 *
 * Return: 0, or -1 with @why set (404).
 */
int xmemd_model_appliance(struct xmemd_model *model, const char *name,
			  struct xmemd_appliance *appliance, struct xmemd_refusal *why)
{
	struct xmemd_appliance_entry *entry;

	xmemd_model_lock(model);
	entry = xmemd_model_appliance_locked(model, name);
	if (entry) {
		*appliance = entry->record;
		appliance->labels = NULL;
	}
	xmemd_model_unlock(model);
	return entry ? 0 : xmemd_refuse(why, 404, "there is no appliance \"%s\"", name);
}

/* An administrator's word counts more than the machine's own. */
static const char *label(const struct xmemd_appliance_entry *entry, const char *key)
{
	const char *text = json_string_value(json_object_get(entry->record.labels, key));

	return text ? text : json_string_value(json_object_get(entry->status.labels, key));
}

static enum xmemd_admission admission(const struct xmemd_appliance_entry *entry)
{
	switch (entry->record.state) {
	case XMEMD_ADMITTED:
		return XMEMD_POOL_ADMITTED;
	case XMEMD_DRAINED:
		return XMEMD_POOL_DRAINED;
	default:
		return XMEMD_POOL_PENDING;
	}
}

/* Tell the logic what an appliance is now. */
static void put_facts(struct xmemd_model *model, const struct xmemd_appliance_entry *entry)
{
	const struct xmemd_appliance_status *status = &entry->status;
	const struct xmemd_pool_facts facts = {
		.name = entry->record.name,
		.admission = admission(entry),
		.up = entry->up,
		.healthy = status->healthy,
		.why_not = entry->error,
		.memory = status->pool.memory,
		.free = status->pool.free,
		.largest = status->pool.largest,
		.where.label = { label(entry, "site"), label(entry, "rack"), label(entry, "switch"),
				 label(entry, "numa") },
		.class = label(entry, "class"),
		.load = status->load,
		.latency_ns = (uint32_t)status->latency_ns,
		.bandwidth_mbps = (uint32_t)status->bandwidth_mbps,
		.backing = status->backing,
	};

	/* without memory the set keeps what it knew: older, but not wrong about what exists */
	xmemd_pools_put(model->pools, &facts);
}

/* Reservations and allocations may have been told of before the appliance was. */
static void count_known(struct xmemd_model *model, struct xmemd_appliance_entry *entry)
{
	struct xmemd_reserved *reserved;
	struct xmemd_node *node;
	uint64_t region = 0;
	unsigned int i;

	while (xmemd_model_next_on_locked(model, entry->record.name, &region))
		entry->held++;
	for (node = xmemd_index_from(&model->reservations, ""); node;
	     node = xmemd_index_after(&model->reservations, node->key)) {
		reserved = node->of;
		for (i = 0; i < reserved->is.pieces; i++)
			if (!strcmp(reserved->is.piece[i].appliance, entry->record.name))
				xmemd_pools_reserve(model->pools, entry->record.name,
						    (int64_t)(reserved->is.piece[i].size -
							      reserved->is.piece[i].drawn));
	}
}

static struct xmemd_appliance_entry *new_entry(const struct xmemd_appliance *appliance)
{
	struct xmemd_appliance_entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	memcpy(entry->record.name, appliance->name, sizeof(entry->record.name));
	entry->status.healthy = true;
	snprintf(entry->error, sizeof(entry->error), "it was not asked yet");
	return entry;
}

/**
 * xmemd_model_appliance_set_locked() - put an appliance into the model, or change it
 * @model: the model, locked
 * @appliance: what is written down; its labels get another reference
 * @revision: of its record
 *
 * Return: 0, or -1 without memory and with nothing changed.
 */
int xmemd_model_appliance_set_locked(struct xmemd_model *model,
				     const struct xmemd_appliance *appliance, uint64_t revision)
{
	struct xmemd_appliance_entry *entry = xmemd_model_appliance_locked(model, appliance->name);
	bool is_new = !entry;
	json_t *old;

	if (is_new && !(entry = new_entry(appliance)))
		return -1;
	if (entry->record.state == XMEMD_PENDING)
		model->pending--;
	xmemd_index_del(&model->urls, &entry->by_url);
	/* the logic reads the old labels until it is given the new ones */
	old = entry->record.labels;
	entry->record = *appliance;
	json_incref(entry->record.labels);
	entry->revision = revision;
	entry->generation = model->generation;
	if (is_new)
		xmemd_index_add(&model->appliances, &entry->by_name, entry->record.name, entry);
	xmemd_index_add(&model->urls, &entry->by_url, entry->record.url, entry);
	if (entry->record.state == XMEMD_PENDING)
		model->pending++;
	put_facts(model, entry);
	json_decref(old);
	if (is_new)
		count_known(model, entry);
	return 0;
}

/**
 * xmemd_model_appliance_drop_locked() - take an appliance out of the model
 * @model: the model, locked
 * @name: the appliance; one that is not there is nothing
 */
void xmemd_model_appliance_drop_locked(struct xmemd_model *model, const char *name)
{
	struct xmemd_appliance_entry *entry = xmemd_model_appliance_locked(model, name);

	if (!entry)
		return;
	xmemd_pools_remove(model->pools, entry->record.name);
	if (entry->record.state == XMEMD_PENDING)
		model->pending--;
	xmemd_index_del(&model->appliances, &entry->by_name);
	xmemd_index_del(&model->urls, &entry->by_url);
	json_decref(entry->record.labels);
	json_decref(entry->status.labels);
	json_decref(entry->status.health);
	free(entry);
}

/* Answers overtake each other: only a newer one counts. */
static bool is_newer(const struct xmemd_pool_status *is, const struct xmemd_pool_status *was)
{
	return !is->boot || is->boot != was->boot || is->serial > was->serial;
}

static void write_complaint(struct xmemd_appliance_entry *entry)
{
	const json_t *reasons = json_object_get(entry->status.health, "reasons");
	const char *first = json_string_value(json_array_get(reasons, 0));

	entry->error[0] = 0;
	if (!entry->status.healthy)
		snprintf(entry->error, sizeof(entry->error), "%s",
			 first ? first : "it does not say why");
}

static void take_status(struct xmemd_model *model, struct xmemd_appliance_entry *entry,
			const struct xmemd_appliance_status *status)
{
	struct xmemd_appliance_status old = entry->status;

	entry->status = *status;
	if (!is_newer(&status->pool, &old.pool))
		entry->status.pool = old.pool;
	json_incref(entry->status.labels);
	json_incref(entry->status.health);
	write_complaint(entry);
	put_facts(model, entry);
	json_decref(old.labels);
	json_decref(old.health);
}

/**
 * xmemd_model_heard() - an appliance said how it is
 * @model: the model
 * @name: the appliance; one that is not there is nothing
 * @status: what it said; labels and health get another reference
 * @pushed: by itself, without being asked
 *
 * Return: whether it was down, or less or more healthy before: worth an event.
 */
bool xmemd_model_heard(struct xmemd_model *model, const char *name,
		       const struct xmemd_appliance_status *status, bool pushed)
{
	struct xmemd_appliance_entry *entry;
	bool news = false;

	xmemd_model_lock(model);
	entry = xmemd_model_appliance_locked(model, name);
	if (entry) {
		news = !entry->up || entry->status.healthy != status->healthy;
		entry->up = true;
		entry->seen = xmemd_model_now();
		if (pushed)
			entry->pushed = entry->seen;
		take_status(model, entry, status);
	}
	xmemd_model_unlock(model);
	return news;
}

/**
 * xmemd_model_room() - an appliance said what room it has, with its answer to a change
 * @model: the model
 * @name: the appliance; one that is not there is nothing
 * @pool: its room
 */
void xmemd_model_room(struct xmemd_model *model, const char *name,
		      const struct xmemd_pool_status *pool)
{
	struct xmemd_appliance_entry *entry;

	xmemd_model_lock(model);
	entry = xmemd_model_appliance_locked(model, name);
	if (entry && is_newer(pool, &entry->status.pool)) {
		entry->status.pool = *pool;
		put_facts(model, entry);
	}
	xmemd_model_unlock(model);
}

/**
 * xmemd_model_down() - an appliance did not answer
 * @model: the model
 * @name: the appliance; one that is not there is nothing
 * @error: why not
 *
 * Return: whether that is new.
 */
bool xmemd_model_down(struct xmemd_model *model, const char *name, const char *error)
{
	struct xmemd_appliance_entry *entry;
	bool news = false;

	xmemd_model_lock(model);
	entry = xmemd_model_appliance_locked(model, name);
	if (entry) {
		news = entry->up || !entry->seen;
		entry->up = false;
		entry->seen = xmemd_model_now();
		snprintf(entry->error, sizeof(entry->error), "%s", error);
		put_facts(model, entry);
	}
	xmemd_model_unlock(model);
	return news;
}

/**
 * xmemd_model_promise() - room that regions on their way will take
 * @model: the model
 * @name: the appliance
 * @bytes: how much more, or (negative) less
 */
void xmemd_model_promise(struct xmemd_model *model, const char *name, int64_t bytes)
{
	xmemd_model_lock(model);
	xmemd_pools_promise(model->pools, name, bytes);
	xmemd_model_unlock(model);
}
