// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hex.h"

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/**
 * xmem_id_parse() - read a hexadecimal identity
 * @what: what it identifies, for the error ("client")
 * @text: 1 to 16 hexadecimal digits, with or without 0x
 * @id: result, untouched after an error
 * @err: tells what would be possible
 *
 * Return: 0 or -EINVAL; 0 is no identity and refused.
 */
int xmem_id_parse(const char *what, const char *text, uint64_t *id, struct xmem_err *err)
{
	const char *p = text;
	uint64_t value = 0;
	int n = 0, d = 0;

	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
		p += 2;
	for (; *p && n <= 16; p++, n++) {
		d = digit(*p);
		if (d < 0)
			break;
		value = value << 4 | (uint64_t)d;
	}
	if (!n || n > 16 || d < 0 || !value)
		return xmem_err_set(err, XMEM_ERR_USAGE, EINVAL,
				    "\"%.64s\" is not a %s identity; possible are 1 to 16 "
				    "hexadecimal digits, not all zero (0x1f2e3d4c5b6a7988)",
				    text, what);
	*id = value;
	return 0;
}

/**
 * xmem_id_format() - write an identity
 * @id: the identity
 * @out: the text, 0x and 16 digits
 *
 * Return: @out.
 */
const char *xmem_id_format(uint64_t id, char out[XMEM_ID_TEXT])
{
	snprintf(out, XMEM_ID_TEXT, "0x%016" PRIx64, id);
	return out;
}

/**
 * xmem_token_parse() - read a token
 * @text: 32 hexadecimal digits
 * @token: result, untouched after an error
 * @err: what is wrong; never shows the token, for it is a secret
 *
 * Return: 0 or -EINVAL.
 */
int xmem_token_parse(const char *text, uint8_t token[XMEM_TOKEN_BYTES], struct xmem_err *err)
{
	uint8_t bytes[XMEM_TOKEN_BYTES];
	size_t i, len = strlen(text);

	if (len != 2 * XMEM_TOKEN_BYTES)
		return xmem_err_set(
			err, XMEM_ERR_USAGE, EINVAL,
			"the token has %zu characters; it must have %d hexadecimal digits", len,
			2 * XMEM_TOKEN_BYTES);
	for (i = 0; i < XMEM_TOKEN_BYTES; i++) {
		int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return xmem_err_set(
				err, XMEM_ERR_USAGE, EINVAL,
				"the token has a character that is no hexadecimal digit");
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(token, bytes, sizeof(bytes));
	return 0;
}

/**
 * xmem_token_format() - write a token
 * @token: the token
 * @out: the text, 32 digits
 *
 * Return: @out.
 */
const char *xmem_token_format(const uint8_t token[XMEM_TOKEN_BYTES], char out[XMEM_TOKEN_TEXT])
{
	size_t i;

	for (i = 0; i < XMEM_TOKEN_BYTES; i++)
		snprintf(out + 2 * i, 3, "%02x", token[i]);
	return out;
}
