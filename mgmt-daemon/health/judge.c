// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "health/judge.h"

#define HOLD_MS 15000
#define DEGREES_BACK 5000

/* A look: the verdict so far, and which of its reasons were found again. */
struct look {
	struct xmemd_judge *judge;
	uint64_t now;
	bool still[XMEMD_JUDGE_REASONS];
};

static struct xmemd_reason *find(struct look *look, const char *key)
{
	unsigned int i;

	for (i = 0; i < look->judge->count; i++)
		if (!strcmp(look->judge->reason[i].key, key))
			return &look->judge->reason[i];
	return NULL;
}

/* How bad it is: beyond the limit, or only not far enough from it to count as good again. */
enum level {
	GOOD,
	EDGE,
	BAD
};

/*
 * Beyond the limit it is a reason; at the edge it stays one if it was. The words of
 * the first moment stay until it is good: numbers that change would be news each time.
 */
static void judge_one(struct look *look, enum level level, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static void judge_one(struct look *look, enum level level, const char *key, const char *fmt, ...)
{
	struct xmemd_reason *reason = find(look, key);
	va_list ap;

	if (level == GOOD || (level == EDGE && !reason))
		return;
	if (!reason) {
		if (look->judge->count == XMEMD_JUDGE_REASONS)
			return;
		reason = &look->judge->reason[look->judge->count++];
		*reason = (struct xmemd_reason){};
		snprintf(reason->key, sizeof(reason->key), "%s", key);
		va_start(ap, fmt);
		vsnprintf(reason->text, sizeof(reason->text), fmt, ap);
		va_end(ap);
	}
	reason->since_good = 0;
	look->still[reason - look->judge->reason] = true;
}

static void judge_sensor(struct look *look, const struct xmemd_health_sensor *sensor,
			 uint32_t celsius)
{
	int64_t limit = celsius ? celsius * 1000LL : INT64_MAX;
	char key[160];

	if (sensor->crit > 0 && sensor->crit < limit)
		limit = sensor->crit;
	if (limit == INT64_MAX)
		return;
	snprintf(key, sizeof(key), "temperature %s", sensor->name);
	judge_one(look,
		  sensor->now >= limit		       ? BAD
		  : sensor->now > limit - DEGREES_BACK ? EDGE
						       : GOOD,
		  key, "%s is at %" PRId64 " degrees, the limit is %" PRId64, key,
		  sensor->now / 1000, limit / 1000);
}

static void judge_memory_errors(struct look *look, const struct xmemd_health_edac *edac,
				uint32_t limit)
{
	char key[160];

	if (!limit || edac->uncorrected == XMEMD_HEALTH_NONE)
		return;
	snprintf(key, sizeof(key), "memory controller %s", edac->controller);
	judge_one(look, edac->uncorrected >= limit ? BAD : GOOD, key,
		  "%s counted %" PRIu64 " memory errors that it could not correct, the limit is %u",
		  key, edac->uncorrected, limit);
}

static void judge_pressure(struct look *look, const struct xmemd_health_pressure *pressure,
			   uint32_t percent)
{
	uint64_t limit = percent * 100ULL;

	if (!percent || pressure->some10 == XMEMD_HEALTH_NONE)
		return;
	judge_one(look,
		  pressure->some10 >= limit	     ? BAD
		  : pressure->some10 > limit * 4 / 5 ? EDGE
						     : GOOD,
		  "memory pressure",
		  "memory pressure: tasks waited for memory %" PRIu64
		  " %% of the last ten seconds, the limit is %u %%",
		  pressure->some10 / 100, percent);
}

/* One port that works is enough; which one clients use is theirs to say. */
static void judge_ports(struct look *look, const struct xmemd_health *health)
{
	unsigned int i;

	for (i = 0; i < health->ports; i++)
		if (!strcmp(health->port[i].state, "ACTIVE"))
			return;
	if (health->ports)
		judge_one(look, BAD, "RDMA port",
			  "no RDMA port is active: %s port %" PRIu64 " is %s",
			  health->port[0].device, health->port[0].number, health->port[0].state);
}

/* A machine that lives on a battery will lose its memory soon. */
static void judge_power(struct look *look, const struct xmemd_health *health)
{
	const struct xmemd_health_supply *supply, *off = NULL;
	unsigned int i;

	for (i = 0; i < health->supplies; i++) {
		supply = &health->supply[i];
		if (strcmp(supply->type, "Mains"))
			continue;
		if (supply->online == 1)
			return;
		if (supply->online == 0)
			off = supply;
	}
	if (off)
		judge_one(look, BAD, "power",
			  "power from %s is gone, no other mains supply delivers", off->name);
}

/* What was not found again ends once it has been good for long enough. */
static void forget(struct look *look)
{
	struct xmemd_judge *judge = look->judge;
	unsigned int i, kept = 0;

	for (i = 0; i < judge->count; i++) {
		struct xmemd_reason *reason = &judge->reason[i];

		if (!look->still[i] && !reason->since_good)
			reason->since_good = look->now;
		if (!look->still[i] && look->now - reason->since_good >= HOLD_MS)
			continue;
		if (kept != i)
			judge->reason[kept] = *reason;
		kept++;
	}
	judge->count = kept;
}

/**
 * xmemd_judge_look() - judge anew
 * @judge: the verdict of the last look, takes the new one
 * @health: what was read now
 * @thresholds: from where on it is bad
 * @now: milliseconds of a clock that never goes back, not 0
 *
 * What a machine does not offer is not judged.
 */
void xmemd_judge_look(struct xmemd_judge *judge, const struct xmemd_health *health,
		      const struct xmemd_thresholds *thresholds, uint64_t now)
{
	struct look look = { .judge = judge, .now = now };
	unsigned int i;

	for (i = 0; i < health->sensors; i++)
		judge_sensor(&look, &health->sensor[i], thresholds->celsius);
	for (i = 0; i < health->edacs; i++)
		judge_memory_errors(&look, &health->edac[i], thresholds->uncorrected);
	judge_pressure(&look, &health->pressure_memory, thresholds->pressure);
	judge_ports(&look, health);
	judge_power(&look, health);
	forget(&look);
}

/**
 * xmemd_judge_json() - add the verdict to an object
 * @judge: the verdict
 * @out: takes "ok" and "reasons"
 *
 * Return: 0, or -1 without memory.
 */
int xmemd_judge_json(const struct xmemd_judge *judge, json_t *out)
{
	json_t *reasons = json_array();
	unsigned int i;

	if (json_object_set_new(out, "ok", json_boolean(!judge->count)) < 0 ||
	    json_object_set_new(out, "reasons", reasons) < 0)
		return -1;
	for (i = 0; i < judge->count; i++)
		if (json_array_append_new(reasons, json_string(judge->reason[i].text)) < 0)
			return -1;
	return 0;
}
