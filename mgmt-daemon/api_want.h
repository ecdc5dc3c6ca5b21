/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bodies that ask for memory: POST /v1/allocations, /v1/plans, /v1/space, /v1/reservations. */
#ifndef XMEMD_API_WANT_H
#define XMEMD_API_WANT_H

#include "call.h"
#include "decide.h"

enum xmemd_want_of {
	XMEMD_WANT_ALLOC,
	XMEMD_WANT_PLAN,
	XMEMD_WANT_SPACE,
	XMEMD_WANT_MOVE
};

int xmemd_want_read(struct xmemd_call *call, enum xmemd_want_of of, struct xmemd_order *order);

#endif /* XMEMD_API_WANT_H */
