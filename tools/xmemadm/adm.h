/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xmemadm OBJECT COMMAND: objects are tables of commands, commands are tables of
 * options. Help, parsing and refusals come from the tables. An object registers
 * itself by ADM_OBJECT() in a file of its own.
 */
#ifndef XMEMADM_ADM_H
#define XMEMADM_ADM_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

#include "config.h"
#include "err.h"

/* What one run of xmemadm knows. */
struct adm {
	bool json, pretty;
	const char *config_path; /* -c, or NULL */
	bool config_read;
	struct xmem_config config;
	struct xmem_err err;
};

/**
 * struct adm_option - an option of a command
 * @name: without the dashes
 * @value: name of its value for the help; NULL for an option without one
 * @required: whether the command needs it
 * @many: whether it may be given several times
 * @help: one line
 */
struct adm_option {
	const char *name, *value;
	bool required, many;
	const char *help;
};

struct adm_args;

/**
 * struct adm_command - a command
 * @name: the word
 * @words: what follows it before the options, for the help: "NAME URL", "[ID]"
 * @help: one line
 * @options: ends with an empty one; may be NULL
 * @run: does it; returns 0 or a negative errno with adm->err filled
 */
struct adm_command {
	const char *name, *words, *help;
	const struct adm_option *options;
	int (*run)(struct adm *adm, const struct adm_args *args);
};

/**
 * struct adm_object - an object
 * @name: the word
 * @help: one line
 * @commands: ends with an empty one
 */
struct adm_object {
	const char *name, *help;
	const struct adm_command *commands;
};

#define ADM_OBJECT(object)                                   \
	static const struct adm_object *const object##_entry \
		__attribute__((used, section("adm_objects"))) = &(object)

int adm_usage(struct adm *adm, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int adm_config(struct adm *adm);

#endif /* XMEMADM_ADM_H */
