/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reservations: room that is set aside for a client or an account, before there is an
 * allocation. Where it is is decided like an allocation is (xmemd_place()); later
 * requests of its owner draw from it first. Nothing is created on an appliance.
 *
 *	size = drawn + left, on each appliance; only "left" is taken from others
 *	(xmemd_pools_reserve() of the pools, by the caller, with each change of "left")
 */
#ifndef XMEMD_LOGIC_RESERVATION_H
#define XMEMD_LOGIC_RESERVATION_H

#include "logic/plan.h"

/* For xmemd_reservation_shrink(): all that is left. */
#define XMEMD_RESERVATION_ALL UINT64_MAX

/* Stored as their numbers: never renumber. */
enum xmemd_owner_kind {
	XMEMD_OWNER_CLIENT = 0,	 /* only this client draws */
	XMEMD_OWNER_ACCOUNT = 1, /* every client of this account draws */
};

/**
 * struct xmemd_reservation - room set aside
 * @name: its name
 * @kind: whose it is
 * @owner: name of the client or account
 * @pieces: on how many appliances
 * @piece: each: the appliance, bytes, and how many of these allocations have drawn
 */
struct xmemd_reservation {
	char name[XMEM_NAME_MAX + 1], owner[XMEM_NAME_MAX + 1];
	enum xmemd_owner_kind kind;
	unsigned int pieces;
	struct {
		char appliance[XMEM_NAME_MAX + 1];
		uint64_t size, drawn;
	} piece[XMEM_LEGS_MAX];
};

/* A change of what is left on an appliance, in bytes: for xmemd_pools_reserve() and the store. */
typedef void (*xmemd_reservation_fn)(const char *appliance, int64_t left, void *arg);

void xmemd_reservation_fill(struct xmemd_reservation *reservation,
			    const struct xmemd_placement *placement);
uint64_t xmemd_reservation_size(const struct xmemd_reservation *reservation);
uint64_t xmemd_reservation_drawn(const struct xmemd_reservation *reservation);
bool xmemd_reservation_serves(const struct xmemd_reservation *reservation, const char *client,
			      const char *account);
size_t xmemd_reservation_offer(const struct xmemd_reservation *const *reservations, size_t count,
			       const char *client, const char *account, struct xmemd_draw *draws,
			       size_t max);
uint64_t xmemd_reservation_take(struct xmemd_reservation *reservation, const char *appliance,
				uint64_t bytes);
uint64_t xmemd_reservation_give(struct xmemd_reservation *reservation, const char *appliance,
				uint64_t bytes);
int xmemd_reservation_shrink(struct xmemd_reservation *reservation, uint64_t bytes,
			     xmemd_reservation_fn changed, void *arg, struct xmemd_refusal *why);

#endif /* XMEMD_LOGIC_RESERVATION_H */
