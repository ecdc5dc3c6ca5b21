/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Certificates: a CA of our own, and what it issues. The role of a machine is the OU. */
#ifndef XMEMADM_CERT_H
#define XMEMADM_CERT_H

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "adm.h"
#include "args.h"

/* A key and the certificate for it. */
struct adm_cert {
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t crt;
};

/**
 * struct adm_cert_spec - what a certificate says
 * @name: whose it is, the CN
 * @role: manager, appliance, client, viewer, admin; NULL makes a CA
 * @san: other DNS names and IP addresses
 * @sans: how many
 * @days: how long it is valid
 */
struct adm_cert_spec {
	const char *name, *role;
	const char *san[ADM_VALUES_MAX];
	unsigned int sans, days;
};

int adm_cert_make(struct adm *adm, const struct adm_cert_spec *spec, const struct adm_cert *ca,
		  struct adm_cert *made);
int adm_cert_load(struct adm *adm, const char *crt_path, const char *key_path,
		  struct adm_cert *cert);
void adm_cert_free(struct adm_cert *cert);
json_t *adm_cert_hex(const unsigned char *bytes, size_t size);
json_t *adm_cert_json(gnutls_x509_crt_t crt);

#endif /* XMEMADM_CERT_H */
