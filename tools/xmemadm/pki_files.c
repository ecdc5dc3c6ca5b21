// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "out.h"
#include "pki_files.h"
#include "secret_file.h"

static const struct adm_column cert_lines[] = {
	{ "name", "name", ADM_TEXT },
	{ "role", "role", ADM_TEXT },
	{ "ca", "CA", ADM_TEXT },
	{ "san", "also known as", ADM_WORDS },
	{ "valid-from", "valid from", ADM_TIME },
	{ "valid-until", "valid until", ADM_TIME },
	{ "issuer", "issuer", ADM_TEXT },
	{ "serial", "serial", ADM_TEXT },
	{ "sha256", "SHA-256", ADM_TEXT },
	{ "certificate", "certificate", ADM_TEXT },
	{ "key", "key", ADM_TEXT },
	{ 0 },
};

/**
 * adm_pki_find() - where a name's certificate and key are
 * @adm: for refusals
 * @args: as given, with --dir
 * @name: the name
 * @files: result
 *
 * Return: 0 or a negative errno.
 */
int adm_pki_find(struct adm *adm, const struct adm_args *args, const char *name,
		 struct adm_pki_files *files)
{
	const char *dir = adm_value(args, "dir");

	if (!dir)
		dir = ADM_PKI_DIR;
	if (snprintf(files->crt, PATH_MAX, "%s/%s.crt", dir, name) >= PATH_MAX ||
	    snprintf(files->key, PATH_MAX, "%s/%s.key", dir, name) >= PATH_MAX)
		return adm_usage(adm, "the path is too long");
	return 0;
}

/**
 * adm_pki_free() - whether both files may be written
 * @adm: for refusals
 * @files: the files
 * @force: also when they exist
 *
 * Return: 0 or -EEXIST.
 */
int adm_pki_free(struct adm *adm, const struct adm_pki_files *files, bool force)
{
	int rc = adm_file_free(adm, files->key, force);

	return rc ? rc : adm_file_free(adm, files->crt, force);
}

static int write_both(struct adm *adm, const struct adm_cert *cert,
		      const struct adm_pki_files *files)
{
	gnutls_datum_t key = { 0 }, crt = { 0 };
	int rc = gnutls_x509_privkey_export2_pkcs8(cert->key, GNUTLS_X509_FMT_PEM, NULL,
						   GNUTLS_PKCS_PLAIN, &key);

	if (!rc)
		rc = gnutls_x509_crt_export2(cert->crt, GNUTLS_X509_FMT_PEM, &crt);
	if (rc)
		rc = xmem_err_set(&adm->err, XMEM_ERR_USAGE, EIO, "cannot export: %s",
				  gnutls_strerror(rc));
	else
		rc = adm_file_write(adm, files->key, 0600, key.data, key.size);
	/* a certificate is public: programs of other users need the CA's */
	if (!rc)
		rc = adm_file_write(adm, files->crt, 0644, crt.data, crt.size);
	if (key.data)
		gnutls_memset(key.data, 0, key.size);
	gnutls_free(key.data);
	gnutls_free(crt.data);
	return rc;
}

/**
 * adm_pki_print() - print what a certificate says
 * @adm: the run
 * @files: where it is
 * @with_key: say where the key is as well
 *
 * What was written is read again for it: GnuTLS parses the names only then.
 *
 * Return: 0 or a negative errno.
 */
int adm_pki_print(struct adm *adm, const struct adm_pki_files *files, bool with_key)
{
	struct adm_cert cert = { 0 };
	int rc = adm_cert_load(adm, files->crt, NULL, &cert);
	json_t *o;

	if (!rc) {
		o = adm_cert_json(cert.crt);
		adm_set(o, "certificate", json_string(files->crt));
		if (with_key)
			adm_set(o, "key", json_string(files->key));
		rc = adm_print_object(adm, o, cert_lines, NULL, NULL);
	}
	adm_cert_free(&cert);
	return rc;
}

/**
 * adm_pki_write() - write certificate and key, and print what they say
 * @adm: the run
 * @cert: both
 * @files: where to
 *
 * Return: 0 or a negative errno.
 */
int adm_pki_write(struct adm *adm, const struct adm_cert *cert, const struct adm_pki_files *files)
{
	int rc = write_both(adm, cert, files);

	return rc ? rc : adm_pki_print(adm, files, true);
}

/**
 * adm_pki_make_dir() - make --dir and what is above it
 * @adm: for refusals
 * @args: as given
 *
 * Only the last one is for its owner alone.
 *
 * Return: 0 or a negative errno.
 */
int adm_pki_make_dir(struct adm *adm, const struct adm_args *args)
{
	const char *dir = adm_value(args, "dir");
	char path[PATH_MAX], *p;

	if (snprintf(path, sizeof(path), "%s", dir ? dir : ADM_PKI_DIR) >= (int)sizeof(path))
		return adm_usage(adm, "the path is too long");
	for (p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = 0;
		mkdir(path, 0755);
		*p = '/';
	}
	if (!mkdir(path, 0700) || errno == EEXIST)
		return 0;
	return xmem_err_set(&adm->err, XMEM_ERR_USAGE, errno, "cannot make %s: %s", path,
			    strerror(errno));
}

/**
 * adm_pki_ca() - load the CA with its key
 * @adm: for refusals
 * @args: as given, with --dir
 * @ca: result, for adm_cert_free(), also after an error
 *
 * Return: 0 or a negative errno.
 */
int adm_pki_ca(struct adm *adm, const struct adm_args *args, struct adm_cert *ca)
{
	struct adm_pki_files files;
	unsigned int critical;
	int rc = adm_pki_find(adm, args, "ca", &files);

	if (!rc)
		rc = adm_cert_load(adm, files.crt, files.key, ca);
	if (rc == -ENOENT)
		xmem_err_append(&adm->err, " (xmemadm pki init makes a CA)");
	if (!rc && gnutls_x509_crt_get_ca_status(ca->crt, &critical) <= 0)
		rc = adm_usage(adm, "%s is not the certificate of a CA", files.crt);
	if (!rc && gnutls_x509_crt_get_expiration_time(ca->crt) <= time(NULL))
		rc = adm_usage(adm, "%s is not valid any more", files.crt);
	return rc;
}
