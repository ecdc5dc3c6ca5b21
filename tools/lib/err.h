/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What went wrong, in words. Every call of this library that can fail takes a
 * struct xmem_err, fills it and returns a negative errno.
 */
#ifndef XMEM_ERR_H
#define XMEM_ERR_H

#include <stdbool.h>

/* What an error means for the caller; the numbers are the exit codes of xmemadm. */
enum xmem_err_kind {
	XMEM_ERR_NONE = 0,
	XMEM_ERR_REFUSED = 1,	  /* the kernel or a daemon said no */
	XMEM_ERR_USAGE = 2,	  /* the input makes no sense; nobody was asked */
	XMEM_ERR_UNREACHABLE = 3, /* module not loaded, daemon does not answer */
};

/**
 * struct xmem_err - an error
 * @kind: what it means for the caller
 * @code: positive errno
 * @status: HTTP status when a daemon answered, or 0
 * @unsent: it was not asked at all, so that nothing can have happened
 * @text: for people, one line without a dot at the end
 */
struct xmem_err {
	enum xmem_err_kind kind;
	int code;
	int status;
	bool unsent;
	char text[512];
};

int xmem_err_set(struct xmem_err *err, enum xmem_err_kind kind, int code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void xmem_err_append(struct xmem_err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* XMEM_ERR_H */
