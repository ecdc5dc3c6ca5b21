// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <gnutls/gnutls.h>
#include <gnutls/crypto.h>

#include "owner.h"

/* Never 0, which marks regions of no manager. */
static uint32_t name_mark(const char *cn)
{
	uint8_t hash[32];
	uint32_t mark;

	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, cn, strlen(cn), hash) < 0)
		return 0;
	mark = (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 | (uint32_t)hash[2] << 8 | hash[3];
	return mark ? mark : 1;
}

/**
 * xmemd_owner_make() - make an owner mark
 * @cn: common name of the manager's certificate
 * @random: random number
 *
 * Return: the mark; 0 if it cannot be made.
 */
uint64_t xmemd_owner_make(const char *cn, uint32_t random)
{
	uint32_t mark = name_mark(cn);

	return mark ? (uint64_t)mark << 32 | random : 0;
}

/**
 * xmemd_owner_is() - check whether a mark is a manager's
 * @owner: the mark
 * @cn: common name of the manager's certificate
 *
 * Return: whether it is.
 */
bool xmemd_owner_is(uint64_t owner, const char *cn)
{
	uint32_t mark = name_mark(cn);

	return mark && owner >> 32 == mark;
}
