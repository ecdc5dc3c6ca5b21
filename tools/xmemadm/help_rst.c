// SPDX-License-Identifier: GPL-2.0-or-later
/* The reference part of the manual page, made from the tables that parse. */
#include <stdio.h>
#include <string.h>

#include "help.h"

/* Text in which nothing is markup. */
static void put_plain(const char *text)
{
	for (; *text; text++) {
		if (strchr("\\*`|_<>@", *text))
			putchar('\\');
		putchar(*text);
	}
}

static void put_possible(const char *words)
{
	const char *p = words;

	if (!p || strchr(p, '@'))
		return;
	fputs(" Possible: ", stdout);
	for (p += *p == ','; *p; p++)
		fputs(*p == '|' ? ", " : (char[]){ *p, 0 }, stdout);
	fputs(*words == ',' ? "; several with commas." : ".", stdout);
}

static void put_options(const struct adm_option *o)
{
	for (; o && o->name; o++) {
		printf("\n    **--%s**", o->name);
		if (o->value) {
			fputs(" *", stdout);
			put_plain(o->value);
			putchar('*');
		}
		fputs(o->required ? " (needed)\n        " : "\n        ", stdout);
		put_plain(o->help);
		putchar('.');
		if (o->many)
			fputs(" May be repeated.", stdout);
		put_possible(o->words);
		putchar('\n');
	}
}

static void put_command(const struct adm_object *object, const struct adm_command *command)
{
	printf("\n**xmemadm %s%s%s**", object->name, object->single ? "" : " ",
	       object->single ? "" : command->name);
	if (command->words) {
		fputs(" *", stdout);
		put_plain(command->words);
		putchar('*');
	}
	fputs("\n    ", stdout);
	put_plain(command->help);
	puts(".");
	put_options(command->options);
}

/**
 * adm_help_rst() - print what every command takes, as reStructuredText
 */
void adm_help_rst(void)
{
	const struct adm_object *const *o;
	const struct adm_command *c;

	for_each_object(o)
	{
		printf("\n%s\n", (*o)->name);
		for (size_t i = strlen((*o)->name); i; i--)
			putchar('-');
		putchar('\n');
		if ((*o)->single) {
			put_command(*o, (*o)->single);
			continue;
		}
		putchar('\n');
		put_plain((*o)->help);
		puts(".");
		for (c = (*o)->commands; c->name; c++)
			put_command(*o, c);
	}
}
