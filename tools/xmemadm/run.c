// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds object and command in the tables and runs them. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "args.h"
#include "complete.h"
#include "help.h"
#include "parts.h"

/* By name; with an empty place at the end. */
static const struct adm_object *objects[32];

static const struct adm_object *known_object(const char *name)
{
	const struct adm_object *const *o;

	for (o = objects; *o; o++)
		if (!strcmp((*o)->name, name))
			return *o;
	return NULL;
}

/**
 * adm_register() - make an object known, before main() or when its part is loaded
 * @object: the object, for good
 */
void adm_register(const struct adm_object *object)
{
	size_t n = 0, at;

	while (objects[n])
		n++;
	assert(n + 1 < sizeof(objects) / sizeof(*objects));
	for (at = n; at && strcmp(objects[at - 1]->name, object->name) > 0; at--)
		objects[at] = objects[at - 1];
	objects[at] = object;
}

/**
 * adm_all_objects() - what there is
 *
 * Return: the objects by name, NULL behind the last.
 */
const struct adm_object *const *adm_all_objects(void)
{
	adm_parts_load();
	return objects;
}

/**
 * adm_find_object() - look an object up
 * @name: its word
 *
 * Return: the object, or NULL.
 */
const struct adm_object *adm_find_object(const char *name)
{
	const struct adm_object *object = known_object(name);

	if (!object && adm_part_load(name))
		object = known_object(name);
	return object;
}

/**
 * adm_find_command() - look a command up
 * @object: its object
 * @name: its word
 *
 * Return: the command, or NULL.
 */
const struct adm_command *adm_find_command(const struct adm_object *object, const char *name)
{
	const struct adm_command *c;

	for (c = object->commands; c && c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

static int run_command(struct adm *adm, const struct adm_object *object,
		       const struct adm_command *command, int argc, char **argv)
{
	struct adm_args args;
	int i, rc;

	for (i = 1; i < argc; i++) {
		if ((i == 1 && adm_is_help(argv[i])) || !strcmp(argv[i], "--help")) {
			adm_help_command(object, command);
			return 0;
		}
	}
	rc = adm_args_parse(adm, object, command, argc, argv, &args);
	return rc ? rc : command->run(adm, &args);
}

/**
 * adm_run() - do what was typed
 * @adm: the run
 * @argc: number of words
 * @argv: the words from the object on; reordered
 *
 * Return: 0 or a negative errno.
 */
int adm_run(struct adm *adm, int argc, char **argv)
{
	const struct adm_object *object;
	const struct adm_command *command;

	if (argc > 1 && !strcmp(argv[0], "help") && !strcmp(argv[1], "--complete"))
		return adm_complete(adm, argc - 2, argv + 2);
	if (argc == 2 && !strcmp(argv[0], "help") && !strcmp(argv[1], "--rst")) {
		adm_help_rst();
		return 0;
	}
	if (!argc || adm_is_help(argv[0])) {
		adm_help_all();
		return argc ? 0 : adm_usage(adm, "an object is missing");
	}
	object = adm_find_object(argv[0]);
	if (!object && adm_is_part(argv[0]))
		return xmem_err_set(&adm->err, XMEM_ERR_UNREACHABLE, ENOENT,
				    "the part for %s is missing: %s", argv[0], adm_part_error());
	if (!object) {
		adm_usage(adm, "unknown object \"%.32s\"; possible are ", argv[0]);
		adm_help_possible(adm, NULL);
		return -EINVAL;
	}
	if (object->single)
		return run_command(adm, object, object->single, argc, argv);
	if (argc == 1 || adm_is_help(argv[1])) {
		adm_help_object(object);
		return argc > 1 ? 0 : adm_usage(adm, "a command is missing");
	}
	command = adm_find_command(object, argv[1]);
	if (!command) {
		adm_usage(adm, "unknown command \"%.32s\" of %s; possible are ", argv[1],
			  object->name);
		adm_help_possible(adm, object);
		return -EINVAL;
	}
	return run_command(adm, object, command, argc - 1, argv + 1);
}
