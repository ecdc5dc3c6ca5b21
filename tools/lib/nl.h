/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls to a generic netlink family, table driven: a struct xmem_nl_set says
 * for each attribute its name, its type and where its value lies in a C
 * structure. Encoding, decoding and the words of refusals come from the table.
 */
#ifndef XMEM_NL_H
#define XMEM_NL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/netlink.h>

#include "err.h"

struct nl_msg;
struct nlattr;

enum xmem_nl_type {
	XMEM_NL_NONE, /* pad, or an attribute that is not used */
	XMEM_NL_U16,
	XMEM_NL_U32,
	XMEM_NL_U64,
	XMEM_NL_STRING, /* char array in the structure */
	XMEM_NL_BINARY, /* byte array in the structure */
	XMEM_NL_FLAG,	/* bool in the structure */
	XMEM_NL_NEST,	/* structure (array of structures when @count is set) */
};

/**
 * struct xmem_nl_attr - one attribute
 * @name: as in the YAML description
 * @type: its type
 * @offset: of its value in the structure
 * @size: of its value, or of one element of the array
 * @has: offset + 1 of a bool, or 0: set when the attribute came; makes a request
 *	carry the attribute although it is zero or empty
 * @count: offset + 1 of an unsigned int that counts a nest's array; else 0
 * @max: elements that fit into the array
 * @told: the module tells it and takes it in no request; left out of nests
 * @nested: what a nest is made of
 */
struct xmem_nl_attr {
	const char *name;
	enum xmem_nl_type type;
	size_t offset, size, has, count;
	unsigned int max;
	const struct xmem_nl_set *nested;
	bool told;
};

/**
 * struct xmem_nl_set - the attributes of one object
 * @name: of the object, for messages
 * @attrs: table, indexed by the attribute's number
 * @max: highest attribute number
 */
struct xmem_nl_set {
	const char *name;
	const struct xmem_nl_attr *attrs;
	unsigned int max;
};

/**
 * struct xmem_nl_family - a family of commands
 * @name: family name
 * @group: name of its multicast group
 * @hint: what to do when the module is not loaded
 * @version: version of the family
 */
struct xmem_nl_family {
	const char *name, *group, *hint;
	uint8_t version;
};

/* A socket bound to a family. Not for use by two threads at once. */
struct xmem_nl;

typedef int (*xmem_nl_reply_fn)(uint8_t cmd, struct nlattr *attrs, int len, void *arg);

int xmem_nl_open(struct xmem_nl **nlp, const struct xmem_nl_family *family, struct xmem_err *err);
void xmem_nl_close(struct xmem_nl *nl);

struct nl_msg *xmem_nl_msg(struct xmem_nl *nl, uint8_t cmd, int flags);
bool xmem_nl_put(struct nl_msg *msg, const struct xmem_nl_set *set, const void *object,
		 const uint16_t *attrs, size_t count);
void xmem_nl_decode(const struct xmem_nl_set *set, struct nlattr *attrs, int len, void *object);
int xmem_nl_call(struct xmem_nl *nl, struct nl_msg *msg, const struct xmem_nl_set *set,
		 xmem_nl_reply_fn reply, void *arg, struct xmem_err *err);

int xmem_nl_explain(const struct nlmsghdr *answer, const struct nlmsghdr *request,
		    const struct xmem_nl_set *set, struct xmem_err *err);

int xmem_nl_subscribe(struct xmem_nl *nl, struct xmem_err *err);
int xmem_nl_fd(const struct xmem_nl *nl);
int xmem_nl_events(struct xmem_nl *nl, xmem_nl_reply_fn event, void *arg, struct xmem_err *err);

#endif /* XMEM_NL_H */
