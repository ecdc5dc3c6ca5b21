// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "complete.h"
#include "help.h"

/**
 * adm_complete_word() - offer a word
 * @word: the word
 * @begin: what is typed of it
 */
void adm_complete_word(const char *word, const char *begin)
{
	if (!strncmp(word, begin, strlen(begin)))
		puts(word);
}

/* Offers the words of @spec, see struct adm_option; @spec ends at a blank as well. */
static void offer(struct adm *adm, const char *spec, const char *begin)
{
	const char *last = strrchr(begin, ',');
	size_t before = 0, len;
	char word[256];

	if (*spec == ',') {
		spec++;
		before = last ? (size_t)(last - begin) + 1 : 0;
	}
	for (; *spec && *spec != ' '; spec += len + (spec[len] == '|')) {
		len = strcspn(spec, "| ");
		snprintf(word, sizeof(word), "%.*s%.*s", (int)before, begin, (int)len, spec);
		if (*spec == '@' && spec[len] != '=')
			adm_complete_names(adm, word + before, begin);
		else
			adm_complete_word(word, begin);
	}
}

static const struct adm_option *find_option(const struct adm_command *command, const char *word)
{
	const struct adm_option *o;

	if (strncmp(word, "--", 2))
		return NULL;
	for (o = command->options; o && o->name; o++)
		if (!strcmp(o->name, word + 2))
			return o;
	return NULL;
}

static bool given(const struct adm_option *option, int argc, char **argv)
{
	int i;

	for (i = 0; i < argc - 1; i++)
		if (!strncmp(argv[i], "--", 2) && !strcmp(argv[i] + 2, option->name))
			return true;
	return false;
}

static void offer_options(const struct adm_command *command, int argc, char **argv)
{
	const struct adm_option *o;
	char word[64];

	for (o = command->options; o && o->name; o++) {
		snprintf(word, sizeof(word), "--%s", o->name);
		if (o->many || !given(o, argc, argv))
			adm_complete_word(word, argv[argc - 1]);
	}
	adm_complete_word("--help", argv[argc - 1]);
}

/* What can stand at the @n-th place that is no option, or NULL. */
static const char *place(const char *spec, unsigned int n)
{
	while (spec && n--) {
		spec = strchr(spec, ' ');
		spec += spec ? 1 : 0;
	}
	return spec;
}

/* @argv begins behind the command; its last word is the one being typed. */
static void complete_command(struct adm *adm, const struct adm_command *command, int argc,
			     char **argv)
{
	const char *begin = argv[argc - 1], *spec;
	const struct adm_option *pending = NULL, *o; /* an option whose value comes next */
	unsigned int words = 0;
	int i;

	for (i = 0; i < argc - 1; i++) {
		o = pending ? NULL : find_option(command, argv[i]);
		if (!o && !pending && *argv[i] != '-')
			words++;
		pending = o && o->value ? o : NULL;
	}
	if (pending) {
		if (pending->words)
			offer(adm, pending->words, begin);
		return;
	}
	spec = place(command->complete, words);
	if (*begin != '-' && spec)
		offer(adm, spec, begin);
	if (*begin == '-' || !spec)
		offer_options(command, argc, argv);
}

static void complete_object(struct adm *adm, int argc, char **argv)
{
	const struct adm_object *object = adm_find_object(argv[0]);
	const struct adm_command *command;

	if (!object)
		return;
	if (object->single) {
		complete_command(adm, object->single, argc - 1, argv + 1);
		return;
	}
	if (argc == 2) {
		for (command = object->commands; command->name; command++)
			adm_complete_word(command->name, argv[1]);
		adm_complete_word("help", argv[1]);
		return;
	}
	command = adm_find_command(object, argv[1]);
	if (command)
		complete_command(adm, command, argc - 2, argv + 2);
}

/**
 * adm_complete() - print what could stand in place of the last word, one a line
 * @adm: the run
 * @argc: number of words, at least one, which may be empty
 * @argv: what is typed behind xmemadm
 *
 * "@file" and "@dir" among the lines stand for what the shell knows better.
 *
 * Return: 0.
 */
int adm_complete(struct adm *adm, int argc, char **argv)
{
	static const char *const options[] = { "-j", "-p", "-c", "-m" };
	const struct adm_object *const *o;
	size_t k;
	int i;

	adm->quick = true;
	for (i = 0; i < argc - 1 && *argv[i] == '-'; i++) {
		if (strcmp(argv[i], "-c") && strcmp(argv[i], "-m"))
			continue;
		if (++i == argc - 1) {
			if (argv[i - 1][1] == 'c')
				puts("@file");
			return 0;
		}
		if (argv[i - 1][1] == 'c')
			adm->config_path = argv[i];
		else
			adm->managers_given = argv[i];
	}
	if (argc - i > 1) {
		complete_object(adm, argc - i, argv + i);
		return 0;
	}
	if (!argc)
		return 0;
	for_each_object(o) adm_complete_word((*o)->name, argv[i]);
	adm_complete_word("help", argv[i]);
	for (k = 0; *argv[i] == '-' && k < sizeof(options) / sizeof(*options); k++)
		adm_complete_word(options[k], argv[i]);
	return 0;
}
