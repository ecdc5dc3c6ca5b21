// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "profile.h"
#include "record.h"

#define WARN_SECONDS 300
#define GRACE_SECONDS 300
#define GLOBS_MAX 64

/* The words of a profile as the tables of fields take them. */
struct words {
	char name[XMEMD_NAME_TEXT], account[XMEMD_NAME_TEXT];
	uint64_t id, max_duration, max_not_in_use, warn, grace;
	uint32_t priority, admit, east, west, bandwidth, distance;
	bool known_only;
	json_t *quota, *windows, *appliances, *strategies;
};

static const struct xmemd_choice admissions[] = {
	{ "manual", 0 },
	{ "automatic", 1 },
	{},
};

#define WORD(NAME, TYPE, FIELD, MAX, CHOICES)                                                \
	{                                                                                    \
		NAME, XMEMD_FIELD_##TYPE, false, offsetof(struct words, FIELD), MAX, CHOICES \
	}

#define PROFILE_WORDS                                                            \
	WORD("quota", OBJECT, quota, 0, NULL),                                   \
		WORD("priority", NUMBER, priority, XMEMD_PRIORITY_MAX, NULL),    \
		WORD("windows", ARRAY, windows, 0, NULL),                        \
		WORD("minutes_east", NUMBER, east, 14 * 60, NULL),               \
		WORD("minutes_west", NUMBER, west, 12 * 60, NULL),               \
		WORD("max_duration", TIME, max_duration, 0, NULL),               \
		WORD("max_not_in_use", TIME, max_not_in_use, 0, NULL),           \
		WORD("bandwidth_class", CHOICE, bandwidth, 0, xmemd_bandwidths), \
		WORD("max_distance", CHOICE, distance, 0, xmemd_distances),      \
		WORD("appliances", ARRAY, appliances, 0, NULL),                  \
		WORD("strategies", ARRAY, strategies, 0, NULL)

static const struct xmemd_field client_fields[] = {
	{ "name", XMEMD_FIELD_NAME, true, offsetof(struct words, name), 0, NULL },
	{ "id", XMEMD_FIELD_ID, true, offsetof(struct words, id), 0, NULL },
	WORD("account", NAME, account, 0, NULL),
	PROFILE_WORDS,
};

static const struct xmemd_field account_fields[] = {
	{ "name", XMEMD_FIELD_NAME, true, offsetof(struct words, name), 0, NULL },
	PROFILE_WORDS,
};

static const struct xmemd_field policy_fields[] = {
	WORD("admit", CHOICE, admit, 0, admissions),
	WORD("known_only", BOOL, known_only, 0, NULL),
	WORD("warn", TIME, warn, 0, NULL),
	WORD("grace", TIME, grace, 0, NULL),
	PROFILE_WORDS,
};

/* Without a number there is no quota; 0 is one, and permits nothing. */
struct quota {
	uint64_t total, types[XMEMD_TYPES];
};

static const struct xmemd_field quota_fields[] = {
	{ "total", XMEMD_FIELD_BYTES, false, offsetof(struct quota, total), 0, NULL },
	{ "volatile", XMEMD_FIELD_BYTES, false, offsetof(struct quota, types[XMEMD_VOLATILE]), 0,
	  NULL },
	{ "persistent", XMEMD_FIELD_BYTES, false, offsetof(struct quota, types[XMEMD_PERSISTENT]),
	  0, NULL },
};

static int read_quota(const json_t *object, struct xmemd_profile *profile,
		      struct xmemd_refusal *why)
{
	struct quota quota = { XMEMD_UNLIMITED, { XMEMD_UNLIMITED, XMEMD_UNLIMITED } };

	if (object && xmemd_fields_read(XMEMD_FIELDS(quota_fields), object, &quota, why) < 0)
		return -1;
	profile->total = quota.total;
	memcpy(profile->of_type, quota.types, sizeof(profile->of_type));
	return 0;
}

static int read_windows(const json_t *array, struct xmemd_profile *profile,
			struct xmemd_refusal *why)
{
	struct xmem_err err;
	const char *text;
	size_t i;

	if (json_array_size(array) > XMEMD_WINDOWS_MAX)
		return xmemd_refuse_field(why, "windows", "\"windows\" must be at most %d",
					  XMEMD_WINDOWS_MAX);
	for (i = 0; i < json_array_size(array); i++) {
		text = json_string_value(json_array_get(array, i));
		if (!text || xmemd_window_parse(text, &profile->window[i], &err) < 0)
			return xmemd_refuse_field(
				why, "windows", "\"windows\": %s",
				text ? err.text
				     : "each must be text such as \"mon-fri 08:00-18:00\"");
	}
	profile->windows = (unsigned int)json_array_size(array);
	return 0;
}

