/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a request was refused: an HTTP status, a sentence, and details. Calls that
 * can refuse take a struct xmemd_refusal, fill it and return -1.
 */
#ifndef XMEMD_REFUSAL_H
#define XMEMD_REFUSAL_H

#include <stdbool.h>
#include <jansson.h>

#include "err.h"

/**
 * struct xmemd_refusal - a refusal
 * @status: HTTP status, 4xx or 5xx; 0 while there is none
 * @text: one sentence for people, without a dot at the end
 * @details: array of strings, or NULL
 */
struct xmemd_refusal {
	int status;
	char text[640];
	json_t *details;
};

int xmemd_refuse(struct xmemd_refusal *why, int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int xmemd_refuse_err(struct xmemd_refusal *why, int status, const struct xmem_err *err);
void xmemd_refusal_detail(struct xmemd_refusal *why, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void xmemd_refusal_clear(struct xmemd_refusal *why);

#endif /* XMEMD_REFUSAL_H */
