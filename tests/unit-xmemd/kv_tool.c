// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The key-value store by hand, and for tests with several managers: takes commands from
 * stdin, a line each, and answers with lines; what a watcher is told is printed as it comes.
 *
 *	kv_tool --database PATH | --etcd URL,… --name NAME [--prefix P] [--lease SECONDS] [--timeout SECONDS]
 *		[--ca FILE --cert FILE --key FILE]
 *
 *	follow				watch, and take part in the election
 *	put KEY VALUE			create KEY VALUE		delete KEY
 *	replace KEY REVISION VALUE	check				(does it lead?)
 *	list [PREFIX]			status				members
 *	model				what a watcher holds in memory
 *	quit				(or the end of stdin)
 *	work NAME			commit counter/NAME = 1, 2, 3, … until one fails
 *	big KEY BYTES			put, with a value of so many
 *	bench THREADS COMMITS		commits per second
 *
 * Answers: "= …" of a command, "! STATUS WORDS" of one refused (or "? …" unsure), ". begin",
 * ". changed KEY VALUE REVISION", ". gone KEY", ". synced REVISION",
 * ". leads" and ". follows NAME URL" of a watcher.
 */
#include <getopt.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <jansson.h>

#include "kv/kv.h"

static struct xmemd_kv *kv;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* what a manager would hold: KEY: [generation, value] */
static json_t *model;
static json_int_t generation;

#define say(...)                     \
	do {                         \
		flockfile(stdout);   \
		printf(__VA_ARGS__); \
		putchar('\n');       \
		fflush(stdout);      \
		funlockfile(stdout); \
	} while (0)

static void told_begin(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&lock);
	generation++;
	pthread_mutex_unlock(&lock);
	say(". begin");
}

static int told_changed(const char *key, const char *value, uint64_t revision, void *arg)
{
	(void)arg;
	pthread_mutex_lock(&lock);
	if (value)
		json_object_set_new(model, key, json_pack("[I, s]", generation, value));
	else
		json_object_del(model, key);
	pthread_mutex_unlock(&lock);
	if (value)
		say(". changed %s %s %" PRIu64, key, value, revision);
	else
		say(". gone %s", key);
	return 0;
}

static void told_synced(uint64_t revision, void *arg)
{
	const char *key;
	json_t *each;
	void *next;

	(void)arg;
	pthread_mutex_lock(&lock);
	json_object_foreach_safe (model, next, key, each)
		if (json_integer_value(json_array_get(each, 0)) != generation)
			json_object_del(model, key);
	pthread_mutex_unlock(&lock);
	say(". synced %" PRIu64, revision);
}

static void told_leads(uint64_t term, const char *name, const char *url, void *arg)
{
	(void)arg;
	if (term)
		say(". leads");
	else
		say(". follows %s %s", *name ? name : "nobody", url);
}

static const struct xmemd_kv_watcher watcher = {
	.begin = told_begin,
	.changed = told_changed,
	.synced = told_synced,
	.leads = told_leads,
};

static int answer(int ret, uint64_t revision, struct xmemd_refusal *why)
{
	if (!ret)
		say("= %" PRIu64, revision);
	else
		say("%c %d %s", ret == XMEMD_KV_UNSURE ? '?' : '!', why->status, why->text);
	xmemd_refusal_clear(why);
	return ret;
}

static int commit(const char *key, const char *value, uint64_t expect, size_t count)
{
	const struct xmemd_kv_op op = { .key = key, .value = value, .expect = expect };
	struct xmemd_refusal why = {};
	uint64_t revision = 0;
	int ret = xmemd_kv_commit(kv, &op, count, &revision, &why);

	/* as a manager would: memory follows what is certain */
	pthread_mutex_lock(&lock);
	if (!ret && count && value)
		json_object_set_new(model, key, json_pack("[I, s]", generation, value));
	else if (!ret && count)
		json_object_del(model, key);
	pthread_mutex_unlock(&lock);
	return answer(ret, revision, &why);
}

static int list_record(const char *key, const char *value, uint64_t revision, void *arg)
{
	(void)arg;
	say("- %s %s %" PRIu64, key, value, revision);
	return 0;
}

static void list(const char *prefix)
{
	struct xmemd_refusal why = {};
	uint64_t revision = 0;
	int ret = xmemd_kv_list(kv, prefix, list_record, NULL, &revision, &why);

	answer(ret, revision, &why);
}

static void list_member(const char *name, const char *url, bool leader, void *arg)
{
	(void)arg;
	say("- %s %s %s", name, url, leader ? "leader" : "follower");
}

static void show_model(void)
{
	const char *key;
	json_t *each;

	pthread_mutex_lock(&lock);
	json_object_foreach (model, key, each)
		say("- %s %s", key, json_string_value(json_array_get(each, 1)));
	pthread_mutex_unlock(&lock);
	say("=");
}

static void show_status(void)
{
	struct xmemd_kv_status status;

	xmemd_kv_status(kv, &status);
	say("= engine=%s leads=%d term=%" PRIu64 " leader=%s revision=%" PRIu64 " commits=%" PRIu64
	    " groups=%" PRIu64 " trouble=%s",
	    status.engine, status.leads, status.term, status.leader, status.revision,
	    status.commits, status.groups, status.trouble);
}

static void big(const char *key, size_t bytes)
{
	char *value = malloc(bytes + 1);

	memset(value, 'x', bytes);
	value[bytes] = '\0';
	commit(key, value, XMEMD_KV_ANY, 1);
	free(value);
}

