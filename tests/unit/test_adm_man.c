// SPDX-License-Identifier: GPL-2.0-or-later
/* The manual pages name everything that there is, and completion offers it. */
#include "adm.h"
#include "config_keys.h"
#include "managers.h"
#include "unit.h"

#define PAGE_MAX (256 << 10)

/* A page as it is installed, without backslashes, font changes and .B at a line's begin. */
static char *read_page(const char *name)
{
	char *page = malloc(PAGE_MAX), path[128];
	size_t len, i, to = 0;
	FILE *f;

	assert_non_null(page);
	snprintf(path, sizeof(path), "../../tools/man/%s", name);
	f = fopen(path, "r");
	if (!f)
		fail_msg("%s is missing", path);
	len = fread(page, 1, PAGE_MAX - 1, f);
	fclose(f);
	for (i = 0; i < len; i++) {
		if (page[i] == '\\' && page[i + 1] == 'f')
			i += 2;
		else if ((!i || page[i - 1] == '\n') && !strncmp(page + i, ".B ", 3))
			i += 2;
		else if (page[i] != '\\')
			page[to++] = page[i];
	}
	page[to] = 0;
	return page;
}

static int make_pages(void **state)
{
	struct run r;

	(void)state;
	run(&r, "make -s -C ../../tools man");
	if (r.status)
		fputs(r.err, stderr);
	return r.status;
}

/* Finds "xmemadm OBJECT COMMAND" at the beginning of a line. */
static const char *find_command(const char *page, const struct adm_object *object,
				const struct adm_command *command)
{
	char text[128];
	const char *at;
	size_t len;

	len = (size_t)snprintf(text, sizeof(text), "\nxmemadm %s%s%s", object->name,
			       object->single ? "" : " ", object->single ? "" : command->name);
	for (at = strstr(page, text); at; at = strstr(at + 1, text))
		if (at[len] == '\n' || at[len] == ' ')
			return at + len;
	fail_msg("xmemadm(8) has no \"%s\"", text + 1);
	return NULL;
}

static void check_command(const char *page, const struct adm_object *object,
			  const struct adm_command *command)
{
	const char *at = find_command(page, object, command), *end, *found;
	const struct adm_option *o;
	char text[64];

	end = strstr(at, "\nxmemadm ");
	if (!end)
		end = page + strlen(page);
	for (o = command->options; o && o->name; o++) {
		size_t len = (size_t)snprintf(text, sizeof(text), "\n--%s", o->name);

		for (found = strstr(at, text); found; found = strstr(found + 1, text))
			if (found[len] == ' ' || found[len] == '\n')
				break;
		if (!found || found > end)
			fail_msg("xmemadm(8): %s %s lacks --%s", object->name, command->name,
				 o->name);
	}
}

static void adm_page(void **state)
{
	static const char *const parts[] = { "\n-j\n", "\n-p\n", "\n-c CONF", "\n-m MANAGERS",
					     "\n0\n",  "\n1\n",	 "\n2\n",     "\n3\n" };
	char *page = read_page("xmemadm.8");
	const struct adm_object *const *o;
	const struct adm_command *c;
	size_t i;

	(void)state;
	for_each_object(o)
	{
		if ((*o)->single)
			check_command(page, *o, (*o)->single);
		for (c = (*o)->commands; c && c->name; c++)
			check_command(page, *o, c);
	}
	for (i = 0; i < COUNT(parts); i++)
		assert_contains(page, parts[i]);
	free(page);
}

/* Strategies are said by the page's own words, beside the commands. */
static void strategies(void **state)
{
	const struct adm_command *create = adm_find_command(adm_find_object("alloc"), "create");
	const struct adm_option *o = create->options;
	char *page = read_page("xmemadm.8"), *part, words[512], *rest = words, *word;

	(void)state;
	while (strcmp(o->name, "strategy"))
		o++;
	part = strstr(page, "STRATEGIES");
	assert_non_null(part);
	snprintf(words, sizeof(words), "%s", o->words + 1);
	while ((word = strsep(&rest, "|")))
		assert_contains(part, word);
	free(page);
}

