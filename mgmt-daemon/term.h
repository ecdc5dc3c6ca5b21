/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Of several managers one decides, for one term. An appliance does not do what was
 * decided in a term that is over: it remembers the newest term of each store of
 * managers (owner mark), in a file, and refuses what comes with an older one.
 */
#ifndef XMEMD_TERM_H
#define XMEMD_TERM_H

#include <stdint.h>

#include "refusal.h"

#define XMEMD_TERM_HEADER "Xmem-Term"
#define XMEMD_TERM_TEXT 64

struct xmemd_call;
struct xmemd_fence;

/**
 * struct xmemd_term - the term in which a request was decided
 * @owner: mark of the managers' store
 * @number: of the term; 0: the request names none
 */
struct xmemd_term {
	uint64_t owner, number;
};

void xmemd_term_header(uint64_t owner, uint64_t number, char out[XMEMD_TERM_TEXT]);
int xmemd_term_read(const char *value, struct xmemd_term *term, struct xmemd_refusal *why);

int xmemd_fence_new(const char *path, unsigned int patience_ms, struct xmemd_fence **fencep,
		    struct xmemd_refusal *why);
void xmemd_fence_free(struct xmemd_fence *fence);
int xmemd_fence_enter(struct xmemd_fence *fence, const struct xmemd_term *term,
		      struct xmemd_refusal *why);
void xmemd_fence_leave(struct xmemd_fence *fence, const struct xmemd_term *term);
int xmemd_fence_run(struct xmemd_call *call, int (*handle)(struct xmemd_call *call));

#endif /* XMEMD_TERM_H */
