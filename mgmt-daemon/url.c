// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In this order: what the configuration says; the address that the daemon listens
 * on, if that is one; the first name or address in its certificate, for whoever asks
 * by another one would not believe the answer.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <gnutls/x509.h>

#include "file.h"
#include "managers.h"
#include "url.h"

#define PEM_MAX (64 << 10)

static bool is_any(const char *address)
{
	struct in6_addr v6;

	return !strcmp(address, "0.0.0.0") ||
	       (inet_pton(AF_INET6, address, &v6) == 1 && IN6_IS_ADDR_UNSPECIFIED(&v6));
}

static bool put(char url[XMEMD_URL_TEXT], const char *host, uint16_t port)
{
	bool v6 = strchr(host, ':');
	int len = snprintf(url, XMEMD_URL_TEXT, "https://%s%s%s:%u", v6 ? "[" : "", host,
			   v6 ? "]" : "", port);

	return len < XMEMD_URL_TEXT && xmem_managers_is_url(url);
}

/* Return: whether the name can be one for others. */
static bool read_name(gnutls_x509_crt_t crt, unsigned int index, int *type, char host[256])
{
	unsigned char name[256] = "";
	size_t size = sizeof(name) - 1;

	*type = gnutls_x509_crt_get_subject_alt_name(crt, index, name, &size, NULL);
	if (*type == GNUTLS_SAN_DNSNAME) {
		snprintf(host, 256, "%s", (char *)name);
		return !strchr(host, '*') && strcmp(host, "localhost");
	}
	if (*type != GNUTLS_SAN_IPADDRESS)
		return false;
	return inet_ntop(size == 4 ? AF_INET : AF_INET6, name, host, 256) &&
	       strncmp(host, "127.", 4) && strcmp(host, "::1");
}

static bool url_of_crt(gnutls_x509_crt_t crt, uint16_t port, char url[XMEMD_URL_TEXT])
{
	unsigned int i;
	char host[256];
	int type = 0;

	for (i = 0; type >= 0; i++)
		if (read_name(crt, i, &type, host) && put(url, host, port))
			return true;
	return false;
}

static int read_crt(const struct xmem_config *config, char url[XMEMD_URL_TEXT],
		    struct xmemd_refusal *why)
{
	gnutls_datum_t pem = {};
	gnutls_x509_crt_t crt;
	bool found = false;
	size_t size;
	char *text;

	if (xmemd_file_read(config->tls.cert, PEM_MAX, &text, &size, why) < 0)
		return -1;
	pem.data = (unsigned char *)text;
	pem.size = (unsigned int)size;
	if (gnutls_x509_crt_init(&crt) == 0) {
		found = gnutls_x509_crt_import(crt, &pem, GNUTLS_X509_FMT_PEM) == 0 &&
			url_of_crt(crt, config->daemon.port, url);
		gnutls_x509_crt_deinit(crt);
	}
	free(text);
	if (found)
		return 0;
	return xmemd_refuse(why, 400,
			    "url= in [daemon] is missing: %s has no name or address under which "
			    "managers could ask back",
			    config->tls.cert);
}

/**
 * xmemd_url_own() - find the address of this daemon
 * @config: configuration
 * @url: result, https://HOST:PORT
 * @why: refusal
 *
 * Return: 0, or -1 with @why set.
 */
int xmemd_url_own(const struct xmem_config *config, char url[XMEMD_URL_TEXT],
		  struct xmemd_refusal *why)
{
	if (config->daemon.url[0]) {
		memcpy(url, config->daemon.url, sizeof(config->daemon.url));
		return 0;
	}
	if (!is_any(config->daemon.address) &&
	    put(url, config->daemon.address, config->daemon.port))
		return 0;
	return read_crt(config, url, why);
}
