// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "hex.h"
#include "word.h"

#define LINE_MAX_LEN 1024
#define ALLOWED_TEXT 256

/* Where a value goes, and the words for a refusal. */
struct key {
	const char *section, *name;
	bool (*set)(const char *value, void *field, size_t size);
	size_t offset, size;
	const char *possible;
};

static bool set_text(const char *value, void *field, size_t size)
{
	return *value && snprintf(field, size, "%s", value) < (int)size;
}

static bool set_path(const char *value, void *field, size_t size)
{
	return *value == '/' && set_text(value, field, size);
}

static bool set_name(const char *value, void *field, size_t size)
{
	return xmem_word_is_name(value) && set_text(value, field, size);
}

static bool set_port(const char *value, void *field, size_t size)
{
	(void)size;
	return xmem_word_port(value, field);
}

static bool set_address(const char *value, void *field, size_t size)
{
	return xmem_word_is_address(value) && set_text(value, field, size);
}

static bool set_url(const char *value, void *field, size_t size)
{
	const char *host = value + strlen("https://");

	return !strncmp(value, "https://", strlen("https://")) && *host &&
	       !strpbrk(host, "/?# \t@") && set_text(value, field, size);
}

static bool set_id(const char *value, void *field, size_t size)
{
	(void)size;
	return !xmem_id_parse("client", value, field, NULL);
}

static bool set_listen(const char *value, void *field, size_t size)
{
	struct xmem_config *config = field;
	char address[sizeof(config->daemon.address)];
	uint16_t port = XMEM_DAEMON_PORT;

	(void)size;
	if (!xmem_word_address_port(value, address, sizeof(address), &port))
		return false;
	memcpy(config->daemon.address, address, sizeof(address));
	config->daemon.port = port;
	return true;
}

static bool set_roles(const char *value, void *field, size_t size)
{
	struct xmem_config *config = field;
	char list[64], *rest = list, *word;

	(void)size;
	if (!set_text(value, list, sizeof(list)))
		return false;
	config->daemon.manager = false;
	config->daemon.appliance = false;
	while ((word = strsep(&rest, ", \t"))) {
		if (!strcmp(word, "manager"))
			config->daemon.manager = true;
		else if (!strcmp(word, "appliance"))
			config->daemon.appliance = true;
		else if (*word)
			return false;
	}
	return config->daemon.manager || config->daemon.appliance;
}

#define KEY(SECTION, NAME, SET, FIELD, POSSIBLE)                           \
	{                                                                  \
		SECTION, NAME, SET, offsetof(struct xmem_config, FIELD),   \
			sizeof(((struct xmem_config *)0)->FIELD), POSSIBLE \
	}

static const char path_text[] = "an absolute path of at most 255 bytes";
static const char name_text[] = "1 to 63 of A-Z a-z 0-9 . _ -, the first one a letter or a digit";

static const struct key keys[] = {
	KEY("tls", "ca", set_path, tls.ca, path_text),
	KEY("tls", "cert", set_path, tls.cert, path_text),
	KEY("tls", "key", set_path, tls.key, path_text),
	{ "daemon", "roles", set_roles, 0, 0, "manager, appliance, or both with a comma" },
	{ "daemon", "listen", set_listen, 0, 0,
	  "ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT, with an IP address" },
	KEY("manager", "database", set_path, manager.database, path_text),
	KEY("appliance", "name", set_name, appliance.name, name_text),
	KEY("appliance", "rdma-address", set_address, appliance.rdma_address,
	    "an IPv4 or IPv6 address"),
	KEY("appliance", "port", set_port, appliance.port, "1 to 65535"),
	KEY("client", "manager", set_url, client.manager, "https://HOST:PORT"),
	KEY("client", "name", set_name, client.name, name_text),
	KEY("client", "id", set_id, client.id, "1 to 16 hexadecimal digits, not all zero"),
};

#define KEYS (sizeof(keys) / sizeof(*keys))

static bool known_section(const char *name)
{
	size_t i;

	for (i = 0; i < KEYS; i++)
		if (!strcmp(keys[i].section, name))
			return true;
	return false;
}

/* The sections (@section NULL) or the keys of one section, with commas. */
static const char *list_possible(const char *section, char out[ALLOWED_TEXT])
{
	const char *last = "";
	size_t i, len = 0;

	*out = 0;
	for (i = 0; i < KEYS && len < ALLOWED_TEXT; i++) {
		const char *word = section ? keys[i].name : keys[i].section;

		if ((section && strcmp(keys[i].section, section)) || !strcmp(word, last))
			continue;
		len += (size_t)snprintf(out + len, ALLOWED_TEXT - len, "%s%s", len ? ", " : "",
					word);
		last = word;
	}
	return out;
}

static char *trim(char *text)
{
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	*end = 0;
	return text;
}

