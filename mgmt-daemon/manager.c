// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How nothing is lost and nothing leaks, wherever the manager or an appliance dies:
 *
 *   create:  row "creating" with every leg, number and token -> regions and grants on
 *            the appliances -> row "ready". Until then nobody was shown a token.
 *   destroy: row "destroying" -> regions destroyed -> row gone.
 *
 * A row is always older than what it stands for. Found again, "creating" is rolled
 * back and "destroying" continued. A region with our mark that no row knows is of
 * a rolled-back allocation whose appliance did not answer then, and is destroyed.
 *
 * Whoever changes an allocation claims its name first; everybody else is told to
 * come back. Claims live in memory only: they end with the process that made them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <gnutls/gnutls.h>
#include <gnutls/crypto.h>
#include <systemd/sd-daemon.h>

#include "crash.h"
#include "manager.h"

/* How often an allocation is planned anew when appliances fail it on the way. */
#define PLANS_MAX 3

/**
 * xmemd_manager_claim() - claim the name of an allocation
 * @manager: the manager
 * @claim: the claim, to be given back by xmemd_manager_unclaim()
 * @name: the name
 *
 * Return: whether it was free.
 */
bool xmemd_manager_claim(struct xmemd_manager *manager, struct xmemd_claim *claim, const char *name)
{
	const struct xmemd_claim *other;

	snprintf(claim->name, sizeof(claim->name), "%s", name);
	pthread_mutex_lock(&manager->lock);
	for (other = manager->claims; other; other = other->next)
		if (!strcmp(other->name, name))
			break;
	if (!other) {
		claim->next = manager->claims;
		manager->claims = claim;
	}
	pthread_mutex_unlock(&manager->lock);
	return !other;
}

/**
 * xmemd_manager_unclaim() - give a claim back
 * @manager: the manager
 * @claim: the claim
 */
void xmemd_manager_unclaim(struct xmemd_manager *manager, struct xmemd_claim *claim)
{
	struct xmemd_claim **p;

	pthread_mutex_lock(&manager->lock);
	for (p = &manager->claims; *p != claim; p = &(*p)->next)
		;
	*p = claim->next;
	pthread_mutex_unlock(&manager->lock);
}

static int refuse_claimed(const char *name, struct xmemd_refusal *why)
{
	return xmemd_refuse(why, 409, "allocation \"%s\" is being changed; try again", name);
}

struct asking {
	const struct xmemd_manager *manager;
	struct xmemd_remote *list;
};

static void ask_one(size_t index, void *arg)
{
	struct asking *asking = arg;
	struct xmemd_remote *remote = &asking->list[index];
	struct xmemd_refusal why = {};

	xmemd_remote_ask(asking->manager->config, remote);
	if (remote->up &&
	    xmemd_store_appliance_seen(asking->manager->store, remote->known.name,
				       remote->known.address, remote->known.port, &why) < 0)
		fprintf(stderr, SD_ERR "%s\n", why.text);
}

/**
 * xmemd_manager_ask() - ask all appliances what they have
 * @manager: the manager
 * @list: result in the order of their names, to be freed
 * @count: how many
 * @why: refusal
 *
 * Return: 0, or -1 with @why set; an appliance that is down is no reason.
 */
int xmemd_manager_ask(struct xmemd_manager *manager, struct xmemd_remote **list, size_t *count,
		      struct xmemd_refusal *why)
{
	struct xmemd_appliance *known;
	struct asking asking;
	size_t i;

	if (xmemd_store_appliances(manager->store, &known, count, why) < 0)
		return -1;
	*list = calloc(*count + 1, sizeof(**list));
	if (!*list) {
		free(known);
		return xmemd_refuse(why, 500, "out of memory");
	}
	for (i = 0; i < *count; i++)
		(*list)[i].known = known[i];
	free(known);
	asking.manager = manager;
	asking.list = *list;
	xmemd_remote_each(*count, ask_one, &asking);
	return 0;
}

/* Random and never 0; the top bit stays clear so that a number is one in every language. */
static int make_number(uint64_t *number, struct xmemd_refusal *why)
{
	do {
		if (gnutls_rnd(GNUTLS_RND_RANDOM, number, sizeof(*number)) < 0)
			return xmemd_refuse(why, 500, "no random numbers");
		*number &= INT64_MAX;
	} while (!*number);
	return 0;
}

static int fill_legs(const struct xmemd_plan *plan, const struct xmemd_remote *remotes,
		     struct xmemd_alloc *alloc, struct xmemd_refusal *why)
{
	struct xmemd_leg *leg;
	unsigned int i;

