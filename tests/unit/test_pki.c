// SPDX-License-Identifier: GPL-2.0-or-later
/* What xmemadm pki makes, looked at with GnuTLS. */
#include <sys/stat.h>
#include <gnutls/gnutls.h>
#include <gnutls/pkcs12.h>
#include <gnutls/x509.h>

#include "unit.h"

static const char *dir;

static int setup(void **state)
{
	struct run r;

	if (make_dir(state))
		return -1;
	dir = *state;
	run(&r,
	    "$XMEMADM pki init --dir %s/pki && "
	    "$XMEMADM pki issue m1 --dir %s/pki --role manager --san 192.0.2.1 --san fd00::1 "
	    "--san m1.example && $XMEMADM pki issue c1 --dir %s/pki --role client --days 10000",
	    dir, dir, dir);
	return r.status;
}

static gnutls_x509_crt_t load(const char *name)
{
	gnutls_x509_crt_t crt;
	gnutls_datum_t pem;
	char path[256];

	snprintf(path, sizeof(path), "%s/pki/%s", dir, name);
	assert_int_equal(gnutls_load_file(path, &pem), 0);
	assert_int_equal(gnutls_x509_crt_init(&crt), 0);
	assert_int_equal(gnutls_x509_crt_import(crt, &pem, GNUTLS_X509_FMT_PEM), 0);
	gnutls_free(pem.data);
	return crt;
}

static unsigned int verify(gnutls_x509_crt_t crt, gnutls_x509_crt_t ca, const char *purpose)
{
	gnutls_typed_vdata_st data = { GNUTLS_DT_KEY_PURPOSE_OID, (unsigned char *)purpose, 0 };
	gnutls_x509_trust_list_t list;
	unsigned int status = ~0u;

	assert_int_equal(gnutls_x509_trust_list_init(&list, 0), 0);
	assert_int_equal(gnutls_x509_trust_list_add_cas(list, &ca, 1, 0), 1);
	assert_int_equal(
		gnutls_x509_trust_list_verify_crt2(list, &crt, 1, &data, 1, 0, &status, NULL), 0);
	gnutls_x509_trust_list_deinit(list, 0);
	return status;
}

static void check_mode(const char *name, mode_t mode)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), "%s/pki/%s", dir, name);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, mode);
}

static void chain(void **state)
{
	gnutls_x509_crt_t ca = load("ca.crt"), m1 = load("m1.crt"), c1 = load("c1.crt"), other;
	struct run r;

	(void)state;
	assert_int_equal(verify(m1, ca, GNUTLS_KP_TLS_WWW_SERVER), 0);
	assert_int_equal(verify(m1, ca, GNUTLS_KP_TLS_WWW_CLIENT), 0);
	assert_int_equal(verify(c1, ca, GNUTLS_KP_TLS_WWW_CLIENT), 0);
	/* a certificate cannot sign another one */
	assert_int_not_equal(verify(c1, m1, GNUTLS_KP_TLS_WWW_CLIENT), 0);
	/* nor does another CA of the same name */
	run(&r, "$XMEMADM pki init --dir %s/other && cp %s/other/ca.crt %s/pki/other.crt", dir, dir,
	    dir);
	assert_int_equal(r.status, 0);
	other = load("other.crt");
	assert_int_not_equal(verify(c1, other, GNUTLS_KP_TLS_WWW_CLIENT), 0);
	/* no certificate outlives its CA */
	assert_int_equal(gnutls_x509_crt_get_expiration_time(c1),
			 gnutls_x509_crt_get_expiration_time(ca));
	gnutls_x509_crt_deinit(other);
	gnutls_x509_crt_deinit(c1);
	gnutls_x509_crt_deinit(m1);
	gnutls_x509_crt_deinit(ca);
}

static void contents(void **state)
{
	gnutls_x509_crt_t m1 = load("m1.crt");
	char role[64];
	size_t size = sizeof(role);

	(void)state;
	assert_int_equal(gnutls_x509_crt_get_dn_by_oid(m1, GNUTLS_OID_X520_ORGANIZATIONAL_UNIT_NAME,
						       0, 0, role, &size),
			 0);
	assert_string_equal(role, "manager");
	assert_true(gnutls_x509_crt_check_hostname(m1, "m1"));
	assert_true(gnutls_x509_crt_check_hostname(m1, "m1.example"));
	assert_true(gnutls_x509_crt_check_ip(m1, (unsigned char[]){ 192, 0, 2, 1 }, 4, 0));
	assert_false(gnutls_x509_crt_check_hostname(m1, "m2"));
	gnutls_x509_crt_deinit(m1);
	check_mode("ca.key", 0600);
	check_mode("m1.key", 0600);
	check_mode("m1.crt", 0644);
	check_mode("", 0700);
}

