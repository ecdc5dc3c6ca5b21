// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's refusals in words: extended ACK text, attribute, allowed range. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <netlink/msg.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>

#include "nl.h"

#define ATTR_TEXT 96

struct words {
	char attr[ATTR_TEXT]; /* "leg.token", or empty */
	const char *verb;     /* "missing: ", or "" */
	char range[64];
	char text[256];
};

static const char *attr_name(const struct xmem_nl_set *set, unsigned int type)
{
	return set && type <= set->max && set->attrs[type].name ? set->attrs[type].name : "?";
}

static void add_name(struct words *w, const char *name)
{
	size_t len = strlen(w->attr);

	snprintf(w->attr + len, sizeof(w->attr) - len, "%s%s", len ? "." : "", name);
}

/*
 * Walks down to the attribute that lies @offs bytes from the start of the
 * request and notes the names on the way. Returns the set inside it (a nest),
 * or NULL.
 */
static const struct xmem_nl_set *find_attr(const struct nlmsghdr *request, size_t offs,
					   const struct xmem_nl_set *set, struct words *w)
{
	const char *base = (const char *)request;
	const char *p = base + NLMSG_HDRLEN + GENL_HDRLEN;
	const char *end = base + request->nlmsg_len;

	while (set && p + sizeof(struct nlattr) <= end) {
		const struct nlattr *nla = (const struct nlattr *)p;
		unsigned int type = nla->nla_type & NLA_TYPE_MASK;
		size_t at = (size_t)(p - base);

		if (nla->nla_len < sizeof(*nla) || nla->nla_len > (size_t)(end - p))
			break;
		if (offs >= at + nla->nla_len) {
			p += NLA_ALIGN(nla->nla_len);
			continue;
		}
		add_name(w, attr_name(set, type));
		set = type <= set->max ? set->attrs[type].nested : NULL;
		if (offs == at)
			return set;
		end = p + nla->nla_len;
		p += NLA_HDRLEN;
	}
	return NULL;
}

static uint64_t policy_value(struct nlattr **policy, int attr, uint64_t without)
{
	if (!policy[attr])
		return without;
	if (nla_len(policy[attr]) == sizeof(uint64_t))
		return nla_get_u64(policy[attr]);
	return nla_len(policy[attr]) == sizeof(uint32_t) ? nla_get_u32(policy[attr]) : without;
}

static void describe_policy(struct nlattr *nest, struct words *w)
{
	struct nlattr *policy[NL_POLICY_TYPE_ATTR_MAX + 1];
	uint64_t min, max;

	if (nla_parse_nested(policy, NL_POLICY_TYPE_ATTR_MAX, nest, NULL) < 0)
		return;
	if (policy[NL_POLICY_TYPE_ATTR_MIN_VALUE_U] || policy[NL_POLICY_TYPE_ATTR_MAX_VALUE_U]) {
		min = policy_value(policy, NL_POLICY_TYPE_ATTR_MIN_VALUE_U, 0);
		max = policy_value(policy, NL_POLICY_TYPE_ATTR_MAX_VALUE_U, UINT64_MAX);
		if (max == UINT64_MAX)
			snprintf(w->range, sizeof(w->range), "possible from %" PRIu64, min);
		else
			snprintf(w->range, sizeof(w->range), "possible %" PRIu64 " to %" PRIu64,
				 min, max);
	} else if (policy[NL_POLICY_TYPE_ATTR_MIN_LENGTH] ||
		   policy[NL_POLICY_TYPE_ATTR_MAX_LENGTH]) {
		min = policy_value(policy, NL_POLICY_TYPE_ATTR_MIN_LENGTH, 0);
		max = policy_value(policy, NL_POLICY_TYPE_ATTR_MAX_LENGTH, UINT32_MAX);
		snprintf(w->range, sizeof(w->range), "length %" PRIu64 " to %" PRIu64, min, max);
	}
}

static void read_extack(struct nlattr *attrs, int len, const struct nlmsghdr *request,
			const struct xmem_nl_set *set, struct words *w)
{
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];

	if (len <= 0 || nla_parse(tb, NLMSGERR_ATTR_MAX, attrs, len, NULL) < 0)
		return;
	if (tb[NLMSGERR_ATTR_MSG])
		nla_strlcpy(w->text, tb[NLMSGERR_ATTR_MSG], sizeof(w->text));
	if (tb[NLMSGERR_ATTR_MISS_TYPE]) {
		if (tb[NLMSGERR_ATTR_MISS_NEST])
			set = find_attr(request, nla_get_u32(tb[NLMSGERR_ATTR_MISS_NEST]), set, w);
		add_name(w, attr_name(set, nla_get_u32(tb[NLMSGERR_ATTR_MISS_TYPE])));
		w->verb = "missing: ";
	} else if (tb[NLMSGERR_ATTR_OFFS]) {
		find_attr(request, nla_get_u32(tb[NLMSGERR_ATTR_OFFS]), set, w);
	}
	if (tb[NLMSGERR_ATTR_POLICY])
		describe_policy(tb[NLMSGERR_ATTR_POLICY], w);
}

/* Error number and extended ACK of an answer; they lie elsewhere in the two kinds. */
static int read_answer(const struct nlmsghdr *answer, const struct nlmsghdr *request,
		       const struct xmem_nl_set *set, struct words *w)
{
	const char *data = (const char *)answer + NLMSG_HDRLEN;
	int len = (int)answer->nlmsg_len - (int)NLMSG_HDRLEN, error, skip;

	if (len < (int)sizeof(error))
		return 0;
	memcpy(&error, data, sizeof(error));
	if (answer->nlmsg_type == NLMSG_DONE) {
		skip = sizeof(error);
	} else {
		const struct nlmsgerr *e = (const struct nlmsgerr *)data;

		if (len < (int)sizeof(*e))
			return error;
		skip = (int)NLMSG_ALIGN(sizeof(*e));
		if (!(answer->nlmsg_flags & NLM_F_CAPPED))
			skip += (int)NLMSG_ALIGN(e->msg.nlmsg_len) - (int)NLMSG_HDRLEN;
	}
	if (error < 0 && answer->nlmsg_flags & NLM_F_ACK_TLVS)
		read_extack((struct nlattr *)(data + skip), len - skip, request, set, w);
	return error;
}

/**
 * xmem_nl_explain() - turn an answer's error into words
 * @answer: message of type NLMSG_ERROR or NLMSG_DONE
 * @request: the request it answers
 * @set: attributes of the request
 * @err: the words, for an error
 *
 * Return: 0 if the answer says success, or the negative errno in it.
 */
int xmem_nl_explain(const struct nlmsghdr *answer, const struct nlmsghdr *request,
		    const struct xmem_nl_set *set, struct xmem_err *err)
{
	struct words w = { .verb = "" };
	int error = read_answer(answer, request, set, &w);
	const char *text;

	if (error >= 0)
		return 0;
	text = *w.text ? w.text : strerror(-error);
	if (error == -EPERM && !*w.text)
		text = "not permitted: needs CAP_NET_ADMIN (run it as root)";
	xmem_err_set(err, XMEM_ERR_REFUSED, -error, "%s", text);
	if (*w.attr)
		xmem_err_append(err, " (%s%s %s%s%s)", w.verb, set->name, w.attr,
				*w.range ? ", " : "", w.range);
	else if (*w.range)
		xmem_err_append(err, " (%s)", w.range);
	return error;
}
