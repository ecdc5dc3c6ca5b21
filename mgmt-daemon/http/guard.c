// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "complain.h"
#include "guard.h"

#define BUCKETS 1024

TAILQ_HEAD(conn_list, xmemd_conn);

/* Milliseconds that a phase may last, 0 is for ever, and what was not done until then. */
static const struct {
	unsigned int ms;
	const char *what;
} patience[XMEMD_PHASES] = {
	[XMEMD_PHASE_NEW] = { 10000, "complete the TLS 1.3 handshake and a request" },
	[XMEMD_PHASE_IDLE] = { 60000, "send a further request" },
	[XMEMD_PHASE_BODY] = { 20000, "send the body of its request" },
	[XMEMD_PHASE_SEND] = { 60000, "take its answer" },
};

/* How many connections an address has. */
struct address {
	struct address *next;
	struct in6_addr key;
	unsigned int count;
};

/**
 * struct xmemd_guard - all connections
 * @lock: of all
 * @wake: a deadline became earlier, a connection goes on while @draining, or it is over
 * @thread: cuts those whose deadline passed
 * @runs: it was started
 * @stopping: it shall end
 * @hurry: divides all deadlines; 1 but in tests
 * @draining: somebody waits until all answers are sent
 * @limit: of connections that are not cut
 * @per_address: of one address
 * @list: connections by phase; in each the first has waited longest
 * @count: how many, by phase
 * @cuts: how many were cut or refused since the start
 * @addresses: buckets by address
 */
struct xmemd_guard {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t thread;
	bool runs, stopping, draining;
	unsigned int limit, per_address, hurry;
	struct conn_list list[XMEMD_PHASES];
	unsigned int count[XMEMD_PHASES];
	uint64_t cuts[XMEMD_CUTS];
	struct address *addresses[BUCKETS];
};

/**
 * xmemd_now_ms() - time that no clock step changes
 *
 * Return: milliseconds, monotonic.
 */
uint64_t xmemd_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* An IPv6 network of 64 bits is one address: whoever has one has all of it. */
static struct in6_addr address_key(const struct sockaddr *address)
{
	struct in6_addr key = {};

	if (address->sa_family == AF_INET6) {
		key = ((const struct sockaddr_in6 *)address)->sin6_addr;
		if (!IN6_IS_ADDR_V4MAPPED(&key) && !IN6_IS_ADDR_LOOPBACK(&key))
			memset(key.s6_addr + 8, 0, 8);
	} else if (address->sa_family == AF_INET) {
		key.s6_addr[10] = 0xff;
		key.s6_addr[11] = 0xff;
		memcpy(key.s6_addr + 12, &((const struct sockaddr_in *)address)->sin_addr, 4);
	}
	return key;
}

static void address_text(const struct in6_addr *key, char text[INET6_ADDRSTRLEN])
{
	if (IN6_IS_ADDR_V4MAPPED(key))
		inet_ntop(AF_INET, key->s6_addr + 12, text, INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET6, key, text, INET6_ADDRSTRLEN);
}

/* Where an address is, or would be put. */
static struct address **find_address(struct xmemd_guard *guard, const struct in6_addr *key)
{
	struct address **slot;
	unsigned int i, hash = 0;

	for (i = 0; i < sizeof(key->s6_addr); i++)
		hash = hash * 31 + key->s6_addr[i];
	slot = &guard->addresses[hash % BUCKETS];
	while (*slot && memcmp(&(*slot)->key, key, sizeof(*key)))
		slot = &(*slot)->next;
	return slot;
}

static void move(struct xmemd_guard *guard, struct xmemd_conn *conn, enum xmemd_phase phase)
{
	TAILQ_REMOVE(&guard->list[conn->phase], conn, entry);
	guard->count[conn->phase]--;
	conn->phase = phase;
	conn->since = xmemd_now_ms();
	TAILQ_INSERT_TAIL(&guard->list[phase], conn, entry);
	guard->count[phase]++;
	/* the only one of its phase: the thread does not know the deadline */
	if (guard->count[phase] == 1 || guard->draining)
		pthread_cond_broadcast(&guard->wake);
}

/* libmicrohttpd sees the end of the connection and closes it. */
static void cut(struct xmemd_guard *guard, struct xmemd_conn *conn, enum xmemd_cut why)
{
	if (conn->phase == XMEMD_PHASE_CUT)
		return;
	guard->cuts[why]++;
	move(guard, conn, XMEMD_PHASE_CUT);
	shutdown(conn->fd, SHUT_RDWR);
}

/* Cuts who waited too long. Return: when to look again, 0 if nobody waits. */
static uint64_t cut_slow(struct xmemd_guard *guard)
{
	uint64_t now = xmemd_now_ms(), next = 0, deadline;
	struct xmemd_conn *conn;
	unsigned int ms;
	int phase;

	for (phase = 0; phase < XMEMD_PHASES; phase++) {
		ms = patience[phase].ms / guard->hurry;
		while (ms && (conn = TAILQ_FIRST(&guard->list[phase]))) {
			deadline = conn->since + ms;
			if (deadline > now) {
				next = next && next < deadline ? next : deadline;
				break;
			}
			/* an idle one did nothing wrong */
			if (phase != XMEMD_PHASE_IDLE)
				xmemd_complain("connection from %s cut: it did not %s in %u ms",
					       conn->text, patience[phase].what, ms);
			cut(guard, conn, XMEMD_CUT_SLOW);
		}
	}
	return next;
}

