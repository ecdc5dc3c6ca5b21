// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "decide.h"
#include "place.h"

/* What a decision is made of besides the order. */
struct deciding {
	struct xmemd_level levels[XMEMD_LEVELS_MAX];
	size_t count;
	struct xmemd_demand demand;
	struct xmemd_draw draws[XMEM_LEGS_MAX];
	const char *client, *account, *reservation;
	enum xmemd_owner_kind kind;
};

/* A certificate speaks for the client of its name only, where that one has a record. */
static int check_client(struct xmemd_manager *manager, const struct xmemd_order *order,
			struct deciding *deciding, struct xmemd_refusal *why)
{
	const struct xmemd_person *person, *own;
	char id[XMEM_ID_TEXT];

	person = xmemd_model_client_locked(&manager->model, order->client);
	own = xmemd_index_get(&manager->model.clients, order->owner);
	if (!order->any && (person || own) && person != own)
		return xmemd_refuse(why, 403,
				    "client identity %s is not that of \"%s\" but of \"%s\"",
				    xmem_id_format(order->client, id), order->owner,
				    person ? person->name : "nobody");
	if (!person && manager->model.policy.known_only)
		return xmemd_refuse(why, 403,
				    "there is no client with identity %s, and the policy permits "
				    "known clients only",
				    xmem_id_format(order->client, id));
	deciding->client = person ? person->name : "";
	deciding->account = order->account[0] ? order->account : person ? person->account : "";
	if (!order->account[0])
		return 0;
	if (!xmemd_model_account_locked(&manager->model, order->account))
		return xmemd_refuse(why, 404, "there is no account \"%s\"", order->account);
	if (!order->any && (!person || strcmp(person->account, order->account)))
		return xmemd_refuse(why, 403, "\"%s\" is no client of account \"%s\"", order->owner,
				    order->account);
	return 0;
}

/* The reservation to draw from: the one named, or that with most left of those that serve. */
static const struct xmemd_reservation *find_reservation(struct xmemd_manager *manager,
							const struct xmemd_order *order,
							const struct deciding *deciding)
{
	const struct xmemd_reservation *best = NULL, *is;
	struct xmemd_index *tree = &manager->model.reservations;
	struct xmemd_node *node;
	uint64_t left, most = 0;

	for (node = xmemd_index_from(tree, order->reservation); node;
	     node = xmemd_index_after(tree, node->key)) {
		is = &((struct xmemd_reserved *)node->of)->is;
		if (order->reservation[0] && strcmp(is->name, order->reservation))
			break;
		left = xmemd_reservation_size(is) - xmemd_reservation_drawn(is);
		if (!xmemd_reservation_serves(is, deciding->client, deciding->account) ||
		    (left <= most && best))
			continue;
		best = is;
		most = left;
	}
	return best;
}

static int offer(struct xmemd_manager *manager, const struct xmemd_order *order,
		 struct deciding *deciding, struct xmemd_refusal *why)
{
	const struct xmemd_reservation *is = NULL;

	deciding->reservation = "";
	if (order->act != XMEMD_ACT_RESERVE)
		is = find_reservation(manager, order, deciding);
	if (!is && order->reservation[0])
		return xmemd_refuse(why, 404,
				    "there is no reservation \"%s\" that this client may draw from",
				    order->reservation);
	if (!is)
		return 0;
	deciding->reservation = is->name;
	deciding->kind = is->kind;
	deciding->demand.draw = deciding->draws;
	deciding->demand.draws = xmemd_reservation_offer(
		&is, 1, deciding->client, deciding->account, deciding->draws, XMEM_LEGS_MAX);
	return 0;
}

static int prepare(struct xmemd_manager *manager, const struct xmemd_order *order,
		   struct deciding *deciding, struct xmemd_refusal *why)
{
	deciding->demand = order->demand;
	if (check_client(manager, order, deciding, why) < 0)
		return -1;
	/* a client that has no record is known by its certificate's name */
	xmemd_place_apply_locked(&manager->model,
				 deciding->client[0] ? deciding->client : order->owner,
				 order->client, &deciding->demand.where);
	deciding->count = xmemd_model_levels_locked(&manager->model, order->client,
						    deciding->account, deciding->levels);
	xmemd_account_apply(deciding->levels, deciding->count, &deciding->demand);
	return offer(manager, order, deciding, why);
}

