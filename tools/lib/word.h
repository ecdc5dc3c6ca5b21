/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The forms of names, ports and addresses, wherever people write them. */
#ifndef XMEM_WORD_H
#define XMEM_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define XMEM_WORD_NAME_MAX 63

bool xmem_word_is_name(const char *text);
bool xmem_word_is_address(const char *text);
bool xmem_word_number(const char *text, uint64_t min, uint64_t max, uint64_t *value);
bool xmem_word_port(const char *text, uint16_t *port);
bool xmem_word_address_port(const char *text, char *address, size_t size, uint16_t *port);

#endif /* XMEM_WORD_H */