static void *watch(void *arg)
{
	struct xmemd_guard *guard = arg;
	struct timespec until;
	uint64_t next;

	pthread_mutex_lock(&guard->lock);
	while (!guard->stopping) {
		next = cut_slow(guard);
		until.tv_sec = (time_t)(next / 1000);
		until.tv_nsec = (long)(next % 1000) * 1000000;
		if (next)
			pthread_cond_timedwait(&guard->wake, &guard->lock, &until);
		else
			pthread_cond_wait(&guard->wake, &guard->lock);
	}
	pthread_mutex_unlock(&guard->lock);
	return NULL;
}

/* Tests do not wait for minutes: XMEMD_HURRY divides deadlines there. */
static unsigned int read_hurry(void)
{
	unsigned int hurry = 0;
#ifdef XMEMD_TEST
	const char *text = getenv("XMEMD_HURRY");

	hurry = text ? (unsigned int)strtoul(text, NULL, 10) : 0;
#endif
	return hurry ? hurry : 1;
}

/**
 * xmemd_guard_new() - begin to watch
 * @connections: how many there may be
 * @per_address: of these from one address
 *
 * Return: the guard, NULL without memory or threads.
 */
struct xmemd_guard *xmemd_guard_new(unsigned int connections, unsigned int per_address)
{
	struct xmemd_guard *guard = calloc(1, sizeof(*guard));
	pthread_condattr_t attr;
	int phase;

	if (!guard)
		return NULL;
	guard->limit = connections;
	guard->per_address = per_address;
	guard->hurry = read_hurry();
	for (phase = 0; phase < XMEMD_PHASES; phase++)
		TAILQ_INIT(&guard->list[phase]);
	pthread_mutex_init(&guard->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&guard->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&guard->thread, NULL, watch, guard)) {
		xmemd_guard_free(guard);
		return NULL;
	}
	guard->runs = true;
	return guard;
}

/**
 * xmemd_guard_free() - watch no more
 * @guard: the guard, without connections; NULL is nothing
 */
void xmemd_guard_free(struct xmemd_guard *guard)
{
	if (!guard)
		return;
	pthread_mutex_lock(&guard->lock);
	guard->stopping = true;
	pthread_cond_broadcast(&guard->wake);
	pthread_mutex_unlock(&guard->lock);
	if (guard->runs)
		pthread_join(guard->thread, NULL);
	pthread_cond_destroy(&guard->wake);
	pthread_mutex_destroy(&guard->lock);
	free(guard);
}

static void displace(struct xmemd_guard *guard, struct xmemd_conn *conn)
{
	xmemd_complain("connection from %s cut: there are too many (connections in [daemon])",
		       conn->text);
	cut(guard, conn, XMEMD_CUT_CROWD);
}

/* Is there room for one more, perhaps after another was cut? */
static bool make_room(struct xmemd_guard *guard)
{
	unsigned int total = 0, fresh = guard->count[XMEMD_PHASE_NEW];
	struct xmemd_conn *oldest = TAILQ_FIRST(&guard->list[XMEMD_PHASE_NEW]);
	struct xmemd_conn *idle = TAILQ_FIRST(&guard->list[XMEMD_PHASE_IDLE]);
	int phase;

	for (phase = 0; phase < XMEMD_PHASES; phase++)
		if (phase != XMEMD_PHASE_CUT)
			total += guard->count[phase];
	/* strangers get half of the places at most, and keep only an eighth when all are taken */
	if (fresh >= (guard->limit + 1) / 2 || (total >= guard->limit && fresh > guard->limit / 8))
		displace(guard, oldest);
	else if (total >= guard->limit && (idle || oldest))
		displace(guard, idle ? idle : oldest);
	else if (total >= guard->limit)
		return false;
	return true;
}

/**
 * xmemd_guard_admits() - may somebody connect?
 * @guard: the guard
 * @address: of who asks
 *
 * Return: whether it may. Who may not is counted, and the log says why.
 */
bool xmemd_guard_admits(struct xmemd_guard *guard, const struct sockaddr *address)
{
	struct in6_addr key = address_key(address);
	char text[INET6_ADDRSTRLEN] = "";
	bool few, room = true;
	struct address *has;

	pthread_mutex_lock(&guard->lock);
	has = *find_address(guard, &key);
	few = !has || has->count < guard->per_address;
	if (few)
		room = make_room(guard);
	if (!few || !room)
		guard->cuts[few ? XMEMD_CUT_CROWD : XMEMD_CUT_ADDRESS]++;
	pthread_mutex_unlock(&guard->lock);
	address_text(&key, text);
	if (!few)
		xmemd_complain("connection from %s refused: it has %u already "
			       "(connections-per-address in [daemon])",
			       text, guard->per_address);
	else if (!room)
		xmemd_complain("connection from %s refused: all %u are being answered "
			       "(connections in [daemon])",
			       text, guard->limit);
	return few && room;
}

