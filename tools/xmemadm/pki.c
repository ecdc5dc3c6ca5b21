// SPDX-License-Identifier: GPL-2.0-or-later
/* xmemadm pki: certificates for mutual TLS. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "adm.h"
#include "args.h"
#include "cert.h"
#include "manager.h"
#include "out.h"
#include "secret_file.h"
#include "word.h"

#define DEFAULT_DIR "/etc/xmem/pki"
#define CA_DAYS 3650
#define DAYS 730
#define DAYS_MAX 36500

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

/* The two files of one name. */
struct files {
	char crt[PATH_MAX], key[PATH_MAX];
};

static int find_files(struct adm *adm, const struct adm_args *args, const char *name,
		      struct files *files)
{
	const char *dir = adm_value(args, "dir");

	if (!dir)
		dir = DEFAULT_DIR;
	if (snprintf(files->crt, PATH_MAX, "%s/%s.crt", dir, name) >= PATH_MAX ||
	    snprintf(files->key, PATH_MAX, "%s/%s.key", dir, name) >= PATH_MAX)
		return adm_usage(adm, "the path is too long");
	return 0;
}

static int both_free(struct adm *adm, const struct files *files, bool force)
{
	int rc = adm_file_free(adm, files->key, force);

	return rc ? rc : adm_file_free(adm, files->crt, force);
}

static int write_both(struct adm *adm, const struct adm_cert *cert, const struct files *files)
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

/* Shows what was written as it is read again: GnuTLS parses the names only then. */
static int print_files(struct adm *adm, const struct files *files, bool with_key)
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

static int write_and_print(struct adm *adm, const struct adm_cert *cert, const struct files *files)
{
	int rc = write_both(adm, cert, files);

	return rc ? rc : print_files(adm, files, true);
}

/* Makes DIR and what is above it; only the last one is for its owner alone. */
static int make_dir(struct adm *adm, const struct adm_args *args)
{
	const char *dir = adm_value(args, "dir");
	char path[PATH_MAX], *p;

	if (snprintf(path, sizeof(path), "%s", dir ? dir : DEFAULT_DIR) >= (int)sizeof(path))
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

static const struct adm_option init_options[] = {
	{ "dir", "DIR", false, false, "where to (" DEFAULT_DIR ")" },
	{ "days", "N", false, false, "how long the CA is valid (3650)" },
	{ "force", NULL, false, false, "overwrite; what the old CA signed is worthless then" },
	{ 0 },
};

static int pki_init(struct adm *adm, const struct adm_args *args)
{
	struct adm_cert_spec spec = { .name = "xmem CA", .days = CA_DAYS };
	struct adm_cert made = { 0 };
	struct files files;
	int rc = adm_number32(adm, args, "days", 1, DAYS_MAX, &spec.days);

	if (!rc)
		rc = find_files(adm, args, "ca", &files);
	if (!rc)
		rc = both_free(adm, &files, adm_has(args, "force"));
	if (!rc)
		rc = make_dir(adm, args);
	if (!rc)
		rc = adm_cert_make(adm, &spec, NULL, &made);
	if (!rc)
		rc = write_and_print(adm, &made, &files);
	adm_cert_free(&made);
	return rc;
}

static const struct adm_option issue_options[] = {
	{ "role", "ROLE", true, false, "manager, appliance, client, viewer or admin" },
	{ "san", "DNS|IP", false, true, "another name or address of the machine" },
	{ "dir", "DIR", false, false, "where the CA is and the result goes (" DEFAULT_DIR ")" },
	{ "days", "N", false, false, "how long the certificate is valid (730)" },
	{ "force", NULL, false, false, "overwrite" },
	{ 0 },
};

static int check_role(struct adm *adm, const char *role)
{
	static const char *const roles[] = { "manager", "appliance", "client", "viewer", "admin" };
	size_t i;

	for (i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		if (!strcmp(role, roles[i]))
			return 0;
	return adm_usage(adm,
			 "unknown role \"%.32s\"; possible are manager, appliance, client, viewer, "
			 "admin",
			 role);
}

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
	rc = check_role(adm, spec->role);
	for (; !rc && (san = adm_value_n(args, "san", spec->sans)); spec->sans++) {
		if (strchr(san, '%') || (!xmem_word_is_address(san) && !is_dns_name(san)))
			rc = adm_usage(adm, "--san %.64s: possible is a DNS name or an IP address",
				       san);
		spec->san[spec->sans] = san;
	}
	return rc ? rc : adm_number32(adm, args, "days", 1, DAYS_MAX, &spec->days);
}

static int load_ca(struct adm *adm, const struct adm_args *args, struct adm_cert *ca)
{
	struct files files;
	unsigned int critical;
	int rc = find_files(adm, args, "ca", &files);

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

static int pki_issue(struct adm *adm, const struct adm_args *args)
{
	struct adm_cert_spec spec = { .days = DAYS };
	struct adm_cert ca = { 0 }, made = { 0 };
	struct files files;
	int rc = read_spec(adm, args, &spec);

	if (!rc)
		rc = find_files(adm, args, spec.name, &files);
	if (!rc)
		rc = both_free(adm, &files, adm_has(args, "force"));
	if (!rc)
		rc = load_ca(adm, args, &ca);
	if (!rc)
		rc = adm_cert_make(adm, &spec, &ca, &made);
	if (!rc)
		rc = write_and_print(adm, &made, &files);
	adm_cert_free(&made);
	adm_cert_free(&ca);
	return rc;
}

static int pki_show(struct adm *adm, const struct adm_args *args)
{
	struct files files;

	if (snprintf(files.crt, PATH_MAX, "%s", args->word[0]) >= PATH_MAX)
		return adm_usage(adm, "the path is too long");
	return print_files(adm, &files, false);
}

static const struct adm_command commands[] = {
	{ "init", NULL, "make a CA: its key and certificate", init_options, pki_init },
	{ "issue", "NAME", "make a key and a certificate for a machine or a person", issue_options,
	  pki_issue },
	{ "show", "FILE", "what a certificate says", NULL, pki_show },
	{ 0 },
};

static const struct adm_object pki = {
	"pki",
	"certificates for mutual TLS",
	commands,
};
ADM_OBJECT(pki);
