// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "config_keys.h"

#define LINE_MAX_LEN 2048
#define ALLOWED_TEXT 256

static bool known_section(const char *name)
{
	size_t i;

	for (i = 0; i < xmem_config_key_count; i++)
		if (!strcmp(xmem_config_keys[i].section, name))
			return true;
	return false;
}

/* The sections (@section NULL) or the keys of one section, with commas. */
static const char *list_possible(const char *section, char out[ALLOWED_TEXT])
{
	const char *last = "";
	size_t i, len = 0;

	*out = 0;
	for (i = 0; i < xmem_config_key_count && len < ALLOWED_TEXT; i++) {
		const char *word = section ? xmem_config_keys[i].name : xmem_config_keys[i].section;

		if ((section && strcmp(xmem_config_keys[i].section, section)) ||
		    !strcmp(word, last))
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
	uint64_t seen; /* bit per key: a second one is a mistake */
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
	const struct xmem_config_key *key = &xmem_config_keys[i];
	void *field = (char *)r->config + key->offset;
	size_t k;

	if (r->seen & UINT64_C(1) << i)
		return xmem_err_set(r->err, XMEM_ERR_USAGE, EINVAL, "%s:%u: %s was set before",
				    r->path, r->line, key->name);
	r->seen |= UINT64_C(1) << i;
	/* a key with another name fills the same field */
	for (k = 0; key->size && k < xmem_config_key_count; k++)
		if (xmem_config_keys[k].size && xmem_config_keys[k].offset == key->offset)
			r->seen |= UINT64_C(1) << k;
	if (key->set(key, value, field))
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
	for (i = 0; i < xmem_config_key_count; i++)
		if (!strcmp(xmem_config_keys[i].section, r->section) &&
		    !strcmp(xmem_config_keys[i].name, text))
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