static bool count_address(struct xmemd_guard *guard, const struct in6_addr *key)
{
	struct address **slot = find_address(guard, key);

	if (!*slot) {
		*slot = calloc(1, sizeof(**slot));
		if (!*slot)
			return false;
		(*slot)->key = *key;
	}
	(*slot)->count++;
	return true;
}

/**
 * xmemd_guard_add() - there is a new connection
 * @guard: the guard
 * @fd: its socket
 * @address: of the other side
 *
 * Return: the connection in the phase XMEMD_PHASE_NEW, NULL without memory.
 */
struct xmemd_conn *xmemd_guard_add(struct xmemd_guard *guard, int fd,
				   const struct sockaddr *address)
{
	struct xmemd_conn *conn = calloc(1, sizeof(*conn));

	if (!conn)
		return NULL;
	conn->fd = fd;
	conn->address = address_key(address);
	conn->since = xmemd_now_ms();
	address_text(&conn->address, conn->text);
	pthread_mutex_lock(&guard->lock);
	if (!count_address(guard, &conn->address)) {
		pthread_mutex_unlock(&guard->lock);
		free(conn);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&guard->list[XMEMD_PHASE_NEW], conn, entry);
	if (++guard->count[XMEMD_PHASE_NEW] == 1)
		pthread_cond_broadcast(&guard->wake);
	pthread_mutex_unlock(&guard->lock);
	return conn;
}

/**
 * xmemd_guard_remove() - a connection is about to be closed
 * @guard: the guard
 * @conn: the connection, freed here
 */
void xmemd_guard_remove(struct xmemd_guard *guard, struct xmemd_conn *conn)
{
	struct address **slot, *gone;

	pthread_mutex_lock(&guard->lock);
	TAILQ_REMOVE(&guard->list[conn->phase], conn, entry);
	guard->count[conn->phase]--;
	slot = find_address(guard, &conn->address);
	gone = *slot;
	if (!--gone->count) {
		*slot = gone->next;
		free(gone);
	}
	if (guard->draining)
		pthread_cond_broadcast(&guard->wake);
	pthread_mutex_unlock(&guard->lock);
	free(conn);
}

/**
 * xmemd_guard_phase() - a connection goes on
 * @guard: the guard
 * @conn: the connection
 * @phase: where it is now
 */
void xmemd_guard_phase(struct xmemd_guard *guard, struct xmemd_conn *conn, enum xmemd_phase phase)
{
	pthread_mutex_lock(&guard->lock);
	if (conn->phase != XMEMD_PHASE_CUT)
		move(guard, conn, phase);
	pthread_mutex_unlock(&guard->lock);
}

/**
 * xmemd_guard_cut() - end a connection
 * @guard: the guard
 * @conn: the connection, in no phase in which libmicrohttpd does not look at it
 * @why: for the counter
 */
void xmemd_guard_cut(struct xmemd_guard *guard, struct xmemd_conn *conn, enum xmemd_cut why)
{
	pthread_mutex_lock(&guard->lock);
	cut(guard, conn, why);
	pthread_mutex_unlock(&guard->lock);
}

/**
 * xmemd_guard_drain() - wait until every answer is sent, and every stream is at its end
 * @guard: the guard
 * @seconds: at most so long
 */
void xmemd_guard_drain(struct xmemd_guard *guard, unsigned int seconds)
{
	uint64_t end = xmemd_now_ms() + seconds * 1000ULL;
	struct timespec until = { .tv_sec = (time_t)(end / 1000) };

	pthread_mutex_lock(&guard->lock);
	guard->draining = true;
	while (guard->count[XMEMD_PHASE_WORK] + guard->count[XMEMD_PHASE_SEND] +
	       guard->count[XMEMD_PHASE_STREAM])
		if (pthread_cond_timedwait(&guard->wake, &guard->lock, &until))
			break;
	pthread_mutex_unlock(&guard->lock);
}

/**
 * xmemd_guard_count() - how many connections are in a phase
 * @guard: the guard
 * @phase: the phase
 *
 * Return: the count.
 */
unsigned int xmemd_guard_count(struct xmemd_guard *guard, enum xmemd_phase phase)
{
	unsigned int count;

	pthread_mutex_lock(&guard->lock);
	count = guard->count[phase];
	pthread_mutex_unlock(&guard->lock);
	return count;
}

/**
 * xmemd_guard_cuts() - how many connections were refused or cut
 * @guard: the guard
 * @why: for this reason
 *
 * Return: the count since the start.
 */
uint64_t xmemd_guard_cuts(struct xmemd_guard *guard, enum xmemd_cut why)
{
	uint64_t cuts;

	pthread_mutex_lock(&guard->lock);
	cuts = guard->cuts[why];
	pthread_mutex_unlock(&guard->lock);
	return cuts;
}
