/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests that were answered: how many, how, and how long it took. */
#ifndef XMEMD_TALLY_H
#define XMEMD_TALLY_H

#include <pthread.h>
#include <stdint.h>

#define XMEMD_TALLY_CODES 48
#define XMEMD_TALLY_BUCKETS 10

/**
 * struct xmemd_tally - the counts; begins with zeros
 * @lock: of all
 * @codes: how often each method and status; the first unused one has no method
 * @buckets: answers that took at most xmemd_tally_bounds[i] seconds
 * @answers: all
 * @seconds: that they took together
 */
struct xmemd_tally {
	pthread_mutex_t lock;
	struct xmemd_tally_code {
		char method[8];
		unsigned int status;
		uint64_t count;
	} codes[XMEMD_TALLY_CODES];
	uint64_t buckets[XMEMD_TALLY_BUCKETS], answers;
	double seconds;
};

extern const double xmemd_tally_bounds[XMEMD_TALLY_BUCKETS];

void xmemd_tally_init(struct xmemd_tally *tally);
void xmemd_tally_count(struct xmemd_tally *tally, const char *method, unsigned int status,
		       double seconds);

#endif /* XMEMD_TALLY_H */
