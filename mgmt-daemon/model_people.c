// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who may have what: clients, accounts, the policy, reservations. What each has is
 * counted with every allocation that comes, goes or changes, so a look at it is enough.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "profile.h"

/**
 * xmemd_model_account_locked() - look up an account
 * @model: the model, locked
 * @name: the account
 *
 * Return: the account, or NULL.
 */
struct xmemd_person *xmemd_model_account_locked(struct xmemd_model *model, const char *name)
{
	return xmemd_index_get(&model->accounts, name);
}

/**
 * xmemd_model_client_locked() - look up a client
 * @model: the model, locked
 * @id: its identity
 *
 * Return: the client, or NULL.
 */
struct xmemd_person *xmemd_model_client_locked(struct xmemd_model *model, uint64_t id)
{
	char key[XMEM_ID_TEXT];

	return xmemd_index_get(&model->ids, xmem_id_format(id, key));
}

static void add_usage(struct xmemd_usage *usage, const struct xmemd_alloc *alloc, uint64_t bytes,
		      int sign)
{
	uint64_t s = (uint64_t)(int64_t)sign;

	usage->total += s * bytes;
	usage->of_type[alloc->type] += s * bytes;
}

/* What counts is what was asked for; regions on their way out still take room. */
static uint64_t counted(const struct xmemd_alloc *alloc)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < alloc->legs; i++)
		sum += alloc->leg[i].size;
	return sum;
}

static bool is_theirs(const struct xmemd_person *person, bool client,
		      const struct xmemd_alloc *alloc)
{
	return client ? person->id == alloc->client : !strcmp(person->name, alloc->account);
}

/* What a reservation keeps from others, for whom it is. */
static void use_reservation(struct xmemd_model *model, const struct xmemd_reservation *reservation,
			    int64_t left)
{
	struct xmemd_index *tree =
		reservation->kind == XMEMD_OWNER_CLIENT ? &model->clients : &model->accounts;
	struct xmemd_person *person = xmemd_index_get(tree, reservation->owner), *account;

	model->policy.usage.total += (uint64_t)left;
	if (!person)
		return;
	person->usage.total += (uint64_t)left;
	account = xmemd_model_account_locked(model, person->account);
	if (reservation->kind == XMEMD_OWNER_CLIENT && account)
		account->usage.total += (uint64_t)left;
}

static void draw(struct xmemd_model *model, const struct xmemd_alloc *alloc, int sign)
{
	struct xmemd_reserved *reserved = xmemd_index_get(&model->reservations, alloc->reservation);
	const struct xmemd_leg *leg;
	uint64_t bytes;
	unsigned int i;

	if (!reserved)
		return;
	for (i = 0; i < alloc->legs; i++) {
		leg = &alloc->leg[i];
		if (!leg->drawn)
			continue;
		if (sign > 0)
			bytes = xmemd_reservation_take(&reserved->is, leg->appliance, leg->drawn);
		else
			bytes = xmemd_reservation_give(&reserved->is, leg->appliance, leg->drawn);
		xmemd_pools_reserve(model->pools, leg->appliance, -sign * (int64_t)bytes);
		use_reservation(model, &reserved->is, -sign * (int64_t)bytes);
	}
}

/**
 * xmemd_model_use_locked() - count an allocation for those whose it is
 * @model: the model, locked
 * @alloc: the allocation
 * @sign: 1 when it comes, -1 when it goes
 */
void xmemd_model_use_locked(struct xmemd_model *model, const struct xmemd_alloc *alloc, int sign)
{
	struct xmemd_person *client = xmemd_model_client_locked(model, alloc->client);
	struct xmemd_person *account = xmemd_model_account_locked(model, alloc->account);
	uint64_t bytes = counted(alloc);

	draw(model, alloc, sign);
	add_usage(&model->policy.usage, alloc, bytes, sign);
	if (client)
		add_usage(&client->usage, alloc, bytes, sign);
	if (account)
		add_usage(&account->usage, alloc, bytes, sign);
}

