// SPDX-License-Identifier: GPL-2.0-or-later
/* Words and options of xmemadm. Input: lines; the first two name object and command. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"

#define ARGS_MAX 128

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse(const struct adm_object *object, const struct adm_command *command, int argc,
		  char **argv)
{
	struct adm adm = {};
	struct adm_args args;
	unsigned int i;

	if (adm_args_parse(&adm, object, command, argc, argv, &args) < 0) {
		if (!adm.err.text[0] || adm.err.kind != XMEM_ERR_USAGE)
			abort();
		return;
	}
	if (args.words > ADM_WORDS_MAX || args.values > ADM_VALUES_MAX)
		abort();
	/* what was taken can be looked at */
	for (i = 0; i < args.words; i++)
		(void)strlen(args.word[i]);
	for (i = 0; i < args.values; i++) {
		uint64_t number = 7;
		uint32_t small = 7;

		adm_number(&adm, &args, args.value[i].option, 1, UINT64_MAX, &number);
		adm_milliseconds(&adm, &args, args.value[i].option, 1, UINT32_MAX, &small);
		if (!number || !small)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *rest = text, *argv[ARGS_MAX + 1] = {};
	const char *object_name = strsep(&rest, "\n");
	const char *command_name = rest ? strsep(&rest, "\n") : "";
	const struct adm_object *object;
	const struct adm_command *command;
	int argc = 1;

	argv[0] = (char *)command_name;
	while (rest && argc < ARGS_MAX)
		argv[argc++] = strsep(&rest, "\n");
	object = adm_find_object(object_name);
	command = object ? adm_find_command(object, command_name) : NULL;
	if (command)
		parse(object, command, argc, argv);
	free(text);
	return 0;
}
