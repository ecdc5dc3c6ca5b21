// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "refusal.h"

/* Words may quote what somebody sent: whatever that was, the answer is valid JSON. */
static void make_printable(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

/* The word that goes with a status, where nobody said a better one. */
static const char *reason_of(int status)
{
	static const struct {
		int status;
		const char *reason;
	} rows[] = {
		{ 400, XMEMD_WHY_BAD_REQUEST }, { 401, XMEMD_WHY_NO_IDENTITY },
		{ 403, XMEMD_WHY_FORBIDDEN },	{ 404, XMEMD_WHY_NOT_FOUND },
		{ 405, XMEMD_WHY_BAD_METHOD },	{ 409, XMEMD_WHY_STATE },
		{ 413, XMEMD_WHY_TOO_LONG },	{ 415, XMEMD_WHY_BAD_TYPE },
		{ 422, XMEMD_WHY_KEY_REUSED },	{ 429, XMEMD_WHY_LIMIT },
		{ 503, XMEMD_WHY_UNAVAILABLE }, { 507, XMEMD_WHY_NO_ROOM },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].status == status)
			return rows[i].reason;
	return XMEMD_WHY_INTERNAL;
}

static int fill(struct xmemd_refusal *why, int status, const char *reason, const char *field,
		const char *fmt, va_list ap)
{
	char text[sizeof(why->text)];

	/* what is quoted may be in the refusal that is overwritten */
	vsnprintf(text, sizeof(text), fmt, ap);
	make_printable(text);
	snprintf(why->field, sizeof(why->field), "%s", field);
	make_printable(why->field);
	memcpy(why->text, text, sizeof(text));
	why->status = status;
	why->reason = reason;
	why->retry_after = 0;
	return -1;
}

/**
 * xmemd_refuse() - refuse in words
 * @why: what to fill; details that it has already stay
 * @status: HTTP status; the word for programs follows from it
 * @fmt: the words
 *
 * Return: -1.
 */
int xmemd_refuse(struct xmemd_refusal *why, int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(why, status, reason_of(status), "", fmt, ap);
	va_end(ap);
	return -1;
}

/**
 * xmemd_refuse_as() - refuse in words, with another word for programs than the status has
 * @why: what to fill; details that it has already stay
 * @status: HTTP status
 * @reason: one of XMEMD_WHY_…
 * @fmt: the words
 *
 * Return: -1.
 */
int xmemd_refuse_as(struct xmemd_refusal *why, int status, const char *reason, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(why, status, reason, "", fmt, ap);
	va_end(ap);
	return -1;
}

/**
 * xmemd_refuse_field() - refuse because of a field of the body, or a query (400, bad-field)
 * @why: what to fill; details that it has already stay
 * @field: its name, with dots for fields within fields
 * @fmt: the words
 *
 * Return: -1.
 */
int xmemd_refuse_field(struct xmemd_refusal *why, const char *field, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(why, 400, XMEMD_WHY_BAD_FIELD, field, fmt, ap);
	va_end(ap);
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
 * xmemd_refusal_json() - the one form that every refusal has on the wire
 * @why: the refusal
 *
 * Return: {"error", "reason", "field", "details"}, the last two where there are any; NULL
 * without memory.
 */
json_t *xmemd_refusal_json(const struct xmemd_refusal *why)
{
	json_t *object = json_pack("{s:s, s:s}", "error", why->text, "reason",
				   why->reason ? why->reason : reason_of(why->status));

	if (object && why->field[0])
		json_object_set_new(object, "field", json_string(why->field));
	if (object && why->details)
		json_object_set(object, "details", why->details);
	return object;
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
