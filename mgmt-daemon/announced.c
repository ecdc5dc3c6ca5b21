// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Appliances and clients announce themselves. Nobody is trusted by that alone: an
 * appliance that nobody knows becomes pending, and an announcement counts only from
 * the certificate that announced it first, or whose name is the appliance's.
 */
#include <string.h>

#include "api_json.h"
#include "api_manager.h"
#include "events.h"
#include "labels.h"
#include "legs.h"
#include "place.h"
#include "record.h"
#include "status.h"

/* Who can get a certificate must not be able to fill the store. */
#define PENDING_MAX 1000

struct words {
	char name[XMEMD_NAME_TEXT], url[XMEMD_URL_TEXT];
	uint32_t role;
};

enum {
	ROLE_APPLIANCE,
	ROLE_CLIENT
};

static const struct xmemd_choice roles[] = {
	{ "appliance", ROLE_APPLIANCE },
	{ "client", ROLE_CLIENT },
	{},
};

static const struct xmemd_field who_fields[] = {
	{ "role", XMEMD_FIELD_CHOICE, true, offsetof(struct words, role), 0, roles },
	{ "name", XMEMD_FIELD_NAME, true, offsetof(struct words, name), 0, NULL },
	{ "url", XMEMD_FIELD_URL, false, offsetof(struct words, url), 0, NULL },
};

/* Of the body only what says who it is; the rest is read by status.c. */
static int read_who(const json_t *body, struct words *words, struct xmemd_refusal *why)
{
	json_t *who = json_object(), *value;
	int ret = who ? 0 : -1;
	size_t i;

	for (i = 0; !ret && i < sizeof(who_fields) / sizeof(*who_fields); i++) {
		value = json_object_get(body, who_fields[i].name);
		if (value)
			ret = json_object_set(who, who_fields[i].name, value);
	}
	ret = ret < 0 ? xmemd_refuse(why, 500, "out of memory")
		      : xmemd_fields_read(XMEMD_FIELDS(who_fields), who, words, why);
	json_decref(who);
	return ret;
}

static int check_known(const struct xmemd_call *call, const struct words *words,
		       const struct xmemd_appliance *known, struct xmemd_refusal *why)
{
	const char *cn = known->cn[0] ? known->cn : known->name;

	if (strcmp(cn, call->peer.cn))
		return xmemd_refuse(
			why, 403,
			"appliance \"%s\" is announced by the certificate of \"%s\", not "
			"\"%s\"",
			words->name, cn, call->peer.cn);
	if (strcmp(known->url, words->url))
		return xmemd_refuse(why, 409,
				    "appliance \"%s\" is known at %s; forget it there before it "
				    "announces itself at %s",
				    words->name, known->url, words->url);
	return 0;
}

/* Somebody new: pending, unless the policy admits everybody with a certificate. */
static int add(struct xmemd_call *call, const struct words *words, struct xmemd_refusal *why)
{
	struct xmemd_manager *manager = call->daemon->manager;
	struct xmemd_appliance appliance = { .state = XMEMD_PENDING };
	const struct xmemd_appliance_entry *taken;
	bool full;
	char *text;
	int ret = 0;

	memcpy(appliance.name, words->name, sizeof(appliance.name));
	memcpy(appliance.url, words->url, sizeof(appliance.url));
	memcpy(appliance.cn, call->peer.cn, sizeof(appliance.cn));
	xmemd_model_lock(&manager->model);
	taken = xmemd_index_get(&manager->model.urls, words->url);
	full = manager->model.pending >= PENDING_MAX;
	if (taken)
		ret = xmemd_refuse_as(why, 409, XMEMD_WHY_EXISTS,
				      "there is an appliance \"%s\" at %s already",
				      taken->record.name, words->url);
	if (manager->model.policy.admit)
		appliance.state = XMEMD_ADMITTED;
	xmemd_model_unlock(&manager->model);
	if (ret < 0)
		return ret;
	if (full && appliance.state == XMEMD_PENDING)
		return xmemd_refuse_as(why, 429, XMEMD_WHY_LIMIT,
				       "%d appliances wait to be admitted already", PENDING_MAX);
	text = xmemd_record_appliance(&appliance);
	if (!text || xmemd_manager_put(manager, "appliance/", appliance.name, text, XMEMD_KV_ABSENT,
				       why) < 0)
		return -1;
	xmemd_event(call->daemon, "appliance.announced", appliance.name, NULL);
	if (appliance.state == XMEMD_ADMITTED)
		xmemd_event(call->daemon, "appliance.admitted", appliance.name, NULL);
	return 0;
}

