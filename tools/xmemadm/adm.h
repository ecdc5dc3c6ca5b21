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

#define ADM_GLOBAL_OPTIONS "-j, -p, -c CONF, -m MANAGERS, help"

/**
 * struct adm - what one run of xmemadm knows
 * @json: -j or -p: output and errors are JSON
 * @pretty: -p
 * @quick: ask daemons for a moment only: somebody waits for a completion
 * @config_path: -c, or NULL
 * @managers_given: -m, or NULL
 * @config_read: @config holds the file's
 * @config: configuration
 * @managers: addresses of managers, the one that answered last first; empty before
 *	the first request
 * @answer: body of a daemon's refusal, or NULL
 * @collect: lists are not printed but kept in @collected
 * @collected: the list, or NULL
 * @line: number of the line of a batch, or 0
 * @err: why the last call failed
 */
struct adm {
	bool json, pretty, quick;
	const char *config_path, *managers_given;
	bool config_read;
	struct xmem_config config;
	char managers[XMEM_CONFIG_LIST];
	json_t *answer;
	bool collect;
	json_t *collected;
	unsigned int line;
	struct xmem_err err;
};

/**
 * struct adm_option - an option of a command
 * @name: without the dashes
 * @value: name of its value for the help; NULL for an option without one
 * @required: whether the command needs it
 * @many: whether it may be given several times
 * @help: one line
 * @words: possible values, for completion and adm_choice(); NULL for free text. Words
 *	with | between them; "@alloc" and the like are names of what there is (complete.c);
 *	with a comma in front the value is a list with commas
 */
struct adm_option {
	const char *name, *value;
	bool required, many;
	const char *help;
	const char *words;
};

struct adm_args;

/**
 * struct adm_command - a command
 * @name: the word
 * @words: what follows it before the options, for the help: "NAME URL", "[ID]"
 * @help: one line
 * @options: ends with an empty one; may be NULL
 * @run: does it; returns 0 or a negative errno with adm->err filled
 * @complete: possible values of each word in @words as in adm_option, with blanks
 *	between them; may be NULL
 */
struct adm_command {
	const char *name, *words, *help;
	const struct adm_option *options;
	int (*run)(struct adm *adm, const struct adm_args *args);
	const char *complete;
};

/**
 * struct adm_object - an object
 * @name: the word
 * @help: one line
 * @commands: ends with an empty one; NULL when the object is a command by itself
 * @single: that command
 */
struct adm_object {
	const char *name, *help;
	const struct adm_command *commands;
	const struct adm_command *single;
};

#define ADM_OBJECT(object)                                               \
	static void __attribute__((constructor)) object##_register(void) \
	{                                                                \
		adm_register(&(object));                                 \
	}                                                                \
	_Static_assert(1, "a semicolon follows")

#define for_each_object(o) for (o = adm_all_objects(); *o; o++)

void adm_register(const struct adm_object *object);
const struct adm_object *const *adm_all_objects(void);
const struct adm_object *adm_find_object(const char *name);
const struct adm_command *adm_find_command(const struct adm_object *object, const char *name);
int adm_run(struct adm *adm, int argc, char **argv);
int adm_usage(struct adm *adm, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int adm_config(struct adm *adm);
void adm_print_error(struct adm *adm, int rc);
int adm_exit_code(const struct adm *adm, int rc);

#endif /* XMEMADM_ADM_H */
