/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Labels in requests; what they mean is in label.h. */
#ifndef XMEMD_LABELS_H
#define XMEMD_LABELS_H

#include <jansson.h>

#include "refusal.h"

int xmemd_labels_check(const json_t *labels, struct xmemd_refusal *why);

#endif /* XMEMD_LABELS_H */