	alloc->size = plan->size;
	alloc->layout = plan->layout;
	alloc->legs = plan->legs;
	for (i = 0; i < plan->legs; i++) {
		leg = &alloc->leg[i];
		*leg = (struct xmemd_leg){ .size = plan->leg[i].size };
		memcpy(leg->appliance, remotes[plan->leg[i].pool].known.name,
		       sizeof(leg->appliance));
		if (make_number(&leg->region, why) < 0)
			return -1;
		if (gnutls_rnd(GNUTLS_RND_KEY, leg->token, sizeof(leg->token)) < 0)
			return xmemd_refuse(why, 500, "no random numbers");
	}
	return 0;
}

/* Ask, decide, and write the intent down. */
static int plan(struct xmemd_manager *manager, const struct xmemd_want *want,
		struct xmemd_alloc *alloc, struct xmemd_refusal *why)
{
	struct xmemd_remote *remotes;
	struct xmemd_pool *pools;
	struct xmemd_plan result;
	size_t i, count;
	int ret;

	if (xmemd_manager_ask(manager, &remotes, &count, why) < 0)
		return -1;
	pools = calloc(count + 1, sizeof(*pools));
	for (i = 0; pools && i < count; i++) {
		pools[i].name = remotes[i].known.name;
		pools[i].up = remotes[i].up;
		pools[i].error = remotes[i].error;
		pools[i].free = remotes[i].free;
		pools[i].largest = remotes[i].largest;
	}
	ret = pools ? xmemd_plan_make(pools, count, want, &result, why)
		    : xmemd_refuse(why, 500, "out of memory");
	if (!ret)
		ret = fill_legs(&result, remotes, alloc, why);
	free(pools);
	free(remotes);
	xmemd_crash_point();
	if (!ret)
		ret = xmemd_store_alloc_add(manager->store, alloc, why);
	return ret;
}

/*
 * Return 1 when another plan may do better: the appliance does not answer, or lost
 * its room or the region since it was asked.
 */
static int refuse_leg(const char *appliance, const struct xmem_err *err, struct xmemd_refusal *why)
{
	bool again = err->kind == XMEM_ERR_UNREACHABLE || err->status == 404 ||
		     err->status == 503 || err->status == 507;

	xmemd_refusal_detail(why, "%s: %s", appliance, err->text);
	xmemd_refuse(why, err->status == 507 ? 507 : 503, "appliance %s failed: %s", appliance,
		     err->text);
	return again ? 1 : -1;
}

/* Return: 0; 1 when another plan may do better, -1 when not, both with the refusal set. */
static int make_legs(struct xmemd_manager *manager, struct xmemd_alloc *alloc,
		     struct xmemd_refusal *why)
{
	struct xmemd_appliance appliance;
	struct xmemd_leg *leg;
	struct xmem_err err;
	unsigned int i;

	for (i = 0; i < alloc->legs; i++) {
		leg = &alloc->leg[i];
		if (xmemd_store_appliance_get(manager->store, leg->appliance, &appliance, why) < 0)
			return 1;
		xmemd_crash_point();
		if (xmemd_remote_region_put(manager->config, appliance.url,
					    xmemd_store_owner(manager->store), alloc, i, &err) < 0)
			return refuse_leg(leg->appliance, &err, why);
		xmemd_crash_point();
		if (xmemd_remote_grant_put(manager->config, appliance.url, alloc->client, leg,
					   &err) < 0)
			return refuse_leg(leg->appliance, &err, why);
	}
	xmemd_crash_point();
	return 0;
}

/*
 * Destroy the regions of an allocation. An appliance that was forgotten by force is
 * skipped: should it come back, its regions are found by their mark.
 * Return: how many appliances did not do it, with details, or -1.
 */
static int destroy_legs(struct xmemd_manager *manager, const struct xmemd_alloc *alloc,
			struct xmemd_refusal *why)
{
	struct xmemd_appliance appliance;
	struct xmem_err err;
	unsigned int i;
	int left = 0;

	for (i = 0; i < alloc->legs; i++) {
		const struct xmemd_leg *leg = &alloc->leg[i];
		struct xmemd_refusal unknown = {};

		if (xmemd_store_appliance_get(manager->store, leg->appliance, &appliance,
					      &unknown) < 0) {
			if (unknown.status == 404)
				continue;
			return xmemd_refuse(why, unknown.status, "%s", unknown.text);
		}
		xmemd_crash_point();
		if (xmemd_remote_region_del(manager->config, appliance.url, leg->region, &err) <
		    0) {
			xmemd_refusal_detail(why, "%s: %s", leg->appliance, err.text);
			left++;
		}
	}
	xmemd_crash_point();
	return left;
}

