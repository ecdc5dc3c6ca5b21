// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "change.h"
#include "crash.h"
#include "events.h"
#include "meta.h"
#include "owner.h"
#include "recover.h"
#include "remote.h"

/* A region that one of our managers made, and what it says. */
struct found {
	char appliance[XMEMD_NAME_TEXT];
	struct xmemd_remote_region region;
	struct xmemd_meta meta;
};

/* What was found so far; @lock is held for additions by several threads. */
struct finding {
	struct xmemd_manager *manager;
	pthread_mutex_t lock;
	char (*appliance)[XMEMD_NAME_TEXT];
	size_t appliances;
	struct found *found;
	size_t count;
	json_t *recovered, *undecided;
};

static void undecided(struct finding *finding, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void undecided(struct finding *finding, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	pthread_mutex_lock(&finding->lock);
	json_array_append_new(finding->undecided, json_string(text));
	pthread_mutex_unlock(&finding->lock);
}

static void add_found(struct finding *finding, const char *appliance,
		      const struct xmemd_remote_region *region)
{
	struct found found = { .region = *region }, *grown;
	struct xmemd_refusal why = {};
	char id[XMEM_ID_TEXT];

	snprintf(found.appliance, sizeof(found.appliance), "%s", appliance);
	xmem_id_format(region->id, id);
	if (!region->meta || !region->alloc) {
		undecided(finding, "region %s on %s does not say of which allocation it is", id,
			  appliance);
		return;
	}
	if (xmemd_meta_read(region->meta, &found.meta, &why) < 0) {
		undecided(finding, "region %s on %s: what it says makes no sense: %.300s", id,
			  appliance, why.text);
		return;
	}
	pthread_mutex_lock(&finding->lock);
	grown = reallocarray(finding->found, finding->count + 1, sizeof(*grown));
	if (grown) {
		/* labels are borrowed from it */
		json_incref(found.region.meta);
		finding->found = grown;
		grown[finding->count++] = found;
	}
	pthread_mutex_unlock(&finding->lock);
}

static bool is_known(struct xmemd_manager *manager, const char *appliance, uint64_t region)
{
	bool known;

	xmemd_model_lock(&manager->model);
	known = xmemd_model_region_locked(&manager->model, appliance, region);
	xmemd_model_unlock(&manager->model);
	return known;
}

static void ask_appliance(size_t index, void *arg)
{
	struct finding *finding = arg;
	struct xmemd_remote_region *regions;
	struct xmemd_appliance appliance;
	struct xmemd_refusal why = {};
	struct xmem_err err;
	size_t i, count;

	if (xmemd_model_appliance(&finding->manager->model, finding->appliance[index], &appliance,
				  &why) < 0)
		return;
	if (xmemd_remote_regions(finding->manager->config, appliance.url, &regions, &count, &err) <
	    0) {
		undecided(finding, "appliance %s does not answer: %s", appliance.name, err.text);
		return;
	}
	for (i = 0; i < count; i++)
		if (xmemd_owner_is(regions[i].owner, finding->manager->daemon->cn) &&
		    !is_known(finding->manager, appliance.name, regions[i].id))
			add_found(finding, appliance.name, &regions[i]);
	xmemd_remote_regions_free(regions, count);
}

static void ask_all(struct finding *finding)
{
	struct xmemd_model *model = &finding->manager->model;
	struct xmemd_node *node;

	xmemd_model_lock(model);
	finding->appliance = calloc(model->appliances.count + 1, sizeof(*finding->appliance));
	for (node = xmemd_index_from(&model->appliances, ""); finding->appliance && node;
	     node = xmemd_index_after(&model->appliances, node->key))
		snprintf(finding->appliance[finding->appliances++], XMEMD_NAME_TEXT, "%s",
			 node->key);
	xmemd_model_unlock(model);
	xmemd_remote_each(finding->appliances, ask_appliance, finding);
}

/* Regions of one allocation together, the newest word first, then in their order. */
static int by_alloc(const void *pa, const void *pb)
{
	const struct found *a = pa, *b = pb;

	if (a->region.alloc != b->region.alloc)
		return a->region.alloc < b->region.alloc ? -1 : 1;
	if (a->meta.epoch != b->meta.epoch)
		return a->meta.epoch > b->meta.epoch ? -1 : 1;
	return (int)a->meta.index - (int)b->meta.index;
}

/* The newest region that says it is number @index; older ones are left-overs of a change. */
static const struct found *find_index(const struct found *list, size_t count, unsigned int index)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (list[i].meta.index == index)
			return &list[i];
	return NULL;
}

static void fill_leg(struct xmemd_leg *leg, const struct found *found)
{
	memcpy(leg->appliance, found->appliance, sizeof(leg->appliance));
	leg->region = found->region.id;
	leg->size = found->region.size;
	leg->epoch = (uint32_t)found->region.epoch;
	leg->state = XMEMD_LEG_THERE;
	snprintf(leg->why, sizeof(leg->why), "recovered from the appliance");
}

static struct xmemd_alloc *build(struct finding *finding, const struct found *list, size_t count)
{
	const struct xmemd_meta *newest = &list->meta;
	struct xmemd_alloc *alloc = xmemd_alloc_new(newest->count);
	const struct found *found;
	unsigned int i;

