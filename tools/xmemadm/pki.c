// SPDX-License-Identifier: GPL-2.0-or-later
/* xmemadm pki: certificates for mutual TLS. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "adm.h"
#include "args.h"
#include "cert.h"
#include "crl.h"
#include "fields.h"
#include "p12.h"
#include "pki_files.h"
#include "ask.h"
#include "out.h"
#include "secret_file.h"
#include "word.h"

#define CA_DAYS 3650
#define DAYS 730
#define DAYS_MAX 36500

static const struct adm_option init_options[] = {
	{ "dir", "DIR", false, false, "where to (" ADM_PKI_DIR ")", "@dir" },
	{ "days", "N", false, false, "how long the CA is valid (3650)", NULL },
	{ "force", NULL, false, false, "overwrite; what the old CA signed is worthless then",
	  NULL },
	{ 0 },
};

static int pki_init(struct adm *adm, const struct adm_args *args)
{
	struct adm_cert_spec spec = { .name = "xmem CA", .days = CA_DAYS };
	struct adm_cert made = { 0 };
	struct adm_pki_files files;
	int rc = adm_number32(adm, args, "days", 1, DAYS_MAX, &spec.days);

	if (!rc)
		rc = adm_pki_find(adm, args, "ca", &files);
	if (!rc)
		rc = adm_pki_free(adm, &files, adm_has(args, "force"));
	if (!rc)
		rc = adm_pki_make_dir(adm, args);
	if (!rc)
		rc = adm_cert_make(adm, &spec, NULL, &made);
	if (!rc)
		rc = adm_pki_write(adm, &made, &files);
	adm_cert_free(&made);
	return rc;
}

static const struct adm_option issue_options[] = {
	{ "role", "ROLE", true, false, "manager, appliance, client, viewer or admin",
	  "manager|appliance|client|viewer|admin" },
	{ "san", "DNS|IP", false, true, "another name or address of the machine", NULL },
	{ "dir", "DIR", false, false, "where the CA is and the result goes (" ADM_PKI_DIR ")",
	  "@dir" },
	{ "days", "N", false, false, "how long the certificate is valid (730)", NULL },
	{ "force", NULL, false, false, "overwrite", NULL },
	{ 0 },
};

static bool is_dns_name(const char *text)
{
	return *text && strlen(text) < 254 && *text != '-' && *text != '.' &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") ==
		       strlen(text);
}

static int read_spec(struct adm *adm, const struct adm_args *args, struct adm_cert_spec *spec)
{
	const char *san;
	int rc;

	spec->name = args->word[0];
	spec->role = adm_value(args, "role");
	if (!xmem_word_is_name(spec->name) || !strcmp(spec->name, "ca"))
		return adm_usage(adm, "\"%.64s\" cannot be a name; " ADM_NAME_TEXT ", not ca",
				 spec->name);
	rc = adm_choice(adm, issue_options, "role", spec->role);
	for (; !rc && (san = adm_value_n(args, "san", spec->sans)); spec->sans++) {
		if (strchr(san, '%') || (!xmem_word_is_address(san) && !is_dns_name(san)))
			rc = adm_usage(adm, "--san %.64s: possible is a DNS name or an IP address",
				       san);
		spec->san[spec->sans] = san;
	}
	return rc ? rc : adm_number32(adm, args, "days", 1, DAYS_MAX, &spec->days);
}

static int pki_issue(struct adm *adm, const struct adm_args *args)
{
	struct adm_cert_spec spec = { .days = DAYS };
	struct adm_cert ca = { 0 }, made = { 0 };
	struct adm_pki_files files;
	int rc = read_spec(adm, args, &spec);

	if (!rc)
		rc = adm_pki_find(adm, args, spec.name, &files);
	if (!rc)
		rc = adm_pki_free(adm, &files, adm_has(args, "force"));
	if (!rc)
		rc = adm_pki_ca(adm, args, &ca);
	if (!rc)
		rc = adm_cert_make(adm, &spec, &ca, &made);
	if (!rc)
		rc = adm_pki_write(adm, &made, &files);
	adm_cert_free(&made);
	adm_cert_free(&ca);
	return rc;
}

static int pki_show(struct adm *adm, const struct adm_args *args)
{
	struct adm_pki_files files;

	if (snprintf(files.crt, PATH_MAX, "%s", args->word[0]) >= PATH_MAX)
		return adm_usage(adm, "the path is too long");
	return adm_pki_print(adm, &files, false);
}

static const struct adm_option revoke_options[] = {
	{ "serial", "HEX", false, true, "serial number of a certificate that is lost", NULL },
	{ "dir", "DIR", false, false, "where the CA is and crl.pem goes (" ADM_PKI_DIR ")",
	  "@dir" },
	{ "days", "N", false, false, "how long the list is valid (3650)", NULL },
	{ 0 },
};

static const struct adm_column revoked_columns[] = {
	{ "serial", "SERIAL", ADM_TEXT },
	{ "revoked", "REVOKED", ADM_TIME },
	{ 0 },
};

/* Puts the certificate of a name, or in a file, onto the list. */
static int revoke_name(struct adm *adm, const struct adm_args *args, gnutls_x509_crl_t crl)
{
	const char *name = args->word[0];
	struct adm_cert cert = { 0 };
	unsigned char serial[64];
	size_t size = sizeof(serial);
	struct adm_pki_files files;
	int rc;

	if (strchr(name, '/'))
		rc = adm_cert_load(adm, name, NULL, &cert);
	else if (!strcmp(name, "ca"))
		rc = adm_usage(adm, "the CA cannot be revoked; make a new one");
	else {
		rc = adm_pki_find(adm, args, name, &files);
		if (!rc)
			rc = adm_cert_load(adm, files.crt, NULL, &cert);
	}
	if (!rc && gnutls_x509_crt_get_serial(cert.crt, serial, &size))
		rc = adm_usage(adm, "%s has no serial number", name);
	if (!rc)
		rc = adm_crl_add(adm, crl, serial, size);
	adm_cert_free(&cert);
	return rc;
}

