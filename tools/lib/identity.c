// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <gnutls/gnutls.h>
#include <gnutls/crypto.h>

#include "identity.h"

#define SHA256_BYTES 32
#define MACHINE_ID_DIGITS 32

/**
 * xmem_identity_from() - make a client identity from a machine's
 * @machine_id: 32 hexadecimal digits
 * @id: result, never 0
 * @err: why not
 *
 * The machine's identity is confidential (machine-id(5)), so only a hash of it
 * goes out.
 *
 * Return: 0 or a negative errno.
 */
int xmem_identity_from(const char *machine_id, uint64_t *id, struct xmem_err *err)
{
	uint8_t hash[SHA256_BYTES];
	char text[64];
	uint64_t value = 0;
	int i, len;

	if (strspn(machine_id, "0123456789abcdefABCDEF") != MACHINE_ID_DIGITS)
		return xmem_err_set(err, XMEM_ERR_USAGE, EINVAL,
				    "%s does not hold 32 hexadecimal digits", XMEM_MACHINE_ID);
	len = snprintf(text, sizeof(text), "xmem-client:%.32s", machine_id);
	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, text, (size_t)len, hash))
		return xmem_err_set(err, XMEM_ERR_USAGE, EIO, "SHA-256 is not available");
	for (i = 0; i < 8; i++)
		value = value << 8 | hash[i];
	*id = value ? value : 1;
	return 0;
}

/**
 * xmem_identity_default() - this machine's client identity
 * @id: result, never 0
 * @err: why not
 *
 * Return: 0 or a negative errno.
 */
int xmem_identity_default(uint64_t *id, struct xmem_err *err)
{
	char line[MACHINE_ID_DIGITS + 2] = "";
	FILE *f = fopen(XMEM_MACHINE_ID, "re");

	if (!f || !fgets(line, sizeof(line), f)) {
		if (f)
			fclose(f);
		return xmem_err_set(
			err, XMEM_ERR_USAGE, ENOENT,
			"this machine has no %s; set id= in [client] of the configuration",
			XMEM_MACHINE_ID);
	}
	fclose(f);
	return xmem_identity_from(line, id, err);
}