static void work(const char *name)
{
	char key[80], value[24];
	int i = 0;

	snprintf(key, sizeof(key), "counter/%s", name);
	do
		snprintf(value, sizeof(value), "%d", ++i);
	while (!commit(key, value, XMEMD_KV_ANY, 1));
}

struct bench {
	pthread_t thread;
	unsigned int number, count;
};

static void *bench_thread(void *arg)
{
	const struct bench *bench = arg;
	struct xmemd_refusal why = {};
	char key[64], value[256];
	unsigned int i;

	for (i = 0; i < bench->count; i++) {
		const struct xmemd_kv_op op = { key, value, XMEMD_KV_ANY, false };

		snprintf(key, sizeof(key), "alloc/%u-%u", bench->number, i);
		snprintf(value, sizeof(value), "{\"size\": %u, \"text\": \"%0200u\"}", i, i);
		if (xmemd_kv_commit(kv, &op, 1, NULL, &why)) {
			say("! %d %s", why.status, why.text);
			break;
		}
	}
	xmemd_refusal_clear(&why);
	return NULL;
}

static void bench(unsigned int threads, unsigned int count)
{
	struct bench *all = calloc(threads, sizeof(*all));
	struct xmemd_kv_status before, after;
	struct timespec start, end;
	double seconds;
	unsigned int i;

	xmemd_kv_status(kv, &before);
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (i = 0; i < threads; i++) {
		all[i] = (struct bench){ .number = i, .count = count };
		pthread_create(&all[i].thread, NULL, bench_thread, &all[i]);
	}
	for (i = 0; i < threads; i++)
		pthread_join(all[i].thread, NULL);
	clock_gettime(CLOCK_MONOTONIC, &end);
	xmemd_kv_status(kv, &after);
	seconds = (double)(end.tv_sec - start.tv_sec) +
		  (double)(end.tv_nsec - start.tv_nsec) / 1000000000;
	say("= %u threads: %.0f commits/s, %.1f commits per flush", threads,
	    (double)(after.commits - before.commits) / seconds,
	    (double)(after.commits - before.commits) / (double)(after.groups - before.groups));
	free(all);
}

static void command(char *line)
{
	struct xmemd_refusal why = {};
	char *save = NULL, *verb = strtok_r(line, " \n", &save),
	     *key = strtok_r(NULL, " \n", &save);
	char *third = strtok_r(NULL, " \n", &save), *fourth = strtok_r(NULL, " \n", &save);

	if (!verb)
		return;
	if (!strcmp(verb, "follow"))
		answer(xmemd_kv_follow(kv, &watcher, &why), 0, &why);
	else if (!strcmp(verb, "list"))
		list(key ? key : "");
	else if (!strcmp(verb, "members"))
		answer(xmemd_kv_members(kv, list_member, NULL, &why), 0, &why);
	else if (!strcmp(verb, "status"))
		show_status();
	else if (!strcmp(verb, "model"))
		show_model();
	else if (!strcmp(verb, "check"))
		commit("", NULL, XMEMD_KV_ANY, 0);
	else if (!strcmp(verb, "delete") && key)
		commit(key, NULL, XMEMD_KV_EXISTS, 1);
	else if (!strcmp(verb, "work") && key)
		work(key);
	else if (!strcmp(verb, "put") && third)
		commit(key, third, XMEMD_KV_ANY, 1);
	else if (!strcmp(verb, "big") && third)
		big(key, strtoul(third, NULL, 10));
	else if (!strcmp(verb, "create") && third)
		commit(key, third, XMEMD_KV_ABSENT, 1);
	else if (!strcmp(verb, "replace") && fourth)
		commit(key, fourth, strtoull(third, NULL, 10), 1);
	else if (!strcmp(verb, "bench") && third)
		bench((unsigned int)strtoul(key, NULL, 10), (unsigned int)strtoul(third, NULL, 10));
	else
		say("! 400 no such command: %s", verb);
}

static int read_arguments(int argc, char **argv, struct xmemd_kv_options *options)
{
	static const struct option known[] = {
		{ "database", 1, NULL, 'd' }, { "etcd", 1, NULL, 'e' },
		{ "name", 1, NULL, 'n' },     { "prefix", 1, NULL, 'p' },
		{ "lease", 1, NULL, 'l' },    { "ca", 1, NULL, 'a' },
		{ "cert", 1, NULL, 'c' },     { "key", 1, NULL, 'k' },
		{ "timeout", 1, NULL, 't' },  {},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (c) {
		case 'd':
			options->database = optarg;
			break;
		case 'e':
			options->etcd = optarg;
			break;
		case 'n':
			options->name = optarg;
			break;
		case 'p':
			options->prefix = optarg;
			break;
		case 'l':
			options->lease = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 't':
			options->timeout = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'a':
			options->ca = optarg;
			break;
		case 'c':
			options->cert = optarg;
			break;
		case 'k':
			options->key = optarg;
			break;
		default:
			return -1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct xmemd_kv_options options = { .url = "https://127.0.0.1:7708" };
	struct xmemd_refusal why = {};
	char line[1024];

	if (read_arguments(argc, argv, &options) < 0)
		return 2;
	if (xmemd_kv_open(&options, &kv, &why) < 0) {
		answer(-1, 0, &why);
		return 1;
	}
	model = json_object();
	say("= open");
	while (fgets(line, sizeof(line), stdin) && strcmp(line, "quit\n"))
		command(line);
	xmemd_kv_close(kv);
	json_decref(model);
	return 0;
}
