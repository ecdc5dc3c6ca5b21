/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Under which address others reach this daemon. */
#ifndef XMEMD_URL_H
#define XMEMD_URL_H

#include "alloc.h"
#include "config.h"
#include "refusal.h"

int xmemd_url_own(const struct xmem_config *config, char url[XMEMD_URL_TEXT],
		  struct xmemd_refusal *why);

#endif /* XMEMD_URL_H */
