// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "logic/account.h"
#include "logic/span.h"
#include "size.h"

/* The widest offsets of time zones that are in use. */
#define OFFSET_MIN (-12 * 60)
#define OFFSET_MAX (14 * 60)

static const char *const types[] = {
	[XMEMD_VOLATILE] = "volatile",
	[XMEMD_PERSISTENT] = "persistent",
};

static const char *const acts[] = {
	[XMEMD_ACT_CREATE] = "create",	 [XMEMD_ACT_RESIZE] = "grow",
	[XMEMD_ACT_RETYPE] = "change",	 [XMEMD_ACT_PROLONG] = "prolong",
	[XMEMD_ACT_RESERVE] = "reserve",
};

/**
 * xmemd_type_name() - the word for a type
 * @type: the type
 *
 * Return: the word.
 */
const char *xmemd_type_name(enum xmemd_type type)
{
	return types[type];
}

/**
 * xmemd_type_parse() - the type of a word
 * @text: the word
 * @type: result
 *
 * Return: whether it is volatile or persistent.
 */
bool xmemd_type_parse(const char *text, enum xmemd_type *type)
{
	unsigned int i;

	for (i = 0; i < XMEMD_TYPES; i++) {
		if (strcmp(types[i], text))
			continue;
		*type = (enum xmemd_type)i;
		return true;
	}
	return false;
}

/**
 * xmemd_profile_init() - a profile without limits and preferences
 * @profile: the profile
 */
void xmemd_profile_init(struct xmemd_profile *profile)
{
	*profile = (struct xmemd_profile){
		.total = XMEMD_UNLIMITED,
		.of_type = { XMEMD_UNLIMITED, XMEMD_UNLIMITED },
		.max_duration = XMEMD_UNLIMITED,
		.max_not_in_use = XMEMD_UNLIMITED,
		.priority = XMEMD_PRIORITY_UNSET,
	};
}

/**
 * xmemd_profile_check() - does a profile make sense?
 * @profile: the profile, its numbers within their types
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_profile_check(const struct xmemd_profile *profile, struct xmemd_refusal *why)
{
	unsigned int i, seen = 0;

	if (profile->priority != XMEMD_PRIORITY_UNSET &&
	    (profile->priority < 0 || profile->priority > XMEMD_PRIORITY_MAX))
		return xmemd_refuse_field(why, "priority",
					  "priority %d is out of bounds; possible are 0 to %d",
					  profile->priority, XMEMD_PRIORITY_MAX);
	if (profile->utc_offset < OFFSET_MIN || profile->utc_offset > OFFSET_MAX)
		return xmemd_refuse_field(why, "utc_offset",
					  "utc_offset %d is out of bounds; possible are %d to %d "
					  "minutes",
					  profile->utc_offset, OFFSET_MIN, OFFSET_MAX);
	if (!profile->max_duration || !profile->max_not_in_use)
		return xmemd_refuse_field(why,
					  profile->max_duration ? "max_not_in_use" : "max_duration",
					  "a time of 0 would permit nothing; possible are 1 ms and "
					  "more");
	for (i = 0; i < profile->strategies; i++) {
		if (seen & 1U << profile->strategy[i])
			return xmemd_refuse_field(why, "strategies", "strategy %s is named twice",
						  xmemd_strategy_name(profile->strategy[i]));
		seen |= 1U << profile->strategy[i];
	}
	return 0;
}

/* "client alice", "the policy of the cluster" */
static const char *title(const struct xmemd_level *level, char *out, size_t size)
{
	if (level->name)
		snprintf(out, size, "%s %s", level->what, level->name);
	else
		snprintf(out, size, "the policy of the cluster");
	return out;
}

#define TITLE_TEXT 96

static int refuse_limit(struct xmemd_refusal *why, int status, const char *reason,
			const char *field, const char *text)
{
	xmemd_refuse_as(why, status, reason, "%s", text);
	snprintf(why->field, sizeof(why->field), "%s", field);
	return -1;
}

static void list_windows(const struct xmemd_profile *profile, char *out, size_t size)
{
	char text[XMEMD_WINDOW_TEXT];
	int offset = profile->utc_offset;
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < profile->windows && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%s", i ? ", " : "",
					xmemd_window_format(&profile->window[i], text));
	if (len < size)
		snprintf(out + len, size - len, " (UTC%c%02d:%02d)", offset < 0 ? '-' : '+',
			 abs(offset) / 60, abs(offset) % 60);
}

static int check_window(const struct xmemd_level *level, const struct xmemd_ask *ask, int64_t utc,
			struct xmemd_refusal *why)
{
	const struct xmemd_profile *profile = level->profile;
	char windows[400], name[TITLE_TEXT], text[560];

	if (xmemd_window_open(profile->window, profile->windows, utc, profile->utc_offset))
		return 0;
	list_windows(profile, windows, sizeof(windows));
	snprintf(text, sizeof(text), "%s does not permit to %s at this time; possible are %s",
		 title(level, name, sizeof(name)), acts[ask->act], windows);
	return refuse_limit(why, 403, XMEMD_WHY_FORBIDDEN, "", text);
}

