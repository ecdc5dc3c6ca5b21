/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a request for memory may wish, the same for all commands that make one. */
#ifndef XMEMADM_WANT_H
#define XMEMADM_WANT_H

#include "fields.h"

#define ADM_STRATEGIES                                                                      \
	",best-fit|most-free|two-choices|near|backing|low-load|low-latency|high-bandwidth|" \
	"same-bandwidth|class|spread"
#define ADM_YEARS (10ull * 365 * 86400)
#define ADM_SIZE_MAX (1ull << 50) /* of one allocation */
#define ADM_QUOTA_MAX (1ull << 60)

/* clang-format off */
#define ADM_WANT_OPTIONS                                                                   \
	{ "layout", "LAYOUT", false, false,                                                \
	  "single (one region), concat (several, joined), auto (the default)",             \
	  "auto|single|concat" },                                                          \
	{ "strategy", "STRATEGY[,STRATEGY...]", false, true,                               \
	  "how appliances are chosen, ranked; the policy's without it", ADM_STRATEGIES },  \
	{ "near", "KEY=VALUE[,...]", false, false,                                         \
	  "where the client stands: site, rack, switch, numa", NULL },                     \
	{ "max-distance", "DISTANCE", false, false, "no appliance farther away",           \
	  "any|numa|switch|rack|site" },                                                   \
	{ "spread", "DOMAIN", false, false, "what fails as a whole, for --apart and spread", \
	  "appliance|rack|switch|site" },                                                  \
	{ "apart", NULL, false, false, "no two regions in one of these domains", NULL },   \
	{ "min-regions", "N", false, false, "at least so many regions", NULL },            \
	{ "max-regions", "N", false, false, "at most so many regions", NULL },             \
	{ "bandwidth", "CLASS", false, false, "the client's bandwidth class",              \
	  "any|low|medium|high" },                                                         \
	{ "class", "TEXT", false, false, "hardware class, for the strategy class", NULL }, \
	{ "need-class", NULL, false, false, "only appliances of that class", NULL },       \
	{ "backing", NULL, false, false, "only appliances with a backing store", NULL },   \
	{ "max-load", "N", false, false, "no appliance with more load, 1 to 1000", NULL }, \
	{ "max-latency", "NS", false, false, "none that is slower, nanoseconds", NULL },   \
	{ "min-bandwidth", "MBPS", false, false, "none with a slower link, Mbit/s", NULL }, \
	{ "appliances", "GLOB[,GLOB...]", false, true, "only these appliances", "@appliance" }, \
	{ "exclude", "GLOB[,GLOB...]", false, true, "none of these appliances", "@appliance" }
/* clang-format on */

extern const struct adm_field adm_want_fields[];

int adm_want_read(struct adm *adm, const struct adm_args *args, const struct adm_option *options,
		  json_t **want);
int adm_want_plan(struct adm *adm, const char *path, json_t *want);

#endif /* XMEMADM_WANT_H */
