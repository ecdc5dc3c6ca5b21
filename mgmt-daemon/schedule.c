// SPDX-License-Identifier: GPL-2.0-or-later
/* When to announce: no I/O, no clock. */
#include "announce.h"
#include "nap.h"

/* Regions come and go in bursts; one word about all of them is enough. */
#define GAP_MS 500
#define BACK_OFF_MS 1000
#define BACK_OFF_MAX_MS 30000

/* Without what changes all the time and decides nothing by itself. */
static json_t *face_of(const json_t *object)
{
	static const char *const restless[] = { "serial", "load", "machine" };
	json_t *face = json_copy((json_t *)object);
	size_t i;

	for (i = 0; i < sizeof(restless) / sizeof(*restless); i++)
		json_object_del(face, restless[i]);
	return face;
}

/**
 * xmemd_schedule_look() - is there something new to tell?
 * @schedule: takes the answer
 * @object: what would be announced now
 */
void xmemd_schedule_look(struct xmemd_schedule *schedule, const json_t *object)
{
	json_t *face = face_of(object);

	schedule->changed = !schedule->face || !json_equal(face, schedule->face);
	json_decref(face);
}

/**
 * xmemd_schedule_next() - when to announce next
 * @schedule: after xmemd_schedule_look()
 *
 * Return: milliseconds; earlier if something changes meanwhile.
 */
uint64_t xmemd_schedule_next(const struct xmemd_schedule *schedule)
{
	if (schedule->changed || schedule->due < schedule->not_before)
		return schedule->not_before;
	return schedule->due;
}

/**
 * xmemd_schedule_is_due() - is it time?
 * @schedule: after xmemd_schedule_look()
 * @now: milliseconds
 *
 * Return: whether to announce now.
 */
bool xmemd_schedule_is_due(const struct xmemd_schedule *schedule, uint64_t now)
{
	return now >= xmemd_schedule_next(schedule);
}

/**
 * xmemd_schedule_done() - an announcement was made, or nobody took it
 * @schedule: the schedule
 * @object: what was announced
 * @answered: whether a manager took it
 * @now: milliseconds
 */
void xmemd_schedule_done(struct xmemd_schedule *schedule, const json_t *object, bool answered,
			 uint64_t now)
{
	uint64_t wait = BACK_OFF_MS;
	unsigned int i;

	if (answered) {
		json_decref(schedule->face);
		schedule->face = face_of(object);
		schedule->changed = false;
		schedule->failures = 0;
		schedule->not_before = now + GAP_MS;
		schedule->due = now + xmemd_nap_jitter(schedule->interval);
		return;
	}
	for (i = 0; i < schedule->failures && wait < BACK_OFF_MAX_MS; i++)
		wait *= 2;
	if (wait > BACK_OFF_MAX_MS)
		wait = BACK_OFF_MAX_MS;
	schedule->failures++;
	schedule->not_before = now + xmemd_nap_jitter(wait);
	schedule->due = schedule->not_before;
}
