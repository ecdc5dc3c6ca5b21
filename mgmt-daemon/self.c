// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "health/watch.h"
#include "hex.h"
#include "identity.h"
#include "label.h"
#include "modules.h"
#include "pool_status.h"
#include "self.h"
#include "url.h"

/* Where the appliance module listens if nobody says otherwise. */
#define DEFAULT_PORT 7707

const enum xmemd_role xmemd_self_roles[XMEMD_SELF_ROLES] = {
	XMEMD_ROLE_MANAGER,
	XMEMD_ROLE_APPLIANCE,
	XMEMD_ROLE_CLIENT,
};

/**
 * struct xmemd_self - what does not change, and the watch of what does
 * @config: configuration
 * @url: address of this daemon
 * @labels: of the machine, as an appliance says them
 * @place: the same, as a client says them
 * @client: identity of the machine as a client; 0 in other roles
 * @watch: its health
 */
struct xmemd_self {
	const struct xmem_config *config;
	char url[XMEMD_URL_TEXT];
	json_t *labels, *place;
	uint64_t client;
	struct xmemd_watch *watch;
};

/**
 * xmemd_self_role_word() - a role of a daemon in words
 * @role: one of xmemd_self_roles
 *
 * Return: the word.
 */
const char *xmemd_self_role_word(enum xmemd_role role)
{
	return role == XMEMD_ROLE_MANAGER     ? "manager"
	       : role == XMEMD_ROLE_APPLIANCE ? "appliance"
					      : "client";
}

static bool is_to_announce(const struct xmemd *daemon)
{
	const struct xmem_config *config = &daemon->config;

	return ((daemon->roles & XMEMD_ROLE_APPLIANCE) && config->appliance.managers[0]) ||
	       ((daemon->roles & XMEMD_ROLE_CLIENT) && config->client.managers[0]);
}

/* Only who announces itself must have an address: others are told to the managers by hand. */
static int find_url(const struct xmemd *daemon, struct xmemd_self *self, struct xmemd_refusal *why)
{
	struct xmemd_refusal ignored = {};
	const char *url = daemon->config.manager.url;

	if ((daemon->roles & XMEMD_ROLE_MANAGER) && *url) {
		memcpy(self->url, url, sizeof(daemon->config.manager.url));
		return 0;
	}
	if (is_to_announce(daemon))
		return xmemd_url_own(&daemon->config, self->url, why);
	if (xmemd_url_own(&daemon->config, self->url, &ignored) < 0)
		self->url[0] = 0;
	return 0;
}

static int fill(const struct xmemd *daemon, struct xmemd_self *self, struct xmemd_refusal *why)
{
	const struct xmem_config *config = &daemon->config;
	const struct xmemd_thresholds thresholds = {
		.celsius = config->appliance.temperature,
		.uncorrected = config->appliance.ecc_uncorrected,
		.pressure = config->appliance.memory_pressure,
	};
	struct xmem_err err;

	if (find_url(daemon, self, why) < 0)
		return -1;
	if (xmem_labels_json(config->appliance.labels, &self->labels, &err) < 0)
		return xmemd_refuse_err(why, 400, &err);
	if (xmem_labels_json(config->client.labels[0] ? config->client.labels
						      : config->appliance.labels,
			     &self->place, &err) < 0)
		return xmemd_refuse_err(why, 400, &err);
	self->client = config->client.id;
	if ((daemon->roles & XMEMD_ROLE_CLIENT) && !self->client &&
	    xmem_identity_default(&self->client, &err) < 0)
		return xmemd_refuse_err(why, 400, &err);
	self->watch = xmemd_watch_new(xmemd_modules.root(), &thresholds);
	return self->watch ? 0 : xmemd_refuse(why, 500, "out of memory");
}

/**
 * xmemd_self_new() - find out what does not change
 * @daemon: the daemon, configured; takes the result
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_self_new(struct xmemd *daemon, struct xmemd_refusal *why)
{
	struct xmemd_self *self = calloc(1, sizeof(*self));

	if (!self)
		return xmemd_refuse(why, 500, "out of memory");
	self->config = &daemon->config;
	if (fill(daemon, self, why) < 0) {
		xmemd_self_free(self);
		return -1;
	}
	daemon->self = self;
	return 0;
}

/**
 * xmemd_self_free() - give back what xmemd_self_new() made
 * @self: that; NULL is nothing
 */
