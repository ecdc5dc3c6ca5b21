// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>

#include "refusal.h"

/* Words may quote what somebody sent: whatever that was, the answer is valid JSON. */
static void make_printable(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

/**
 * xmemd_refuse() - refuse in words
 * @why: what to fill; details that it has already stay
 * @status: HTTP status
 * @fmt: the words
 *
 * Return: -1.
 */
int xmemd_refuse(struct xmemd_refusal *why, int status, const char *fmt, ...)
{
	va_list ap;

	why->status = status;
	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	make_printable(why->text);
	return -1;
}

/**
 * xmemd_refuse_err() - refuse with the words of the library
 * @why: what to fill
 * @status: HTTP status
 * @err: the words
 *
 * Return: -1.
 */
int xmemd_refuse_err(struct xmemd_refusal *why, int status, const struct xmem_err *err)
{
	return xmemd_refuse(why, status, "%s", err->text);
}

/**
 * xmemd_refusal_detail() - add a line to the details
 * @why: the refusal
 * @fmt: the line
 */
void xmemd_refusal_detail(struct xmemd_refusal *why, const char *fmt, ...)
{
	char line[768];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	make_printable(line);
	if (!why->details)
		why->details = json_array();
	json_array_append_new(why->details, json_string(line));
}

/**
 * xmemd_refusal_clear() - forget a refusal and free what it holds
 * @why: the refusal, ready for use afterwards
 */
void xmemd_refusal_clear(struct xmemd_refusal *why)
{
	json_decref(why->details);
	*why = (struct xmemd_refusal){};
}
