// SPDX-License-Identifier: GPL-2.0-or-later
/* Leases of allocations: begun, renewed, changed. Their ends are watched by clock.c. */
#include <string.h>
#include <time.h>

#include "change.h"
#include "labels.h"
#include "legs.h"
#include "record.h"

/* Look again when the rules say so, or at once without memory of when that is. */
static void set_timer(struct xmemd_model *model, struct xmemd_alloc_entry *entry)
{
	struct xmemd_lease copy = entry->lease;
	struct xmemd_lease_rules rules;
	struct xmemd_lease_step step;

	xmemd_model_rules_locked(model, entry->alloc, &rules);
	xmemd_lease_look(&copy, &rules, xmemd_model_now(), &step);
	xmemd_model_timer_locked(model, entry,
				 step.what == XMEMD_LEASE_NOTHING ? step.next : xmemd_model_now());
}

/**
 * xmemd_lease_begin() - the lease of a new allocation begins
 * @manager: the manager
 * @alloc: the allocation, ready
 */
void xmemd_lease_begin(struct xmemd_manager *manager, const struct xmemd_alloc *alloc)
{
	struct xmemd_model *model = &manager->model;
	struct xmemd_alloc_entry *entry;
	struct xmemd_lease_rules rules;

	xmemd_model_lock(model);
	entry = xmemd_model_find_locked(model, alloc->name);
	if (entry) {
		xmemd_model_rules_locked(model, alloc, &rules);
		xmemd_lease_start(&entry->lease, &rules, xmemd_model_now());
		set_timer(model, entry);
	}
	xmemd_model_unlock(model);
	xmemd_clock_ring(manager);
}

static int check_state(const struct xmemd_alloc *alloc, struct xmemd_refusal *why)
{
	if (alloc->state == XMEMD_READY)
		return 0;
	return xmemd_refuse(why, 409, "allocation \"%s\" is %s%s%s", alloc->name,
			    xmemd_choice_word(xmemd_states, alloc->state),
			    alloc->reason[0] ? ": " : "", alloc->reason);
}

/* Renewed in memory; what is written down says "expired" only as long as it is. */
static int renew(struct xmemd_manager *manager, const struct xmemd_claim *claim,
		 const struct xmemd_alloc *alloc, struct xmemd_refusal *why)
{
	enum xmemd_lease_state before;
	struct xmemd_alloc_entry *entry;
	struct xmemd_lease_rules rules;
	struct xmemd_alloc *copy;
	int ret;

	if (xmemd_manager_lock_claimed(manager, claim, why) < 0)
		return -1;
	entry = xmemd_model_find_locked(&manager->model, alloc->name);
	before = entry->lease.state;
	xmemd_model_rules_locked(&manager->model, alloc, &rules);
	ret = xmemd_lease_renew(&entry->lease, &rules, xmemd_model_now(), why);
	if (!ret)
		set_timer(&manager->model, entry);
	xmemd_model_unlock(&manager->model);
	if (ret < 0 || before == XMEMD_LEASE_ACTIVE)
		return ret;
	copy = xmemd_alloc_copy(alloc, alloc->legs);
	if (!copy)
		return xmemd_refuse(why, 500, "out of memory");
	copy->reason[0] = 0;
	if (xmemd_manager_write(manager, claim, copy, NULL, why) < 0)
		return -1;
	xmemd_manager_tell(manager, "alloc.renewed", alloc, NULL);
	return 0;
}

/**
 * xmemd_lease_use() - somebody uses an allocation: renew it
 * @manager: the manager
 * @name: the allocation
 * @asker: who says so
 * @result: what it is now, for xmemd_alloc_put()
 * @why: refusal
 *
 * Return: 0, or -1 with @why set (409 when its duration is over: that needs a new one).
 */
int xmemd_lease_use(struct xmemd_manager *manager, const char *name,
		    const struct xmemd_asker *asker, struct xmemd_alloc **result,
		    struct xmemd_refusal *why)
{
	struct xmemd_alloc *alloc = NULL;
	struct xmemd_claim claim;
	int ret;

	if (xmemd_manager_claim(manager, &claim, "alloc/", name, why) < 0)
		return -1;
	ret = xmemd_find_own(manager, name, asker, &alloc, why);
	if (!ret)
		ret = check_state(alloc, why);
	if (!ret)
		ret = renew(manager, &claim, alloc, why);
	if (!ret)
		*result = xmemd_model_alloc(&manager->model, name);
	xmemd_alloc_put(alloc);
	xmemd_manager_unclaim(manager, &claim);
	return ret < 0 || !*result ? -1 : 0;
}