/**
 * xmemd_manager_roll_back() - undo the creation of an allocation; its name is claimed
 * @manager: the manager
 * @alloc: the allocation, creating
 * @why: refusal
 *
 * Does not wait for appliances that are down: nobody has the tokens, and what they
 * hold is found by our mark and by no row when they come back.
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_manager_roll_back(struct xmemd_manager *manager, const struct xmemd_alloc *alloc,
			    struct xmemd_refusal *why)
{
	if (destroy_legs(manager, alloc, why) < 0)
		return -1;
	return xmemd_store_alloc_del(manager->store, alloc->name, why);
}

static int create(struct xmemd_manager *manager, const struct xmemd_order *order,
		  struct xmemd_alloc *alloc, struct xmemd_refusal *why)
{
	struct xmemd_refusal ignored = {};
	int ret = 1, n;

	for (n = 0; n < PLANS_MAX && ret > 0; n++) {
		xmemd_refusal_clear(why);
		if (plan(manager, &order->want, alloc, why) < 0)
			return -1;
		ret = make_legs(manager, alloc, why);
		if (!ret)
			ret = xmemd_store_alloc_ready(manager->store, alloc, why);
		if (ret && xmemd_manager_roll_back(manager, alloc, &ignored) < 0)
			ret = -1;
		xmemd_refusal_clear(&ignored);
	}
	xmemd_crash_point();
	return ret ? -1 : 0;
}

/**
 * xmemd_manager_create() - make an allocation
 * @manager: the manager
 * @order: what is asked for
 * @alloc: result
 * @why: refusal
 *
 * Return: 0 with the allocation ready, or -1 with @why set and nothing of it left.
 */
int xmemd_manager_create(struct xmemd_manager *manager, const struct xmemd_order *order,
			 struct xmemd_alloc *alloc, struct xmemd_refusal *why)
{
	struct xmemd_refusal unknown = {};
	struct xmemd_claim claim;
	int ret;

	if (!xmemd_manager_claim(manager, &claim, order->name))
		return refuse_claimed(order->name, why);
	if (xmemd_store_alloc_get(manager->store, order->name, alloc, &unknown) == 0) {
		ret = xmemd_refuse(why, 409, "there is an allocation \"%s\" already", order->name);
	} else if (unknown.status != 404) {
		ret = xmemd_refuse(why, unknown.status, "%s", unknown.text);
	} else {
		*alloc = (struct xmemd_alloc){ .client = order->client, .state = XMEMD_READY };
		memcpy(alloc->name, order->name, sizeof(alloc->name));
		memcpy(alloc->owner, order->owner, sizeof(alloc->owner));
		ret = make_number(&alloc->id, why);
		if (!ret)
			ret = create(manager, order, alloc, why);
	}
	xmemd_manager_unclaim(manager, &claim);
	return ret;
}

static void write_reason(const struct xmemd_refusal *why, char reason[XMEMD_REASON_TEXT])
{
	size_t i, len = 0;

	reason[0] = 0;
	for (i = 0; i < json_array_size(why->details) && len < XMEMD_REASON_TEXT; i++)
		len += (size_t)snprintf(reason + len, XMEMD_REASON_TEXT - len, "%s%s",
					i ? "; " : "waits for ",
					json_string_value(json_array_get(why->details, i)));
}

/**
 * xmemd_manager_finish() - go on with a destruction; the name is claimed
 * @manager: the manager
 * @alloc: the allocation, destroying
 * @why: refusal, or what it waits for
 *
 * Return: 1 when it is gone, 0 when appliances do not answer (see details), or -1
 * with @why set.
 */
int xmemd_manager_finish(struct xmemd_manager *manager, const struct xmemd_alloc *alloc,
			 struct xmemd_refusal *why)
{
	char reason[XMEMD_REASON_TEXT];
	int left = destroy_legs(manager, alloc, why);

	if (left < 0)
		return -1;
	if (!left) {
		if (xmemd_store_alloc_del(manager->store, alloc->name, why) < 0)
			return -1;
		xmemd_crash_point();
		return 1;
	}
	write_reason(why, reason);
	if (strcmp(reason, alloc->reason) &&
	    xmemd_store_alloc_destroying(manager->store, alloc->name, reason, why) < 0)
		return -1;
	return 0;
}

struct counting {
	struct xmemd_manager *manager;
	const struct xmemd_alloc *alloc;
	uint64_t sessions[XMEM_LEGS_MAX];
};

