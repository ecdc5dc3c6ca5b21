// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Picks one value out of the JSON text on standard input. For what the guest tests
 * ask hundreds of times: linked statically it starts in an emulated guest in a
 * fifteenth of the time that jq takes; questions that need a language are for jq.
 *
 * A path is a row of .NAME, ["NAME"], [NUMBER] and [NAME=VALUE], the element of an array
 * whose member NAME is that string; "." is the whole text.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	EXIT_NONE = 1,
	EXIT_USAGE = 2
};

static void die(const char *what, const char *more, int status)
{
	fprintf(stderr, "jsonpick: %s: %s\n", what, more);
	exit(status);
}

/* Members called NAME go, at any depth. */
static void leave_out(json_t *at, const char *name)
{
	const char *key;
	json_t *one;
	void *next;
	size_t i;

	json_object_del(at, name);
	json_object_foreach_safe (at, next, key, one)
		leave_out(one, name);
	json_array_foreach (at, i, one)
		leave_out(one, name);
}

/* Cuts the next part off *PATH: what stands between brackets, or up to a dot or bracket. */
static char *next_part(char **path, bool *bracket)
{
	char *part = *path, *end;

	*bracket = *part == '[';
	if (*part != '.' && !*bracket)
		die("not a path", part, EXIT_USAGE);
	part++;
	end = part + (*bracket ? strcspn(part, "]") : strcspn(part, ".["));
	if (*bracket) {
		if (!*end)
			die("not a path", part, EXIT_USAGE);
		*end++ = '\0';
		*path = end;
		return part;
	}
	/* the dot or bracket that ends a name begins the next part */
	*path = strdup(end);
	*end = '\0';
	return part;
}

static json_t *element_with(json_t *array, const char *name, const char *value)
{
	json_t *one;
	size_t i;

	json_array_foreach (array, i, one) {
		const char *text = json_string_value(json_object_get(one, name));

		if (text && !strcmp(text, value))
			return one;
	}
	return NULL;
}

static json_t *step(json_t *at, char *part, bool bracket)
{
	char *equals = strchr(part, '=');
	size_t length = strlen(part);

	if (!bracket)
		return json_object_get(at, part);
	if (length >= 2 && part[0] == '"' && part[length - 1] == '"') {
		part[length - 1] = '\0';
		return json_object_get(at, part + 1);
	}
	if (equals) {
		*equals = '\0';
		return element_with(at, part, equals + 1);
	}
	return json_array_get(at, strtoul(part, NULL, 10));
}

static json_t *find(json_t *at, char *path)
{
	bool bracket;

	if (!strcmp(path, "."))
		return at;
	while (at && *path) {
		char *part = next_part(&path, &bracket);

		at = step(at, part, bracket);
	}
	return at;
}

static void print(json_t *value)
{
	json_t *one;
	size_t i;

	if (json_is_array(value)) {
		json_array_foreach (value, i, one) {
			if (i)
				putchar(',');
			print(one);
		}
	} else if (json_is_string(value)) {
		fputs(json_string_value(value), stdout);
	} else {
		json_dumpf(value, stdout, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
	}
}

static void usage(void)
{
	fputs("usage: jsonpick [-n] [-x NAME]... PATH <JSON\n"
	      "  -n  only how many elements it has\n"
	      "  -x  without members of that name\n",
	      stderr);
	exit(EXIT_USAGE);
}

int main(int argc, char **argv)
{
	json_error_t error;
	bool count = false;
	json_t *text, *at;
	char *path;
	int c;

	text = json_loadf(stdin, JSON_DECODE_ANY, &error);
	while ((c = getopt(argc, argv, "nx:")) != -1) {
		if (c == 'n')
			count = true;
		else if (c == 'x')
			leave_out(text, optarg);
		else
			usage();
	}
	if (argc != optind + 1)
		usage();
	if (!text)
		die("not JSON", error.text, EXIT_USAGE);
	path = strdup(argv[optind]);
	at = find(text, path);
	if (!at || json_is_null(at))
		die("nothing there", argv[optind], EXIT_NONE);
	if (count)
		printf("%zu", json_is_array(at) ? json_array_size(at) : json_object_size(at));
	else
		print(at);
	putchar('\n');
	return fflush(stdout) ? EXIT_USAGE : 0;
}
