/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificates that are valid no more although their time is not over: the list that
 * crl= in [tls] names, signed by the CA (xmemadm pki revoke). It is read again when
 * the file has changed. One that cannot be read then leaves the old one in force.
 */
#ifndef XMEMD_REVOKED_H
#define XMEMD_REVOKED_H

#include "peer.h"
#include "refusal.h"

struct xmemd_revoked;

int xmemd_revoked_new(const char *crl, const char *ca, struct xmemd_revoked **revokedp,
		      struct xmemd_refusal *why);
void xmemd_revoked_free(struct xmemd_revoked *revoked);
unsigned int xmemd_revoked_generation(struct xmemd_revoked *revoked);
int xmemd_revoked_check(struct xmemd_revoked *revoked, const struct xmemd_peer *peer,
			struct xmemd_refusal *why);
unsigned int xmemd_revoked_count(struct xmemd_revoked *revoked);

#endif /* XMEMD_REVOKED_H */
