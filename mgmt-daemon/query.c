// SPDX-License-Identifier: GPL-2.0-or-later
/* Queries and headers of a request, by table. What a route does not take is refused. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "word.h"

enum query_type {
	QUERY_FLAG,  /* bool */
	QUERY_COUNT, /* uint32_t from 1 to XMEMD_PAGE_MAX */
	QUERY_NAME,  /* char[XMEMD_NAME_TEXT] */
	QUERY_SINCE, /* uint64_t, and has_since */
	QUERY_LABEL, /* one more of the labels */
};

static const struct parameter {
	const char *name;
	enum query_type type;
	unsigned int takes;
	size_t offset;
} parameters[] = {
	{ "force", QUERY_FLAG, XMEMD_TAKES_FORCE, offsetof(struct xmemd_query, force) },
	{ "dry_run", QUERY_FLAG, XMEMD_TAKES_DRY_RUN, offsetof(struct xmemd_query, dry_run) },
	{ "limit", QUERY_COUNT, XMEMD_TAKES_PAGE | XMEMD_TAKES_SINCE,
	  offsetof(struct xmemd_query, limit) },
	{ "after", QUERY_NAME, XMEMD_TAKES_PAGE, offsetof(struct xmemd_query, after) },
	{ "state", QUERY_NAME, XMEMD_TAKES_STATE, offsetof(struct xmemd_query, state) },
	{ "type", QUERY_NAME, XMEMD_TAKES_SINCE, offsetof(struct xmemd_query, type) },
	{ "label", QUERY_LABEL, XMEMD_TAKES_LABEL, offsetof(struct xmemd_query, label) },
	{ "since", QUERY_SINCE, XMEMD_TAKES_SINCE, offsetof(struct xmemd_query, since) },
};

#define PARAMETERS (sizeof(parameters) / sizeof(*parameters))

/* Decimal digits and nothing else; not above @max. */
static bool read_number(const char *text, uint64_t max, uint64_t *number)
{
	if (!*text || text[strspn(text, "0123456789")])
		return false;
	errno = 0;
	*number = strtoull(text, NULL, 10);
	return !errno && *number <= max;
}

static int read_flag(const char *name, const char *value, bool *out, struct xmemd_refusal *why)
{
	if (strcmp(value, "0") && strcmp(value, "1"))
		return xmemd_refuse_field(why, name, "query \"%s\" must be 0 or 1", name);
	*out = *value == '1';
	return 0;
}

static int read_count(const char *name, const char *value, uint32_t *out, struct xmemd_refusal *why)
{
	uint64_t number;

	if (!read_number(value, XMEMD_PAGE_MAX, &number) || !number)
		return xmemd_refuse_field(why, name, "query \"%s\" must be a number from 1 to %d",
					  name, XMEMD_PAGE_MAX);
	*out = (uint32_t)number;
	return 0;
}

static int read_name(const char *name, const char *value, char *out, struct xmemd_refusal *why)
{
	if (!xmem_word_is_name(value))
		return xmemd_refuse_field(why, name,
					  "query \"%s\" must be 1 to 63 characters of "
					  "A-Z a-z 0-9 . _ -, the first a letter or digit",
					  name);
	snprintf(out, XMEMD_NAME_TEXT, "%s", value);
	return 0;
}

static int read_since(const char *name, const char *value, struct xmemd_query *query,
		      struct xmemd_refusal *why)
{
	if (!read_number(value, INT64_MAX, &query->since))
		return xmemd_refuse_field(why, name, "\"%s\" must be the number of an event", name);
	query->has_since = true;
	return 0;
}

static int refuse_unknown(unsigned int takes, const char *name, struct xmemd_refusal *why)
{
	char possible[128] = "";
	size_t i, len = 0;

	for (i = 0; i < PARAMETERS; i++)
		if (parameters[i].takes & takes)
			len += (size_t)snprintf(possible + len, sizeof(possible) - len, "%s%s",
						len ? ", " : "", parameters[i].name);
	return xmemd_refuse_field(why, name, "query \"%.64s\" is unknown here; possible %s%s", name,
				  len ? "are " : "is none", possible);
}

/**
 * xmemd_query_read() - take one query
 * @query: where to
 * @takes: what the route takes, bits of enum xmemd_takes
 * @name: of the query
 * @value: its value, or NULL
 * @why: refusal
 *
 * Return: 0, or -1 with @why set (400).
 */
