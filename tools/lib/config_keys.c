// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config_keys.h"
#include "duration.h"
#include "hex.h"
#include "label.h"
#include "managers.h"
#include "size.h"
#include "word.h"

#define SECOND 1000
#define HOUR (3600 * SECOND)

static bool set_text(const struct xmem_config_key *key, const char *value, void *field)
{
	return *value && snprintf(field, key->size, "%s", value) < (int)key->size;
}

static bool set_path(const struct xmem_config_key *key, const char *value, void *field)
{
	return *value == '/' && set_text(key, value, field);
}

static bool set_name(const struct xmem_config_key *key, const char *value, void *field)
{
	return xmem_word_is_name(value) && set_text(key, value, field);
}

static bool set_port(const struct xmem_config_key *key, const char *value, void *field)
{
	(void)key;
	return xmem_word_port(value, field);
}

static bool set_number(const struct xmem_config_key *key, const char *value, void *field)
{
	uint64_t number;

	if (!xmem_word_number(value, key->min, key->max, &number))
		return false;
	*(uint32_t *)field = (uint32_t)number;
	return true;
}

static bool set_size(const struct xmem_config_key *key, const char *value, void *field)
{
	uint64_t bytes;

	if (xmem_size_parse(value, &bytes, NULL) || bytes < key->min || bytes > key->max)
		return false;
	*(uint64_t *)field = bytes;
	return true;
}

static bool set_time(const struct xmem_config_key *key, const char *value, void *field)
{
	uint64_t ms;

	if (xmem_duration_parse(value, &ms, NULL) || ms < key->min || ms > key->max)
		return false;
	*(uint64_t *)field = ms;
	return true;
}

static bool set_address(const struct xmem_config_key *key, const char *value, void *field)
{
	return xmem_word_is_address(value) && set_text(key, value, field);
}

static bool set_url(const struct xmem_config_key *key, const char *value, void *field)
{
	return xmem_managers_is_url(value) && set_text(key, value, field);
}

static bool set_managers(const struct xmem_config_key *key, const char *value, void *field)
{
	return !xmem_managers_check(value, NULL) && set_text(key, value, field);
}

static bool set_labels(const struct xmem_config_key *key, const char *value, void *field)
{
	return !xmem_labels_check(value, NULL) && set_text(key, value, field);
}

static bool set_id(const struct xmem_config_key *key, const char *value, void *field)
{
	(void)key;
	return !xmem_id_parse("client", value, field, NULL);
}

/* etcd on the same machine is often reached without TLS. */
static bool is_etcd_url(const char *url)
{
	if (!strncmp(url, "http://", strlen("http://")))
		return url[strlen("http://")] && !strpbrk(url + strlen("http://"), "/?# \t@");
	return xmem_managers_is_url(url);
}

static bool set_etcd(const struct xmem_config_key *key, const char *value, void *field)
{
	char copy[XMEM_CONFIG_LIST], *rest = copy, *url;

	if (snprintf(copy, sizeof(copy), "%s", value) >= (int)sizeof(copy))
		return false;
	while ((url = strsep(&rest, ",")))
		if (!is_etcd_url(url + strspn(url, " \t")))
			return false;
	return set_text(key, value, field);
}

static bool set_prefix(const struct xmem_config_key *key, const char *value, void *field)
{
	const char *p;

	for (p = value; *p; p++)
		if (!isgraph((unsigned char)*p) || !isascii((unsigned char)*p))
			return false;
	return *value == '/' && set_text(key, value, field);
}

static bool set_listen(const struct xmem_config_key *key, const char *value, void *field)
{
	struct xmem_config *config = field;
	char address[sizeof(config->daemon.address)];
	uint16_t port = XMEM_DAEMON_PORT;

	(void)key;
	if (!xmem_word_address_port(value, address, sizeof(address), &port))
		return false;
	memcpy(config->daemon.address, address, sizeof(address));
	config->daemon.port = port;
	return true;
}

static bool set_roles(const struct xmem_config_key *key, const char *value, void *field)
{
	struct xmem_config *config = field;
	bool manager = false, appliance = false, client = false;
	char list[64], *rest = list, *word;

	(void)key;
	if (snprintf(list, sizeof(list), "%s", value) >= (int)sizeof(list))
		return false;
	while ((word = strsep(&rest, ", \t"))) {
		if (!strcmp(word, "manager"))
			manager = true;
		else if (!strcmp(word, "appliance"))
			appliance = true;
		else if (!strcmp(word, "client"))
			client = true;
		else if (*word)
			return false;
	}
	config->daemon.manager = manager;
	config->daemon.appliance = appliance;
	config->daemon.client = client;
	return manager || appliance || client;
}

#define BOUNDED(SECTION, NAME, SET, FIELD, MIN, MAX, POSSIBLE)                        \
	{                                                                             \
		SECTION, NAME, SET, offsetof(struct xmem_config, FIELD),              \
			sizeof(((struct xmem_config *)0)->FIELD), MIN, MAX, POSSIBLE, \
	}
