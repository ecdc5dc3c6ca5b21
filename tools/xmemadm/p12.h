/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A key with its certificate and the CA's in one file, as browsers take it. */
#ifndef XMEMADM_P12_H
#define XMEMADM_P12_H

#include "cert.h"

#define ADM_P12_PASSWORD 24

int adm_p12_password(struct adm *adm, char password[ADM_P12_PASSWORD]);
int adm_p12_write(struct adm *adm, const char *path, const char *name, const struct adm_cert *cert,
		  gnutls_x509_crt_t ca, const char *password);

#endif /* XMEMADM_P12_H */
