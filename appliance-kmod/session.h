/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _XMEMA_SESSION_H
#define _XMEMA_SESSION_H

#include <linux/list.h>
#include <linux/socket.h>
#include <linux/types.h>

struct xmema_conn;
struct xmema_device;
struct xmema_grant;

#define XMEMA_SESSIONS_REMEMBERED	16

/**
 * struct xmema_session - the one attach that uses a grant
 * @id: the client's random number, or 0 if there was none yet
 * @generation: newest generation seen
 * @conns: connections, all of this session and generation
 * @dev: the device they are on; compared, never followed
 * @queues: connections that were greeted; may be read without the lock
 * @peer: address of the client
 * @device: name of @dev
 * @replaced: sessions that others took over from
 * @replaced_next: entry of @replaced to use next
 *
 * Part of a grant, under its lock.
 */
struct xmema_session {
	u64 id;
	u32 generation;
	struct list_head conns;
	struct xmema_device *dev;
	unsigned int queues;
	struct sockaddr_storage peer;
	char device[64];
	u64 replaced[XMEMA_SESSIONS_REMEMBERED];
	unsigned int replaced_next;
};

void xmema_session_init(struct xmema_session *session);
unsigned int xmema_session_admit(struct xmema_grant *grant, struct xmema_conn *conn, u64 *detail);
void xmema_session_greeted(struct xmema_grant *grant, struct xmema_conn *conn);
void xmema_session_drop(struct xmema_grant *grant, struct xmema_conn *conn);
void xmema_session_end(struct xmema_grant *grant);

#endif /* _XMEMA_SESSION_H */