/* What a reservation has counts already: for its client too if it is the client's own. */
static int check_limits(const struct xmemd_order *order, struct deciding *deciding, uint64_t bytes,
			uint64_t drawn, struct xmemd_terms *terms, struct xmemd_refusal *why)
{
	const struct xmemd_ask ask = {
		.act = order->act,
		.type = order->type,
		.bytes = bytes,
		.duration = order->duration,
		.not_in_use = order->not_in_use,
	};
	size_t i;

	for (i = 0; i < deciding->count; i++)
		if (deciding->kind == XMEMD_OWNER_CLIENT ||
		    strcmp(deciding->levels[i].what, "client"))
			deciding->levels[i].drawn = drawn;
	return xmemd_account_check(deciding->levels, deciding->count, &ask, (int64_t)time(NULL),
				   terms, why);
}

static void write_strategies(const struct xmemd_demand *demand, char out[XMEMD_STRATEGIES_TEXT])
{
	unsigned int i;
	size_t len = 0;

	out[0] = 0;
	for (i = 0; i < demand->strategies && len < XMEMD_STRATEGIES_TEXT; i++)
		len += (size_t)snprintf(out + len, XMEMD_STRATEGIES_TEXT - len, "%s%s",
					i ? "," : "", xmemd_strategy_name(demand->strategy[i]));
	if (!demand->strategies)
		snprintf(out, XMEMD_STRATEGIES_TEXT, "%s", xmemd_strategy_name(XMEMD_MOST_FREE));
}

/**
 * xmemd_decide_locked() - decide about an order
 * @manager: the manager, its model locked
 * @order: what is asked for
 * @decision: result
 * @why: refusal
 *
 * Nothing is changed.
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_decide_locked(struct xmemd_manager *manager, const struct xmemd_order *order,
			struct xmemd_decision *decision, struct xmemd_refusal *why)
{
	struct deciding deciding = {};
	uint64_t most = 0, drawn = 0, bytes;
	unsigned int i;
	size_t k;

	if (prepare(manager, order, &deciding, why) < 0)
		return -1;
	for (k = 0; k < deciding.demand.draws; k++)
		most += deciding.draws[k].bytes;
	bytes = (order->demand.size + XMEMD_CHUNK - 1) / XMEMD_CHUNK * XMEMD_CHUNK;
	if (most > bytes)
		most = bytes;
	if (check_limits(order, &deciding, bytes, most, &decision->terms, why) < 0 ||
	    xmemd_place(manager->model.pools, &deciding.demand, &decision->placement, why) < 0)
		return -1;
	for (i = 0; i < decision->placement.legs; i++)
		drawn += decision->placement.leg[i].drawn;
	if (drawn != most &&
	    check_limits(order, &deciding, bytes, drawn, &decision->terms, why) < 0)
		return -1;
	snprintf(decision->account, sizeof(decision->account), "%s", deciding.account);
	snprintf(decision->reservation, sizeof(decision->reservation), "%s",
		 drawn ? deciding.reservation : "");
	write_strategies(&deciding.demand, decision->strategies);
	return 0;
}

/**
 * xmemd_decide_space_locked() - what room there is for an order
 * @manager: the manager, its model locked
 * @order: what would be asked for
 * @space: result
 * @each: called for each appliance with room, or NULL
 * @arg: for @each
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_decide_space_locked(struct xmemd_manager *manager, const struct xmemd_order *order,
			      struct xmemd_space *space, xmemd_space_fn each, void *arg,
			      struct xmemd_refusal *why)
{
	struct deciding deciding = {};

	if (prepare(manager, order, &deciding, why) < 0)
		return -1;
	return xmemd_space(manager->model.pools, &deciding.demand, space, each, arg, why);
}

/**
 * xmemd_order_free() - free what an order has
 * @order: the order
 */
void xmemd_order_free(struct xmemd_order *order)
{
	free(order->globs);
	free(order->excluded);
	order->globs = NULL;
	order->excluded = NULL;
}
