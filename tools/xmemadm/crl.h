/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of certificates that count no more, signed by the CA. */
#ifndef XMEMADM_CRL_H
#define XMEMADM_CRL_H

#include "cert.h"

int adm_crl_load(struct adm *adm, const char *path, const struct adm_cert *ca,
		 gnutls_x509_crl_t *crl);
int adm_crl_add(struct adm *adm, gnutls_x509_crl_t crl, const void *serial, size_t size);
int adm_crl_write(struct adm *adm, const char *path, gnutls_x509_crl_t crl,
		  const struct adm_cert *ca, unsigned int days);
json_t *adm_crl_json(gnutls_x509_crl_t crl);

#endif /* XMEMADM_CRL_H */
