/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who a certificate says that somebody is. */
#ifndef XMEMD_PEER_H
#define XMEMD_PEER_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <gnutls/gnutls.h>

#include "daemon.h"
#include "refusal.h"

#define XMEMD_ROLES_TEXT 64
#define XMEMD_SERIAL_MAX 32

/**
 * struct xmemd_peer - the caller of a request
 * @cn: common name of its certificate
 * @roles: of its certificate's organizational units, bits of enum xmemd_role
 * @expires: when its certificate stops to be valid
 * @serial: number of its certificate
 * @serial_size: bytes of that
 */
struct xmemd_peer {
	char cn[XMEMD_CN_TEXT];
	unsigned int roles;
	time_t expires;
	uint8_t serial[XMEMD_SERIAL_MAX];
	size_t serial_size;
};

int xmemd_peer_read(gnutls_session_t session, struct xmemd_peer *peer, struct xmemd_refusal *why);
int xmemd_peer_read_pem(const char *pem, size_t size, struct xmemd_peer *peer,
			struct xmemd_refusal *why);
const char *xmemd_roles_format(unsigned int roles, char out[XMEMD_ROLES_TEXT]);
unsigned int xmemd_roles_parse(const char *text);

#endif /* XMEMD_PEER_H */
