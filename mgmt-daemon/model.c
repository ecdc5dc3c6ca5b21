// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model.h"
#include "place.h"

/**
 * xmemd_model_now() - the manager's clock
 *
 * Return: ms since some moment; it stands still while the machine sleeps, so that a
 * sleep costs nobody a lease.
 */
uint64_t xmemd_model_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/**
 * xmemd_model_init() - make an empty model
 * @model: the model
 *
 * Return: 0, or -1 without memory.
 */
int xmemd_model_init(struct xmemd_model *model)
{
	*model = (struct xmemd_model){};
	pthread_mutex_init(&model->lock, NULL);
	model->pools = xmemd_pools_new();
	return model->pools ? xmemd_model_policy_set_locked(model, NULL, 0, NULL) : -1;
}

/**
 * xmemd_model_done() - free what a model has
 * @model: the model
 */
void xmemd_model_done(struct xmemd_model *model)
{
	struct xmemd_node *node;

	while ((node = xmemd_index_from(&model->allocs, "")))
		xmemd_model_drop_locked(model, node->key);
	xmemd_model_people_done(model);
	xmemd_place_done(model);
	while ((node = xmemd_index_from(&model->appliances, "")))
		xmemd_model_appliance_drop_locked(model, node->key);
	xmemd_pools_free(model->pools);
	pthread_mutex_destroy(&model->lock);
}

/**
 * xmemd_model_lock() - lock the model
 * @model: the model
 */
void xmemd_model_lock(struct xmemd_model *model)
{
	pthread_mutex_lock(&model->lock);
}

/**
 * xmemd_model_unlock() - unlock the model
 * @model: the model
 */
void xmemd_model_unlock(struct xmemd_model *model)
{
	pthread_mutex_unlock(&model->lock);
}

static void leg_key(char key[XMEMD_APPLIANCE_TEXT], const char *appliance, uint64_t region)
{
	snprintf(key, XMEMD_APPLIANCE_TEXT, "%s\n%016" PRIx64, appliance, region);
}

static void owner_key(char key[XMEMD_OWNER_TEXT], const char *owner, const char *name)
{
	snprintf(key, XMEMD_OWNER_TEXT, "%s\n%s", owner, name);
}

/**
 * xmemd_model_find_locked() - look up an allocation's entry
 * @model: the model, locked
 * @name: the allocation
 *
 * Return: the entry, or NULL.
 */
struct xmemd_alloc_entry *xmemd_model_find_locked(struct xmemd_model *model, const char *name)
{
	return xmemd_index_get(&model->allocs, name);
}

/**
 * xmemd_model_alloc() - look up an allocation
 * @model: the model
 * @name: the allocation
 *
 * Return: a reference for xmemd_alloc_put(), or NULL.
 */
struct xmemd_alloc *xmemd_model_alloc(struct xmemd_model *model, const char *name)
{
	struct xmemd_alloc_entry *entry;
	struct xmemd_alloc *alloc;

	xmemd_model_lock(model);
	entry = xmemd_model_find_locked(model, name);
	alloc = entry ? xmemd_alloc_hold(entry->alloc) : NULL;
	xmemd_model_unlock(model);
	return alloc;
}

static void count_held(struct xmemd_model *model, const struct xmemd_alloc *alloc, int sign)
{
	struct xmemd_appliance_entry *appliance;
	unsigned int i;

	for (i = 0; i < alloc->legs; i++) {
		appliance = xmemd_model_appliance_locked(model, alloc->leg[i].appliance);
		if (appliance)
			appliance->held += (uint64_t)(int64_t)sign;
	}
}

/* Take an allocation's part in all indexes and sums back. */
static void forget_alloc(struct xmemd_model *model, struct xmemd_alloc_entry *entry)
{
	unsigned int i;

	if (!entry->alloc)
		return;
	for (i = 0; i < entry->legs; i++)
		xmemd_index_del(&model->legs, &entry->leg[i].node);
	free(entry->leg);
	entry->leg = NULL;
	entry->legs = 0;
	xmemd_index_del(&model->owners, &entry->by_owner);
	xmemd_model_use_locked(model, entry->alloc, -1);
	count_held(model, entry->alloc, -1);
	xmemd_alloc_put(entry->alloc);
	entry->alloc = NULL;
}

