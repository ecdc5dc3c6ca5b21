// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "logic/plan.h"

static const char *const strategies[] = {
	[XMEMD_BEST_FIT] = "best-fit",
	[XMEMD_MOST_FREE] = "most-free",
	[XMEMD_TWO_CHOICES] = "two-choices",
	[XMEMD_NEAR] = "near",
	[XMEMD_BACKING] = "backing",
	[XMEMD_LOW_LOAD] = "low-load",
	[XMEMD_LOW_LATENCY] = "low-latency",
	[XMEMD_HIGH_BANDWIDTH] = "high-bandwidth",
	[XMEMD_SAME_BANDWIDTH] = "same-bandwidth",
	[XMEMD_CLASS] = "class",
	[XMEMD_SPREAD] = "spread",
};

static const char *const domains[] = {
	[XMEMD_DOMAIN_APPLIANCE] = "appliance",
	[XMEMD_DOMAIN_SITE] = "site",
	[XMEMD_DOMAIN_RACK] = "rack",
	[XMEMD_DOMAIN_SWITCH] = "switch",
};

static const char *const distances[] = {
	[XMEMD_DISTANCE_ANY] = "any", [XMEMD_SAME_NUMA] = "numa", [XMEMD_SAME_SWITCH] = "switch",
	[XMEMD_SAME_RACK] = "rack",   [XMEMD_SAME_SITE] = "site", [XMEMD_ELSEWHERE] = "elsewhere",
};

static bool find(const char *const *words, size_t count, const char *text, unsigned int *number)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (strcmp(words[i], text))
			continue;
		*number = i;
		return true;
	}
	return false;
}

/**
 * xmemd_strategy_name() - the word for a strategy
 * @strategy: the strategy
 *
 * Return: one of XMEMD_STRATEGY_WORDS.
 */
const char *xmemd_strategy_name(enum xmemd_strategy strategy)
{
	return strategies[strategy];
}

/**
 * xmemd_strategy_parse() - the strategy of a word
 * @text: the word
 * @strategy: result
 *
 * Return: whether it is one of XMEMD_STRATEGY_WORDS.
 */
bool xmemd_strategy_parse(const char *text, enum xmemd_strategy *strategy)
{
	unsigned int number;

	if (!find(strategies, XMEMD_STRATEGIES, text, &number))
		return false;
	*strategy = (enum xmemd_strategy)number;
	return true;
}

/**
 * xmemd_domain_name() - the word for a kind of failure domain
 * @domain: the kind
 *
 * Return: one of XMEMD_DOMAIN_WORDS.
 */
const char *xmemd_domain_name(enum xmemd_domain domain)
{
	return domains[domain];
}

/**
 * xmemd_domain_parse() - the kind of failure domain of a word
 * @text: the word
 * @domain: result
 *
 * Return: whether it is one of XMEMD_DOMAIN_WORDS.
 */
bool xmemd_domain_parse(const char *text, enum xmemd_domain *domain)
{
	unsigned int number;

	if (!find(domains, XMEMD_DOMAINS, text, &number))
		return false;
	*domain = (enum xmemd_domain)number;
	return true;
}

/**
 * xmemd_distance_name() - the word for a distance
 * @distance: the distance
 *
 * Return: one of XMEMD_DISTANCE_WORDS, or "elsewhere".
 */
const char *xmemd_distance_name(enum xmemd_distance distance)
{
	return distances[distance];
}

/**
 * xmemd_distance_parse() - the distance of a word
 * @text: the word
 * @distance: result; not XMEMD_ELSEWHERE, which is no limit
 *
 * Return: whether it is one of XMEMD_DISTANCE_WORDS.
 */
bool xmemd_distance_parse(const char *text, enum xmemd_distance *distance)
{
	unsigned int number;

	if (!find(distances, XMEMD_ELSEWHERE, text, &number))
		return false;
	*distance = (enum xmemd_distance)number;
	return true;
}
