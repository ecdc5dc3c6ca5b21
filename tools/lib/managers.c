// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "managers.h"
#include "word.h"

#define URL_TEXT 256
#define DOMAIN_MAX 240 /* _xmem._tcp. and the domain are at most 253 */

/**
 * xmem_managers_is_url() - whether a text is the address of a daemon
 * @text: the text
 *
 * Return: true for https://HOST or https://HOST:PORT of at most 255 bytes.
 */
bool xmem_managers_is_url(const char *text)
{
	const char *host = text + strlen("https://"), *port;
	uint16_t number;

	if (strncmp(text, "https://", strlen("https://")) || !*host || *host == ':' ||
	    strpbrk(host, "/?# \t\"\\@,") || strlen(text) >= URL_TEXT)
		return false;
	port = strrchr(host, ':');
	if (*host == '[') {
		host = strchr(host, ']');
		if (!host || (host[1] && host[1] != ':'))
			return false;
		port = host[1] ? host + 1 : NULL;
	}
	return !port || xmem_word_port(port + 1, &number);
}

static bool is_domain(const char *text)
{
	const char *p;

	for (p = text; *p; p++)
		if (*p == '.' && (p == text || p[1] == '.'))
			return false;
	return *text && *text != '-' && strlen(text) <= DOMAIN_MAX &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
		       strlen(text);
}

/**
 * xmem_managers_srv() - whose DNS records name the managers
 * @text: what xmem_managers_check() accepts
 *
 * Return: the domain behind srv:, NULL when @text is a list of addresses.
 */
const char *xmem_managers_srv(const char *text)
{
	return strncmp(text, "srv:", 4) ? NULL : text + 4;
}

/**
 * xmem_managers_next() - take the first address of a list
 * @text: the list, or what an earlier call returned
 * @url: result, cut when it does not fit
 * @size: room in @url
 *
 * Return: what follows it, or NULL when the list has no further address.
 */
const char *xmem_managers_next(const char *text, char *url, size_t size)
{
	size_t len;

	text += strspn(text, ", \t");
	if (!*text)
		return NULL;
	len = strcspn(text, ", \t");
	snprintf(url, size, "%.*s", (int)len, text);
	return text + len;
}

/**
 * xmem_managers_check() - whether a text says where managers are
 * @text: the text
 * @err: tells what would be possible
 *
 * Return: 0 or a negative errno.
 */
int xmem_managers_check(const char *text, struct xmem_err *err)
{
	const char *srv = xmem_managers_srv(text), *rest = text;
	char url[URL_TEXT + 1];
	unsigned int count = 0;

	if (srv) {
		if (is_domain(srv))
			return 0;
		return xmem_err_set(err, XMEM_ERR_USAGE, EINVAL,
				    "\"%.64s\" is no domain; possible are " XMEM_MANAGERS_TEXT,
				    srv);
	}
	while ((rest = xmem_managers_next(rest, url, sizeof(url)))) {
		if (!xmem_managers_is_url(url))
			return xmem_err_set(
				err, XMEM_ERR_USAGE, EINVAL,
				"\"%.64s\" is no manager; possible are " XMEM_MANAGERS_TEXT, url);
		count++;
	}
	if (count && count <= XMEM_MANAGERS_MAX)
		return 0;
	return xmem_err_set(err, XMEM_ERR_USAGE, EINVAL,
			    "%u managers are given; possible are " XMEM_MANAGERS_TEXT, count);
}
