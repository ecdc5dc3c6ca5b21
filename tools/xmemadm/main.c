// SPDX-License-Identifier: GPL-2.0-or-later
/* xmemadm: finds object and command in the tables, and prints help and errors. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "adm.h"
#include "args.h"

extern const struct adm_object *const __start_adm_objects[], *const __stop_adm_objects[];

#define for_each_object(o) \
	for (o = __start_adm_objects; o < (const struct adm_object *const *)__stop_adm_objects; o++)

static bool is_help(const char *word)
{
	return !strcmp(word, "help") || !strcmp(word, "--help") || !strcmp(word, "-h");
}

static void print_usage(const struct adm_object *object, const struct adm_command *command)
{
	const struct adm_option *o;

	printf("  xmemadm %s %s", object->name, command->name);
	if (command->words)
		printf(" %s", command->words);
	for (o = command->options; o && o->name; o++)
		printf(o->required ? " --%s%s%s" : " [--%s%s%s]", o->name, o->value ? " " : "",
		       o->value ? o->value : "");
	putchar('\n');
}

static void help_all(void)
{
	const struct adm_object *const *o;

	puts("xmemadm: memory of other machines, from the command line\n\n"
	     "usage: xmemadm [-j] [-p] [-c CONF] OBJECT COMMAND ...\n"
	     "       xmemadm OBJECT help | xmemadm OBJECT COMMAND help\n\nobjects:");
	for_each_object(o) printf("  %-12s %s\n", (*o)->name, (*o)->help);
	puts("\noptions:\n"
	     "  -j           JSON\n"
	     "  -p           JSON with line breaks, for people\n"
	     "  -c CONF      another configuration than " XMEM_CONFIG_PATH "\n"
	     "\nexit codes:\n"
	     "  0  done\n"
	     "  1  refused by the kernel or by a daemon\n"
	     "  2  what was typed or configured makes no sense; nothing was asked for\n"
	     "  3  not reachable: module not loaded, daemon does not answer");
}

static void help_object(const struct adm_object *object)
{
	const struct adm_command *c;

	printf("%s: %s\n\ncommands:\n", object->name, object->help);
	for (c = object->commands; c->name; c++)
		printf("  %-12s %s\n", c->name, c->help);
	puts("\nusage:");
	for (c = object->commands; c->name; c++)
		print_usage(object, c);
}

static void help_command(const struct adm_object *object, const struct adm_command *command)
{
	const struct adm_option *o;
	char text[64];

	printf("%s %s: %s\n\nusage:\n", object->name, command->name, command->help);
	print_usage(object, command);
	if (command->options)
		puts("\noptions:");
	for (o = command->options; o && o->name; o++) {
		snprintf(text, sizeof(text), "--%s%s%s", o->name, o->value ? " " : "",
			 o->value ? o->value : "");
		printf("  %-28s %s%s\n", text, o->help, o->many ? " (may be repeated)" : "");
	}
}

static const struct adm_object *find_object(struct adm *adm, const char *name)
{
	const struct adm_object *const *o;
	const char *comma = "";

	for_each_object(o) if (!strcmp((*o)->name, name)) return *o;
	adm_usage(adm, "unknown object \"%.32s\"; possible are ", name);
	for_each_object(o)
	{
		xmem_err_append(&adm->err, "%s%s", comma, (*o)->name);
		comma = ", ";
	}
	return NULL;
}

static const struct adm_command *find_command(struct adm *adm, const struct adm_object *object,
					      const char *name)
{
	const struct adm_command *c;

	for (c = object->commands; c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	adm_usage(adm, "unknown command \"%.32s\" of %s; possible are ", name, object->name);
	for (c = object->commands; c->name; c++)
		xmem_err_append(&adm->err, "%s%s", c == object->commands ? "" : ", ", c->name);
	return NULL;
}

static int run_command(struct adm *adm, const struct adm_object *object,
		       const struct adm_command *command, int argc, char **argv)
{
	struct adm_args args;
	int i, rc;

	for (i = 1; i < argc; i++) {
		if ((i == 1 && is_help(argv[i])) || !strcmp(argv[i], "--help")) {
			help_command(object, command);
			return 0;
		}
	}
	rc = adm_args_parse(adm, object, command, argc, argv, &args);
	return rc ? rc : command->run(adm, &args);
}

static int run(struct adm *adm, int argc, char **argv)
{
	const struct adm_object *object;
	const struct adm_command *command;

	if (!argc || is_help(argv[0])) {
		help_all();
		return argc ? 0 : adm_usage(adm, "an object is missing");
	}
	object = find_object(adm, argv[0]);
	if (!object)
		return -EINVAL;
	if (argc == 1 || is_help(argv[1])) {
		help_object(object);
		return argc > 1 ? 0 : adm_usage(adm, "a command is missing");
	}
	command = find_command(adm, object, argv[1]);
	if (!command)
		return -EINVAL;
	return run_command(adm, object, command, argc - 1, argv + 1);
}

/* The options before the object; returns how many arguments they are, or a negative errno. */
static int global_options(struct adm *adm, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && argv[i][0] == '-' && !is_help(argv[i]); i++) {
		if (!strcmp(argv[i], "-j")) {
			adm->json = true;
		} else if (!strcmp(argv[i], "-p")) {
			adm->json = true;
			adm->pretty = true;
		} else if (!strcmp(argv[i], "-c")) {
			if (++i == argc)
				return adm_usage(adm, "-c needs a file");
			adm->config_path = argv[i];
		} else {
			return adm_usage(adm,
					 "unknown option %.32s; possible are -j, -p, -c CONF, help",
					 argv[i]);
		}
	}
	return i;
}

int main(int argc, char **argv)
{
	struct adm adm = { 0 };
	int rc = global_options(&adm, argc, argv);

	if (rc > 0)
		rc = run(&adm, argc - rc, argv + rc);
	if (fflush(stdout) && !rc)
		rc = xmem_err_set(&adm.err, XMEM_ERR_REFUSED, errno, "cannot write the output: %s",
				  strerror(errno));
	if (!rc)
		return 0;
	fprintf(stderr, "xmemadm: %s\n", adm.err.text);
	return adm.err.kind ? (int)adm.err.kind : XMEM_ERR_REFUSED;
}
