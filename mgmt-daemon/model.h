/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that the manager knows, in memory: what the store has, and what appliances said
 * last. Decisions are made on it, by the logic, and it is never wrong for longer than
 * it takes to hear of a change.
 *
 * Calls whose names end in _locked, and those that take or give an entry, are made
 * with the model locked; the others lock it themselves. The lock is held for a look
 * or a decision and never while anything is waited for: no disk, no network. Locks of
 * the store and of the events may be taken under it, and nothing the other way round.
 */
#ifndef XMEMD_MODEL_H
#define XMEMD_MODEL_H

#include <pthread.h>
#include <stdbool.h>

#include "alloc.h"
#include "appliance.h"
#include "logic/account.h"
#include "logic/reservation.h"
#include "refusal.h"
#include "index.h"

#define XMEMD_APPLIANCE_TEXT (XMEMD_NAME_TEXT + XMEM_ID_TEXT)
#define XMEMD_TIMER_TEXT (24 + XMEMD_NAME_TEXT)
#define XMEMD_OWNER_TEXT (XMEMD_CN_TEXT + XMEMD_NAME_TEXT)

/* A region in the index of regions by appliance; @node.of is its allocation's entry. */
struct xmemd_leg_entry {
	struct xmemd_node node;
	char key[XMEMD_APPLIANCE_TEXT];
};

/**
 * struct xmemd_alloc_entry - an allocation in the model
 * @by_name: in xmemd_model.allocs
 * @by_owner: in xmemd_model.owners
 * @by_time: in xmemd_model.timers, while its lease has an end
 * @owner_key: owner and name
 * @timer_key: time and name
 * @alloc: the allocation; replaced, never changed
 * @revision: of its record
 * @lease: how far its end is
 * @leg: its regions in xmemd_model.legs
 * @legs: how many
 * @generation: of the feed that it was in
 * @stuck: what its lease demands could not be done, and that was said
 */
struct xmemd_alloc_entry {
	struct xmemd_node by_name, by_owner, by_time;
	char owner_key[XMEMD_OWNER_TEXT], timer_key[XMEMD_TIMER_TEXT];
	struct xmemd_alloc *alloc;
	uint64_t revision;
	struct xmemd_lease lease;
	struct xmemd_leg_entry *leg;
	unsigned int legs;
	uint32_t generation;
	bool stuck;
};

/**
 * struct xmemd_appliance_entry - an appliance in the model
 * @by_name: in xmemd_model.appliances
 * @by_url: in xmemd_model.urls
 * @record: what is written down
 * @status: what it said last
 * @up: it answered last time, or announced itself lately
 * @error: why it is not up, or not healthy
 * @seen: when it said something last, ms of the monotonic clock; 0: never
 * @pushed: when it announced itself last
 * @compared: when its regions were last compared with ours; 0: never
 * @compared_boot: which run of its daemon that was
 * @held: how many regions it has according to the model
 * @revision: of its record
 * @generation: of the feed that it was in
 */
struct xmemd_appliance_entry {
	struct xmemd_node by_name, by_url;
	struct xmemd_appliance record;
	struct xmemd_appliance_status status;
	bool up;
	char error[XMEMD_REASON_TEXT];
	uint64_t seen, pushed, compared, compared_boot, held, revision;
	uint32_t generation;
};

/**
 * struct xmemd_person - a client or an account, with limits
 * @by_name: in xmemd_model.clients or .accounts
 * @by_id: in xmemd_model.ids (clients)
 * @name: its name; of a client: common name of its certificate
 * @account: whose limits hold as well (clients), or ""
 * @id: whom grants are for (clients)
 * @id_key: that as text
 * @profile: its limits; texts are of @record
 * @globs: of the profile
 * @usage: what it has
 * @record: as written down
 * @revision: of its record
 * @generation: of the feed that it was in
 */
struct xmemd_person {
	struct xmemd_node by_name, by_id;
	char name[XMEMD_NAME_TEXT], account[XMEMD_NAME_TEXT], id_key[XMEM_ID_TEXT];
	uint64_t id;
	struct xmemd_profile profile;
	const char **globs;
	struct xmemd_usage usage;
	json_t *record;
	uint64_t revision;
	uint32_t generation;
};

/**
 * struct xmemd_reserved - a reservation in the model
 * @by_name: in xmemd_model.reservations
 * @is: the reservation, with what allocations drew
 * @revision: of its record
 * @generation: of the feed that it was in
 */
struct xmemd_reserved {
	struct xmemd_node by_name;
	struct xmemd_reservation is;
	uint64_t revision;
	uint32_t generation;
};

/**
 * struct xmemd_policy - what holds for the whole cluster
 * @profile: limits of everybody together, and preferences
 * @globs: of the profile
 * @admit: an appliance that announces itself is admitted at once
 * @known_only: clients without a record are refused
 * @warn: ms that a lease is warned before its end
 * @grace: ms of grace after it
 * @usage: of everybody
 * @record: as written down, or NULL
 * @revision: of the record
 */
struct xmemd_policy {
	struct xmemd_profile profile;
	const char **globs;
	bool admit, known_only;
	uint64_t warn, grace;
	struct xmemd_usage usage;
	json_t *record;
	uint64_t revision;
};