static int revoke_serials(struct adm *adm, const struct adm_args *args, gnutls_x509_crl_t crl)
{
	unsigned char serial[64];
	const char *text;
	unsigned int i;
	int rc = 0;

	for (i = 0; !rc && (text = adm_value_n(args, "serial", i)); i++) {
		gnutls_datum_t hex = { (unsigned char *)text, (unsigned int)strlen(text) };
		size_t size = sizeof(serial);

		if (!hex.size || hex.size % 2 || gnutls_hex_decode(&hex, serial, &size))
			return adm_usage(adm,
					 "--serial %.64s: possible are pairs of hexadecimal "
					 "digits, as pki show prints them",
					 text);
		rc = adm_crl_add(adm, crl, serial, size);
	}
	return rc;
}

static int pki_revoke(struct adm *adm, const struct adm_args *args)
{
	const char *dir = adm_value(args, "dir");
	gnutls_x509_crl_t crl = NULL;
	struct adm_cert ca = { 0 };
	unsigned int days = CA_DAYS;
	char path[PATH_MAX];
	int rc = adm_number32(adm, args, "days", 1, DAYS_MAX, &days);

	if (!rc && snprintf(path, sizeof(path), "%s/crl.pem", dir ? dir : ADM_PKI_DIR) >= PATH_MAX)
		rc = adm_usage(adm, "the path is too long");
	if (!rc)
		rc = adm_pki_ca(adm, args, &ca);
	if (!rc)
		rc = adm_crl_load(adm, path, &ca, &crl);
	if (!rc && args->words)
		rc = revoke_name(adm, args, crl);
	if (!rc)
		rc = revoke_serials(adm, args, crl);
	if (!rc)
		rc = adm_crl_write(adm, path, crl, &ca, days);
	if (!rc)
		rc = adm_print_list(adm, adm_crl_json(crl), revoked_columns);
	if (crl)
		gnutls_x509_crl_deinit(crl);
	adm_cert_free(&ca);
	return rc;
}

