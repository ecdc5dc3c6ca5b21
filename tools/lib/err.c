// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "err.h"

/**
 * xmem_err_set() - describe an error
 * @err: where to, what was in it is lost; may be NULL
 * @kind: what it means for the caller
 * @code: positive errno
 * @fmt: the words
 *
 * Return: -@code, so that a caller can return what this returns.
 */
int xmem_err_set(struct xmem_err *err, enum xmem_err_kind kind, int code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -code;
	err->kind = kind;
	err->code = code;
	err->status = 0;
	err->unsent = false;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return -code;
}

/**
 * xmem_err_append() - add words to an error
 * @err: the error; may be NULL
 * @fmt: the words
 */
void xmem_err_append(struct xmem_err *err, const char *fmt, ...)
{
	va_list ap;
	size_t len;

	if (!err)
		return;
	len = strlen(err->text);
	va_start(ap, fmt);
	vsnprintf(err->text + len, sizeof(err->text) - len, fmt, ap);
	va_end(ap);
}
