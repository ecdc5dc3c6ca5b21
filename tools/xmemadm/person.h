/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accounts, clients and the policy have limits and preferences in common: a profile. */
#ifndef XMEMADM_PERSON_H
#define XMEMADM_PERSON_H

#include "fields.h"
#include "out.h"
#include "want.h"

/* clang-format off */
#define ADM_PROFILE_OPTIONS                                                                    \
	{ "quota", "SIZE", false, false, "most that it may have in all; none takes it away",   \
	  NULL },                                                                              \
	{ "quota-volatile", "SIZE", false, false, "most of that in volatile allocations", NULL }, \
	{ "quota-persistent", "SIZE", false, false, "most of that in persistent ones", NULL }, \
	{ "priority", "N", false, false, "0 lowest, 100 highest", NULL },                      \
	{ "window", "WINDOW", false, true,                                                     \
	  "when it may ask: \"mon-fri 08:00-18:00\"; always without one", NULL },              \
	{ "zone", "+HH:MM", false, false, "offset from UTC that the windows are meant in", NULL }, \
	{ "max-duration", "TIME", false, false, "longest duration of an allocation", NULL },   \
	{ "max-not-in-use", "TIME", false, false, "longest time without a renewal", NULL },    \
	{ "bandwidth", "CLASS", false, false, "bandwidth class", "any|low|medium|high|none" }, \
	{ "max-distance", "DISTANCE", false, false, "no appliance farther away",               \
	  "any|numa|switch|rack|site|none" },                                                  \
	{ "appliances", "GLOB[,GLOB...]", false, true, "only these appliances", "@appliance|none" }, \
	{ "strategy", "STRATEGY[,STRATEGY...]", false, true,                                   \
	  "for requests that name none, ranked", ADM_STRATEGIES "|none" }
/* clang-format on */

#define ADM_PROFILE_LINES                                                                    \
	{ "quota.total", "quota", ADM_SIZE }, { "used.total", "used", ADM_SIZE },            \
		{ "quota.volatile", "quota, volatile", ADM_SIZE },                           \
		{ "used.volatile", "used, volatile", ADM_SIZE },                             \
		{ "quota.persistent", "quota, persist.", ADM_SIZE },                         \
		{ "used.persistent", "used, persist.", ADM_SIZE },                           \
		{ "priority", "priority", ADM_NUMBER }, { "windows", "windows", ADM_WORDS }, \
		{ "minutes_east", "minutes east", ADM_NUMBER },                              \
		{ "minutes_west", "minutes west", ADM_NUMBER },                              \
		{ "max_duration", "max duration", ADM_SECONDS },                             \
		{ "max_not_in_use", "max not in use", ADM_SECONDS },                         \
		{ "bandwidth_class", "bandwidth class", ADM_TEXT },                          \
		{ "max_distance", "max distance", ADM_TEXT },                                \
		{ "appliances", "appliances", ADM_WORDS },                                   \
	{                                                                                    \
		"strategies", "strategies", ADM_WORDS                                        \
	}

extern const struct adm_field adm_profile_fields[];
extern const struct adm_column adm_person_columns[];

int adm_person_show(struct adm *adm, const char *list, const char *name);
int adm_person_set(struct adm *adm, const struct adm_args *args, const struct adm_option *options,
		   const char *list);
int adm_person_remove(struct adm *adm, const char *list, const char *name);
void adm_person_strip(json_t *object);

#endif /* XMEMADM_PERSON_H */
