/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The role manager: decides on the model, writes the decision down, has it done by
 * the appliances, and tidies up after every failure.
 *
 * Order of locks: a claim (below), then the model, then those of the store, the
 * events and the manager, under which nothing else is locked. Only a claim is held
 * while something is waited for.
 */
#ifndef XMEMD_MANAGER_H
#define XMEMD_MANAGER_H

#include <pthread.h>
#include <stdbool.h>

#include "daemon.h"
#include "idem.h"
#include "kv/kv.h"
#include "model.h"
#include "refusal.h"
#include "remote.h"
#include "index.h"

/**
 * struct xmemd_claim - an object that somebody changes; lies on that one's stack
 * @node: in xmemd_manager.claims
 * @key: of the object's record
 * @term: leadership under which the change began
 *
 * Everybody else is told to come back. Claims live in memory only: they end with the
 * process that made them.
 */
struct xmemd_claim {
	struct xmemd_node node;
	char key[XMEMD_KV_KEY];
	uint64_t term;
};

/**
 * struct xmemd_manager - the role manager
 * @daemon: the daemon
 * @config: configuration
 * @model: what it knows
 * @kv: where that is written down
 * @idem: answers that were given to requests with an Idempotency-Key
 * @leads: this manager decides; with the model locked, like the next four
 * @term: number of this leadership, or of the last one, so that what began under one does not
 *	end under another
 * @synced: the model is that of the store
 * @leader: name of the leader, or ""
 * @leader_url: its URL, or ""
 * @lock: of what follows
 * @claims: objects that somebody works on
 * @wake: somebody has something to do, or shall stop
 * @looked: the janitor has asked all appliances once
 * @kicked: the janitor has
 * @rang: the clock has
 * @stopping: they shall
 * @janitor: thread that makes records and appliances agree
 * @clock: thread that looks at leases
 * @threads: how many of the two run
 */
struct xmemd_manager {
	struct xmemd *daemon;
	const struct xmem_config *config;
	struct xmemd_model model;
	struct xmemd_kv *kv;
	struct xmemd_idem idem;
	bool leads, synced;
	uint64_t term;
	char leader[64], leader_url[XMEMD_URL_TEXT];
	pthread_mutex_t lock;
	struct xmemd_index claims;
	pthread_cond_t wake;
	bool looked, kicked, rang, stopping;
	pthread_t janitor, clock;
	unsigned int threads;
};

int xmemd_manager_start(struct xmemd *daemon, struct xmemd_refusal *why);
void xmemd_manager_stop(struct xmemd_manager *manager);

int xmemd_manager_claim(struct xmemd_manager *manager, struct xmemd_claim *claim,
			const char *prefix, const char *name, struct xmemd_refusal *why);
void xmemd_manager_unclaim(struct xmemd_manager *manager, struct xmemd_claim *claim);
bool xmemd_manager_leads(struct xmemd_manager *manager);
bool xmemd_manager_own(struct xmemd_manager *manager);
struct xmemd_remote_as xmemd_manager_as(const struct xmemd_manager *manager, uint64_t term);
int xmemd_manager_lock_claimed(struct xmemd_manager *manager, const struct xmemd_claim *claim,
			       struct xmemd_refusal *why);

int xmemd_manager_confirm(struct xmemd_manager *manager, const struct xmemd_claim *claim,
			  struct xmemd_refusal *why);
int xmemd_manager_commit(struct xmemd_manager *manager, const struct xmemd_claim *claim,
			 const struct xmemd_kv_op *ops, size_t count, uint64_t *revision,
			 struct xmemd_refusal *why);
int xmemd_manager_write(struct xmemd_manager *manager, const struct xmemd_claim *claim,
			struct xmemd_alloc *alloc, const struct xmemd_kv_op *also,
			struct xmemd_refusal *why);
int xmemd_manager_forget(struct xmemd_manager *manager, const struct xmemd_claim *claim,
			 const char *name, struct xmemd_refusal *why);
int xmemd_manager_put(struct xmemd_manager *manager, const char *prefix, const char *name,
		      char *text, uint64_t expect, struct xmemd_refusal *why);

void xmemd_manager_tell(struct xmemd_manager *manager, const char *type,
			const struct xmemd_alloc *alloc, const char *text);
int xmemd_manager_random(uint64_t *number, struct xmemd_refusal *why);

/* janitor.c */
void xmemd_janitor_kick(struct xmemd_manager *manager);
void xmemd_janitor_wait(struct xmemd_manager *manager);
void *xmemd_janitor_run(void *manager);

/* forward.c */
struct xmemd_call;
int xmemd_forward(struct xmemd_call *call);

/* clock.c */
void xmemd_clock_ring(struct xmemd_manager *manager);
void *xmemd_clock_run(void *manager);

#endif /* XMEMD_MANAGER_H */
