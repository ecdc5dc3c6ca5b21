// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "discover.h"
#include "srv.h"

#define RETRY_MS 5000
#define KEEP_SECONDS 86400
#define URLS_TEXT 8192

/* Return: whether the list has an address that can be one. */
static bool take(struct xmem_discover *discover, const char *urls)
{
	unsigned int count = 0;
	char url[XMEM_DISCOVER_URL + 1];

	/* a name that cannot be one in a URL is in nobody's certificate either */
	while (count < XMEM_MANAGERS_MAX && (urls = xmem_managers_next(urls, url, sizeof(url))))
		if (xmem_managers_is_url(url))
			memcpy(discover->url[count++], url, XMEM_DISCOVER_URL);
	if (count)
		discover->count = count;
	return count;
}

/**
 * xmem_discover_init() - begin
 * @discover: result
 * @managers: URL,… or srv:DOMAIN, as in the configuration
 * @err: tells what would be possible
 *
 * Asks nobody yet.
 *
 * Return: 0 or a negative errno.
 */
int xmem_discover_init(struct xmem_discover *discover, const char *managers, struct xmem_err *err)
{
	int rc;

	*discover = (struct xmem_discover){};
	if (snprintf(discover->managers, sizeof(discover->managers), "%s", managers) >=
	    (int)sizeof(discover->managers))
		return xmem_err_set(err, XMEM_ERR_USAGE, ENAMETOOLONG,
				    "the list of managers is longer than %zu bytes",
				    sizeof(discover->managers) - 1);
	rc = xmem_managers_check(managers, err);
	if (rc || xmem_managers_srv(managers))
		return rc;
	return take(discover, managers) ? 0 : -EINVAL;
}

static void ask_dns(struct xmem_discover *discover, const char *domain, uint64_t now,
		    xmem_discover_ask_fn ask)
{
	char urls[URLS_TEXT];
	uint32_t ttl = 0;

	discover->stale = true;
	/* who was good before is asked again rather than nobody */
	discover->again = now + RETRY_MS;
	if (ask(domain, urls, sizeof(urls), &ttl, &discover->why) < 0)
		return;
	if (!take(discover, urls)) {
		xmem_err_set(&discover->why, XMEM_ERR_UNREACHABLE, EPROTO,
			     "DNS has no usable names of managers for srv:%.250s", domain);
		return;
	}
	discover->stale = false;
	discover->again = now + (ttl < KEEP_SECONDS ? ttl : KEEP_SECONDS) * 1000ULL;
}

/**
 * xmem_discover_at() - xmem_discover() with a clock and a DNS of the caller's
 * @discover: what is known
 * @now: milliseconds of CLOCK_BOOTTIME
 * @ask: instead of xmem_srv_ask()
 * @err: why none is known
 *
 * Return: 0 or a negative errno.
 */
int xmem_discover_at(struct xmem_discover *discover, uint64_t now, xmem_discover_ask_fn ask,
		     struct xmem_err *err)
{
	const char *domain = xmem_managers_srv(discover->managers);

	if (domain && now >= discover->again)
		ask_dns(discover, domain, now, ask);
	if (discover->count)
		return 0;
	return xmem_err_set(err, discover->why.kind, discover->why.code, "%s", discover->why.text);
}

/**
 * xmem_discover() - which managers are there?
 * @discover: what is known, takes what is new
 * @err: why none is known
 *
 * Blocks for some seconds when DNS has to be asked and does not answer.
 *
 * Return: 0 with at least one manager, or a negative errno.
 */
int xmem_discover(struct xmem_discover *discover, struct xmem_err *err)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return xmem_discover_at(discover,
				(uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000,
				xmem_srv_ask, err);
}
