// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may connect, and who has to go for it: the rules of
 * Documentation/protocol.md about sessions, generations and queues. All
 * functions are called with the grant's lock held.
 */
#include <linux/string.h>

#include "conn.h"
#include "device.h"
#include "grant.h"
#include "keys.h"
#include "nl.h"
#include "session.h"
#include "stats.h"
#include "wire.h"

/**
 * xmema_session_init() - prepare a new grant's session
 * @session: zeroed
 */
void xmema_session_init(struct xmema_session *session)
{
	INIT_LIST_HEAD(&session->conns);
}

static bool session_was_replaced(const struct xmema_session *session, u64 id)
{
	unsigned int i;

	for (i = 0; i < XMEMA_SESSIONS_REMEMBERED; i++)
		if (session->replaced[i] == id)
			return true;
	return false;
}

static struct xmema_conn *session_queue(const struct xmema_session *session, u16 queue)
{
	struct xmema_conn *conn;

	list_for_each_entry(conn, &session->conns, entry)
		if (le16_to_cpu(conn->req.queue) == queue)
			return conn;
	return NULL;
}

/* What the session's past and present say about a request; changes nothing. */
static unsigned int session_judge(const struct xmema_session *session,
				  const struct xmema_conn *conn)
{
	u32 generation = le32_to_cpu(conn->req.generation);
	u64 id = le64_to_cpu(conn->req.session);
	const struct xmema_conn *first;

	if (session->id && session->id != id &&
	    (generation != 1 || session_was_replaced(session, id)))
		return XMEM_REJECT_SUPERSEDED;
	if (session->id == id && generation < session->generation)
		return XMEM_REJECT_SUPERSEDED;
	if (!conn->req.queue)
		return XMEM_REJECT_NONE;
	if (session->id != id || session->generation != generation)
		return XMEM_REJECT_QUEUE;
	first = session_queue(session, 0);
	if (!first || !xmema_conn_established(first))
		return XMEM_REJECT_QUEUE;
	/* keys and table that queue 0 told of are those of its device */
	if (first->dev != conn->dev)
		return XMEM_REJECT_DEVICE;
	return XMEM_REJECT_NONE;
}

/* Ends what the request replaces: older generations, other sessions, the same queue. */
static void session_fence(struct xmema_grant *grant, struct xmema_conn *conn)
{
	struct xmema_session *session = &grant->session;
	u64 id = le64_to_cpu(conn->req.session);
	struct xmema_conn *old;

	if (conn->req.queue) {
		old = session_queue(session, le16_to_cpu(conn->req.queue));
		if (old)
			xmema_session_drop(grant, old);
		return;
	}
	xmema_session_end(grant);
	if (session->id && session->id != id) {
		session->replaced[session->replaced_next++] = session->id;
		session->replaced_next %= XMEMA_SESSIONS_REMEMBERED;
	}
	session->id = id;
	session->generation = le32_to_cpu(conn->req.generation);
	session->dev = conn->dev;
	session->peer = conn->id->route.addr.dst_addr;
	strscpy(session->device, dev_name(&conn->dev->ib->dev), sizeof(session->device));
}

/**
 * xmema_session_admit() - decide about a connect and make room for it
 * @grant: its grant
 * @conn: the connection, not in the session yet
 * @detail: set to the detail of a refusal that has one
 *
 * Return: XMEM_REJECT_NONE with all ended that this connect replaces and with keys at
 * hand, or a reason; then nothing was changed, except by XMEM_REJECT_RESOURCES.
 */
unsigned int xmema_session_admit(struct xmema_grant *grant, struct xmema_conn *conn, u64 *detail)
{
	u32 epoch = le32_to_cpu(conn->req.epoch);
	struct xmema_keys *keys;
	unsigned int reason;

	lockdep_assert_held(&grant->lock);
	if (grant->dead)
		return XMEM_REJECT_GRANT;
	if (epoch && epoch != grant->epoch) {
		*detail = grant->epoch;
		return XMEM_REJECT_EPOCH;
	}
	if (xmema_grant_expired(grant))
		return XMEM_REJECT_EXPIRED;
	/* not final: the device may come back, or the client come by another one */
	if (READ_ONCE(conn->dev->leaving))
		return XMEM_REJECT_SHUTDOWN;
	if (!xmema_keys_possible(grant, conn->dev))
		return XMEM_REJECT_DEVICE;
	reason = session_judge(&grant->session, conn);
	if (reason)
		return reason;
	session_fence(grant, conn);
	if (!xmema_keys_find(grant, conn->dev)) {
		keys = xmema_keys_prepare(grant, conn->dev);
		if (IS_ERR(keys))
			return XMEM_REJECT_RESOURCES;
	}
	return XMEM_REJECT_NONE;
}

/**
 * xmema_session_greeted() - a connection of the session was told that it may work
 * @grant: its grant
 * @conn: the connection
 */
void xmema_session_greeted(struct xmema_grant *grant, struct xmema_conn *conn)
{
	struct xmema_session *session = &grant->session;

	lockdep_assert_held(&grant->lock);
	conn->greeted = true;
	WRITE_ONCE(session->queues, session->queues + 1);
	if (session->queues == 1) {
		atomic_inc(&xmema_stats.sessions);
		xmema_nl_session_notify(grant);
	}
}

/**
 * xmema_session_drop() - end one connection of the session
 * @grant: its grant
 * @conn: the connection
 */
void xmema_session_drop(struct xmema_grant *grant, struct xmema_conn *conn)
{
	struct xmema_session *session = &grant->session;
	bool greeted = conn->greeted;

	lockdep_assert_held(&grant->lock);
	xmema_conn_end(conn);
	if (!greeted)
		return;
	WRITE_ONCE(session->queues, session->queues - 1);
	if (!session->queues) {
		atomic_dec(&xmema_stats.sessions);
		xmema_nl_session_notify(grant);
	}
}

/**
 * xmema_session_end() - end all connections of a grant's session
 * @grant: the grant
 */
void xmema_session_end(struct xmema_grant *grant)
{
	struct xmema_conn *conn, *next;

	lockdep_assert_held(&grant->lock);
	list_for_each_entry_safe(conn, next, &grant->session.conns, entry)
		xmema_session_drop(grant, conn);
}
