// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "crl.h"
#include "out.h"
#include "secret_file.h"

#define DAY 86400
/* Machines whose clocks are behind by less than this take a new list at once. */
#define CLOCK_SKEW 3600
#define SERIAL_MAX 64

static int failed(struct adm *adm, const char *what, int rc)
{
	return xmem_err_set(&adm->err, XMEM_ERR_USAGE, EIO, "cannot %s: %s", what,
			    gnutls_strerror(rc));
}

static int import(struct adm *adm, const char *path, const struct adm_cert *ca,
		  gnutls_x509_crl_t crl)
{
	gnutls_datum_t pem;
	unsigned int status = 0;
	int rc = gnutls_load_file(path, &pem);

	if (rc)
		return xmem_err_set(&adm->err, XMEM_ERR_USAGE, errno ? errno : EIO,
				    "cannot read %s: %s", path,
				    errno ? strerror(errno) : gnutls_strerror(rc));
	rc = gnutls_x509_crl_import(crl, &pem, GNUTLS_X509_FMT_PEM);
	gnutls_free(pem.data);
	if (rc)
		return adm_usage(adm, "%s holds no revocation list: %s", path, gnutls_strerror(rc));
	/* one of another CA would be refused by every daemon */
	rc = gnutls_x509_crl_verify(crl, &ca->crt, 1, 0, &status);
	if (rc || status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNATURE_FAILURE |
			    GNUTLS_CERT_SIGNER_NOT_CA))
		return adm_usage(adm, "%s is not signed by this CA", path);
	return 0;
}

/**
 * adm_crl_load() - read the list, or begin one
 * @adm: for refusals
 * @path: its file; need not exist
 * @ca: who signed it
 * @crl: result for gnutls_x509_crl_deinit(), NULL after an error
 *
 * Return: 0 or a negative errno.
 */
int adm_crl_load(struct adm *adm, const char *path, const struct adm_cert *ca,
		 gnutls_x509_crl_t *crl)
{
	int rc = gnutls_x509_crl_init(crl);

	if (rc) {
		*crl = NULL;
		return failed(adm, "prepare", rc);
	}
	if (access(path, F_OK))
		return 0;
	rc = import(adm, path, ca, *crl);
	if (rc) {
		gnutls_x509_crl_deinit(*crl);
		*crl = NULL;
	}
	return rc;
}

static bool has_serial(gnutls_x509_crl_t crl, const void *serial, size_t size)
{
	unsigned char other[SERIAL_MAX];
	int i, count = gnutls_x509_crl_get_crt_count(crl);
	time_t when;

	for (i = 0; i < count; i++) {
		size_t len = sizeof(other);

		if (!gnutls_x509_crl_get_crt_serial(crl, (unsigned int)i, other, &len, &when) &&
		    len == size && !memcmp(other, serial, size))
			return true;
	}
	return false;
}

/**
 * adm_crl_add() - put a certificate onto the list
 * @adm: for refusals
 * @crl: the list
 * @serial: serial number of the certificate
 * @size: bytes of it
 *
 * One that is on it stays as it is.
 *
 * Return: 0 or a negative errno.
 */
int adm_crl_add(struct adm *adm, gnutls_x509_crl_t crl, const void *serial, size_t size)
{
	int rc;

	if (has_serial(crl, serial, size))
		return 0;
	rc = gnutls_x509_crl_set_crt_serial(crl, serial, size, time(NULL));
	return rc ? failed(adm, "revoke", rc) : 0;
}

/* The number grows with each list. */
static int set_number(gnutls_x509_crl_t crl)
{
	unsigned char number[8] = { 0 };
	size_t size = sizeof(number);
	uint64_t value = 0;
	unsigned int i;

	if (!gnutls_x509_crl_get_number(crl, number, &size, NULL))
		for (i = 0; i < size; i++)
			value = value << 8 | number[i];
	value++;
	for (i = 0; i < sizeof(number); i++)
		number[i] = (unsigned char)(value >> (56 - 8 * i));
	return gnutls_x509_crl_set_number(crl, number, sizeof(number));
}

static int sign(gnutls_x509_crl_t crl, const struct adm_cert *ca, unsigned int days)
{
	unsigned char id[64];
	size_t size = sizeof(id);
	time_t now = time(NULL);
	int rc = gnutls_x509_crl_set_version(crl, 2);

	if (!rc)
		rc = gnutls_x509_crl_set_this_update(crl, now - CLOCK_SKEW);
	if (!rc)
		rc = gnutls_x509_crl_set_next_update(crl, now + (time_t)days * DAY);
	if (!rc)
		rc = set_number(crl);
	if (!rc)
		rc = gnutls_x509_crt_get_subject_key_id(ca->crt, id, &size, NULL);
	if (!rc)
		rc = gnutls_x509_crl_set_authority_key_id(crl, id, size);
	return rc ? rc : gnutls_x509_crl_sign2(crl, ca->crt, ca->key, GNUTLS_DIG_SHA256, 0);
}

/**
 * adm_crl_write() - sign the list and write it
 * @adm: for refusals
 * @path: its file
 * @crl: the list
 * @ca: who signs
 * @days: how long it is valid
 *
 * Return: 0 or a negative errno.
 */
int adm_crl_write(struct adm *adm, const char *path, gnutls_x509_crl_t crl,
		  const struct adm_cert *ca, unsigned int days)
{
	gnutls_datum_t pem = { 0 };
	int rc = sign(crl, ca, days);

	if (!rc)
		rc = gnutls_x509_crl_export2(crl, GNUTLS_X509_FMT_PEM, &pem);
	if (rc)
		rc = failed(adm, "make a revocation list", rc);
	else
		rc = adm_file_write(adm, path, 0644, pem.data, pem.size);
	gnutls_free(pem.data);
	return rc;
}

/**
 * adm_crl_json() - the certificates on the list as JSON
 * @crl: the list
 *
 * Return: a new array.
 */
json_t *adm_crl_json(gnutls_x509_crl_t crl)
{
	json_t *list = json_array();
	int i, count = gnutls_x509_crl_get_crt_count(crl);

	for (i = 0; i < count; i++) {
		unsigned char serial[SERIAL_MAX];
		size_t size = sizeof(serial);
		json_t *o = json_object();
		time_t when = 0;

		if (gnutls_x509_crl_get_crt_serial(crl, (unsigned int)i, serial, &size, &when))
			size = 0;
		adm_set(o, "serial", adm_cert_hex(serial, size));
		adm_set(o, "revoked", json_integer((json_int_t)when));
		json_array_append_new(list, o);
	}
	return list;
}