void xmemd_self_free(struct xmemd_self *self)
{
	if (!self)
		return;
	xmemd_watch_free(self->watch);
	json_decref(self->labels);
	json_decref(self->place);
	free(self);
}

/**
 * xmemd_self_health() - the health of this machine
 * @self: this daemon
 *
 * Return: all of it, or NULL without memory.
 */
json_t *xmemd_self_health(struct xmemd_self *self)
{
	return xmemd_watch_json(self->watch);
}

/**
 * xmemd_self_describe() - say what the machine is, and how it is
 * @self: this daemon
 * @object: takes version, URL, labels, health in short, load, bandwidth, memory
 *
 * Return: 0, or -1 without memory.
 */
int xmemd_self_describe(struct xmemd_self *self, json_t *object)
{
	if (json_object_set_new(object, "version", json_string(XMEM_VERSION)) < 0 ||
	    xmemd_watch_brief(self->watch, object) < 0)
		return -1;
	if (self->url[0] && json_object_set_new(object, "url", json_string(self->url)) < 0)
		return -1;
	return json_object_size(self->labels)
		       ? json_object_set_new(object, "labels", json_deep_copy(self->labels))
		       : 0;
}

/* An appliance without its module lends nothing, and says why. */
static void add_pool(struct xmemd_self *self, json_t *object)
{
	const struct xmem_config *config = self->config;
	json_t *health = json_object_get(object, "health");
	struct xmem_err err = { .text = "out of memory" };
	json_t *pool = xmemd_pool_status(config, &err);

	if (!pool) {
		json_object_set_new(health, "ok", json_false());
		json_array_append_new(json_object_get(health, "reasons"),
				      json_sprintf("no memory to lend: %s", err.text));
		pool = json_pack("{s:i, s:i, s:i, s:s, s:i}", "memory", 0, "free", 0, "largest", 0,
				 "address", config->appliance.rdma_address, "port",
				 config->appliance.port ? config->appliance.port : DEFAULT_PORT);
	}
	json_object_update(object, pool);
	json_decref(pool);
}

static int count_device(const struct xmem_dev *dev, void *arg)
{
	(void)dev;
	++*(json_int_t *)arg;
	return 0;
}

static void add_client(const struct xmemd_self *self, json_t *object)
{
	json_int_t devices = 0;
	char id[XMEM_ID_TEXT];
	struct xmem_err err;

	json_object_set_new(object, "client", json_string(xmem_id_format(self->client, id)));
	if (json_object_size(self->place))
		json_object_set_new(object, "labels", json_deep_copy(self->place));
	if (self->config->client.account[0])
		json_object_set_new(object, "account", json_string(self->config->client.account));
	if (xmemd_modules.devices(count_device, &devices, &err) == 0)
		json_object_set_new(object, "devices", json_integer(devices));
}

static const char *name_in(const struct xmem_config *config, enum xmemd_role role)
{
	return role == XMEMD_ROLE_MANAGER     ? config->manager.name
	       : role == XMEMD_ROLE_APPLIANCE ? config->appliance.name
					      : config->client.name;
}

/**
 * xmemd_self_json() - what this daemon says of itself
 * @self: this daemon
 * @role: in this role, one of xmemd_self_roles
 *
 * Return: an announcement, see Documentation/api/openapi.yaml; NULL without memory.
 */
json_t *xmemd_self_json(struct xmemd_self *self, enum xmemd_role role)
{
	json_int_t seconds = (json_int_t)(self->config->appliance.announce_ms + 999) / 1000;
	json_t *object = json_pack("{s:s, s:s, s:I}", "role", xmemd_self_role_word(role), "name",
				   name_in(self->config, role), "interval", seconds);

	if (!object || xmemd_self_describe(self, object) < 0) {
		json_decref(object);
		return NULL;
	}
	if (role == XMEMD_ROLE_APPLIANCE)
		add_pool(self, object);
	else if (role == XMEMD_ROLE_CLIENT)
		add_client(self, object);
	return object;
}