static void shows(void **state)
{
	struct run r;

	(void)state;
	run(&r, "$XMEMADM pki show %s/pki/m1.crt", dir);
	assert_int_equal(r.status, 0);
	assert_contains(r.out, "role             manager\n");
	assert_contains(r.out, "also known as    m1,192.0.2.1,fd00::1,m1.example\n");
	run(&r, "$XMEMADM -j pki show %s/pki/ca.crt", dir);
	assert_contains(r.out, "\"ca\":true");
}

static void keeps_what_is_there(void **state)
{
	struct run r;

	(void)state;
	run(&r, "cd %s/pki; sha256sum * >../before; $XMEMADM pki init --dir .", dir);
	assert_int_equal(r.status, 2);
	assert_contains(r.err, "./ca.key exists; remove it, or write it anew with --force");
	run(&r, "cd %s/pki; $XMEMADM pki issue m1 --dir . --role admin", dir);
	assert_int_equal(r.status, 2);
	assert_contains(r.err, "./m1.key exists");
	/* a certificate alone is in the way as well */
	run(&r, "cd %s/pki; cp m1.crt x.crt; $XMEMADM pki issue x --dir . --role admin", dir);
	assert_int_equal(r.status, 2);
	assert_contains(r.err, "./x.crt exists");
	run(&r, "cd %s/pki; rm x.crt; sha256sum -c --quiet ../before && ls | wc -l", dir);
	assert_int_equal(r.status, 0);
	run(&r,
	    "cd %s/pki; $XMEMADM pki issue m1 --dir . --role admin --force && "
	    "$XMEMADM pki show m1.crt",
	    dir);
	assert_int_equal(r.status, 0);
	assert_contains(r.out, "role             admin\n");
}

static void broken_ca(void **state)
{
	struct run r;

	(void)state;
	run(&r,
	    "cd %s; mkdir b; cp pki/ca.crt b; cp other/ca.key b; "
	    "$XMEMADM pki issue x --role client --dir b",
	    dir);
	assert_int_equal(r.status, 2);
	assert_contains(r.err, "b/ca.key is not the key of its certificate");
	run(&r,
	    "cd %s; cp pki/c1.crt b/ca.crt; cp pki/c1.key b/ca.key; "
	    "$XMEMADM pki issue x --role client --dir b",
	    dir);
	assert_int_equal(r.status, 2);
	assert_contains(r.err, "b/ca.crt is not the certificate of a CA");
	run(&r, "cd %s; : >b/ca.key; $XMEMADM pki issue x --role client --dir b; ls b", dir);
	assert_contains(r.err, "b/ca.key holds no key");
	assert_string_equal(r.out, "ca.crt\nca.key\n");
}

static unsigned int verify_with_crl(const char *name, const char *crl_path)
{
	gnutls_x509_crt_t ca = load("ca.crt"), crt = load(name);
	gnutls_x509_trust_list_t list;
	unsigned int status = ~0u;
	gnutls_x509_crl_t crl;
	gnutls_datum_t pem;

	assert_int_equal(gnutls_load_file(crl_path, &pem), 0);
	assert_int_equal(gnutls_x509_crl_init(&crl), 0);
	assert_int_equal(gnutls_x509_crl_import(crl, &pem, GNUTLS_X509_FMT_PEM), 0);
	gnutls_free(pem.data);
	assert_int_equal(gnutls_x509_trust_list_init(&list, 0), 0);
	assert_int_equal(gnutls_x509_trust_list_add_cas(list, &ca, 1, 0), 1);
	/* a list that this CA did not sign is not taken */
	assert_int_equal(gnutls_x509_trust_list_add_crls(list, &crl, 1, GNUTLS_TL_VERIFY_CRL, 0),
			 1);
	assert_int_equal(gnutls_x509_trust_list_verify_crt(list, &crt, 1, 0, &status, NULL), 0);
	gnutls_x509_trust_list_deinit(list, 0);
	gnutls_x509_crl_deinit(crl);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_crt_deinit(ca);
	return status;
}

static void revokes(void **state)
{
	char crl[256];
	struct run r;

	(void)state;
	snprintf(crl, sizeof(crl), "%s/pki/crl.pem", dir);
	/* an empty list revokes nobody */
	run(&r, "$XMEMADM pki revoke --dir %s/pki", dir);
	assert_int_equal(r.status, 0);
	assert_int_equal(verify_with_crl("c1.crt", crl), 0);
	run(&r, "$XMEMADM -j pki revoke c1 --dir %s/pki", dir);
	assert_int_equal(r.status, 0);
	assert_true(verify_with_crl("c1.crt", crl) & GNUTLS_CERT_REVOKED);
	assert_int_equal(verify_with_crl("m1.crt", crl), 0);
	check_mode("crl.pem", 0644);
	/* again: still once; what was revoked before stays */
	run(&r, "$XMEMADM pki revoke %s/pki/c1.crt --dir %s/pki --serial 00ab --serial 00AB", dir,
	    dir);
	assert_int_equal(r.status, 0);
	run(&r, "$XMEMADM pki revoke --dir %s/pki | wc -l", dir);
	assert_string_equal(r.out, "3\n");
	assert_true(verify_with_crl("c1.crt", crl) & GNUTLS_CERT_REVOKED);
}

