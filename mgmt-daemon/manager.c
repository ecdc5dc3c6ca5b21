// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The frame of the role manager: the store tells the model what there is and this
 * manager whether it leads; changes are claimed, written down, and only then known.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <gnutls/gnutls.h>
#include <gnutls/crypto.h>
#include <systemd/sd-daemon.h>

#include "crash.h"
#include "events.h"
#include "manager.h"
#include "owner.h"
#include "record.h"

/**
 * xmemd_manager_leads() - does this manager decide?
 * @manager: the manager
 *
 * Return: whether it does.
 */
bool xmemd_manager_leads(struct xmemd_manager *manager)
{
	bool leads;

	xmemd_model_lock(&manager->model);
	leads = manager->leads;
	xmemd_model_unlock(&manager->model);
	return leads;
}

/* Without the model's lock: a store may hold its own while it waits for the disk. */
static int refuse_follower(struct xmemd_manager *manager, struct xmemd_refusal *why)
{
	struct xmemd_kv_status status;
	bool known;

	xmemd_model_lock(&manager->model);
	known = manager->leader[0];
	if (known)
		xmemd_refuse_as(why, 503, XMEMD_WHY_NOT_LEADER,
				"manager \"%s\" at %s decides, not this one", manager->leader,
				manager->leader_url);
	xmemd_model_unlock(&manager->model);
	if (known)
		return -1;
	xmemd_kv_status(manager->kv, &status);
	return xmemd_refuse_as(why, 503, XMEMD_WHY_NOT_LEADER,
			       "no manager decides at the moment; try again%s%s",
			       *status.trouble ? ": " : "", status.trouble);
}

/**
 * xmemd_manager_as() - what appliances are told of who asks them for a change
 * @manager: the manager
 * @term: leadership under which the change was decided
 *
 * The only manager of a store has nobody to be told from.
 *
 * Return: that.
 */
struct xmemd_remote_as xmemd_manager_as(const struct xmemd_manager *manager, uint64_t term)
{
	return (struct xmemd_remote_as){
		.config = manager->config,
		.owner = manager->model.owner,
		.term = manager->config->manager.etcd[0] ? term : 0,
	};
}

/**
 * xmemd_manager_claim() - claim an object, to change it
 * @manager: the manager
 * @claim: the claim, to be given back by xmemd_manager_unclaim()
 * @prefix: of the key of its record, "alloc/" and the like
 * @name: its name
 * @why: refusal
 *
 * Return: 0, or -1 with @why set (409: somebody else has it, 503: this manager does not lead).
 */
int xmemd_manager_claim(struct xmemd_manager *manager, struct xmemd_claim *claim,
			const char *prefix, const char *name, struct xmemd_refusal *why)
{
	bool mine;

	*claim = (struct xmemd_claim){};
	snprintf(claim->key, sizeof(claim->key), "%s%s", prefix, name);
	xmemd_model_lock(&manager->model);
	claim->term = manager->leads ? manager->term : 0;
	xmemd_model_unlock(&manager->model);
	if (!claim->term)
		return refuse_follower(manager, why);
	pthread_mutex_lock(&manager->lock);
	mine = xmemd_index_add(&manager->claims, &claim->node, claim->key, claim);
	pthread_mutex_unlock(&manager->lock);
	if (mine)
		return 0;
	return xmemd_refuse(why, 409, "%s \"%s\" is being changed; try again",
			    strcmp(prefix, "alloc/") ? "object" : "allocation", name);
}

/**
 * xmemd_manager_unclaim() - give a claim back
 * @manager: the manager
 * @claim: the claim
 */
void xmemd_manager_unclaim(struct xmemd_manager *manager, struct xmemd_claim *claim)
{
	pthread_mutex_lock(&manager->lock);
	xmemd_index_del(&manager->claims, &claim->node);
	pthread_mutex_unlock(&manager->lock);
}

/**
 * xmemd_manager_lock_claimed() - lock the model for a change that was claimed
 * @manager: the manager
 * @claim: the claim
 * @why: refusal
 *
 * Return: 0 with the model locked, or -1 with @why set and the model not locked: what is
 * claimed under a leadership that ended is not changed any more.
 */
int xmemd_manager_lock_claimed(struct xmemd_manager *manager, const struct xmemd_claim *claim,
			       struct xmemd_refusal *why)
{
	xmemd_model_lock(&manager->model);
	if (manager->leads && manager->term == claim->term)
		return 0;
	xmemd_model_unlock(&manager->model);
	return refuse_follower(manager, why);
}

