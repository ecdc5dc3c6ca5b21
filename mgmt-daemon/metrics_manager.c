// SPDX-License-Identifier: GPL-2.0-or-later
/* The role manager's numbers: what there is, by state. Limits and names of others are no numbers. */
#include "manager.h"
#include "metrics.h"
#include "metrics_manager.h"
#include "record.h"

#define STATES_MAX 5

/* Counts by a state's number, in the words of its list. */
struct states {
	const struct xmemd_choice *words;
	double count[STATES_MAX];
};

static void add(struct states *states, uint32_t state)
{
	if (state < STATES_MAX)
		states->count[state]++;
}

static void put_states(struct xmemd_metrics *m, const char *name, const char *help,
		       const struct states *states)
{
	const struct xmemd_choice *choice;

	xmemd_metrics_family(m, name, "gauge", help);
	for (choice = states->words; choice->word; choice++)
		xmemd_metrics_value(m, name,
				    (const char *const[][2]){ { "state", choice->word }, {} },
				    states->count[choice->value]);
}

static void put_one(struct xmemd_metrics *m, const char *name, const char *help, double value)
{
	xmemd_metrics_family(m, name, "gauge", help);
	xmemd_metrics_value(m, name, NULL, value);
}

static void measure_appliances(struct xmemd_model *model, struct xmemd_metrics *m)
{
	struct states states = { .words = xmemd_appliance_states };
	double up = 0, healthy = 0, memory = 0, available = 0;
	const struct xmemd_appliance_entry *entry;
	const struct xmemd_node *node;

	for (node = xmemd_index_from(&model->appliances, ""); node;
	     node = xmemd_index_after(&model->appliances, node->key)) {
		entry = node->of;
		add(&states, entry->record.state);
		up += entry->up;
		healthy += entry->up && entry->status.healthy;
		if (!entry->up || entry->record.state != XMEMD_ADMITTED)
			continue;
		memory += (double)entry->status.pool.memory;
		available += (double)entry->status.pool.free;
	}
	put_states(m, "xmem_appliances", "Appliances that the manager knows.", &states);
	put_one(m, "xmem_appliances_up", "Of these, those that answer.", up);
	put_one(m, "xmem_appliances_healthy", "Of these, those without complaint.", healthy);
	put_one(m, "xmem_cluster_memory_bytes", "Memory of admitted appliances that answer.",
		memory);
	put_one(m, "xmem_cluster_free_bytes", "Of that, in no region.", available);
}

static void measure_allocs(struct xmemd_model *model, struct xmemd_metrics *m)
{
	struct states states = { .words = xmemd_states }, leases = { .words = xmemd_leases };
	const struct xmemd_alloc_entry *entry;
	const struct xmemd_node *node;

	for (node = xmemd_index_from(&model->allocs, ""); node;
	     node = xmemd_index_after(&model->allocs, node->key)) {
		entry = node->of;
		add(&states, entry->alloc->state);
		add(&leases, entry->lease.state);
	}
	put_states(m, "xmem_allocations", "Allocations.", &states);
	put_states(m, "xmem_leases", "Allocations by how far their end has come.", &leases);
	xmemd_metrics_family(m, "xmem_allocated_bytes", "gauge", "Size of allocations, by type.");
	xmemd_metrics_value(m, "xmem_allocated_bytes",
			    (const char *const[][2]){ { "type", "volatile" }, {} },
			    (double)model->policy.usage.of_type[XMEMD_VOLATILE]);
	xmemd_metrics_value(m, "xmem_allocated_bytes",
			    (const char *const[][2]){ { "type", "persistent" }, {} },
			    (double)model->policy.usage.of_type[XMEMD_PERSISTENT]);
}

/**
 * xmemd_manager_measure() - add the role manager's numbers to /metrics
 * @daemon: the daemon, with that role
 * @metrics: the text
 */
void xmemd_manager_measure(struct xmemd *daemon, struct xmemd_metrics *metrics)
{
	struct xmemd_manager *manager = daemon->manager;
	struct xmemd_model *model = &manager->model;

	xmemd_model_lock(model);
	put_one(metrics, "xmem_manager_leads", "1 if this manager decides.", manager->leads);
	measure_appliances(model, metrics);
	measure_allocs(model, metrics);
	put_one(metrics, "xmem_accounts", "Accounts.", (double)model->accounts.count);
	put_one(metrics, "xmem_clients", "Clients that somebody made known.",
		(double)model->clients.count);
	put_one(metrics, "xmem_reservations", "Reservations.", (double)model->reservations.count);
	xmemd_model_unlock(model);
}