#define KEY(SECTION, NAME, SET, FIELD, POSSIBLE) BOUNDED(SECTION, NAME, SET, FIELD, 0, 0, POSSIBLE)

static const char path_text[] = "an absolute path of at most 255 bytes";
static const char name_text[] = "1 to 63 of A-Z a-z 0-9 . _ -, the first one a letter or a digit";
static const char managers_text[] = XMEM_MANAGERS_TEXT;

const struct xmem_config_key xmem_config_keys[] = {
	KEY("tls", "ca", set_path, tls.ca, path_text),
	KEY("tls", "cert", set_path, tls.cert, path_text),
	KEY("tls", "key", set_path, tls.key, path_text),
	KEY("tls", "crl", set_path, tls.crl, path_text),
	{ "daemon", "roles", set_roles, 0, 0, 0, 0,
	  "manager, appliance, client, or several with commas" },
	{ "daemon", "listen", set_listen, 0, 0, 0, 0,
	  "ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT, with an IP address" },
	KEY("daemon", "url", set_url, daemon.url, "https://HOST:PORT"),
	BOUNDED("daemon", "connections", set_number, daemon.connections, 8, 65536, "8 to 65536"),
	BOUNDED("daemon", "connections-per-address", set_number, daemon.connections_per_address, 1,
		65536, "1 to 65536"),
	BOUNDED("daemon", "rate", set_number, daemon.rate, 1, 1000000,
		"1 to 1000000 requests per second"),
	BOUNDED("daemon", "body", set_size, daemon.body, 4 << 10, 16 << 20, "4K to 16M"),
	KEY("manager", "name", set_name, manager.name, name_text),
	KEY("manager", "url", set_url, manager.url, "https://HOST:PORT"),
	KEY("manager", "database", set_path, manager.database, path_text),
	KEY("manager", "etcd", set_etcd, manager.etcd,
	    "https://HOST:PORT or http://HOST:PORT, several with commas"),
	KEY("manager", "etcd-prefix", set_prefix, manager.etcd_prefix,
	    "/ and at most 62 more characters, no spaces"),
	KEY("appliance", "name", set_name, appliance.name, name_text),
	KEY("appliance", "rdma-address", set_address, appliance.rdma_address,
	    "an IPv4 or IPv6 address"),
	KEY("appliance", "port", set_port, appliance.port, "1 to 65535"),
	KEY("appliance", "labels", set_labels, appliance.labels, XMEM_LABELS_TEXT),
	KEY("appliance", "managers", set_managers, appliance.managers, managers_text),
	BOUNDED("appliance", "announce-interval", set_time, appliance.announce_ms, SECOND, HOUR,
		"a time from 1s to 1h"),
	KEY("appliance", "terms", set_path, appliance.terms, path_text),
	BOUNDED("appliance", "temperature", set_number, appliance.temperature, 20, 150,
		"20 to 150 degrees Celsius"),
	BOUNDED("appliance", "ecc-uncorrected", set_number, appliance.ecc_uncorrected, 1, 1000000,
		"1 to 1000000 errors"),
	BOUNDED("appliance", "memory-pressure", set_number, appliance.memory_pressure, 1, 100,
		"1 to 100 percent"),
	KEY("client", "managers", set_managers, client.managers, managers_text),
	KEY("client", "manager", set_managers, client.managers, managers_text),
	KEY("client", "name", set_name, client.name, name_text),
	KEY("client", "id", set_id, client.id, "1 to 16 hexadecimal digits, not all zero"),
	KEY("client", "account", set_name, client.account, name_text),
	KEY("client", "labels", set_labels, client.labels, XMEM_LABELS_TEXT),
	BOUNDED("client", "renew-interval", set_time, client.renew_ms, SECOND, 24 * HOUR,
		"a time from 1s to 24h"),
};

const size_t xmem_config_key_count = sizeof(xmem_config_keys) / sizeof(*xmem_config_keys);

/**
 * xmem_config_defaults() - what holds without a file
 * @config: result
 */
void xmem_config_defaults(struct xmem_config *config)
{
	char host[HOST_NAME_MAX + 1] = "";

	*config = (struct xmem_config){
		.daemon = { .address = "::",
			    .port = XMEM_DAEMON_PORT,
			    .connections = 4096,
			    .connections_per_address = 256,
			    .rate = 1000,
			    .body = 64 << 10 },
		.manager = { .etcd_prefix = "/xmem/" },
		.appliance = { .announce_ms = 10 * SECOND,
			       .terms = "/var/lib/xmem/terms",
			       .temperature = 95,
			       .ecc_uncorrected = 1,
			       .memory_pressure = 50 },
		.client = { .renew_ms = 30 * SECOND },
	};
	gethostname(host, sizeof(host) - 1);
	host[strcspn(host, ".")] = 0;
	if (!xmem_word_is_name(host))
		return;
	memcpy(config->manager.name, host, sizeof(config->manager.name));
	memcpy(config->appliance.name, host, sizeof(config->appliance.name));
	memcpy(config->client.name, host, sizeof(config->client.name));
}