/* Limits hold for a change as for a new allocation. */
static int check_settings(struct xmemd_manager *manager, const struct xmemd_alloc *alloc,
			  const struct xmemd_settings *settings, struct xmemd_alloc *changed,
			  struct xmemd_refusal *why)
{
	struct xmemd_level levels[XMEMD_LEVELS_MAX];
	struct xmemd_ask ask = {
		.act = XMEMD_ACT_PROLONG,
		.type = changed->type,
		.duration = settings->has_duration ? settings->duration : alloc->duration,
		.not_in_use = settings->has_not_in_use ? settings->not_in_use : alloc->not_in_use,
	};
	struct xmemd_terms terms;
	size_t count;

	count = xmemd_model_levels_locked(&manager->model, alloc->client, alloc->account, levels);
	if (changed->type != alloc->type) {
		ask.act = XMEMD_ACT_RETYPE;
		ask.bytes = alloc->size;
	}
	if (xmemd_account_check(levels, count, &ask, (int64_t)time(NULL), &terms, why) < 0)
		return -1;
	changed->duration = terms.duration;
	changed->not_in_use = terms.not_in_use;
	return 0;
}

/* The lease as it will be; the entry takes it only once that is written down. */
static int change_lease(struct xmemd_manager *manager, const struct xmemd_alloc *alloc,
			const struct xmemd_settings *settings, struct xmemd_alloc *changed,
			struct xmemd_lease *lease, struct xmemd_refusal *why)
{
	struct xmemd_alloc_entry *entry;
	struct xmemd_lease_rules rules;

	entry = xmemd_model_find_locked(&manager->model, alloc->name);
	*lease = entry->lease;
	/* what it is called is nobody's limit */
	if (!settings->has_type && !settings->has_duration && !settings->has_not_in_use)
		return 0;
	if (settings->has_type)
		changed->type = settings->type;
	if (check_settings(manager, alloc, settings, changed, why) < 0)
		return -1;
	xmemd_model_rules_locked(&manager->model, changed, &rules);
	return xmemd_lease_change(lease, &rules, settings->has_duration, xmemd_model_now(), why);
}

static int set(struct xmemd_manager *manager, const struct xmemd_claim *claim,
	       const struct xmemd_alloc *alloc, const struct xmemd_settings *settings,
	       struct xmemd_refusal *why)
{
	struct xmemd_alloc *changed = xmemd_alloc_copy(alloc, alloc->legs);
	struct xmemd_alloc_entry *entry;
	struct xmemd_lease lease;
	int ret;

	if (!changed)
		return xmemd_refuse(why, 500, "out of memory");
	changed->epoch++;
	changed->reason[0] = 0;
	if (settings->has_labels) {
		json_decref(changed->labels);
		changed->labels = xmemd_labels_keep(settings->labels);
	}
	ret = xmemd_manager_lock_claimed(manager, claim, why);
	if (!ret) {
		ret = change_lease(manager, alloc, settings, changed, &lease, why);
		xmemd_model_unlock(&manager->model);
	}
	if (ret < 0) {
		xmemd_alloc_put(changed);
		return -1;
	}
	if (xmemd_manager_write(manager, claim, changed, NULL, why) < 0 ||
	    xmemd_manager_lock_claimed(manager, claim, why) < 0)
		return -1;
	entry = xmemd_model_find_locked(&manager->model, alloc->name);
	entry->lease = lease;
	set_timer(&manager->model, entry);
	xmemd_model_unlock(&manager->model);
	xmemd_clock_ring(manager);
	return 0;
}

/**
 * xmemd_lease_set() - change what was agreed about an allocation's end, or its labels
 * @manager: the manager
 * @name: the allocation
 * @asker: who asks
 * @settings: what to change
 * @result: what it is now, for xmemd_alloc_put()
 * @why: refusal
 *
 * Return: 0, or -1 with @why set and nothing changed.
 */
int xmemd_lease_set(struct xmemd_manager *manager, const char *name,
		    const struct xmemd_asker *asker, const struct xmemd_settings *settings,
		    struct xmemd_alloc **result, struct xmemd_refusal *why)
{
	struct xmemd_alloc *alloc = NULL;
	struct xmemd_claim claim;
	int ret;

	if (xmemd_manager_claim(manager, &claim, "alloc/", name, why) < 0)
		return -1;
	ret = xmemd_find_own(manager, name, asker, &alloc, why);
	if (!ret)
		ret = check_state(alloc, why);
	if (!ret)
		ret = set(manager, &claim, alloc, settings, why);
	if (!ret)
		*result = xmemd_model_alloc(&manager->model, name);
	if (!ret && *result)
		xmemd_legs_describe(manager, &claim, *result);
	xmemd_alloc_put(alloc);
	xmemd_manager_unclaim(manager, &claim);
	return ret < 0 || !*result ? -1 : 0;
}
