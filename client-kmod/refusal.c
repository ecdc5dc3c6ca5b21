// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kernel.h>
#include "refusal.h"

/**
 * xmemc_refuse() - note why something is refused
 * @why: where the words go
 * @error: negative errno
 * @fmt: the words, no full stop and no newline
 *
 * Return: @error, so that a caller can return it at once.
 */
int xmemc_refuse(struct xmemc_refusal *why, int error, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vscnprintf(why->text, sizeof(why->text), fmt, args);
	va_end(args);
	return error;
}
