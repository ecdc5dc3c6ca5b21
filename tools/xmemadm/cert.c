// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <gnutls/crypto.h>

#include "cert.h"
#include "out.h"

/* Machines whose clocks differ by less than this accept a new certificate at once. */
#define CLOCK_SKEW 3600
#define DAY 86400
#define SERIAL_BYTES 16

static int failed(struct adm *adm, const char *what, int rc)
{
	return xmem_err_set(&adm->err, XMEM_ERR_USAGE, EIO, "cannot %s: %s", what,
			    gnutls_strerror(rc));
}

/**
 * adm_cert_free() - give key and certificate back
 * @cert: both; may be empty
 */
void adm_cert_free(struct adm_cert *cert)
{
	gnutls_x509_privkey_deinit(cert->key);
	gnutls_x509_crt_deinit(cert->crt);
	cert->key = NULL;
	cert->crt = NULL;
}

static int init(struct adm_cert *cert)
{
	int rc = gnutls_x509_privkey_init(&cert->key);

	return rc ? rc : gnutls_x509_crt_init(&cert->crt);
}

static int set_subject(gnutls_x509_crt_t crt, const struct adm_cert_spec *spec)
{
	int rc =
		gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_ORGANIZATION_NAME, 0, "xmem", 4);

	if (!rc && spec->role)
		rc = gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_ORGANIZATIONAL_UNIT_NAME, 0,
						   spec->role, (unsigned int)strlen(spec->role));
	if (!rc)
		rc = gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, spec->name,
						   (unsigned int)strlen(spec->name));
	return rc;
}

static int set_lifetime(gnutls_x509_crt_t crt, const struct adm_cert_spec *spec,
			const struct adm_cert *ca)
{
	time_t now = time(NULL), end = now + (time_t)spec->days * DAY;
	unsigned char serial[SERIAL_BYTES];
	int rc = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));

	/* positive and without a leading zero, as the standard wants it */
	serial[0] = (serial[0] & 0x3f) | 0x40;
	if (ca && gnutls_x509_crt_get_expiration_time(ca->crt) < end)
		end = gnutls_x509_crt_get_expiration_time(ca->crt);
	if (!rc)
		rc = gnutls_x509_crt_set_serial(crt, serial, sizeof(serial));
	if (!rc)
		rc = gnutls_x509_crt_set_activation_time(crt, now - CLOCK_SKEW);
	return rc ? rc : gnutls_x509_crt_set_expiration_time(crt, end);
}

static int add_san(gnutls_x509_crt_t crt, const char *name)
{
	unsigned char binary[sizeof(struct in6_addr)];

	if (inet_pton(AF_INET, name, binary) == 1)
		return gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, binary, 4,
							    GNUTLS_FSAN_APPEND);
	if (inet_pton(AF_INET6, name, binary) == 1)
		return gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, binary, 16,
							    GNUTLS_FSAN_APPEND);
	return gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, name,
						    (unsigned int)strlen(name), GNUTLS_FSAN_APPEND);
}

static int set_usage(gnutls_x509_crt_t crt, const struct adm_cert_spec *spec)
{
	unsigned int i;
	int rc;

	if (!spec->role) {
		rc = gnutls_x509_crt_set_basic_constraints(crt, 1, 0);
		return rc ? rc
			  : gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_KEY_CERT_SIGN |
								       GNUTLS_KEY_CRL_SIGN);
	}
	rc = gnutls_x509_crt_set_basic_constraints(crt, 0, -1);
	if (!rc)
		rc = gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_DIGITAL_SIGNATURE);
	if (!rc)
		rc = gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0);
	if (!rc)
		rc = gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_CLIENT, 0);
	if (!rc)
		rc = add_san(crt, spec->name);
	for (i = 0; !rc && i < spec->sans; i++)
		rc = add_san(crt, spec->san[i]);
	return rc;
}

static int set_key_ids(gnutls_x509_crt_t crt, const struct adm_cert *ca)
{
	unsigned char id[64];
	size_t size = sizeof(id);
	int rc = gnutls_x509_crt_get_key_id(crt, 0, id, &size);

	if (!rc)
		rc = gnutls_x509_crt_set_subject_key_id(crt, id, size);
	size = sizeof(id);
	if (!rc && ca)
		rc = gnutls_x509_crt_get_subject_key_id(ca->crt, id, &size, NULL);
	if (!rc && ca)
		rc = gnutls_x509_crt_set_authority_key_id(crt, id, size);
	return rc;
}

static int sign(struct adm_cert *made, const struct adm_cert_spec *spec, const struct adm_cert *ca)
{
	const struct adm_cert *signer = ca ? ca : made;
	int rc = gnutls_x509_crt_set_version(made->crt, 3);

	if (!rc)
		rc = gnutls_x509_crt_set_key(made->crt, made->key);
	if (!rc)
		rc = set_subject(made->crt, spec);
	if (!rc)
		rc = set_lifetime(made->crt, spec, ca);
	if (!rc)
		rc = set_usage(made->crt, spec);
	if (!rc)
		rc = set_key_ids(made->crt, ca);
	return rc ? rc
		  : gnutls_x509_crt_sign2(made->crt, signer->crt, signer->key, GNUTLS_DIG_SHA256,
					  0);
}

/**
 * adm_cert_make() - make a key and a certificate for it
 * @adm: for refusals
 * @spec: what it says
 * @ca: who signs; NULL for itself
 * @made: result, for adm_cert_free(), also after an error
 *
 * Return: 0 or a negative errno.
 */
int adm_cert_make(struct adm *adm, const struct adm_cert_spec *spec, const struct adm_cert *ca,
		  struct adm_cert *made)
{
	int rc = init(made);