/* A client or account that is told of after its allocations: rare, so all are looked at. */
static void count_usage(struct xmemd_model *model, struct xmemd_person *person, bool client)
{
	const struct xmemd_reservation *reservation;
	const struct xmemd_alloc_entry *entry;
	struct xmemd_node *node;
	const char *account;

	person->usage = (struct xmemd_usage){};
	for (node = xmemd_index_from(&model->allocs, ""); node;
	     node = xmemd_index_after(&model->allocs, node->key)) {
		entry = node->of;
		if (is_theirs(person, client, entry->alloc))
			add_usage(&person->usage, entry->alloc, counted(entry->alloc), 1);
	}
	for (node = xmemd_index_from(&model->reservations, ""); node;
	     node = xmemd_index_after(&model->reservations, node->key)) {
		reservation = &((struct xmemd_reserved *)node->of)->is;
		account = "";
		if (reservation->kind == XMEMD_OWNER_CLIENT) {
			struct xmemd_person *owner =
				xmemd_index_get(&model->clients, reservation->owner);
			account = owner ? owner->account : "";
		}
		if ((!strcmp(reservation->owner, person->name) &&
		     (reservation->kind == XMEMD_OWNER_CLIENT) == client) ||
		    (!client && !strcmp(account, person->name)))
			person->usage.total += xmemd_reservation_size(reservation) -
					       xmemd_reservation_drawn(reservation);
	}
}

static void free_person(struct xmemd_model *model, bool client, struct xmemd_person *person)
{
	xmemd_index_del(client ? &model->clients : &model->accounts, &person->by_name);
	xmemd_index_del(&model->ids, &person->by_id);
	json_decref(person->record);
	free(person->globs);
	free(person);
}

/* Usage of accounts follows when a client changes its account or goes. */
static void recount_accounts(struct xmemd_model *model)
{
	struct xmemd_node *node;

	for (node = xmemd_index_from(&model->accounts, ""); node;
	     node = xmemd_index_after(&model->accounts, node->key))
		count_usage(model, node->of, false);
}

/**
 * xmemd_model_person_set_locked() - put a client or an account into the model
 * @model: the model, locked
 * @client: it is a client
 * @record: as written down; gets another reference
 * @revision: of the record
 * @why: refusal
 *
 * Return: 0, or -1 with @why set and nothing changed (409: the identity is another's).
 */
int xmemd_model_person_set_locked(struct xmemd_model *model, bool client, json_t *record,
				  uint64_t revision, struct xmemd_refusal *why)
{
	struct xmemd_index *tree = client ? &model->clients : &model->accounts;
	struct xmemd_person *person, *old, *same;
	struct xmemd_profile_record read;

	if (xmemd_profile_read(client ? XMEMD_OF_CLIENT : XMEMD_OF_ACCOUNT, record, &read, why) < 0)
		return -1;
	old = xmemd_index_get(tree, read.name);
	same = client ? xmemd_model_client_locked(model, read.id) : NULL;
	person = same && same != old ? NULL : calloc(1, sizeof(*person));
	if (!person) {
		free(read.globs);
		return same && same != old
			       ? xmemd_refuse_as(why, 409, XMEMD_WHY_EXISTS,
						 "the identity is of client \"%s\"", same->name)
			       : xmemd_refuse(why, 500, "out of memory");
	}
	if (old)
		free_person(model, client, old);
	memcpy(person->name, read.name, sizeof(person->name));
	memcpy(person->account, read.account, sizeof(person->account));
	person->id = read.id;
	person->profile = read.profile;
	person->globs = read.globs;
	person->record = json_incref(record);
	person->revision = revision;
	person->generation = model->generation;
	xmemd_index_add(tree, &person->by_name, person->name, person);
	if (client)
		xmemd_index_add(&model->ids, &person->by_id,
				xmem_id_format(person->id, person->id_key), person);
	count_usage(model, person, client);
	if (client)
		recount_accounts(model);
	return 0;
}

/**
 * xmemd_model_person_drop_locked() - take a client or an account out of the model
 * @model: the model, locked
 * @client: it is a client
 * @name: which; one that is not there is nothing
 */
void xmemd_model_person_drop_locked(struct xmemd_model *model, bool client, const char *name)
{
	struct xmemd_person *person =
		xmemd_index_get(client ? &model->clients : &model->accounts, name);

	if (!person)
		return;
	free_person(model, client, person);
	if (client)
		recount_accounts(model);
}

/**
 * xmemd_model_policy_set_locked() - change the policy
 * @model: the model, locked
 * @record: as written down; gets another reference. NULL: the defaults
 * @revision: of the record
 * @why: refusal; may be NULL with the defaults
 *
 * Return: 0, or -1 with @why set and nothing changed.
 */
int xmemd_model_policy_set_locked(struct xmemd_model *model, json_t *record, uint64_t revision,
				  struct xmemd_refusal *why)
{
	struct xmemd_policy *policy = &model->policy;
	struct xmemd_profile_record read;
	json_t *object = record ? json_incref(record) : json_object();

