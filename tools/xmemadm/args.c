// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "duration.h"
#include "word.h"

static const struct adm_option no_options[] = { { 0 } };

static const struct adm_option *options_of(const struct adm_command *command)
{
	return command->options ? command->options : no_options;
}

/* How many words must and may follow; alternatives have a lone | between them. */
static void count_words(const char *words, unsigned int *min, unsigned int *max)
{
	unsigned int needed = 0, all = 0;
	bool first = true;
	const char *next;

	*min = 0;
	*max = 0;
	for (; words && *words; words = next) {
		next = words + strcspn(words, " ");
		next += *next == ' ';
		if (*words != '|') {
			all++;
			needed += *words != '[';
			if (*next)
				continue;
		}
		if (first || needed < *min)
			*min = needed;
		if (all > *max)
			*max = all;
		first = false;
		needed = 0;
		all = 0;
	}
}

static int bad_option(struct adm *adm, const struct adm_command *command, const char *given,
		      bool lacks_value)
{
	const struct adm_option *o;
	int rc;

	if (lacks_value)
		return adm_usage(adm, "%s needs a value", given);
	rc = adm_usage(adm, "unknown option %s; possible are ", given);
	for (o = options_of(command); o->name; o++)
		xmem_err_append(&adm->err, "--%s, ", o->name);
	xmem_err_append(&adm->err, "--help");
	return rc;
}

static int take_value(struct adm *adm, const struct adm_option *option, const char *value,
		      struct adm_args *args)
{
	if (!option->many && adm_has(args, option->name))
		return adm_usage(adm, "--%s was given twice", option->name);
	if (args->values >= ADM_VALUES_MAX)
		return adm_usage(adm, "too many options; possible are %d", ADM_VALUES_MAX);
	args->value[args->values].option = option->name;
	args->value[args->values++].value = value ? value : "";
	return 0;
}

static int take_options(struct adm *adm, const struct adm_command *command, int argc, char **argv,
			struct adm_args *args)
{
	const struct adm_option *options = options_of(command);
	struct option table[ADM_OPTIONS_MAX + 1] = { 0 };
	int i, rc = 0;

	for (i = 0; options[i].name && i < ADM_OPTIONS_MAX; i++) {
		table[i].name = options[i].name;
		table[i].has_arg = options[i].value ? required_argument : no_argument;
		table[i].val = 256 + i;
	}
	/* argv[0] is the command's word; 0 starts getopt anew after the global options */
	optind = 0;
	opterr = 0;
	while (!rc && (i = getopt_long(argc, argv, ":", table, NULL)) != -1) {
		if (i >= 256)
			rc = take_value(adm, &options[i - 256], optarg, args);
		else
			rc = bad_option(adm, command, argv[optind - 1], i == ':');
	}
	return rc;
}

static int take_words(struct adm *adm, const struct adm_object *object,
		      const struct adm_command *command, int argc, char **argv,
		      struct adm_args *args)
{
	unsigned int given = (unsigned int)(argc - optind), min, max;
	const char *verb = object->single ? "" : command->name;
	const char *blank = object->single ? "" : " ";

	count_words(command->words, &min, &max);
	if (given > max)
		return adm_usage(adm, "unexpected \"%.64s\"; possible is: xmemadm %s%s%s%s%s",
				 argv[optind + (int)max], object->name, blank, verb, max ? " " : "",
				 max ? command->words : "");
	if (given < min)
		return adm_usage(adm, "something is missing; possible is: xmemadm %s%s%s %s",
				 object->name, blank, verb, command->words);
	for (; optind < argc; optind++)
		args->word[args->words++] = argv[optind];
	return 0;
}

/**
 * adm_args_parse() - sort what follows a command
 * @adm: for refusals
 * @object: the object
 * @command: the command
 * @argc: number of arguments, with the command's word
 * @argv: the arguments, with the command's word; reordered
 * @args: result
 *
 * Return: 0 or a negative errno.
 */