/**
 * xmemd_manager_commit() - write something down
 * @manager: the manager
 * @claim: claim under which it changes
 * @ops: what
 * @count: how many
 * @revision: result; may be NULL
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_manager_commit(struct xmemd_manager *manager, const struct xmemd_claim *claim,
			 const struct xmemd_kv_op *ops, size_t count, uint64_t *revision,
			 struct xmemd_refusal *why)
{
	if (xmemd_manager_lock_claimed(manager, claim, why) < 0)
		return -1;
	xmemd_model_unlock(&manager->model);
	return xmemd_kv_commit(manager->kv, ops, count, revision, why) < 0 ? -1 : 0;
}

/**
 * xmemd_manager_confirm() - ask the store whether this manager still decides
 * @manager: the manager
 * @claim: claim under which something is about to be destroyed
 * @why: refusal
 *
 * What was last heard is not enough to undo something: a commit without a clear answer may
 * have happened, and who decides now may have shown to a client what it made.
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_manager_confirm(struct xmemd_manager *manager, const struct xmemd_claim *claim,
			  struct xmemd_refusal *why)
{
	return xmemd_manager_commit(manager, claim, NULL, 0, NULL, why);
}

/**
 * xmemd_manager_write() - write an allocation down, then let the model have it
 * @manager: the manager
 * @claim: its claim
 * @alloc: the allocation; taken over, whatever comes of it
 * @also: written in the same commit, or NULL
 * @why: refusal
 *
 * Return: 0, or -1 with @why set and the model as it was.
 */
int xmemd_manager_write(struct xmemd_manager *manager, const struct xmemd_claim *claim,
			struct xmemd_alloc *alloc, const struct xmemd_kv_op *also,
			struct xmemd_refusal *why)
{
	struct xmemd_kv_op ops[2] = { { .key = claim->key, .expect = XMEMD_KV_ANY } };
	struct xmemd_alloc_entry *entry;
	struct xmemd_lease_left left;
	uint64_t revision;
	char *text;
	int ret;

	if (xmemd_manager_lock_claimed(manager, claim, why) < 0) {
		xmemd_alloc_put(alloc);
		return -1;
	}
	entry = xmemd_model_find_locked(&manager->model, alloc->name);
	if (entry) {
		ops[0].expect = entry->revision ? entry->revision : XMEMD_KV_ABSENT;
		xmemd_lease_left(&entry->lease, xmemd_model_now(), &left);
		alloc->lease = left.state;
		alloc->left.ends = left.ends;
		alloc->left.idle = left.idle;
	}
	xmemd_model_unlock(&manager->model);
	text = xmemd_record_alloc(alloc);
	ops[0].value = text;
	if (also)
		ops[1] = *also;
	ret = text ? xmemd_kv_commit(manager->kv, ops, also ? 2 : 1, &revision, why)
		   : xmemd_refuse(why, 500, "out of memory");
	free(text);
	xmemd_crash_point();
	if (ret < 0 || xmemd_manager_lock_claimed(manager, claim, why) < 0) {
		xmemd_alloc_put(alloc);
		return -1;
	}
	ret = xmemd_model_set_locked(&manager->model, alloc, revision);
	xmemd_model_unlock(&manager->model);
	return ret < 0 ? xmemd_refuse(why, 500, "out of memory") : 0;
}

/**
 * xmemd_manager_forget() - take an allocation out of the store, then out of the model
 * @manager: the manager
 * @claim: its claim
 * @name: the allocation
 * @why: refusal
 *
 * Return: 0, or -1 with @why set and the model as it was.
 */
int xmemd_manager_forget(struct xmemd_manager *manager, const struct xmemd_claim *claim,
			 const char *name, struct xmemd_refusal *why)
{
	const struct xmemd_kv_op op = { .key = claim->key, .expect = XMEMD_KV_ANY };

	if (xmemd_manager_commit(manager, claim, &op, 1, NULL, why) < 0 ||
	    xmemd_manager_lock_claimed(manager, claim, why) < 0)
		return -1;
	xmemd_model_drop_locked(&manager->model, name);
	xmemd_model_unlock(&manager->model);
	return 0;
}

/**
 * xmemd_manager_put() - write a record down that is no allocation, then let the model have it
 * @manager: the manager
 * @prefix: of its key, or the whole of it
 * @name: of the object, or ""
 * @text: the record, freed; NULL deletes it
 * @expect: revision that the record must have, see kv.h
 * @why: refusal
 *
 * Return: 0, or -1 with @why set and nothing changed.
 */
