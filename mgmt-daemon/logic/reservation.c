// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "logic/reservation.h"
#include "size.h"

/**
 * xmemd_reservation_fill() - a reservation is where its plan says
 * @reservation: name, kind and owner are set
 * @placement: where; what its legs draw from other reservations is theirs
 */
void xmemd_reservation_fill(struct xmemd_reservation *reservation,
			    const struct xmemd_placement *placement)
{
	unsigned int i;

	reservation->pieces = placement->legs;
	for (i = 0; i < placement->legs; i++) {
		snprintf(reservation->piece[i].appliance, sizeof(reservation->piece[i].appliance),
			 "%s", placement->leg[i].appliance);
		reservation->piece[i].size = placement->leg[i].size;
		reservation->piece[i].drawn = 0;
	}
}

/**
 * xmemd_reservation_size() - bytes that a reservation is of
 * @reservation: the reservation
 *
 * Return: bytes, drawn or not.
 */
uint64_t xmemd_reservation_size(const struct xmemd_reservation *reservation)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < reservation->pieces; i++)
		sum += reservation->piece[i].size;
	return sum;
}

/**
 * xmemd_reservation_drawn() - bytes that allocations have drawn from a reservation
 * @reservation: the reservation
 *
 * Return: bytes.
 */
uint64_t xmemd_reservation_drawn(const struct xmemd_reservation *reservation)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < reservation->pieces; i++)
		sum += reservation->piece[i].drawn;
	return sum;
}

/**
 * xmemd_reservation_serves() - may a request draw from a reservation?
 * @reservation: the reservation
 * @client: whose request it is
 * @account: the client's account, or NULL
 *
 * Return: whether.
 */
bool xmemd_reservation_serves(const struct xmemd_reservation *reservation, const char *client,
			      const char *account)
{
	const char *name = reservation->kind == XMEMD_OWNER_CLIENT ? client : account;

	return name && !strcmp(name, reservation->owner);
}

/**
 * xmemd_reservation_offer() - what a request may draw
 * @reservations: all of them
 * @count: how many
 * @client: whose request it is
 * @account: the client's account, or NULL
 * @draws: result, for a demand
 * @max: room for so many
 *
 * Return: how many there are; more than @max: these are not all.
 */
size_t xmemd_reservation_offer(const struct xmemd_reservation *const *reservations, size_t count,
			       const char *client, const char *account, struct xmemd_draw *draws,
			       size_t max)
{
	const struct xmemd_reservation *r;
	size_t i, n = 0;
	unsigned int k;

	for (i = 0; i < count; i++) {
		r = reservations[i];
		if (!xmemd_reservation_serves(r, client, account))
			continue;
		for (k = 0; k < r->pieces; k++) {
			if (r->piece[k].drawn == r->piece[k].size)
				continue;
			if (n < max)
				draws[n] =
					(struct xmemd_draw){ r->piece[k].appliance,
							     r->piece[k].size - r->piece[k].drawn };
			n++;
		}
	}
	return n;
}

/**
 * xmemd_reservation_take() - an allocation draws
 * @reservation: the reservation
 * @appliance: where
 * @bytes: how much it wants
 *
 * Return: how much it got; that is not reserved any more, but used.
 */
uint64_t xmemd_reservation_take(struct xmemd_reservation *reservation, const char *appliance,
				uint64_t bytes)
{
	uint64_t taken = 0, left;
	unsigned int i;

	for (i = 0; i < reservation->pieces; i++) {
		if (strcmp(reservation->piece[i].appliance, appliance))
			continue;
		left = reservation->piece[i].size - reservation->piece[i].drawn;
		left = left < bytes - taken ? left : bytes - taken;
		reservation->piece[i].drawn += left;
		taken += left;
	}
	return taken;
}

/**
 * xmemd_reservation_give() - an allocation that had drawn is gone
 * @reservation: the reservation
 * @appliance: where
 * @bytes: how much it had drawn there
 *
 * Return: how much is reserved again; less than @bytes if the reservation has shrunk.
 */
uint64_t xmemd_reservation_give(struct xmemd_reservation *reservation, const char *appliance,
				uint64_t bytes)
{
	uint64_t given = 0, drawn;
	unsigned int i;

	for (i = 0; i < reservation->pieces; i++) {
		if (strcmp(reservation->piece[i].appliance, appliance))
			continue;
		drawn = reservation->piece[i].drawn;
		drawn = drawn < bytes - given ? drawn : bytes - given;
		reservation->piece[i].drawn -= drawn;
		given += drawn;
	}
	return given;
}

static uint64_t left_of(const struct xmemd_reservation *reservation, unsigned int piece)
{
	return reservation->piece[piece].size - reservation->piece[piece].drawn;
}

/* The piece with the least room left: the large ones are worth more. */
static unsigned int smallest(const struct xmemd_reservation *reservation)
{
	unsigned int i, best = reservation->pieces;

	for (i = 0; i < reservation->pieces; i++)
		if (left_of(reservation, i) &&
		    (best == reservation->pieces ||
		     left_of(reservation, i) < left_of(reservation, best)))
			best = i;
	return best;
}

static void drop_empty(struct xmemd_reservation *reservation)
{
	unsigned int i, kept = 0;

	for (i = 0; i < reservation->pieces; i++)
		if (reservation->piece[i].size)
			reservation->piece[kept++] = reservation->piece[i];
	reservation->pieces = kept;
}

/**
 * xmemd_reservation_shrink() - unprovision: give up room that is not drawn
 * @reservation: the reservation
 * @bytes: how much; XMEMD_RESERVATION_ALL: all that is left
 * @changed: is told what changes on each appliance
 * @arg: for @changed
 * @why: refusal
 *
 * What allocations have drawn stays theirs. The smallest pieces go first.
 *
 * Return: 0, or -1 with @why set and nothing changed.
 */
int xmemd_reservation_shrink(struct xmemd_reservation *reservation, uint64_t bytes,
			     xmemd_reservation_fn changed, void *arg, struct xmemd_refusal *why)
{
	char wanted[XMEM_SIZE_TEXT], left[XMEM_SIZE_TEXT], drawn[XMEM_SIZE_TEXT];
	uint64_t most = xmemd_reservation_size(reservation) - xmemd_reservation_drawn(reservation);
	uint64_t piece;
	unsigned int i;

	if (bytes == XMEMD_RESERVATION_ALL)
		bytes = most;
	if (bytes > most) {
		xmem_size_format(xmemd_reservation_drawn(reservation), drawn);
		return xmemd_refuse_as(
			why, 409, XMEMD_WHY_IN_USE,
			"reservation %s cannot give up %s: %s is left, %s is drawn by "
			"allocations",
			reservation->name, xmem_size_format(bytes, wanted),
			xmem_size_format(most, left), drawn);
	}
	for (; bytes; bytes -= piece) {
		i = smallest(reservation);
		piece = left_of(reservation, i) < bytes ? left_of(reservation, i) : bytes;
		reservation->piece[i].size -= piece;
		changed(reservation->piece[i].appliance, -(int64_t)piece, arg);
	}
	drop_empty(reservation);
	return 0;
}
