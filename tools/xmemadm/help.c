// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "help.h"

/**
 * adm_is_help() - whether a word asks for help
 * @word: the word
 *
 * Return: true if it does.
 */
bool adm_is_help(const char *word)
{
	return !strcmp(word, "help") || !strcmp(word, "--help") || !strcmp(word, "-h");
}

static void print_usage(const struct adm_object *object, const struct adm_command *command)
{
	const struct adm_option *o;

	printf("  xmemadm %s", object->name);
	if (!object->single)
		printf(" %s", command->name);
	if (command->words)
		printf(" %s", command->words);
	for (o = command->options; o && o->name; o++)
		printf(o->required ? " --%s%s%s" : " [--%s%s%s]", o->name, o->value ? " " : "",
		       o->value ? o->value : "");
	putchar('\n');
}

/**
 * adm_help_all() - what there is
 */
void adm_help_all(void)
{
	const struct adm_object *const *o;

	puts("xmemadm: memory of other machines, from the command line\n\n"
	     "usage: xmemadm [-j] [-p] [-c CONF] [-m MANAGERS] OBJECT COMMAND ...\n"
	     "       xmemadm OBJECT help | xmemadm OBJECT COMMAND help\n\nobjects:");
	for_each_object(o) printf("  %-12s %s\n", (*o)->name, (*o)->help);
	puts("\noptions:\n"
	     "  -j           JSON, errors as well\n"
	     "  -p           JSON with line breaks, for people\n"
	     "  -c CONF      another configuration than " XMEM_CONFIG_PATH "\n"
	     "  -m MANAGERS  other managers: https://HOST:PORT[,...] or srv:DOMAIN\n"
	     "\nexit codes:\n"
	     "  0  done\n"
	     "  1  refused by the kernel or by a daemon\n"
	     "  2  what was typed or configured makes no sense; nothing was asked for\n"
	     "  3  not reachable: module not loaded, daemon does not answer");
}

/**
 * adm_help_object() - what an object's commands are
 * @object: the object
 */
void adm_help_object(const struct adm_object *object)
{
	const struct adm_command *c;

	printf("%s: %s\n\ncommands:\n", object->name, object->help);
	for (c = object->commands; c->name; c++)
		printf("  %-12s %s\n", c->name, c->help);
	puts("\nusage:");
	for (c = object->commands; c->name; c++)
		print_usage(object, c);
}

/* What a value can be, where it is one of some words. */
static void print_words(const struct adm_option *o)
{
	const char *p = o->words;

	if (!p || *p == '@' || strstr(p, "|@"))
		return;
	printf("  %-28s possible: ", "");
	for (p += *p == ','; *p; p++)
		fputs(*p == '|' ? ", " : (char[]){ *p, 0 }, stdout);
	puts(*o->words == ',' ? "; several with commas" : "");
}

/**
 * adm_help_command() - what a command takes
 * @object: its object
 * @command: the command
 */
void adm_help_command(const struct adm_object *object, const struct adm_command *command)
{
	const struct adm_option *o;
	char text[64];

	printf("%s%s%s: %s\n\nusage:\n", object->name, object->single ? "" : " ",
	       object->single ? "" : command->name, command->help);
	print_usage(object, command);
	if (command->options)
		puts("\noptions:");
	for (o = command->options; o && o->name; o++) {
		snprintf(text, sizeof(text), "--%s%s%s", o->name, o->value ? " " : "",
			 o->value ? o->value : "");
		printf("  %-28s %s%s\n", text, o->help, o->many ? " (may be repeated)" : "");
		print_words(o);
	}
}

/**
 * adm_help_possible() - add the words that would have been possible to a refusal
 * @adm: the run
 * @object: whose commands; NULL for all objects
 */
void adm_help_possible(struct adm *adm, const struct adm_object *object)
{
	const struct adm_object *const *o;
	const struct adm_command *c;
	const char *comma = "";

	if (object) {
		for (c = object->commands; c->name; c++)
			xmem_err_append(&adm->err, "%s%s", c == object->commands ? "" : ", ",
					c->name);
		return;
	}
	for_each_object(o)
	{
		xmem_err_append(&adm->err, "%s%s", comma, (*o)->name);
		comma = ", ";
	}
}
