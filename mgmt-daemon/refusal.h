/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a request was refused: an HTTP status, a sentence for people, a word for
 * programs, the field or query that is wrong, and details. Calls that can refuse
 * take a struct xmemd_refusal, fill it and return -1.
 */
#ifndef XMEMD_REFUSAL_H
#define XMEMD_REFUSAL_H

#include <stdbool.h>
#include <jansson.h>

#include "err.h"

#define XMEMD_FIELD_TEXT 64

/* Words for programs. A caller may act on them, so they are part of the interface. */
#define XMEMD_WHY_BAD_FIELD "bad-field"	    /* 400: see the field */
#define XMEMD_WHY_BAD_REQUEST "bad-request" /* 400: not what the protocol wants */
#define XMEMD_WHY_NO_IDENTITY "no-identity" /* 401: no certificate */
#define XMEMD_WHY_FORBIDDEN "forbidden"	    /* 403: certificate or role does not permit it */
#define XMEMD_WHY_NOT_FOUND "not-found"	    /* 404 */
#define XMEMD_WHY_BAD_METHOD "bad-method"   /* 405 */
#define XMEMD_WHY_STATE "state"		    /* 409: what it is now does not permit it */
#define XMEMD_WHY_EXISTS "exists"	    /* 409: the name is taken */
#define XMEMD_WHY_IN_USE "in-use"	    /* 409: somebody uses it */
#define XMEMD_WHY_TOO_LONG "too-long"	    /* 413 */
#define XMEMD_WHY_BAD_TYPE "bad-type"	    /* 415 */
#define XMEMD_WHY_KEY_REUSED "key-reused"   /* 422: idempotency key of another request */
#define XMEMD_WHY_LIMIT "limit"		    /* 429: too much of it; try later */
#define XMEMD_WHY_INTERNAL "internal"	    /* 500 */
#define XMEMD_WHY_UNAVAILABLE "unavailable" /* 503: somebody needed for it does not answer */
#define XMEMD_WHY_NOT_LEADER "not-leader"   /* 503: another manager decides */
#define XMEMD_WHY_NO_ROOM "no-room"	    /* 507 */
#define XMEMD_WHY_QUOTA "quota"		    /* 507: of the client or the account */

/**
 * struct xmemd_refusal - a refusal
 * @status: HTTP status, 4xx or 5xx; 0 while there is none
 * @reason: one of XMEMD_WHY_…, constant text
 * @text: one sentence for people, without a dot at the end
 * @field: name of the field or query that is wrong, or empty
 * @retry_after: seconds until it makes sense to try again; 0 says nothing
 * @details: array of strings, or NULL
 */
struct xmemd_refusal {
	int status;
	const char *reason;
	char text[640], field[XMEMD_FIELD_TEXT];
	unsigned int retry_after;
	json_t *details;
};

int xmemd_refuse(struct xmemd_refusal *why, int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int xmemd_refuse_as(struct xmemd_refusal *why, int status, const char *reason, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
int xmemd_refuse_field(struct xmemd_refusal *why, const char *field, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int xmemd_refuse_err(struct xmemd_refusal *why, int status, const struct xmem_err *err);
void xmemd_refusal_detail(struct xmemd_refusal *why, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
json_t *xmemd_refusal_json(const struct xmemd_refusal *why);
void xmemd_refusal_clear(struct xmemd_refusal *why);

#endif /* XMEMD_REFUSAL_H */