/**
 * struct xmemd_model - the model
 * @lock: of all of it
 * @allocs: allocations by name
 * @owners: by owner and name
 * @timers: by when their lease must be looked at
 * @legs: regions by appliance and number
 * @appliances: by name
 * @urls: appliances by URL
 * @accounts: by name
 * @clients: by name
 * @ids: clients by identity
 * @reservations: by name
 * @places: where clients stand, by name
 * @pools: the appliances as the logic sees them
 * @policy: of the cluster
 * @cn: common name that the store belongs to, "" before it is told
 * @owner: owner mark
 * @generation: counts the feeds
 * @pending: how many appliances wait to be admitted
 */
struct xmemd_model {
	pthread_mutex_t lock;
	struct xmemd_index allocs, owners, timers, legs, appliances, urls, accounts, clients, ids,
		reservations, places;
	struct xmemd_pools *pools;
	struct xmemd_policy policy;
	char cn[XMEMD_CN_TEXT];
	uint64_t owner;
	uint32_t generation;
	size_t pending;
};

int xmemd_model_init(struct xmemd_model *model);
void xmemd_model_done(struct xmemd_model *model);
void xmemd_model_lock(struct xmemd_model *model);
void xmemd_model_unlock(struct xmemd_model *model);
uint64_t xmemd_model_now(void);

/* model.c: allocations */
struct xmemd_alloc *xmemd_model_alloc(struct xmemd_model *model, const char *name);
struct xmemd_alloc_entry *xmemd_model_find_locked(struct xmemd_model *model, const char *name);
int xmemd_model_set_locked(struct xmemd_model *model, struct xmemd_alloc *alloc, uint64_t revision);
void xmemd_model_drop_locked(struct xmemd_model *model, const char *name);
int xmemd_model_allocs(struct xmemd_model *model, const char *owner, const char *after,
		       size_t limit, struct xmemd_alloc ***list, size_t *count);
void xmemd_model_allocs_free(struct xmemd_alloc **list, size_t count);
struct xmemd_alloc_entry *xmemd_model_region_locked(struct xmemd_model *model,
						    const char *appliance, uint64_t region);
struct xmemd_alloc_entry *xmemd_model_next_on_locked(struct xmemd_model *model,
						     const char *appliance, uint64_t *region);
void xmemd_model_timer_locked(struct xmemd_model *model, struct xmemd_alloc_entry *entry,
			      uint64_t when);
void xmemd_model_resume_locked(const struct xmemd_model *model, struct xmemd_alloc_entry *entry);
void xmemd_model_rules_locked(const struct xmemd_model *model, const struct xmemd_alloc *alloc,
			      struct xmemd_lease_rules *rules);

/* model_appliance.c */
struct xmemd_appliance_entry *xmemd_model_appliance_locked(struct xmemd_model *model,
							   const char *name);
int xmemd_model_appliance(struct xmemd_model *model, const char *name,
			  struct xmemd_appliance *appliance, struct xmemd_refusal *why);
int xmemd_model_appliance_set_locked(struct xmemd_model *model,
				     const struct xmemd_appliance *appliance, uint64_t revision);
void xmemd_model_appliance_drop_locked(struct xmemd_model *model, const char *name);
bool xmemd_model_heard(struct xmemd_model *model, const char *name,
		       const struct xmemd_appliance_status *status, bool pushed);
void xmemd_model_room(struct xmemd_model *model, const char *name,
		      const struct xmemd_pool_status *pool);
bool xmemd_model_down(struct xmemd_model *model, const char *name, const char *error);
void xmemd_model_promise(struct xmemd_model *model, const char *name, int64_t bytes);

/* model_people.c: accounts, clients, reservations, policy */
struct xmemd_person *xmemd_model_account_locked(struct xmemd_model *model, const char *name);
struct xmemd_person *xmemd_model_client_locked(struct xmemd_model *model, uint64_t id);
int xmemd_model_person_set_locked(struct xmemd_model *model, bool client, json_t *record,
				  uint64_t revision, struct xmemd_refusal *why);
void xmemd_model_person_drop_locked(struct xmemd_model *model, bool client, const char *name);
int xmemd_model_policy_set_locked(struct xmemd_model *model, json_t *record, uint64_t revision,
				  struct xmemd_refusal *why);
int xmemd_model_reservation_set_locked(struct xmemd_model *model,
				       const struct xmemd_reservation *reservation,
				       uint64_t revision);
void xmemd_model_reservation_drop_locked(struct xmemd_model *model, const char *name);
size_t xmemd_model_levels_locked(struct xmemd_model *model, uint64_t client, const char *account,
				 struct xmemd_level levels[XMEMD_LEVELS_MAX]);
void xmemd_model_use_locked(struct xmemd_model *model, const struct xmemd_alloc *alloc, int sign);
void xmemd_model_people_done(struct xmemd_model *model);

/* model_feed.c: from the store */
void xmemd_model_feed_begin(struct xmemd_model *model);
int xmemd_model_feed(struct xmemd_model *model, const char *key, const char *value,
		     uint64_t revision, struct xmemd_refusal *why);
void xmemd_model_feed_end(struct xmemd_model *model);

#endif /* XMEMD_MODEL_H */
