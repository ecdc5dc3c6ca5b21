// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include <gnutls/x509.h>

#include "peer.h"

static const struct {
	const char *name;
	unsigned int role;
} roles[] = {
	{ "admin", XMEMD_ROLE_ADMIN },	       { "manager", XMEMD_ROLE_MANAGER },
	{ "appliance", XMEMD_ROLE_APPLIANCE }, { "client", XMEMD_ROLE_CLIENT },
	{ "viewer", XMEMD_ROLE_VIEWER },
};

#define ROLES (sizeof(roles) / sizeof(*roles))

/**
 * xmemd_roles_format() - write roles
 * @bits: bits of enum xmemd_role
 * @out: their names
 *
 * Return: @out.
 */
const char *xmemd_roles_format(unsigned int bits, char out[XMEMD_ROLES_TEXT])
{
	size_t i, len = 0;

	out[0] = 0;
	for (i = 0; i < ROLES; i++)
		if (bits & roles[i].role)
			len += (size_t)snprintf(out + len, XMEMD_ROLES_TEXT - len, "%s%s",
						len ? ", " : "", roles[i].name);
	return len ? out : "none";
}

/**
 * xmemd_roles_parse() - read what xmemd_roles_format() wrote
 * @text: names with commas, and blanks behind them or not
 *
 * Return: bits of enum xmemd_role; 0 if one is unknown.
 */
unsigned int xmemd_roles_parse(const char *text)
{
	unsigned int bits = 0;
	size_t i, len;

	for (;; text += len + 1) {
		text += *text == ' ';
		len = strcspn(text, ",");
		for (i = 0; i < ROLES; i++)
			if (strlen(roles[i].name) == len && !memcmp(text, roles[i].name, len))
				break;
		if (i == ROLES)
			return 0;
		bits |= roles[i].role;
		if (!text[len])
			return bits;
	}
}

static void read_roles(gnutls_x509_crt_t crt, struct xmemd_peer *peer)
{
	char unit[64];
	size_t size, i;
	int index;

	for (index = 0; index < 16; index++) {
		size = sizeof(unit);
		if (gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_ORGANIZATIONAL_UNIT_NAME,
						  index, 0, unit, &size) < 0)
			break;
		for (i = 0; i < ROLES; i++)
			if (strlen(roles[i].name) == size && !memcmp(unit, roles[i].name, size))
				peer->roles |= roles[i].role;
	}
}

/* The name goes into the database and into answers: no surprises in it. */
static int read_crt(gnutls_x509_crt_t crt, struct xmemd_peer *peer, struct xmemd_refusal *why)
{
	size_t i, size = sizeof(peer->cn);

	*peer = (struct xmemd_peer){};
	if (gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, peer->cn, &size) <
		    0 ||
	    !size)
		return xmemd_refuse(why, 403,
				    "the certificate has no common name (CN) of at most %d bytes",
				    XMEMD_CN_TEXT - 1);
	for (i = 0; i < size; i++)
		if (peer->cn[i] < ' ' || peer->cn[i] > '~')
			return xmemd_refuse(why, 403,
					    "the certificate's common name (CN) has characters "
					    "that are not printable ASCII");
	peer->expires = gnutls_x509_crt_get_expiration_time(crt);
	peer->serial_size = sizeof(peer->serial);
	if (gnutls_x509_crt_get_serial(crt, peer->serial, &peer->serial_size) < 0)
		return xmemd_refuse(why, 403,
				    "the certificate of \"%s\" has no number of at most %d bytes",
				    peer->cn, XMEMD_SERIAL_MAX);
	read_roles(crt, peer);
	if (!peer->roles)
		return xmemd_refuse(why, 403,
				    "the certificate of \"%s\" has no role: its organizational "
				    "unit (OU) must be admin, manager, appliance, client or "
				    "viewer",
				    peer->cn);
	return 0;
}

static int import(const gnutls_datum_t *data, gnutls_x509_crt_fmt_t format, struct xmemd_peer *peer,
		  struct xmemd_refusal *why)
{
	gnutls_x509_crt_t crt;
	int ret;

	if (gnutls_x509_crt_init(&crt) < 0)
		return xmemd_refuse(why, 500, "out of memory");
	ret = gnutls_x509_crt_import(crt, data, format);
	if (ret < 0)
		ret = xmemd_refuse(why, 403, "the certificate cannot be read: %s",
				   gnutls_strerror(ret));
	else
		ret = read_crt(crt, peer, why);
	gnutls_x509_crt_deinit(crt);
	return ret;
}

static int verify(gnutls_session_t session, struct xmemd_refusal *why)
{
	gnutls_typed_vdata_st purpose = {
		.type = GNUTLS_DT_KEY_PURPOSE_OID,
		.data = (unsigned char *)GNUTLS_KP_TLS_WWW_CLIENT,
	};
	gnutls_datum_t words = {};
	unsigned int status = 0;
	int ret;

	ret = gnutls_certificate_verify_peers(session, &purpose, 1, &status);
	if (ret < 0)
		return xmemd_refuse(why, 403, "the client certificate cannot be checked: %s",
				    gnutls_strerror(ret));
	if (!status)
		return 0;
	gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &words, 0);
	xmemd_refuse(why, 403, "the client certificate is not accepted: %s",
		     words.data ? (const char *)words.data : "unknown reason");
	gnutls_free(words.data);
	return -1;
}

/**
 * xmemd_peer_read() - who is at the other end of a connection
 * @session: the TLS session
 * @peer: result
 * @why: refusal
 *
 * Return: 0, or -1 with @why set (401 without a certificate, 403).
 */
int xmemd_peer_read(gnutls_session_t session, struct xmemd_peer *peer, struct xmemd_refusal *why)
{
	const gnutls_datum_t *chain;
	unsigned int count = 0;

	chain = gnutls_certificate_get_peers(session, &count);
	if (!chain || !count)
		return xmemd_refuse(why, 401,
				    "a client certificate is needed (xmemadm pki issue makes one)");
	if (verify(session, why) < 0)
		return -1;
	return import(&chain[0], GNUTLS_X509_FMT_DER, peer, why);
}

/**
 * xmemd_peer_read_pem() - whom a certificate file is for
 * @pem: content of the file
 * @size: its length
 * @peer: result
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_peer_read_pem(const char *pem, size_t size, struct xmemd_peer *peer,
			struct xmemd_refusal *why)
{
	const gnutls_datum_t data = { .data = (unsigned char *)pem, .size = (unsigned int)size };

	return import(&data, GNUTLS_X509_FMT_PEM, peer, why);
}
