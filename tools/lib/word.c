// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "word.h"

/**
 * xmem_word_is_name() - whether a text can name a device, an allocation, a machine
 * @text: the text
 *
 * Return: true for 1 to 63 of A-Z a-z 0-9 . _ -, the first a letter or digit.
 */
bool xmem_word_is_name(const char *text)
{
	const char *p;

	if (!isalnum((unsigned char)*text) || !isascii((unsigned char)*text))
		return false;
	for (p = text; *p; p++)
		if (!isascii((unsigned char)*p) ||
		    (!isalnum((unsigned char)*p) && !strchr("._-", *p)))
			return false;
	return p - text <= XMEM_WORD_NAME_MAX;
}

/**
 * xmem_word_is_address() - whether a text is an IP address
 * @text: IPv4, or IPv6 with or without %device
 *
 * Return: true if it is one of at most 63 bytes.
 */
bool xmem_word_is_address(const char *text)
{
	const char *scope = strchr(text, '%');
	size_t len = scope ? (size_t)(scope - text) : strlen(text);
	unsigned char binary[sizeof(struct in6_addr)];
	char copy[INET6_ADDRSTRLEN];

	if (len >= sizeof(copy) || strlen(text) > 63 || (scope && !scope[1]))
		return false;
	memcpy(copy, text, len);
	copy[len] = 0;
	return inet_pton(AF_INET6, copy, binary) == 1 ||
	       (!scope && inet_pton(AF_INET, copy, binary) == 1);
}

/**
 * xmem_word_number() - read a whole number
 * @text: decimal digits, or 0x and hexadecimal ones
 * @min: smallest one that is possible
 * @max: largest one that is possible
 * @value: result, untouched when it is refused
 *
 * Return: whether it is a number between @min and @max.
 */
bool xmem_word_number(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	unsigned long long number;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	number = strtoull(text, &end, hex ? 16 : 10);
	if (errno || *end || (hex && end == text + 1) || number < min || number > max)
		return false;
	*value = number;
	return true;
}

/**
 * xmem_word_port() - read a port number
 * @text: 1 to 65535
 * @port: result, untouched when it is refused
 *
 * Return: whether it is one.
 */
bool xmem_word_port(const char *text, uint16_t *port)
{
	uint64_t value;

	if (!xmem_word_number(text, 1, UINT16_MAX, &value))
		return false;
	*port = (uint16_t)value;
	return true;
}

/**
 * xmem_word_address_port() - read an address with or without a port
 * @text: ADDRESS, IPV4:PORT or [IPV6]:PORT
 * @address: result
 * @size: room in @address
 * @port: result, untouched when the text has none
 *
 * Return: whether it is one; when not, results may have been written.
 */
bool xmem_word_address_port(const char *text, char *address, size_t size, uint16_t *port)
{
	const char *end = NULL;

	if (*text == '[') {
		end = strchr(++text, ']');
		if (!end || (end[1] && end[1] != ':'))
			return false;
	} else if (!xmem_word_is_address(text)) {
		end = strchr(text, ':');
		if (!end)
			return false;
	}
	if (snprintf(address, size, "%.*s", end ? (int)(end - text) : (int)strlen(text), text) >=
	    (int)size)
		return false;
	if (end && *end == ']')
		end++;
	if (end && *end && !xmem_word_port(end + 1, port))
		return false;
	return xmem_word_is_address(address);
}