struct reader {
	const char *path;
	unsigned int line;
	char section[32];
	unsigned int seen; /* bit per key: a second one is a mistake */
	struct xmem_config *config;
	struct xmem_err *err;
};

static int read_section(struct reader *r, char *text)
{
	char possible[ALLOWED_TEXT];
	char *end = strchr(text, ']');

	if (!end || end[1])
		return xmem_err_set(r->err, XMEM_ERR_USAGE, EINVAL,
				    "%s:%u: ] is missing at the end", r->path, r->line);
	*end = 0;
	text = trim(text + 1);
	if (!known_section(text))
		return xmem_err_set(r->err, XMEM_ERR_USAGE, EINVAL,
				    "%s:%u: unknown section [%.32s]; possible are %s", r->path,
				    r->line, text, list_possible(NULL, possible));
	snprintf(r->section, sizeof(r->section), "%s", text);
	return 0;
}

static int set_key(struct reader *r, size_t i, const char *value)
{
	const struct key *key = &keys[i];
	void *field = (char *)r->config + key->offset;

	if (r->seen & 1u << i)
		return xmem_err_set(r->err, XMEM_ERR_USAGE, EINVAL, "%s:%u: %s was set before",
				    r->path, r->line, key->name);
	r->seen |= 1u << i;
	if (key->set(value, field, key->size))
		return 0;
	return xmem_err_set(r->err, XMEM_ERR_USAGE, EINVAL,
			    "%s:%u: \"%.64s\" is no value of %s; possible is %s", r->path, r->line,
			    value, key->name, key->possible);
}

static int read_key(struct reader *r, char *text)
{
	char possible[ALLOWED_TEXT];
	char *equal = strchr(text, '=');
	size_t i;

	if (!equal)
		return xmem_err_set(r->err, XMEM_ERR_USAGE, EINVAL,
				    "%s:%u: neither [section] nor key = value", r->path, r->line);
	*equal = 0;
	text = trim(text);
	if (!*r->section)
		return xmem_err_set(r->err, XMEM_ERR_USAGE, EINVAL,
				    "%s:%u: %.32s before any section; possible are %s", r->path,
				    r->line, text, list_possible(NULL, possible));
	for (i = 0; i < KEYS; i++)
		if (!strcmp(keys[i].section, r->section) && !strcmp(keys[i].name, text))
			return set_key(r, i, trim(equal + 1));
	return xmem_err_set(r->err, XMEM_ERR_USAGE, EINVAL,
			    "%s:%u: unknown key %.32s in [%s]; possible are %s", r->path, r->line,
			    text, r->section, list_possible(r->section, possible));
}

static int read_lines(struct reader *r, FILE *f)
{
	char line[LINE_MAX_LEN], *text;
	int rc = 0;

	while (!rc && fgets(line, sizeof(line), f)) {
		r->line++;
		if (!strchr(line, '\n') && strlen(line) == sizeof(line) - 1)
			return xmem_err_set(r->err, XMEM_ERR_USAGE, EINVAL,
					    "%s:%u: the line is too long; possible are %d bytes",
					    r->path, r->line, LINE_MAX_LEN - 2);
		text = trim(line);
		if (!*text || *text == '#' || *text == ';')
			continue;
		rc = *text == '[' ? read_section(r, text) : read_key(r, text);
	}
	if (!rc && ferror(f))
		rc = xmem_err_set(r->err, XMEM_ERR_USAGE, EIO, "cannot read %s", r->path);
	return rc;
}

/**
 * xmem_config_defaults() - what holds without a file
 * @config: result
 */
void xmem_config_defaults(struct xmem_config *config)
{
	char host[HOST_NAME_MAX + 1] = "";

	*config = (struct xmem_config){ .daemon = { .address = "::", .port = XMEM_DAEMON_PORT } };
	gethostname(host, sizeof(host) - 1);
	host[strcspn(host, ".")] = 0;
	set_name(host, config->appliance.name, sizeof(config->appliance.name));
	set_name(host, config->client.name, sizeof(config->client.name));
}

/**
 * xmem_config_read() - read the configuration
 * @path: the file
 * @config: result: the defaults, and what the file says; after an error the
 *	defaults only
 * @err: file, line, and what would be possible there
 *
 * Return: 0, -ENOENT if there is no file, or another negative errno.
 */
int xmem_config_read(const char *path, struct xmem_config *config, struct xmem_err *err)
{
	struct xmem_config fresh;
	struct reader r = { .path = path, .config = &fresh, .err = err };
	FILE *f = fopen(path, "re");
	int rc;

	xmem_config_defaults(config);
	fresh = *config;
	if (!f)
		return xmem_err_set(err, XMEM_ERR_USAGE, errno, "cannot read %s: %s", path,
				    strerror(errno));
	rc = read_lines(&r, f);
	fclose(f);
	if (!rc)
		*config = fresh;
	return rc;
}