static const struct adm_option export_options[] = {
	{ "out", "FILE", false, false, "where to (NAME.p12 beside the certificate)", "@file" },
	{ "password-file", "FILE", false, false,
	  "its first line is the password; drawn and printed without it", "@file" },
	{ "dir", "DIR", false, false, "where the certificates are (" ADM_PKI_DIR ")", "@dir" },
	{ "force", NULL, false, false, "overwrite", NULL },
	{ 0 },
};

static const struct adm_column export_lines[] = {
	{ "file", "file", ADM_TEXT },
	{ "password", "password", ADM_TEXT },
	{ 0 },
};

static int read_password(struct adm *adm, const char *path, char *password, size_t size)
{
	FILE *file = fopen(path, "re");

	if (!file)
		return adm_usage(adm, "cannot read %s: %s", path, strerror(errno));
	if (!fgets(password, (int)size, file))
		*password = 0;
	fclose(file);
	password[strcspn(password, "\r\n")] = 0;
	return *password ? 0 : adm_usage(adm, "%s holds no password in its first line", path);
}

static int export_file(struct adm *adm, const struct adm_args *args, const char *path,
		       const char *password)
{
	struct adm_cert cert = { 0 }, ca = { 0 };
	struct adm_pki_files files, ca_files;
	int rc = adm_pki_find(adm, args, args->word[0], &files);

	if (!rc)
		rc = adm_pki_find(adm, args, "ca", &ca_files);
	if (!rc)
		rc = adm_cert_load(adm, files.crt, files.key, &cert);
	if (!rc)
		rc = adm_cert_load(adm, ca_files.crt, NULL, &ca);
	if (!rc)
		rc = adm_p12_write(adm, path, args->word[0], &cert, ca.crt, password);
	adm_cert_free(&cert);
	adm_cert_free(&ca);
	return rc;
}

static int pki_export(struct adm *adm, const struct adm_args *args)
{
	const char *dir = adm_value(args, "dir"), *out = adm_value(args, "out");
	const char *from = adm_value(args, "password-file");
	char path[PATH_MAX], password[256];
	json_t *o;
	int rc = adm_check_name(adm, args->word[0]);

	if (!rc && snprintf(path, sizeof(path), out ? "%s" : "%s/%s.p12",
			    out	  ? out
			    : dir ? dir
				  : ADM_PKI_DIR,
			    args->word[0]) >= PATH_MAX)
		rc = adm_usage(adm, "the path is too long");
	if (!rc)
		rc = adm_file_free(adm, path, adm_has(args, "force"));
	if (!rc)
		rc = from ? read_password(adm, from, password, sizeof(password))
			  : adm_p12_password(adm, password);
	if (!rc)
		rc = export_file(adm, args, path, password);
	if (!rc) {
		o = json_object();
		adm_set(o, "file", json_string(path));
		if (!from)
			adm_set(o, "password", json_string(password));
		rc = adm_print_object(adm, o, export_lines, NULL, NULL);
	}
	gnutls_memset(password, 0, sizeof(password));
	return rc;
}

static const struct adm_command commands[] = {
	{ "init", NULL, "make a CA: its key and certificate", init_options, pki_init, NULL },
	{ "issue", "NAME", "make a key and a certificate for a machine or a person", issue_options,
	  pki_issue, NULL },
	{ "revoke", "[NAME|FILE]", "put a certificate onto the list of revoked ones, and sign it",
	  revoke_options, pki_revoke, NULL },
	{ "export", "NAME", "key and certificates in one file, for a browser (PKCS#12)",
	  export_options, pki_export, NULL },
	{ "show", "FILE", "what a certificate says", NULL, pki_show, "@file" },
	{ 0 },
};

static const struct adm_object pki = {
	"pki",
	"certificates for mutual TLS",
	commands,
	NULL,
};
ADM_OBJECT(pki);