int adm_args_parse(struct adm *adm, const struct adm_object *object,
		   const struct adm_command *command, int argc, char **argv, struct adm_args *args)
{
	const struct adm_option *o;
	int rc;

	memset(args, 0, sizeof(*args));
	rc = take_options(adm, command, argc, argv, args);
	if (!rc)
		rc = take_words(adm, object, command, argc, argv, args);
	for (o = options_of(command); !rc && o->name; o++)
		if (o->required && !adm_has(args, o->name))
			rc = adm_usage(adm, "--%s %s is missing", o->name, o->value);
	return rc;
}

/**
 * adm_value_n() - a value of an option
 * @args: as given
 * @option: name of the option
 * @n: which of its values, from 0
 *
 * Return: the value, "" for an option without one, NULL if it was not given that often.
 */
const char *adm_value_n(const struct adm_args *args, const char *option, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < args->values; i++)
		if (!strcmp(args->value[i].option, option) && !n--)
			return args->value[i].value;
	return NULL;
}

/**
 * adm_value() - the value of an option
 * @args: as given
 * @option: name of the option
 *
 * Return: the value, or NULL if the option was not given.
 */
const char *adm_value(const struct adm_args *args, const char *option)
{
	return adm_value_n(args, option, 0);
}

/**
 * adm_has() - whether an option was given
 * @args: as given
 * @option: name of the option
 *
 * Return: true if it was.
 */
bool adm_has(const struct adm_args *args, const char *option)
{
	return adm_value_n(args, option, 0);
}

/**
 * adm_number() - an option whose value is a number
 * @adm: for refusals
 * @args: as given
 * @option: name of the option
 * @min: smallest number that is possible
 * @max: largest number that is possible
 * @result: the number, untouched without the option
 *
 * Return: 0 or a negative errno.
 */
int adm_number(struct adm *adm, const struct adm_args *args, const char *option, uint64_t min,
	       uint64_t max, uint64_t *result)
{
	const char *text = adm_value(args, option);

	if (!text || xmem_word_number(text, min, max, result))
		return 0;
	return adm_usage(adm, "--%s %.32s: possible is %" PRIu64 " to %" PRIu64, option, text, min,
			 max);
}

/**
 * adm_number32() - an option whose value is a 32 bit number
 * @adm: for refusals
 * @args: as given
 * @option: name of the option
 * @min: smallest number that is possible
 * @max: largest number that is possible
 * @result: the number, untouched without the option
 *
 * Return: 0 or a negative errno.
 */
int adm_number32(struct adm *adm, const struct adm_args *args, const char *option, uint32_t min,
		 uint32_t max, uint32_t *result)
{
	uint64_t value = *result;
	int rc = adm_number(adm, args, option, min, max, &value);

	if (!rc)
		*result = (uint32_t)value;
	return rc;
}

/**
 * adm_milliseconds() - an option whose value is a time
 * @adm: for refusals
 * @args: as given
 * @option: name of the option
 * @min: shortest time that is possible, milliseconds
 * @max: longest time that is possible, milliseconds
 * @result: the time in milliseconds, untouched without the option
 *
 * Return: 0 or a negative errno.
 */
int adm_milliseconds(struct adm *adm, const struct adm_args *args, const char *option, uint32_t min,
		     uint32_t max, uint32_t *result)
{
	const char *text = adm_value(args, option);
	uint64_t ms;
	int rc;

	if (!text)
		return 0;
	rc = xmem_duration_parse(text, &ms, &adm->err);
	if (rc)
		return rc;
	if (ms < min || ms > max)
		return adm_usage(adm, "--%s %.32s: possible is %ums to %us", option, text, min,
				 max / 1000);
	*result = (uint32_t)ms;
	return 0;
}

/**
 * adm_region_id() - read a region's identity
 * @adm: for refusals
 * @text: a number from 1
 * @id: result
 *
 * Return: 0 or a negative errno.
 */
int adm_region_id(struct adm *adm, const char *text, uint64_t *id)
{
	if (xmem_word_number(text, 1, UINT64_MAX, id))
		return 0;
	return adm_usage(adm,
			 "\"%.32s\" is not a region; possible is a number from 1 (xmemadm "
			 "region list shows them)",
			 text);
}