/**
 * xmemd_strategies_read() - read a ranked list of strategies
 * @name: of the field
 * @array: the list, or NULL
 * @strategy: result, XMEMD_STRATEGIES of them
 * @count: how many
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_strategies_read(const char *name, const json_t *array, enum xmemd_strategy *strategy,
			  unsigned int *count, struct xmemd_refusal *why)
{
	const char *text;
	unsigned int i, k;

	*count = 0;
	if (json_array_size(array) > XMEMD_STRATEGIES)
		return xmemd_refuse_field(why, name, "\"%s\" must be at most %d of %s", name,
					  XMEMD_STRATEGIES, XMEMD_STRATEGY_WORDS);
	for (i = 0; i < json_array_size(array); i++) {
		text = json_string_value(json_array_get(array, i));
		if (!text || !xmemd_strategy_parse(text, &strategy[i]))
			return xmemd_refuse_field(why, name, "\"%s\" must be a list of %s", name,
						  XMEMD_STRATEGY_WORDS);
		for (k = 0; k < i; k++)
			if (strategy[k] == strategy[i])
				return xmemd_refuse_field(why, name, "\"%s\" has \"%s\" twice",
							  name, text);
	}
	*count = i;
	return 0;
}

/**
 * xmemd_globs_read() - read a list of patterns for names of appliances
 * @name: of the field
 * @array: the list, or NULL
 * @globs: result for free(); the texts are borrowed from @array
 * @count: how many
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_globs_read(const char *name, const json_t *array, const char ***globs, size_t *count,
		     struct xmemd_refusal *why)
{
	const char *text;
	size_t i, n = json_array_size(array);

	*globs = NULL;
	*count = 0;
	if (!n)
		return 0;
	if (n > GLOBS_MAX)
		return xmemd_refuse_field(why, name, "\"%s\" must be at most %d patterns", name,
					  GLOBS_MAX);
	*globs = calloc(n, sizeof(**globs));
	if (!*globs)
		return xmemd_refuse(why, 500, "out of memory");
	for (i = 0; i < n; i++) {
		text = json_string_value(json_array_get(array, i));
		if (!text || !*text || strlen(text) >= XMEMD_NAME_TEXT) {
			free(*globs);
			*globs = NULL;
			return xmemd_refuse_field(why, name,
						  "\"%s\" must be a list of names or patterns such "
						  "as \"rack1-*\", each of 1 to 63 characters",
						  name);
		}
		(*globs)[i] = text;
	}
	*count = n;
	return 0;
}

static uint64_t limit_ms(uint64_t seconds)
{
	return seconds ? seconds * 1000 : XMEMD_UNLIMITED;
}

static int read_limits(const struct words *words, struct xmemd_profile_record *record,
		       struct xmemd_refusal *why)
{
	struct xmemd_profile *profile = &record->profile;

	profile->max_duration = limit_ms(words->max_duration);
	profile->max_not_in_use = limit_ms(words->max_not_in_use);
	profile->bandwidth = words->bandwidth;
	profile->max_distance = words->distance;
	profile->utc_offset = (int)words->east - (int)words->west;
	if (words->priority <= XMEMD_PRIORITY_MAX)
		profile->priority = (int)words->priority;
	if (read_quota(words->quota, profile, why) < 0 ||
	    read_windows(words->windows, profile, why) < 0 ||
	    xmemd_strategies_read("strategies", words->strategies, profile->strategy,
				  &profile->strategies, why) < 0 ||
	    xmemd_profile_check(profile, why) < 0 ||
	    xmemd_globs_read("appliances", words->appliances, &record->globs,
			     &profile->appliances.count, why) < 0)
		return -1;
	profile->appliances.glob = record->globs;
	return 0;
}

/**
 * xmemd_profile_read() - read a client, an account or the policy
 * @of: which of them
 * @object: the object; must live as long as the profile is used
 * @record: result
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_profile_read(enum xmemd_profile_of of, const json_t *object,
		       struct xmemd_profile_record *record, struct xmemd_refusal *why)
{
	struct words words = {
		.priority = UINT32_MAX,
		.warn = WARN_SECONDS,
		.grace = GRACE_SECONDS,
	};
	int ret;

	*record = (struct xmemd_profile_record){};
	xmemd_profile_init(&record->profile);
	if (of == XMEMD_OF_CLIENT)
		ret = xmemd_fields_read(XMEMD_FIELDS(client_fields), object, &words, why);
	else if (of == XMEMD_OF_ACCOUNT)
		ret = xmemd_fields_read(XMEMD_FIELDS(account_fields), object, &words, why);
	else
		ret = xmemd_fields_read(XMEMD_FIELDS(policy_fields), object, &words, why);
	if (ret < 0 || read_limits(&words, record, why) < 0)
		return -1;
	memcpy(record->name, words.name, sizeof(record->name));
	memcpy(record->account, words.account, sizeof(record->account));
	record->id = words.id;
	record->admit = words.admit;
	record->known_only = words.known_only;
	record->warn = words.warn * 1000;
	record->grace = words.grace * 1000;
	return 0;
}
