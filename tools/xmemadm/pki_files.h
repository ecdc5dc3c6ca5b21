/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that xmemadm pki keeps in one directory. */
#ifndef XMEMADM_PKI_FILES_H
#define XMEMADM_PKI_FILES_H

#include <limits.h>

#include "cert.h"

#define ADM_PKI_DIR "/etc/xmem/pki"

/* The two files of one name. */
struct adm_pki_files {
	char crt[PATH_MAX], key[PATH_MAX];
};

int adm_pki_find(struct adm *adm, const struct adm_args *args, const char *name,
		 struct adm_pki_files *files);
int adm_pki_free(struct adm *adm, const struct adm_pki_files *files, bool force);
int adm_pki_print(struct adm *adm, const struct adm_pki_files *files, bool with_key);
int adm_pki_write(struct adm *adm, const struct adm_cert *cert, const struct adm_pki_files *files);
int adm_pki_make_dir(struct adm *adm, const struct adm_args *args);
int adm_pki_ca(struct adm *adm, const struct adm_args *args, struct adm_cert *ca);

#endif /* XMEMADM_PKI_FILES_H */