	if (xmemd_profile_read(XMEMD_OF_POLICY, object, &read, why) < 0) {
		json_decref(object);
		return -1;
	}
	json_decref(policy->record);
	free(policy->globs);
	policy->record = object;
	policy->globs = read.globs;
	policy->profile = read.profile;
	policy->admit = read.admit;
	policy->known_only = read.known_only;
	policy->warn = read.warn;
	policy->grace = read.grace;
	policy->revision = revision;
	return 0;
}

static void reserve(struct xmemd_model *model, const struct xmemd_reservation *reservation,
		    int64_t sign)
{
	unsigned int i;
	int64_t left;

	for (i = 0; i < reservation->pieces; i++) {
		left = (int64_t)(reservation->piece[i].size - reservation->piece[i].drawn) * sign;
		xmemd_pools_reserve(model->pools, reservation->piece[i].appliance, left);
		use_reservation(model, reservation, left);
	}
}

/* What allocations drew follows from them: only the size of a reservation is written down. */
static void draw_again(struct xmemd_model *model, struct xmemd_reservation *reservation)
{
	const struct xmemd_alloc *alloc;
	struct xmemd_node *node;
	unsigned int i;

	for (i = 0; i < reservation->pieces; i++)
		reservation->piece[i].drawn = 0;
	for (node = xmemd_index_from(&model->allocs, ""); node;
	     node = xmemd_index_after(&model->allocs, node->key)) {
		alloc = ((struct xmemd_alloc_entry *)node->of)->alloc;
		if (strcmp(alloc->reservation, reservation->name))
			continue;
		for (i = 0; i < alloc->legs; i++)
			xmemd_reservation_take(reservation, alloc->leg[i].appliance,
					       alloc->leg[i].drawn);
	}
}

/**
 * xmemd_model_reservation_set_locked() - put a reservation into the model, or change it
 * @model: the model, locked
 * @reservation: the reservation
 * @revision: of its record
 *
 * Return: 0, or -1 without memory and with nothing changed.
 */
int xmemd_model_reservation_set_locked(struct xmemd_model *model,
				       const struct xmemd_reservation *reservation,
				       uint64_t revision)
{
	struct xmemd_reserved *reserved = calloc(1, sizeof(*reserved));

	if (!reserved)
		return -1;
	xmemd_model_reservation_drop_locked(model, reservation->name);
	reserved->is = *reservation;
	reserved->revision = revision;
	reserved->generation = model->generation;
	draw_again(model, &reserved->is);
	xmemd_index_add(&model->reservations, &reserved->by_name, reserved->is.name, reserved);
	reserve(model, &reserved->is, 1);
	return 0;
}

/**
 * xmemd_model_reservation_drop_locked() - take a reservation out of the model
 * @model: the model, locked
 * @name: which; one that is not there is nothing
 */
void xmemd_model_reservation_drop_locked(struct xmemd_model *model, const char *name)
{
	struct xmemd_reserved *reserved = xmemd_index_get(&model->reservations, name);

	if (!reserved)
		return;
	reserve(model, &reserved->is, -1);
	xmemd_index_del(&model->reservations, &reserved->by_name);
	free(reserved);
}

/**
 * xmemd_model_levels_locked() - whose limits a request has to keep
 * @model: the model, locked
 * @client: whom it is for
 * @account: of which account, or "" for that of the client
 * @levels: result, with what each has
 *
 * Return: how many.
 */
size_t xmemd_model_levels_locked(struct xmemd_model *model, uint64_t client, const char *account,
				 struct xmemd_level levels[XMEMD_LEVELS_MAX])
{
	struct xmemd_person *person = xmemd_model_client_locked(model, client);
	size_t n = 0;

	if (person)
		levels[n++] = (struct xmemd_level){ "client", person->name, &person->profile,
						    person->usage, 0 };
	if (!*account && person)
		account = person->account;
	person = xmemd_model_account_locked(model, account);
	if (person)
		levels[n++] = (struct xmemd_level){ "account", person->name, &person->profile,
						    person->usage, 0 };
	levels[n++] = (struct xmemd_level){ "policy", NULL, &model->policy.profile,
					    model->policy.usage, 0 };
	return n;
}

/**
 * xmemd_model_people_done() - free what the model knows of people
 * @model: the model
 */
void xmemd_model_people_done(struct xmemd_model *model)
{
	struct xmemd_node *node;

	while ((node = xmemd_index_from(&model->reservations, "")))
		xmemd_model_reservation_drop_locked(model, node->key);
	while ((node = xmemd_index_from(&model->clients, "")))
		free_person(model, true, node->of);
	while ((node = xmemd_index_from(&model->accounts, "")))
		free_person(model, false, node->of);
	json_decref(model->policy.record);
	free(model->policy.globs);
}