static void learn_alloc(struct xmemd_model *model, struct xmemd_alloc_entry *entry,
			struct xmemd_alloc *alloc, struct xmemd_leg_entry *leg)
{
	unsigned int i;

	entry->alloc = alloc;
	entry->leg = leg;
	entry->legs = alloc->legs;
	for (i = 0; i < alloc->legs; i++) {
		leg_key(leg[i].key, alloc->leg[i].appliance, alloc->leg[i].region);
		xmemd_index_add(&model->legs, &leg[i].node, leg[i].key, entry);
	}
	owner_key(entry->owner_key, alloc->owner, alloc->name);
	xmemd_index_add(&model->owners, &entry->by_owner, entry->owner_key, entry);
	xmemd_model_use_locked(model, alloc, 1);
	count_held(model, alloc, 1);
}

/**
 * xmemd_model_rules_locked() - the rules of an allocation's lease
 * @model: the model, locked
 * @alloc: the allocation
 * @rules: result
 */
void xmemd_model_rules_locked(const struct xmemd_model *model, const struct xmemd_alloc *alloc,
			      struct xmemd_lease_rules *rules)
{
	*rules = (struct xmemd_lease_rules){
		.type = alloc->type,
		.duration = alloc->duration,
		.not_in_use = alloc->not_in_use,
		.warn = model->policy.warn,
		.grace = model->policy.grace,
	};
}

/**
 * xmemd_model_resume_locked() - a lease goes on with what its record says was left
 * @model: the model, locked
 * @entry: its allocation
 */
void xmemd_model_resume_locked(const struct xmemd_model *model, struct xmemd_alloc_entry *entry)
{
	const struct xmemd_lease_left left = {
		.state = entry->alloc->lease,
		.ends = entry->alloc->left.ends,
		.idle = entry->alloc->left.idle,
	};
	struct xmemd_lease_rules rules;

	xmemd_model_rules_locked(model, entry->alloc, &rules);
	xmemd_lease_resume(&entry->lease, &rules, &left, xmemd_model_now());
}

/**
 * xmemd_model_set_locked() - put an allocation into the model, or in place of what it was
 * @model: the model, locked
 * @alloc: the allocation; the model takes over the reference
 * @revision: of its record
 *
 * Return: 0, or -1 without memory and with nothing changed but that the reference is gone.
 */
int xmemd_model_set_locked(struct xmemd_model *model, struct xmemd_alloc *alloc, uint64_t revision)
{
	struct xmemd_alloc_entry *entry = xmemd_model_find_locked(model, alloc->name);
	struct xmemd_leg_entry *leg = calloc(alloc->legs + 1, sizeof(*leg));
	bool is_new = !entry;

	if (is_new)
		entry = calloc(1, sizeof(*entry));
	if (!leg || !entry) {
		if (is_new)
			free(entry);
		free(leg);
		xmemd_alloc_put(alloc);
		return -1;
	}
	/* its key is the name in the allocation that goes */
	xmemd_index_del(&model->allocs, &entry->by_name);
	forget_alloc(model, entry);
	learn_alloc(model, entry, alloc, leg);
	xmemd_index_add(&model->allocs, &entry->by_name, alloc->name, entry);
	entry->revision = revision;
	entry->generation = model->generation;
	if (is_new)
		xmemd_model_resume_locked(model, entry);
	return 0;
}

/**
 * xmemd_model_drop_locked() - take an allocation out of the model
 * @model: the model, locked
 * @name: the allocation; one that is not there is nothing
 */