int xmemd_query_read(struct xmemd_query *query, unsigned int takes, const char *name,
		     const char *value, struct xmemd_refusal *why)
{
	const struct parameter *p = parameters;
	void *out;

	while (p < parameters + PARAMETERS && (!(p->takes & takes) || strcmp(p->name, name)))
		p++;
	if (p == parameters + PARAMETERS)
		return refuse_unknown(takes, name, why);
	if (!value)
		value = "";
	out = (char *)query + p->offset;
	switch (p->type) {
	case QUERY_FLAG:
		return read_flag(name, value, out, why);
	case QUERY_COUNT:
		return read_count(name, value, out, why);
	case QUERY_NAME:
		return read_name(name, value, out, why);
	case QUERY_SINCE:
		return read_since(name, value, query, why);
	case QUERY_LABEL:
		return xmemd_label_want(query->label, &query->labels, value, why);
	}
	return -1;
}

/**
 * xmemd_query_key() - take the header Idempotency-Key
 * @query: where to
 * @takes: what the route takes
 * @value: its value, or NULL
 * @why: refusal
 *
 * Return: 0, or -1 with @why set (400).
 */
int xmemd_query_key(struct xmemd_query *query, unsigned int takes, const char *value,
		    struct xmemd_refusal *why)
{
	const char *p;

	if (!value)
		return 0;
	if (!(takes & XMEMD_TAKES_KEY))
		return xmemd_refuse_field(why, "Idempotency-Key",
					  "the header Idempotency-Key has no meaning here");
	/* it becomes part of a name in the store */
	for (p = value; *p > ' ' && *p <= '~' && *p != '/'; p++)
		;
	if (*p || p == value || p - value >= XMEMD_KEY_TEXT)
		return xmemd_refuse_field(why, "Idempotency-Key",
					  "Idempotency-Key must be 1 to %d printable ASCII "
					  "characters without blank and /",
					  XMEMD_KEY_TEXT - 1);
	snprintf(query->key, sizeof(query->key), "%s", value);
	return 0;
}

/**
 * xmemd_query_term() - take the header Xmem-Term: MARK;NUMBER
 * @call: the request
 * @takes: what the route takes
 * @value: its value, or NULL
 *
 * Return: 0, or -1 with the refusal set (400, 403).
 */
int xmemd_query_term(struct xmemd_call *call, unsigned int takes, const char *value)
{
	if (!value)
		return 0;
	if (!(takes & XMEMD_TAKES_TERM))
		return xmemd_refuse_field(&call->why, XMEMD_TERM_HEADER,
					  "the header " XMEMD_TERM_HEADER " has no meaning here");
	if (!(call->peer.roles & XMEMD_ROLE_MANAGER))
		return xmemd_refuse(&call->why, 403,
				    "only the role manager decides in terms (" XMEMD_TERM_HEADER
				    ")");
	return xmemd_term_read(value, &call->term, &call->why);
}

/**
 * xmemd_query_behalf() - take the header Xmem-On-Behalf: CN;ROLE[,ROLE…]
 * @call: the request; its peer becomes the one for whom a manager passes it on
 * @value: its value, or NULL
 *
 * Return: 0, or -1 with the refusal set (400, 403).
 */
int xmemd_query_behalf(struct xmemd_call *call, const char *value)
{
	struct xmemd_peer peer = {};
	const char *roles, *p;

	if (!value)
		return 0;
	if (!(call->peer.roles & XMEMD_ROLE_MANAGER))
		return xmemd_refuse(&call->why, 403,
				    "only the role manager may pass requests on (Xmem-On-Behalf)");
	roles = strrchr(value, ';');
	for (p = value; roles && p < roles && *p >= ' ' && *p <= '~'; p++)
		;
	if (!roles || p != roles || p == value || p - value >= XMEMD_CN_TEXT)
		return xmemd_refuse_field(&call->why, "Xmem-On-Behalf",
					  "Xmem-On-Behalf must be CN;ROLE[,ROLE...]");
	memcpy(peer.cn, value, (size_t)(p - value));
	peer.roles = xmemd_roles_parse(roles + 1);
	if (!peer.roles)
		return xmemd_refuse_field(
			&call->why, "Xmem-On-Behalf",
			"Xmem-On-Behalf names no role or an unknown one; possible "
			"are admin, manager, appliance, client, viewer");
	memcpy(call->via, call->peer.cn, sizeof(call->via));
	call->peer = peer;
	return 0;
}

/**
 * xmemd_query_defaults() - what holds where nothing is given
 * @query: result
 */
void xmemd_query_defaults(struct xmemd_query *query)
{
	*query = (struct xmemd_query){ .limit = XMEMD_PAGE_DEFAULT };
}
