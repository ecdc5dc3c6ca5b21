/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where clients stand, as they announce it. Only remembered, not written down: it is said again. */
#ifndef XMEMD_PLACE_H
#define XMEMD_PLACE_H

#include "model.h"

/* Labels that say where something stands, by enum xmemd_label. */
extern const char *const xmemd_place_keys[XMEMD_LABELS];

int xmemd_place_set_locked(struct xmemd_model *model, const char *client, uint64_t id,
			   const json_t *labels);
void xmemd_place_apply_locked(const struct xmemd_model *model, const char *client, uint64_t id,
			      struct xmemd_where *where);
void xmemd_place_done(struct xmemd_model *model);

#endif /* XMEMD_PLACE_H */
