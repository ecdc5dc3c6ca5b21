/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of the configuration: where a value goes, and what is possible. */
#ifndef XMEM_CONFIG_KEYS_H
#define XMEM_CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"

/**
 * struct xmem_config_key - a key
 * @section: where it stands
 * @name: how it is written
 * @set: reads a value; false refuses it
 * @offset: of its field in struct xmem_config; 0 for a key that fills several
 * @size: of its field
 * @min: smallest number that is possible
 * @max: largest one
 * @possible: the words for a refusal
 *
 * Two keys of one section with the same field are two names of one.
 */
struct xmem_config_key {
	const char *section, *name;
	bool (*set)(const struct xmem_config_key *key, const char *value, void *field);
	size_t offset, size;
	uint64_t min, max;
	const char *possible;
};

extern const struct xmem_config_key xmem_config_keys[];
extern const size_t xmem_config_key_count;

#endif /* XMEM_CONFIG_KEYS_H */
