// SPDX-License-Identifier: GPL-2.0-or-later
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "adm.h"
#include "parts.h"

/* Objects by name; xmemadm-NAME.so is where the program's RUNPATH says. */
static const char *const parts[] = { "pagecache", "pki" };

/**
 * adm_is_part() - whether an object is a part of its own
 * @object: its word
 *
 * Return: true if it is, loaded or not.
 */
bool adm_is_part(const char *object)
{
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (!strcmp(parts[i], object))
			return true;
	return false;
}

/* why the last part was not loaded; help and completion go on without it */
static char failure[256];

static void *load(const char *file)
{
	void *part = dlopen(file, RTLD_NOW | RTLD_LOCAL);

	if (!part)
		snprintf(failure, sizeof(failure), "%s", dlerror());
	return part;
}

/**
 * adm_part_load() - make an object known that is a part of its own
 * @object: its word
 *
 * Return: whether it was loaded.
 */
bool adm_part_load(const char *object)
{
	char file[64];

	snprintf(file, sizeof(file), "xmemadm-%s.so", object);
	return adm_is_part(object) && load(file);
}

/**
 * adm_part_error() - why a part could not be loaded
 *
 * Return: the words of the dynamic linker, which name the part or a library it needs.
 */
const char *adm_part_error(void)
{
	return failure;
}

/**
 * adm_parts_load() - make all objects known
 */
void adm_parts_load(void)
{
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		adm_find_object(parts[i]);
}

/**
 * adm_part_symbol() - a function of a part that may not be loaded yet
 * @file: the part
 * @name: the function's
 *
 * Return: the function, or NULL; adm_part_error() says why.
 */
void *adm_part_symbol(const char *file, const char *name)
{
	void *part = load(file);

	return part ? dlsym(part, name) : NULL;
}
