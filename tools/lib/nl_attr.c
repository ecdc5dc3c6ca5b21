// SPDX-License-Identifier: GPL-2.0-or-later
/* Between C structures and attributes, by the tables of struct xmem_nl_set. */
#include <string.h>
#include <netlink/msg.h>
#include <netlink/attr.h>

#include "nl.h"

static bool is_set(const struct xmem_nl_attr *attr, const char *object)
{
	const char *value = object + attr->offset;
	size_t i;

	if (attr->has && *(const bool *)(object + attr->has - 1))
		return true;
	if (attr->type == XMEM_NL_STRING)
		return *value;
	for (i = 0; i < attr->size; i++)
		if (value[i])
			return true;
	return false;
}

static bool put_all(struct nl_msg *msg, const struct xmem_nl_set *set, const char *object)
{
	uint16_t i;

	for (i = 1; i <= set->max; i++)
		if (!set->attrs[i].told && !xmem_nl_put(msg, set, object, &i, 1))
			return false;
	return true;
}

static bool put_nests(struct nl_msg *msg, uint16_t type, const struct xmem_nl_attr *attr,
		      const char *object)
{
	unsigned int i, count = 1;

	if (attr->count)
		memcpy(&count, object + attr->count - 1, sizeof(count));
	for (i = 0; i < count; i++) {
		struct nlattr *nest = nla_nest_start(msg, type | NLA_F_NESTED);

		if (!nest || !put_all(msg, attr->nested, object + attr->offset + i * attr->size))
			return false;
		nla_nest_end(msg, nest);
	}
	return true;
}

static bool put_one(struct nl_msg *msg, uint16_t type, const struct xmem_nl_attr *attr,
		    const char *object)
{
	const char *value = object + attr->offset;

	switch (attr->type) {
	case XMEM_NL_NONE:
		return true;
	case XMEM_NL_NEST:
		return put_nests(msg, type, attr, object);
	case XMEM_NL_STRING:
		return !is_set(attr, object) || !nla_put_string(msg, type, value);
	case XMEM_NL_FLAG:
		return !is_set(attr, object) || !nla_put_flag(msg, type);
	default:
		return !is_set(attr, object) || !nla_put(msg, type, (int)attr->size, value);
	}
}

/**
 * xmem_nl_put() - add attributes to a request
 * @msg: the request; may be NULL, which is answered with false
 * @set: table of the attributes
 * @object: structure with the values; those that are not set are left out
 * @attrs: numbers of the attributes that the request takes
 * @count: how many
 *
 * Return: whether everything fitted.
 */
bool xmem_nl_put(struct nl_msg *msg, const struct xmem_nl_set *set, const void *object,
		 const uint16_t *attrs, size_t count)
{
	size_t i;

	if (!msg)
		return false;
	for (i = 0; i < count; i++)
		if (!put_one(msg, attrs[i], &set->attrs[attrs[i]], object))
			return false;
	return true;
}

static void take_nest(const struct xmem_nl_attr *attr, struct nlattr *nla, char *object)
{
	unsigned int n = 0;

	if (attr->count) {
		memcpy(&n, object + attr->count - 1, sizeof(n));
		if (n >= attr->max)
			return;
	}
	xmem_nl_decode(attr->nested, nla_data(nla), nla_len(nla),
		       object + attr->offset + n * attr->size);
	if (attr->count) {
		n++;
		memcpy(object + attr->count - 1, &n, sizeof(n));
	}
}

static bool take_value(const struct xmem_nl_attr *attr, struct nlattr *nla, char *object)
{
	char *value = object + attr->offset;
	size_t len = (size_t)nla_len(nla);

	switch (attr->type) {
	case XMEM_NL_NONE:
		return false;
	case XMEM_NL_NEST:
		take_nest(attr, nla, object);
		return true;
	case XMEM_NL_FLAG:
		*(bool *)value = true;
		return true;
	case XMEM_NL_STRING:
		nla_strlcpy(value, nla, attr->size);
		return true;
	default:
		if (len != attr->size)
			return false;
		memcpy(value, nla_data(nla), len);
		return true;
	}
}

/**
 * xmem_nl_decode() - read an object out of attributes
 * @set: table of the attributes
 * @attrs: the first attribute
 * @len: bytes of all
 * @object: structure to fill, zeroed by the caller; attributes that the table
 *	does not know are passed over, for a newer module may send them
 */
void xmem_nl_decode(const struct xmem_nl_set *set, struct nlattr *attrs, int len, void *object)
{
	struct nlattr *nla;
	int rest;

	nla_for_each_attr (nla, attrs, len, rest) {
		const struct xmem_nl_attr *attr;

		if ((unsigned int)nla_type(nla) > set->max)
			continue;
		attr = &set->attrs[nla_type(nla)];
		if (take_value(attr, nla, object) && attr->has)
			*((bool *)((char *)object + attr->has - 1)) = true;
	}
}