int xmemd_manager_put(struct xmemd_manager *manager, const char *prefix, const char *name,
		      char *text, uint64_t expect, struct xmemd_refusal *why)
{
	struct xmemd_kv_op op = { .value = text, .expect = expect };
	struct xmemd_claim claim;
	uint64_t revision;
	int ret;

	if (xmemd_manager_claim(manager, &claim, prefix, name, why) < 0) {
		free(text);
		return -1;
	}
	op.key = claim.key;
	ret = xmemd_manager_commit(manager, &claim, &op, 1, &revision, why);
	if (!ret)
		ret = xmemd_model_feed(&manager->model, claim.key, text, revision, why);
	xmemd_manager_unclaim(manager, &claim);
	free(text);
	return ret;
}

/**
 * xmemd_manager_tell() - tell that something happened to an allocation
 * @manager: the manager
 * @type: what
 * @alloc: the allocation
 * @text: more, in words, or NULL
 */
void xmemd_manager_tell(struct xmemd_manager *manager, const char *type,
			const struct xmemd_alloc *alloc, const char *text)
{
	json_t *detail =
		json_pack("{s:s, s:I}", "owner", alloc->owner, "size", (json_int_t)alloc->size);

	if (detail && text)
		json_object_set_new(detail, "text", json_string(text));
	xmemd_event(manager->daemon, type, alloc->name, detail);
}

/**
 * xmemd_manager_random() - a random number
 * @number: result; never 0, and the top bit is clear so that it is one in every language
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_manager_random(uint64_t *number, struct xmemd_refusal *why)
{
	do {
		if (gnutls_rnd(GNUTLS_RND_RANDOM, number, sizeof(*number)) < 0)
			return xmemd_refuse(why, 500, "no random numbers");
		*number &= INT64_MAX;
	} while (!*number);
	return 0;
}

static void on_begin(void *arg)
{
	struct xmemd_manager *manager = arg;

	xmemd_idem_clear(&manager->idem);
	xmemd_model_feed_begin(&manager->model);
}

static int on_changed(const char *key, const char *value, uint64_t revision, void *arg)
{
	struct xmemd_manager *manager = arg;
	struct xmemd_refusal why = {};

	if (!strncmp(key, "idem/", 5))
		xmemd_idem_feed(&manager->idem, key, value);
	else if (xmemd_model_feed(&manager->model, key, value, revision, &why) < 0)
		fprintf(stderr, SD_ERR "%s\n", why.text);
	return 0;
}

static void on_synced(uint64_t revision, void *arg)
{
	struct xmemd_manager *manager = arg;

	(void)revision;
	xmemd_model_feed_end(&manager->model);
	xmemd_model_lock(&manager->model);
	manager->synced = true;
	xmemd_model_unlock(&manager->model);
}

static void on_leads(uint64_t term, const char *name, const char *url, void *arg)
{
	struct xmemd_manager *manager = arg;
	bool leader = term, news;

	xmemd_model_lock(&manager->model);
	news = leader != manager->leads || (leader && term != manager->term);
	if (leader)
		manager->term = term;
	manager->leads = leader;
	snprintf(manager->leader, sizeof(manager->leader), "%s", name);
	snprintf(manager->leader_url, sizeof(manager->leader_url), "%s", url);
	xmemd_model_unlock(&manager->model);
	if (!news)
		return;
	fprintf(stderr, SD_NOTICE "this manager %s\n", leader ? "decides" : "follows");
	xmemd_event(manager->daemon, leader ? "manager.leader" : "manager.follower", name, NULL);
	/* what is unfinished, and leases, are now ours */
	xmemd_janitor_kick(manager);
	xmemd_clock_ring(manager);
}

static int create_owner(struct xmemd_manager *manager, struct xmemd_refusal *why)
{
	struct xmemd_manager_record record = {};
	uint64_t random;
	char *text;

	if (xmemd_manager_random(&random, why) < 0)
		return -1;
	memcpy(record.cn, manager->daemon->cn, sizeof(record.cn));
	record.owner = xmemd_owner_make(record.cn, (uint32_t)random);
	if (!record.owner)
		return xmemd_refuse(why, 500, "the owner mark cannot be made");
	text = xmemd_record_manager(&record);
	if (!text)
		return xmemd_refuse(why, 500, "out of memory");
	return xmemd_manager_put(manager, "manager", "", text, XMEMD_KV_ABSENT, why);
}

