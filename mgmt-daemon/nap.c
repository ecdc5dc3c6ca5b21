// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <poll.h>
#include <unistd.h>
#include <gnutls/crypto.h>
#include <sys/timerfd.h>

#include "nap.h"

/**
 * xmemd_nap_init() - prepare to wait
 * @nap: result
 * @stop: descriptor that can be read when the daemon ends
 *
 * Return: 0 or a negative errno.
 */
int xmemd_nap_init(struct xmemd_nap *nap, int stop)
{
	nap->stop = stop;
	nap->timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	return nap->timer < 0 ? -errno : 0;
}

/**
 * xmemd_nap_done() - wait no more
 * @nap: what xmemd_nap_init() made
 */
void xmemd_nap_done(struct xmemd_nap *nap)
{
	if (nap->timer >= 0)
		close(nap->timer);
	nap->timer = -1;
}

/**
 * xmemd_nap() - wait
 * @nap: where
 * @until: milliseconds of CLOCK_BOOTTIME
 * @fd: end earlier when this can be read; -1 without
 * @readable: whether it can; may be NULL
 *
 * Return: false if the daemon ends.
 */
bool xmemd_nap(struct xmemd_nap *nap, uint64_t until, int fd, bool *readable)
{
	const struct itimerspec at = {
		/* 0 would never ring */
		.it_value = { .tv_sec = (time_t)(until / 1000),
			      .tv_nsec = (long)(until % 1000) * 1000000 + 1 },
	};
	struct pollfd fds[] = {
		{ .fd = nap->stop, .events = POLLIN },
		{ .fd = nap->timer, .events = POLLIN },
		{ .fd = fd, .events = POLLIN },
	};

	timerfd_settime(nap->timer, TFD_TIMER_ABSTIME, &at, NULL);
	while (poll(fds, 3, -1) < 0 && errno == EINTR)
		;
	if (readable)
		*readable = fds[2].revents;
	return !fds[0].revents;
}

/**
 * xmemd_nap_jitter() - a span of time that is not the same for all
 * @ms: the longest
 *
 * Return: three quarters of it to all of it: many machines that were started
 * together do not stay in step.
 */
uint64_t xmemd_nap_jitter(uint64_t ms)
{
	uint64_t random = 0;

	gnutls_rnd(GNUTLS_RND_NONCE, &random, sizeof(random));
	return ms - random % (ms / 4 + 1);
}