void xmemd_model_drop_locked(struct xmemd_model *model, const char *name)
{
	struct xmemd_alloc_entry *entry = xmemd_model_find_locked(model, name);

	if (!entry)
		return;
	xmemd_index_del(&model->allocs, &entry->by_name);
	xmemd_index_del(&model->timers, &entry->by_time);
	forget_alloc(model, entry);
	free(entry);
}

/**
 * xmemd_model_allocs() - a page of allocations in the order of their names
 * @model: the model
 * @owner: only those of this owner, or NULL
 * @after: behind this name, or ""
 * @limit: at most so many
 * @list: result, references, for xmemd_model_allocs_free()
 * @count: how many
 *
 * Return: 0, or -1 without memory.
 */
int xmemd_model_allocs(struct xmemd_model *model, const char *owner, const char *after,
		       size_t limit, struct xmemd_alloc ***list, size_t *count)
{
	const struct xmemd_index *tree = owner ? &model->owners : &model->allocs;
	char first[XMEMD_OWNER_TEXT];
	struct xmemd_node *node;

	*count = 0;
	if (owner)
		owner_key(first, owner, after);
	else
		snprintf(first, sizeof(first), "%s", after);
	xmemd_model_lock(model);
	if (limit > tree->count)
		limit = tree->count;
	*list = calloc(limit + 1, sizeof(**list));
	node = *list ? xmemd_index_after(tree, first) : NULL;
	for (; node && *count < limit; node = xmemd_index_after(tree, node->key)) {
		struct xmemd_alloc_entry *entry = node->of;

		if (owner && strcmp(entry->alloc->owner, owner))
			break;
		(*list)[(*count)++] = xmemd_alloc_hold(entry->alloc);
	}
	xmemd_model_unlock(model);
	return *list ? 0 : -1;
}

/**
 * xmemd_model_allocs_free() - give a page of allocations back
 * @list: the page
 * @count: how many
 */
void xmemd_model_allocs_free(struct xmemd_alloc **list, size_t count)
{
	while (count)
		xmemd_alloc_put(list[--count]);
	free(list);
}

/**
 * xmemd_model_region_locked() - which allocation has a region
 * @model: the model, locked
 * @appliance: where
 * @region: its number there
 *
 * Return: the allocation's entry, or NULL.
 */
struct xmemd_alloc_entry *xmemd_model_region_locked(struct xmemd_model *model,
						    const char *appliance, uint64_t region)
{
	char key[XMEMD_APPLIANCE_TEXT];

	leg_key(key, appliance, region);
	return xmemd_index_get(&model->legs, key);
}

/**
 * xmemd_model_next_on_locked() - go through the regions of an appliance
 * @model: the model, locked
 * @appliance: the appliance
 * @region: the region behind which to look, 0 to begin; takes the next one
 *
 * Return: the entry of the next region's allocation, or NULL when there is none.
 */
struct xmemd_alloc_entry *xmemd_model_next_on_locked(struct xmemd_model *model,
						     const char *appliance, uint64_t *region)
{
	char key[XMEMD_APPLIANCE_TEXT];
	struct xmemd_node *node;
	size_t len = strlen(appliance);

	leg_key(key, appliance, *region);
	node = xmemd_index_after(&model->legs, key);
	if (!node || strncmp(node->key, appliance, len) || node->key[len] != '\n')
		return NULL;
	*region = strtoull(node->key + len + 1, NULL, 16);
	return node->of;
}

/**
 * xmemd_model_timer_locked() - have an allocation's lease looked at
 * @model: the model, locked
 * @entry: the allocation
 * @when: at what time, or XMEMD_NEVER
 */
void xmemd_model_timer_locked(struct xmemd_model *model, struct xmemd_alloc_entry *entry,
			      uint64_t when)
{
	xmemd_index_del(&model->timers, &entry->by_time);
	if (when == XMEMD_NEVER)
		return;
	snprintf(entry->timer_key, sizeof(entry->timer_key), "%020" PRIu64 "\n%s", when,
		 entry->alloc->name);
	xmemd_index_add(&model->timers, &entry->by_time, entry->timer_key, entry);
}