/* Whose store is it? A new one becomes that of the certificate's name. */
static int check_owner(struct xmemd_manager *manager, struct xmemd_refusal *why)
{
	char cn[XMEMD_CN_TEXT];
	bool leads, synced;

	xmemd_model_lock(&manager->model);
	memcpy(cn, manager->model.cn, sizeof(cn));
	leads = manager->leads;
	synced = manager->synced;
	xmemd_model_unlock(&manager->model);
	if (!synced || (!cn[0] && !leads))
		return 0;
	if (!cn[0])
		return create_owner(manager, why);
	if (strcmp(cn, manager->daemon->cn))
		return xmemd_refuse(why, 409,
				    "the database belongs to the manager \"%s\", but the "
				    "certificate is of \"%s\": appliances would refuse it its "
				    "own regions",
				    cn, manager->daemon->cn);
	return 0;
}

/**
 * xmemd_manager_own() - is the store this manager's, by the name of its certificate?
 * @manager: the manager
 *
 * With several managers that is known only once one leads, so it is asked again and again.
 *
 * Return: whether it is, and it may be acted upon.
 */
bool xmemd_manager_own(struct xmemd_manager *manager)
{
	struct xmemd_refusal why = {};
	bool own;

	if (check_owner(manager, &why) < 0) {
		fprintf(stderr, SD_ERR "%s\n", why.text);
		return false;
	}
	xmemd_model_lock(&manager->model);
	own = manager->model.cn[0] != 0;
	xmemd_model_unlock(&manager->model);
	return own;
}

static int open_store(struct xmemd_manager *manager, struct xmemd_refusal *why)
{
	const struct xmem_config *config = manager->config;
	const struct xmemd_kv_options options = {
		.database = config->manager.etcd[0] ? NULL : config->manager.database,
		.etcd = config->manager.etcd[0] ? config->manager.etcd : NULL,
		.prefix = config->manager.etcd_prefix,
		.name = config->manager.name,
		.url = config->manager.url,
		.ca = config->tls.ca,
		.cert = config->tls.cert,
		.key = config->tls.key,
	};
	const struct xmemd_kv_watcher watcher = {
		.begin = on_begin,
		.changed = on_changed,
		.synced = on_synced,
		.leads = on_leads,
		.arg = manager,
	};

	if (xmemd_kv_open(&options, &manager->kv, why) < 0 ||
	    xmemd_kv_follow(manager->kv, &watcher, why) < 0)
		return -1;
	return check_owner(manager, why);
}

static int start_threads(struct xmemd_manager *manager, struct xmemd_refusal *why)
{
	int ret = pthread_create(&manager->janitor, NULL, xmemd_janitor_run, manager);

	if (!ret) {
		manager->threads++;
		ret = pthread_create(&manager->clock, NULL, xmemd_clock_run, manager);
	}
	if (ret)
		return xmemd_refuse(why, 500, "cannot start a thread: %s", strerror(ret));
	manager->threads++;
	return 0;
}

/**
 * xmemd_manager_start() - take up the role manager
 * @daemon: the daemon
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_manager_start(struct xmemd *daemon, struct xmemd_refusal *why)
{
	struct xmemd_manager *manager = calloc(1, sizeof(*manager));

	if (!manager)
		return xmemd_refuse(why, 500, "out of memory");
	manager->daemon = daemon;
	manager->config = &daemon->config;
	pthread_mutex_init(&manager->lock, NULL);
	pthread_cond_init(&manager->wake, NULL);
	xmemd_idem_init(&manager->idem);
	if (xmemd_model_init(&manager->model) < 0) {
		xmemd_refuse(why, 500, "out of memory");
	} else if (open_store(manager, why) == 0 && start_threads(manager, why) == 0) {
		daemon->manager = manager;
		daemon->before = xmemd_forward;
		return 0;
	}
	xmemd_manager_stop(manager);
	return -1;
}

static void stop_threads(struct xmemd_manager *manager)
{
	pthread_mutex_lock(&manager->lock);
	manager->stopping = true;
	pthread_cond_broadcast(&manager->wake);
	pthread_mutex_unlock(&manager->lock);
	if (manager->threads > 0)
		pthread_join(manager->janitor, NULL);
	if (manager->threads > 1)
		pthread_join(manager->clock, NULL);
}

/**
 * xmemd_manager_stop() - lay down the role manager
 * @manager: the manager, used by nobody any more; NULL is nothing
 */
void xmemd_manager_stop(struct xmemd_manager *manager)
{
	if (!manager)
		return;
	stop_threads(manager);
	xmemd_kv_close(manager->kv);
	xmemd_model_done(&manager->model);
	xmemd_idem_done(&manager->idem);
	pthread_cond_destroy(&manager->wake);
	pthread_mutex_destroy(&manager->lock);
	free(manager);
}