	if (!rc)
		rc = gnutls_x509_privkey_generate(made->key, GNUTLS_PK_ECDSA,
						  GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1),
						  0);
	if (!rc)
		rc = sign(made, spec, ca);
	return rc ? failed(adm, "make a certificate", rc) : 0;
}

static int load_pem(struct adm *adm, const char *path, gnutls_datum_t *pem)
{
	int rc = gnutls_load_file(path, pem);

	if (!rc)
		return 0;
	return xmem_err_set(&adm->err, XMEM_ERR_USAGE, errno ? errno : EIO, "cannot read %s: %s",
			    path, errno ? strerror(errno) : gnutls_strerror(rc));
}

static bool key_fits(const struct adm_cert *cert)
{
	unsigned char of_key[64], of_crt[64];
	size_t key_size = sizeof(of_key), crt_size = sizeof(of_crt);

	return !gnutls_x509_privkey_get_key_id(cert->key, 0, of_key, &key_size) &&
	       !gnutls_x509_crt_get_key_id(cert->crt, 0, of_crt, &crt_size) &&
	       key_size == crt_size && !memcmp(of_key, of_crt, key_size);
}

static int load_key(struct adm *adm, const char *path, struct adm_cert *cert)
{
	gnutls_datum_t pem;
	int rc = load_pem(adm, path, &pem);

	if (rc)
		return rc;
	rc = gnutls_x509_privkey_import(cert->key, &pem, GNUTLS_X509_FMT_PEM);
	gnutls_memset(pem.data, 0, pem.size);
	gnutls_free(pem.data);
	if (rc)
		return adm_usage(adm, "%s holds no key: %s", path, gnutls_strerror(rc));
	return key_fits(cert) ? 0 : adm_usage(adm, "%s is not the key of its certificate", path);
}

/**
 * adm_cert_load() - read a certificate and its key
 * @adm: for refusals
 * @crt_path: file of the certificate
 * @key_path: file of the key; NULL to leave it
 * @cert: result, for adm_cert_free(), also after an error
 *
 * Return: 0 or a negative errno.
 */
int adm_cert_load(struct adm *adm, const char *crt_path, const char *key_path,
		  struct adm_cert *cert)
{
	gnutls_datum_t pem;
	int rc = init(cert);

	if (rc)
		return failed(adm, "prepare", rc);
	rc = load_pem(adm, crt_path, &pem);
	if (rc)
		return rc;
	rc = gnutls_x509_crt_import(cert->crt, &pem, GNUTLS_X509_FMT_PEM);
	gnutls_free(pem.data);
	if (rc)
		return adm_usage(adm, "%s holds no certificate: %s", crt_path, gnutls_strerror(rc));
	return key_path ? load_key(adm, key_path, cert) : 0;
}

static json_t *subject_part(gnutls_x509_crt_t crt, const char *oid)
{
	char text[256];
	size_t size = sizeof(text);

	if (gnutls_x509_crt_get_dn_by_oid(crt, oid, 0, 0, text, &size))
		return json_string("");
	return json_stringn(text, size);
}

static json_t *san_json(gnutls_x509_crt_t crt)
{
	json_t *list = json_array();
	char san[256], text[INET6_ADDRSTRLEN];
	unsigned int i;
	int type;

	for (i = 0;; i++) {
		size_t size = sizeof(san);

		type = gnutls_x509_crt_get_subject_alt_name(crt, i, san, &size, NULL);
		if (type < 0)
			return list;
		if (type == GNUTLS_SAN_DNSNAME)
			json_array_append_new(list, json_stringn(san, size));
		else if (type == GNUTLS_SAN_IPADDRESS &&
			 inet_ntop(size == 4 ? AF_INET : AF_INET6, san, text, sizeof(text)))
			json_array_append_new(list, json_string(text));
	}
}

/**
 * adm_cert_hex() - bytes as text
 * @bytes: at most 64
 * @size: how many
 *
 * Return: new text.
 */
json_t *adm_cert_hex(const unsigned char *bytes, size_t size)
{
	char text[2 * 64 + 1] = "";
	size_t i;

	for (i = 0; i < size && i < 64; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return json_string(text);
}

/**
 * adm_cert_json() - a certificate as JSON
 * @crt: the certificate
 *
 * Return: a new object.
 */
json_t *adm_cert_json(gnutls_x509_crt_t crt)
{
	unsigned char bytes[64];
	size_t size = sizeof(bytes);
	char issuer[256] = "";
	unsigned int critical;
	json_t *o = json_object();

	adm_set(o, "name", subject_part(crt, GNUTLS_OID_X520_COMMON_NAME));
	adm_set(o, "role", subject_part(crt, GNUTLS_OID_X520_ORGANIZATIONAL_UNIT_NAME));
	adm_set(o, "ca", json_boolean(gnutls_x509_crt_get_ca_status(crt, &critical) > 0));
	adm_set(o, "san", san_json(crt));
	adm_set(o, "valid-from", json_integer(gnutls_x509_crt_get_activation_time(crt)));
	adm_set(o, "valid-until", json_integer(gnutls_x509_crt_get_expiration_time(crt)));
	if (!gnutls_x509_crt_get_serial(crt, bytes, &size))
		adm_set(o, "serial", adm_cert_hex(bytes, size));
	size = sizeof(issuer);
	gnutls_x509_crt_get_issuer_dn(crt, issuer, &size);
	adm_set(o, "issuer", json_string(issuer));
	size = sizeof(bytes);
	if (!gnutls_x509_crt_get_fingerprint(crt, GNUTLS_DIG_SHA256, bytes, &size))
		adm_set(o, "sha256", adm_cert_hex(bytes, size));
	return o;
}
