/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model rebuilt from what the appliances' regions say of themselves, after the
 * store was lost. Only appliances that are known and answer are asked; what they do
 * not have, or contradict each other about, is said and not guessed.
 */
#ifndef XMEMD_RECOVER_H
#define XMEMD_RECOVER_H

#include "manager.h"

int xmemd_recover(struct xmemd_manager *manager, bool dry_run, json_t **report,
		  struct xmemd_refusal *why);

#endif /* XMEMD_RECOVER_H */
