// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/pkcs12.h>

#include "p12.h"
#include "secret_file.h"

/**
 * adm_p12_password() - draw a password
 * @adm: for refusals
 * @password: result, without letters and digits that look alike
 *
 * Return: 0 or a negative errno.
 */
int adm_p12_password(struct adm *adm, char password[ADM_P12_PASSWORD])
{
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
	unsigned char bytes[ADM_P12_PASSWORD];
	unsigned int i;

	if (gnutls_rnd(GNUTLS_RND_KEY, bytes, sizeof(bytes)))
		return adm_usage(adm, "no random numbers are available");
	for (i = 0; i < ADM_P12_PASSWORD - 1; i++)
		password[i] = letters[bytes[i] % (sizeof(letters) - 1)];
	password[i] = 0;
	return 0;
}

/* Adds one thing in a bag of its own; @datum for a key, which is encrypted already. */
static int add_bag(gnutls_pkcs12_t p12, gnutls_x509_crt_t crt, const gnutls_datum_t *key,
		   const char *name, const gnutls_datum_t *id, const char *password)
{
	gnutls_pkcs12_bag_t bag;
	int rc = gnutls_pkcs12_bag_init(&bag), index;

	if (rc)
		return rc;
	index = crt ? gnutls_pkcs12_bag_set_crt(bag, crt)
		    : gnutls_pkcs12_bag_set_data(bag, GNUTLS_BAG_PKCS8_ENCRYPTED_KEY, key);
	rc = index < 0 ? index : 0;
	if (!rc && name)
		rc = gnutls_pkcs12_bag_set_friendly_name(bag, (unsigned int)index, name);
	if (!rc && id)
		rc = gnutls_pkcs12_bag_set_key_id(bag, (unsigned int)index, id);
	if (!rc && crt)
		rc = gnutls_pkcs12_bag_encrypt(bag, password, GNUTLS_PKCS_PBES2_AES_256);
	if (!rc)
		rc = gnutls_pkcs12_set_bag(p12, bag);
	gnutls_pkcs12_bag_deinit(bag);
	return rc;
}

static int fill(gnutls_pkcs12_t p12, const char *name, const struct adm_cert *cert,
		gnutls_x509_crt_t ca, const char *password)
{
	unsigned char id_bytes[64];
	size_t size = sizeof(id_bytes);
	gnutls_datum_t key = { 0 }, id;
	int rc = gnutls_x509_privkey_export2_pkcs8(cert->key, GNUTLS_X509_FMT_DER, password,
						   GNUTLS_PKCS_PBES2_AES_256, &key);

	if (!rc)
		rc = gnutls_x509_crt_get_key_id(cert->crt, 0, id_bytes, &size);
	id = (gnutls_datum_t){ id_bytes, (unsigned int)size };
	if (!rc)
		rc = add_bag(p12, cert->crt, NULL, name, &id, password);
	if (!rc)
		rc = add_bag(p12, ca, NULL, NULL, NULL, password);
	if (!rc)
		rc = add_bag(p12, NULL, &key, name, &id, password);
	if (!rc)
		rc = gnutls_pkcs12_generate_mac2(p12, GNUTLS_MAC_SHA256, password);
	gnutls_free(key.data);
	return rc;
}

/**
 * adm_p12_write() - write key and certificates into one file
 * @adm: for refusals
 * @path: the file
 * @name: what a browser calls it
 * @cert: the certificate with its key
 * @ca: the CA's certificate
 * @password: what it is encrypted with
 *
 * Return: 0 or a negative errno.
 */
int adm_p12_write(struct adm *adm, const char *path, const char *name, const struct adm_cert *cert,
		  gnutls_x509_crt_t ca, const char *password)
{
	gnutls_datum_t data = { 0 };
	gnutls_pkcs12_t p12;
	int rc = gnutls_pkcs12_init(&p12);

	if (!rc) {
		rc = fill(p12, name, cert, ca, password);
		if (!rc)
			rc = gnutls_pkcs12_export2(p12, GNUTLS_X509_FMT_DER, &data);
		gnutls_pkcs12_deinit(p12);
	}
	if (rc)
		return xmem_err_set(&adm->err, XMEM_ERR_USAGE, EIO, "cannot export: %s",
				    gnutls_strerror(rc));
	rc = adm_file_write(adm, path, 0600, data.data, data.size);
	gnutls_free(data.data);
	return rc;
}
