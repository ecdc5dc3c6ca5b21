/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections, their number and their patience. Every phase of a connection in which
 * the other side has to do something has a deadline for the whole of it, so that a
 * byte now and then keeps nothing open. When there are too many, those go that have
 * proven least: first who did not even complete a request, oldest first, then who
 * has been idle longest. Whoever is being answered is never cut.
 */
#ifndef XMEMD_GUARD_H
#define XMEMD_GUARD_H

#include <stdbool.h>
#include <stdint.h>
#include <netinet/in.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "peer.h"

enum xmemd_phase {
	XMEMD_PHASE_NEW,    /* TLS handshake, and the header of the first request */
	XMEMD_PHASE_IDLE,   /* between two requests, and the header of the next one */
	XMEMD_PHASE_BODY,   /* header is there, body is not */
	XMEMD_PHASE_WORK,   /* being answered: no deadline, it is we who are slow */
	XMEMD_PHASE_SEND,   /* takes the answer */
	XMEMD_PHASE_STREAM, /* takes events; xmemd_streams looks after it */
	XMEMD_PHASE_CUT,    /* shut down, not closed yet */
	XMEMD_PHASES,
};

/* Why connections were refused or cut, for the counters. */
enum xmemd_cut {
	XMEMD_CUT_ADDRESS, /* too many of one address */
	XMEMD_CUT_CROWD,   /* too many at all */
	XMEMD_CUT_SLOW,	   /* deadline passed */
	XMEMD_CUT_STREAM,  /* does not read its events */
	XMEMD_CUTS,
};

/**
 * struct xmemd_conn - a connection
 * @entry: in the list of its phase
 * @phase: where it is
 * @since: when that began, ms
 * @fd: socket, ours as long as the connection is in the guard
 * @address: of the other side
 * @text: the same for people
 * @peer: whose certificate was checked, once @checked
 * @caller: the same among the callers; NULL until then
 * @checked: the certificate was checked
 * @generation: of the revocation list at that time
 */
struct xmemd_conn {
	TAILQ_ENTRY(xmemd_conn) entry;
	enum xmemd_phase phase;
	uint64_t since;
	int fd;
	struct in6_addr address;
	char text[INET6_ADDRSTRLEN];
	struct xmemd_peer peer;
	struct xmemd_caller *caller;
	bool checked;
	unsigned int generation;
};

struct xmemd_guard;

struct xmemd_guard *xmemd_guard_new(unsigned int connections, unsigned int per_address);
void xmemd_guard_free(struct xmemd_guard *guard);
bool xmemd_guard_admits(struct xmemd_guard *guard, const struct sockaddr *address);
struct xmemd_conn *xmemd_guard_add(struct xmemd_guard *guard, int fd,
				   const struct sockaddr *address);
void xmemd_guard_remove(struct xmemd_guard *guard, struct xmemd_conn *conn);
void xmemd_guard_phase(struct xmemd_guard *guard, struct xmemd_conn *conn, enum xmemd_phase phase);
void xmemd_guard_cut(struct xmemd_guard *guard, struct xmemd_conn *conn, enum xmemd_cut why);
void xmemd_guard_drain(struct xmemd_guard *guard, unsigned int seconds);
unsigned int xmemd_guard_count(struct xmemd_guard *guard, enum xmemd_phase phase);
uint64_t xmemd_guard_cuts(struct xmemd_guard *guard, enum xmemd_cut why);

uint64_t xmemd_now_ms(void);

#endif /* XMEMD_GUARD_H */