static void conf_page(void **state)
{
	char *page = read_page("xmem.conf.5"), text[64], *section;
	size_t i;

	(void)state;
	for (i = 0; i < xmem_config_key_count; i++) {
		const struct xmem_config_key *key = &xmem_config_keys[i];

		snprintf(text, sizeof(text), "\n.SS [%s]\n", key->section);
		section = strstr(page, text);
		if (!section)
			fail_msg("xmem.conf(5) has no [%s]", key->section);
		snprintf(text, sizeof(text),
			 strcmp(key->name, "manager") ? "\n%s = " : "%s is another", key->name);
		if (!strstr(section, text))
			fail_msg("xmem.conf(5) has no %s in [%s]", key->name, key->section);
	}
	free(page);
	page = read_page("xmemd.conf.5");
	assert_string_equal(page, ".so man5/xmem.conf.5\n");
	free(page);
}

/* The example has every key, and what it says can be used as it is. */
static void example(void **state)
{
	char *text = malloc(PAGE_MAX), path[64], line[128];
	struct xmem_config config, defaults;
	struct xmem_err err;
	char *dir, *at;
	size_t i, len;
	FILE *f = fopen("../../mgmt-daemon/xmem.conf.example", "r");

	(void)state;
	assert_non_null(f);
	len = fread(text, 1, PAGE_MAX - 1, f);
	text[len] = 0;
	fclose(f);
	for (i = 0; i < xmem_config_key_count; i++) {
		snprintf(line, sizeof(line), "%s = ", xmem_config_keys[i].name);
		if (strcmp(xmem_config_keys[i].name, "manager") && !strstr(text, line))
			fail_msg("the example has no %s", xmem_config_keys[i].name);
	}
	/* uncommented it is valid, apart from the second form of managers */
	at = strstr(text, "#managers = srv:");
	assert_non_null(at);
	memcpy(at, "# ", 2);
	for (at = text; *at; at++)
		if (*at == '#' && at[1] != ' ' && (at == text || at[-1] == '\n'))
			*at = ' ';
	assert_int_equal(make_dir((void **)&dir), 0);
	snprintf(path, sizeof(path), "%s/conf", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	if (xmem_config_read(path, &config, &err))
		fail_msg("%s", err.text);
	/* what it calls a default is one */
	xmem_config_defaults(&defaults);
	assert_int_equal(config.daemon.connections, defaults.daemon.connections);
	assert_int_equal(config.daemon.connections_per_address,
			 defaults.daemon.connections_per_address);
	assert_int_equal(config.daemon.rate, defaults.daemon.rate);
	assert_int_equal(config.daemon.body, defaults.daemon.body);
	assert_string_equal(config.manager.etcd_prefix, defaults.manager.etcd_prefix);
	assert_int_equal(config.appliance.announce_ms, defaults.appliance.announce_ms);
	assert_string_equal(config.appliance.terms, defaults.appliance.terms);
	assert_int_equal(config.appliance.temperature, defaults.appliance.temperature);
	assert_int_equal(config.appliance.ecc_uncorrected, defaults.appliance.ecc_uncorrected);
	assert_int_equal(config.appliance.memory_pressure, defaults.appliance.memory_pressure);
	assert_int_equal(config.client.renew_ms, defaults.client.renew_ms);
	free(text);
	remove_dir((void **)&dir);
}

static void offered(const char *typed, const char *word)
{
	char line[128];
	struct run r;

	run(&r, "$XMEMADM help --complete %s", typed);
	assert_int_equal(r.status, 0);
	snprintf(line, sizeof(line), "%s\n", word);
	if (strncmp(r.out, line, strlen(line))) {
		snprintf(line, sizeof(line), "\n%s\n", word);
		if (!strstr(r.out, line))
			fail_msg("xmemadm %s: \"%s\" is not among \"%s\"", typed, word, r.out);
	}
}

/* Every word that parses is offered in its place. */
static void complete_everything(void **state)
{
	const struct adm_object *const *o;
	const struct adm_command *c;
	const struct adm_option *option;
	char typed[128], word[64];

	(void)state;
	for_each_object(o)
	{
		offered("''", (*o)->name);
		for (c = (*o)->single ? (*o)->single : (*o)->commands; c && c->name; c++) {
			snprintf(typed, sizeof(typed), "%s ''", (*o)->name);
			if (!(*o)->single)
				offered(typed, c->name);
			for (option = c->options; option && option->name; option++) {
				snprintf(typed, sizeof(typed), "%s %s --", (*o)->name,
					 (*o)->single ? "" : c->name);
				snprintf(word, sizeof(word), "--%s", option->name);
				offered(typed, word);
			}
			if ((*o)->single)
				break;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adm_page),
		cmocka_unit_test(strategies),
		cmocka_unit_test(conf_page),
		cmocka_unit_test(example),
		cmocka_unit_test(complete_everything),
	};

	return cmocka_run_group_tests_name("manual", tests, make_pages, NULL);
}