/* @kind: "", "volatile " or "persistent " */
static int check_quota(const struct xmemd_level *level, uint64_t quota, uint64_t used,
		       uint64_t more, const char *kind, struct xmemd_refusal *why)
{
	char may[XMEM_SIZE_TEXT], has[XMEM_SIZE_TEXT], wants[XMEM_SIZE_TEXT];
	char name[TITLE_TEXT], text[320];

	if (quota == XMEMD_UNLIMITED || !more || (used <= quota && more <= quota - used))
		return 0;
	title(level, name, sizeof(name));
	xmem_size_format(more, wants);
	if (!quota)
		snprintf(text, sizeof(text), "%s permits no %smemory", name, kind);
	else
		snprintf(text, sizeof(text),
			 "%s permits %s of %smemory: %s is used, %s more is too much", name,
			 xmem_size_format(quota, may), kind, xmem_size_format(used, has), wants);
	return refuse_limit(why, 507, XMEMD_WHY_QUOTA, *kind && !quota ? "type" : "size", text);
}

static int check_quotas(const struct xmemd_level *level, const struct xmemd_ask *ask,
			struct xmemd_refusal *why)
{
	uint64_t drawn = level->drawn < ask->bytes ? level->drawn : ask->bytes;
	char kind[16];

	if (ask->act == XMEMD_ACT_PROLONG)
		return 0;
	if (ask->act != XMEMD_ACT_RETYPE &&
	    check_quota(level, level->profile->total, level->usage.total, ask->bytes - drawn, "",
			why) < 0)
		return -1;
	if (ask->act == XMEMD_ACT_RESERVE)
		return 0;
	snprintf(kind, sizeof(kind), "%s ", types[ask->type]);
	return check_quota(level, level->profile->of_type[ask->type],
			   level->usage.of_type[ask->type], ask->bytes, kind, why);
}

/* A span that is asked for must be permitted; who asks for none gets what is permitted. */
static int check_span(const struct xmemd_level *level, const char *field, const char *words,
		      uint64_t asked, uint64_t limit, uint64_t *got, struct xmemd_refusal *why)
{
	char wants[XMEMD_SPAN_TEXT], may[XMEMD_SPAN_TEXT], name[TITLE_TEXT], text[256];

	if (!asked)
		return xmemd_refuse_field(
			why, field, "a %s of 0 is over at once; possible are 1 ms and more", words);
	if (asked != XMEMD_UNLIMITED && asked > limit) {
		snprintf(text, sizeof(text), "%s permits a %s of at most %s, not %s",
			 title(level, name, sizeof(name)), words, xmemd_span_format(limit, may),
			 xmemd_span_format(asked, wants));
		return refuse_limit(why, 403, XMEMD_WHY_QUOTA, field, text);
	}
	if (limit < *got)
		*got = limit;
	return 0;
}

static int check_spans(const struct xmemd_level *level, const struct xmemd_ask *ask,
		       struct xmemd_terms *terms, struct xmemd_refusal *why)
{
	if (ask->act != XMEMD_ACT_CREATE && ask->act != XMEMD_ACT_PROLONG)
		return 0;
	if (check_span(level, "duration", "duration", ask->duration, level->profile->max_duration,
		       &terms->duration, why) < 0)
		return -1;
	return check_span(level, "not_in_use", "not-in-use threshold", ask->not_in_use,
			  level->profile->max_not_in_use, &terms->not_in_use, why);
}

/**
 * xmemd_account_check() - may a request be granted, and on which terms?
 * @levels: that it belongs to, the nearest first
 * @count: how many
 * @ask: the request
 * @utc: seconds since 1970, UTC
 * @terms: result; the spans only for acts that set them
 * @why: refusal: the level, what it permits, and what is used of it
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_account_check(const struct xmemd_level *levels, size_t count, const struct xmemd_ask *ask,
			int64_t utc, struct xmemd_terms *terms, struct xmemd_refusal *why)
{
	size_t i;

	*terms = (struct xmemd_terms){ ask->duration, ask->not_in_use, XMEMD_PRIORITY_DEFAULT };
	for (i = 0; i < count; i++)
		if (check_window(&levels[i], ask, utc, why) < 0 ||
		    check_quotas(&levels[i], ask, why) < 0 ||
		    check_spans(&levels[i], ask, terms, why) < 0)
			return -1;
	for (i = 0; i < count; i++) {
		if (levels[i].profile->priority == XMEMD_PRIORITY_UNSET)
			continue;
		terms->priority = levels[i].profile->priority;
		break;
	}
	return 0;
}

static void prefer(const struct xmemd_profile *profile, struct xmemd_demand *demand)
{
	if (demand->bandwidth == XMEMD_BANDWIDTH_ANY)
		demand->bandwidth = profile->bandwidth;
	if (!demand->strategies) {
		memcpy(demand->strategy, profile->strategy, sizeof(demand->strategy));
		demand->strategies = profile->strategies;
	}
	if (profile->max_distance &&
	    (!demand->max_distance || profile->max_distance < demand->max_distance))
		demand->max_distance = profile->max_distance;
}

/**
 * xmemd_account_apply() - put limits and preferences of profiles into a demand
 * @levels: that it belongs to, the nearest first; at most XMEMD_LEVELS_MAX
 * @count: how many
 * @demand: what the request itself says is in it already; its lists of allowed appliances
 *	but the first one are taken
 *
 * Preferences of the request stay, and those of the nearest level go before others. Limits
 * add up.
 */
void xmemd_account_apply(const struct xmemd_level *levels, size_t count,
			 struct xmemd_demand *demand)
{
	bool ranked = false;
	size_t i;

	for (i = 0; i < count; i++) {
		prefer(levels[i].profile, demand);
		demand->allow[1 + i] = levels[i].profile->appliances;
		if (ranked || levels[i].profile->priority == XMEMD_PRIORITY_UNSET)
			continue;
		demand->priority = (unsigned int)levels[i].profile->priority;
		ranked = true;
	}
	if (!ranked)
		demand->priority = XMEMD_PRIORITY_DEFAULT;
}
