/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words and options of one command, as given. */
#ifndef XMEMADM_ARGS_H
#define XMEMADM_ARGS_H

#include <stdint.h>

#include "adm.h"

#define ADM_WORDS_MAX 4
#define ADM_VALUES_MAX 96
#define ADM_OPTIONS_MAX 32

struct adm_args {
	unsigned int words, values;
	const char *word[ADM_WORDS_MAX];
	struct {
		const char *option, *value;
	} value[ADM_VALUES_MAX];
};

int adm_args_parse(struct adm *adm, const struct adm_object *object,
		   const struct adm_command *command, int argc, char **argv, struct adm_args *args);

bool adm_has(const struct adm_args *args, const char *option);
const char *adm_value(const struct adm_args *args, const char *option);
const char *adm_value_n(const struct adm_args *args, const char *option, unsigned int n);

/* Readers of values; each leaves *result alone when the option was not given. */
int adm_number(struct adm *adm, const struct adm_args *args, const char *option, uint64_t min,
	       uint64_t max, uint64_t *result);
int adm_number32(struct adm *adm, const struct adm_args *args, const char *option, uint32_t min,
		 uint32_t max, uint32_t *result);
int adm_milliseconds(struct adm *adm, const struct adm_args *args, const char *option, uint32_t min,
		     uint32_t max, uint32_t *result);
int adm_region_id(struct adm *adm, const char *text, uint64_t *id);

#endif /* XMEMADM_ARGS_H */