static int hear(struct xmemd_call *call, const struct words *words,
		const struct xmemd_appliance_status *status)
{
	struct xmemd_manager *manager = call->daemon->manager;
	struct xmemd_appliance_entry *entry;
	struct xmemd_refusal why = {};
	const char *state = "pending";
	bool news, closer = false;

	news = xmemd_model_heard(&manager->model, words->name, status, true);
	/* followers hear as well, but only the leader writes down where it is */
	if (xmemd_appliance_moved(manager, words->name, &why) < 0)
		xmemd_refusal_clear(&why);
	xmemd_model_lock(&manager->model);
	entry = xmemd_model_appliance_locked(&manager->model, words->name);
	if (entry) {
		state = xmemd_choice_word(xmemd_appliance_states, entry->record.state);
		closer = entry->compared_boot != status->pool.boot ||
			 entry->held != status->pool.regions;
	}
	xmemd_model_unlock(&manager->model);
	if (news)
		xmemd_event(call->daemon, status->healthy ? "appliance.up" : "appliance.unhealthy",
			    words->name, NULL);
	if (closer)
		xmemd_janitor_kick(manager);
	return xmemd_reply_state(call, words->name, state);
}

static int announce_appliance(struct xmemd_call *call, const struct words *words)
{
	struct xmemd_manager *manager = call->daemon->manager;
	struct xmemd_appliance_status status;
	struct xmemd_refusal unknown = {};
	struct xmemd_appliance known;
	int ret;

	if (!(call->peer.roles & XMEMD_ROLE_APPLIANCE))
		return xmemd_refuse(&call->why, 403,
				    "an appliance announces itself with a certificate of the role "
				    "appliance");
	if (!words->url[0])
		return xmemd_refuse_field(&call->why, "url", "field \"url\" is missing");
	if (xmemd_status_read(call->body, &status, &call->why) < 0)
		return -1;
	if (xmemd_model_appliance(&manager->model, words->name, &known, &unknown) == 0)
		ret = check_known(call, words, &known, &call->why);
	else
		ret = add(call, words, &call->why);
	return ret < 0 ? -1 : hear(call, words, &status);
}

/* Labels are checked as an appliance's are, though only its place is looked at. */
static int read_client(const json_t *body, uint64_t *id, json_t **labels, struct xmemd_refusal *why)
{
	const json_t *text = json_object_get(body, "client");
	struct xmem_err err;

	*id = 0;
	*labels = json_object_get(body, "labels");
	if (text && xmem_id_parse("client", json_is_string(text) ? json_string_value(text) : "", id,
				  &err) < 0)
		return xmemd_refuse_err(why, 400, &err);
	if (*labels && !json_is_object(*labels))
		return xmemd_refuse_field(why, "labels", "\"labels\" must be an object");
	return xmemd_labels_check(*labels, why);
}

/* A client needs no record to be served; of what it says of itself only its place is kept. */
static int announce_client(struct xmemd_call *call, const struct words *words)
{
	struct xmemd_manager *manager = call->daemon->manager;
	json_t *labels;
	uint64_t id;
	bool known;
	int ret;

	if (!(call->peer.roles & XMEMD_ROLE_CLIENT))
		return xmemd_refuse(&call->why, 403,
				    "a client announces itself with a certificate of the role "
				    "client");
	if (strcmp(words->name, call->peer.cn))
		return xmemd_refuse(&call->why, 403,
				    "client \"%s\" cannot announce itself with the certificate of "
				    "\"%s\"",
				    words->name, call->peer.cn);
	if (read_client(call->body, &id, &labels, &call->why) < 0)
		return -1;
	xmemd_model_lock(&manager->model);
	known = xmemd_index_get(&manager->model.clients, words->name);
	ret = xmemd_place_set_locked(&manager->model, words->name, id, labels);
	xmemd_model_unlock(&manager->model);
	if (ret < 0)
		return xmemd_refuse(&call->why, 500, "out of memory");
	xmemd_event(call->daemon, "client.announced", words->name,
		    json_pack("{s:s}", "owner", call->peer.cn));
	return xmemd_reply_state(call, words->name, known ? "known" : "unknown");
}

/**
 * xmemd_api_announcements_post() - POST /v1/announcements
 * @call: the request
 *
 * Return: 0, or -1 with the refusal set.
 */
int xmemd_api_announcements_post(struct xmemd_call *call)
{
	struct words words = {};

	if (read_who(call->body, &words, &call->why) < 0)
		return -1;
	return words.role == ROLE_CLIENT ? announce_client(call, &words)
					 : announce_appliance(call, &words);
}
