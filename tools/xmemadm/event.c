// SPDX-License-Identifier: GPL-2.0-or-later
/* xmemadm event: what the modules tell, and what the manager told lately. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "adm.h"
#include "args.h"
#include "ask.h"
#include "kernel_events.h"
#include "out.h"

static int event_watch(struct adm *adm, const struct adm_args *args)
{
	struct adm_kernel_events events = { 0 };
	struct pollfd fds[2];
	int rc = adm_kernel_events_open(adm, &events);
	unsigned int count = adm_kernel_events_fds(&events, fds);

	(void)args;
	while (!rc && !ferror(stdout)) {
		if (poll(fds, count, -1) < 0 && errno != EINTR)
			rc = xmem_err_set(&adm->err, XMEM_ERR_REFUSED, errno, "cannot wait: %s",
					  strerror(errno));
		else
			rc = adm_kernel_events_take(adm, &events);
	}
	adm_kernel_events_close(&events);
	return rc;
}

static const struct adm_column event_columns[] = {
	{ "time", "TIME", ADM_TEXT },	  { "id", "NUMBER", ADM_NUMBER },
	{ "type", "TYPE", ADM_TEXT },	  { "name", "NAME", ADM_TEXT },
	{ "detail", "DETAIL", ADM_TEXT }, { 0 },
};

static const struct adm_option list_options[] = {
	{ "since", "NUMBER", false, false, "only events after this one", NULL },
	{ "type", "TYPE", false, false, "only this type, or what begins with it and a dot",
	  "alloc|appliance|account|client|manager|reservation" },
	{ "limit", "N", false, false, "at most so many (1000)", NULL },
	{ 0 },
};

static int event_list(struct adm *adm, const struct adm_args *args)
{
	const char *type = adm_value(args, "type");
	uint64_t since = 0, limit = 1000;
	json_t *answer, *list;
	char path[256];
	int rc = adm_number(adm, args, "since", 0, INT64_MAX, &since);

	if (!rc)
		rc = adm_number(adm, args, "limit", 1, 10000, &limit);
	if (!rc && type)
		rc = adm_check_name(adm, type);
	if (rc)
		return rc;
	snprintf(path, sizeof(path), "/v1/events?limit=%llu&since=%llu%s%s",
		 (unsigned long long)limit, (unsigned long long)since, type ? "&type=" : "",
		 type ? type : "");
	rc = adm_manager(adm, "GET", path, NULL, NULL, &answer);
	if (rc)
		return rc;
	list = json_incref(json_object_get(answer, "events"));
	json_decref(answer);
	return adm_print_list(adm, list, event_columns);
}

static const struct adm_command commands[] = {
	{ "watch", NULL, "print the modules' events until interrupted", NULL, event_watch, NULL },
	{ "list", NULL, "what the manager told lately", list_options, event_list, NULL },
	{ 0 },
};

static const struct adm_object event = {
	"event",
	"what happens in this machine's modules, and what happened at the manager",
	commands,
	NULL,
};
ADM_OBJECT(event);
