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

static void *load(const char *library)
{
	return dlopen(library, RTLD_NOW | RTLD_LOCAL);
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
	if (!adm_is_part(object) || load(file))
		return adm_is_part(object);
	snprintf(failure, sizeof(failure), "%s", dlerror());
	return false;
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
 * adm_library_symbol() - a function of a library that may not be loaded yet
 * @library: its file name
 * @name: the function's
 *
 * Return: the function, or NULL; that is told on standard error.
 */
void *adm_library_symbol(const char *library, const char *name)
{
	void *handle = load(library), *symbol = handle ? dlsym(handle, name) : NULL;

	if (!symbol)
		fprintf(stderr, "xmemadm: %s\n", dlerror());
	return symbol;
}