	if (!alloc)
		return NULL;
	for (i = 0; i < newest->count; i++) {
		found = find_index(list, count, i);
		if (!found) {
			undecided(finding,
				  "allocation \"%s\": region %u of %u is on no appliance that "
				  "answers",
				  newest->name, i, newest->count);
			xmemd_alloc_put(alloc);
			return NULL;
		}
		fill_leg(&alloc->leg[i], found);
	}
	memcpy(alloc->name, newest->name, sizeof(alloc->name));
	memcpy(alloc->owner, newest->owner, sizeof(alloc->owner));
	memcpy(alloc->account, newest->account, sizeof(alloc->account));
	memcpy(alloc->strategies, newest->strategies, sizeof(alloc->strategies));
	alloc->labels = json_incref(newest->labels);
	alloc->id = list->region.alloc;
	alloc->client = newest->client;
	alloc->duration = alloc->left.ends = newest->duration;
	alloc->not_in_use = alloc->left.idle = newest->not_in_use;
	alloc->created = newest->created;
	alloc->layout = newest->layout;
	alloc->type = newest->type;
	alloc->epoch = newest->epoch + 1;
	alloc->state = XMEMD_READY;
	alloc->size = xmemd_alloc_sum(alloc);
	if (alloc->size == newest->size)
		return alloc;
	undecided(finding,
		  "allocation \"%s\": its regions have %" PRIu64 " bytes, but it says %" PRIu64,
		  alloc->name, alloc->size, newest->size);
	xmemd_alloc_put(alloc);
	return NULL;
}

static int keep(struct finding *finding, struct xmemd_alloc *alloc, struct xmemd_refusal *why)
{
	struct xmemd_claim claim;
	int ret;

	if (xmemd_manager_claim(finding->manager, &claim, "alloc/", alloc->name, why) < 0)
		return -1;
	ret = xmemd_manager_write(finding->manager, &claim, xmemd_alloc_hold(alloc), NULL, why);
	if (!ret)
		xmemd_lease_begin(finding->manager, alloc);
	xmemd_manager_unclaim(finding->manager, &claim);
	xmemd_crash_point();
	return ret;
}

static void recover_one(struct finding *finding, const struct found *list, size_t count,
			bool dry_run)
{
	struct xmemd_alloc *alloc = build(finding, list, count), *same;
	struct xmemd_refusal why = {};
	char id[XMEM_ID_TEXT];

	if (!alloc)
		return;
	same = xmemd_model_alloc(&finding->manager->model, alloc->name);
	if (same)
		undecided(finding,
			  "allocation \"%s\" (%s) was found, but there is another one of "
			  "that name",
			  alloc->name, xmem_id_format(alloc->id, id));
	else if (!dry_run && keep(finding, alloc, &why) < 0)
		undecided(finding, "allocation \"%s\" was found, but: %.300s", alloc->name,
			  why.text);
	else
		json_array_append_new(
			finding->recovered,
			json_pack("{s:s, s:s, s:I, s:I, s:I}", "name", alloc->name, "owner",
				  alloc->owner, "size", (json_int_t)alloc->size, "regions",
				  (json_int_t)alloc->legs, "epoch", (json_int_t)list->meta.epoch));
	xmemd_alloc_put(same);
	xmemd_alloc_put(alloc);
}

static void recover_all(struct finding *finding, bool dry_run)
{
	size_t i, n;

	if (finding->count)
		qsort(finding->found, finding->count, sizeof(*finding->found), by_alloc);
	for (i = 0; i < finding->count; i += n) {
		for (n = 1; i + n < finding->count &&
			    finding->found[i + n].region.alloc == finding->found[i].region.alloc;
		     n++)
			;
		recover_one(finding, &finding->found[i], n, dry_run);
	}
}

/**
 * xmemd_recover() - rebuild the model from the appliances
 * @manager: the manager
 * @dry_run: only say what would be recovered
 * @report: result: what was recovered and what could not be decided
 * @why: refusal
 *
 * What is known already is not touched. Recovered regions keep the mark of the store
 * that was lost: the janitor, which knows its own mark only, never takes those that
 * could not be decided for leaked ones.
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_recover(struct xmemd_manager *manager, bool dry_run, json_t **report,
		  struct xmemd_refusal *why)
{
	struct finding finding = {
		.manager = manager,
		.recovered = json_array(),
		.undecided = json_array(),
	};
	struct xmemd_claim claim;

	if (xmemd_manager_claim(manager, &claim, "", "recovery", why) < 0)
		return -1;
	pthread_mutex_init(&finding.lock, NULL);
	ask_all(&finding);
	recover_all(&finding, dry_run);
	*report = json_pack("{s:b, s:I, s:O, s:O}", "dry_run", dry_run, "appliances",
			    (json_int_t)finding.appliances, "recovered", finding.recovered,
			    "undecided", finding.undecided);
	if (!dry_run)
		xmemd_event(manager->daemon, "manager.recovered", "",
			    json_pack("{s:I}", "allocations",
				      (json_int_t)json_array_size(finding.recovered)));
	json_decref(finding.recovered);
	json_decref(finding.undecided);
	free(finding.appliance);
	while (finding.count)
		json_decref(finding.found[--finding.count].region.meta);
	free(finding.found);
	pthread_mutex_destroy(&finding.lock);
	xmemd_manager_unclaim(manager, &claim);
	return 0;
}