static void revoke_refusals(void **state)
{
	static const struct {
		const char *args, *why;
	} table[] = {
		{ "ca", "the CA cannot be revoked; make a new one" },
		{ "nobody", "cannot read pki/nobody.crt" },
		{ "pki/m1.key", "pki/m1.key holds no certificate" },
		{ "--serial xyz", "--serial xyz: possible are pairs of hexadecimal digits" },
		{ "--serial abc", "--serial abc: possible are pairs of hexadecimal digits" },
		{ "--serial ''", "possible are pairs of hexadecimal digits" },
	};
	struct run r;
	size_t i;

	(void)state;
	run(&r, "cd %s && $XMEMADM pki revoke --dir pki && cp pki/crl.pem before.pem", dir);
	assert_int_equal(r.status, 0);
	for (i = 0; i < COUNT(table); i++) {
		run(&r, "cd %s && $XMEMADM pki revoke --dir pki %s", dir, table[i].args);
		assert_int_equal(r.status, 2);
		assert_contains(r.err, table[i].why);
	}
	run(&r, "cd %s && cmp pki/crl.pem before.pem", dir);
	assert_int_equal(r.status, 0);
	/* the list of another CA, and no list at all */
	run(&r,
	    "cd %s && $XMEMADM pki init --dir third && cp pki/crl.pem third && "
	    "$XMEMADM pki revoke --dir third",
	    dir);
	assert_int_equal(r.status, 2);
	assert_contains(r.err, "third/crl.pem is not signed by this CA");
	run(&r, "cd %s && cp pki/ca.crt third/crl.pem && $XMEMADM pki revoke --dir third", dir);
	assert_int_equal(r.status, 2);
	assert_contains(r.err, "third/crl.pem holds no revocation list");
}

static void exports(void **state)
{
	gnutls_x509_crt_t *chain = NULL, *extra = NULL;
	unsigned int chains = 0, extras = 0;
	gnutls_x509_privkey_t key = NULL;
	gnutls_pkcs12_t p12;
	gnutls_datum_t der;
	char path[256];
	struct run r;

	(void)state;
	run(&r,
	    "cd %s && echo 'a b c' >password && "
	    "$XMEMADM -j pki export m1 --dir pki --out m1.p12 --password-file password",
	    dir);
	assert_int_equal(r.status, 0);
	assert_string_equal(r.out, "{\"file\":\"m1.p12\"}\n");
	snprintf(path, sizeof(path), "%s/m1.p12", dir);
	assert_int_equal(gnutls_load_file(path, &der), 0);
	assert_int_equal(gnutls_pkcs12_init(&p12), 0);
	assert_int_equal(gnutls_pkcs12_import(p12, &der, GNUTLS_X509_FMT_DER, 0), 0);
	assert_int_not_equal(gnutls_pkcs12_verify_mac(p12, "a b"), 0);
	assert_int_equal(gnutls_pkcs12_verify_mac(p12, "a b c"), 0);
	assert_int_equal(gnutls_pkcs12_simple_parse(p12, "a b c", &key, &chain, &chains, &extra,
						    &extras, NULL, 0),
			 0);
	assert_non_null(key);
	assert_int_equal(chains, 1);
	assert_int_equal(extras, 1);
	assert_true(gnutls_x509_crt_check_hostname(chain[0], "m1"));
	gnutls_x509_privkey_deinit(key);
	gnutls_x509_crt_deinit(chain[0]);
	gnutls_x509_crt_deinit(extra[0]);
	gnutls_free(chain);
	gnutls_free(extra);
	gnutls_pkcs12_deinit(p12);
	gnutls_free(der.data);
	/* without a password one is drawn; nothing is overwritten by accident */
	run(&r, "cd %s && $XMEMADM pki export m1 --dir pki && stat -c %%a pki/m1.p12", dir);
	assert_int_equal(r.status, 0);
	assert_contains(r.out, "password         ");
	assert_contains(r.out, "\n600\n");
	run(&r, "cd %s && $XMEMADM pki export m1 --dir pki", dir);
	assert_int_equal(r.status, 2);
	assert_contains(r.err, "pki/m1.p12 exists");
	run(&r, "cd %s && $XMEMADM pki export m1 --dir pki --force && rm pki/m1.p12", dir);
	assert_int_equal(r.status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chain),   cmocka_unit_test(contents),
		cmocka_unit_test(shows),   cmocka_unit_test(broken_ca),
		cmocka_unit_test(revokes), cmocka_unit_test(revoke_refusals),
		cmocka_unit_test(exports), cmocka_unit_test(keeps_what_is_there),
	};

	return cmocka_run_group_tests_name("pki", tests, setup, remove_dir);
}