/* One that does not answer cannot be asked; allocations on it can be given up all the same. */
static void count_sessions(size_t index, void *arg)
{
	struct counting *counting = arg;
	const struct xmemd_leg *leg = &counting->alloc->leg[index];
	struct xmemd_remote_region *regions;
	struct xmemd_appliance appliance;
	struct xmemd_refusal why = {};
	struct xmem_err err;
	size_t i, count;

	if (xmemd_store_appliance_get(counting->manager->store, leg->appliance, &appliance, &why) <
		    0 ||
	    xmemd_remote_regions(counting->manager->config, appliance.url, &regions, &count, &err) <
		    0)
		return;
	for (i = 0; i < count; i++)
		if (regions[i].id == leg->region)
			counting->sessions[index] = regions[i].sessions;
	free(regions);
}

/* Memory that somebody pages to is not taken away by a slip of the hand. */
static int refuse_used(struct xmemd_manager *manager, const struct xmemd_alloc *alloc,
		       struct xmemd_refusal *why)
{
	struct counting counting = { .manager = manager, .alloc = alloc };
	unsigned int i;
	int ret = 0;

	xmemd_remote_each(alloc->legs, count_sessions, &counting);
	for (i = 0; i < alloc->legs; i++) {
		if (!counting.sessions[i])
			continue;
		xmemd_refusal_detail(why, "leg %u on %s: sessions: %llu", i,
				     alloc->leg[i].appliance,
				     (unsigned long long)counting.sessions[i]);
		ret = xmemd_refuse(why, 409,
				   "allocation \"%s\" is in use: a client is connected; detach it "
				   "there first, or destroy it by force",
				   alloc->name);
	}
	return ret;
}

static int destroy(struct xmemd_manager *manager, const char *name, const char *owner, bool force,
		   struct xmemd_refusal *why)
{
	struct xmemd_alloc alloc;

	if (xmemd_store_alloc_get(manager->store, name, &alloc, why) < 0)
		return -1;
	if (owner && strcmp(alloc.owner, owner))
		return xmemd_refuse(why, 403, "allocation \"%s\" belongs to \"%s\"", name,
				    alloc.owner);
	if (alloc.state == XMEMD_READY && !force && refuse_used(manager, &alloc, why) < 0)
		return -1;
	xmemd_crash_point();
	if (alloc.state != XMEMD_DESTROYING &&
	    xmemd_store_alloc_destroying(manager->store, name, "", why) < 0)
		return -1;
	return xmemd_manager_finish(manager, &alloc, why);
}

/**
 * xmemd_manager_destroy() - destroy an allocation
 * @manager: the manager
 * @name: the allocation
 * @owner: whose it must be, or NULL
 * @force: although a client is connected
 * @why: refusal, or what it waits for
 *
 * Return: 1 when it is gone, 0 when that waits for appliances (see details), or -1
 * with @why set.
 */
int xmemd_manager_destroy(struct xmemd_manager *manager, const char *name, const char *owner,
			  bool force, struct xmemd_refusal *why)
{
	struct xmemd_claim claim;
	int ret;

	if (!xmemd_manager_claim(manager, &claim, name))
		return refuse_claimed(name, why);
	ret = destroy(manager, name, owner, force, why);
	xmemd_manager_unclaim(manager, &claim);
	return ret;
}

/**
 * xmemd_manager_start() - take up the role manager
 * @daemon: the daemon; takes the manager
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_manager_start(struct xmemd *daemon, struct xmemd_refusal *why)
{
	struct xmemd_manager *manager = calloc(1, sizeof(*manager));

	if (!manager)
		return xmemd_refuse(why, 500, "out of memory");
	manager->config = &daemon->config;
	pthread_mutex_init(&manager->lock, NULL);
	pthread_cond_init(&manager->wake, NULL);
	if (xmemd_store_open(daemon->config.manager.database, daemon->cn, &manager->store, why) <
		    0 ||
	    xmemd_janitor_start(manager, why) < 0) {
		xmemd_manager_stop(manager);
		return -1;
	}
	daemon->manager = manager;
	return 0;
}

/**
 * xmemd_manager_stop() - lay down the role manager
 * @manager: the manager, used by nobody any more; NULL is nothing
 */
void xmemd_manager_stop(struct xmemd_manager *manager)
{
	if (!manager)
		return;
	xmemd_janitor_stop(manager);
	xmemd_store_close(manager->store);
	pthread_cond_destroy(&manager->wake);
	pthread_mutex_destroy(&manager->lock);
	free(manager);
}
