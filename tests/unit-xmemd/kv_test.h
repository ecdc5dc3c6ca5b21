/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the tests of the key-value store: a database in a folder of its own or, with
 * XMEMD_KV_ETCD=URL,…, a prefix of its own in etcd.
 */
#ifndef KV_TEST_H
#define KV_TEST_H

#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "kv/kv.h"

static char dir[] = "/tmp/xmemd-kv.XXXXXX";
static char path[128];
static struct xmemd_kv *kv;
static struct xmemd_refusal why;

static inline int make_dir(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/db", dir);
	return 0;
}

static inline int remove_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

static inline int try_open(struct xmemd_kv **kvp)
{
	const struct xmemd_kv_options options = { .database = path,
						  .name = "m1",
						  .url = "https://m1" };

	return xmemd_kv_open(&options, kvp, &why);
}

static inline void on_begin(void *arg)
{
	(void)arg;
}

static inline int on_changed(const char *key, const char *value, uint64_t revision, void *arg)
{
	(void)key;
	(void)value;
	(void)revision;
	(void)arg;
	return 0;
}

static inline void on_synced(uint64_t revision, void *arg)
{
	(void)revision;
	(void)arg;
}

static inline void on_leads(uint64_t term, const char *name, const char *url, void *arg)
{
	(void)name;
	(void)url;
	if (term)
		sem_post(arg);
}

/* Returns when it leads. */
static inline int open_etcd(const char *etcd)
{
	static sem_t elected;
	static int number;
	const struct xmemd_kv_watcher watcher = { on_begin, on_changed, on_synced, on_leads,
						  &elected };
	char prefix[64];
	const struct xmemd_kv_options options = {
		.etcd = etcd, .prefix = prefix, .name = "m1", .url = "https://m1"
	};
	struct timespec until;

	snprintf(prefix, sizeof(prefix), "/test/%d.%d", getpid(), ++number);
	sem_init(&elected, 0, 0);
	if (xmemd_kv_open(&options, &kv, &why) < 0 || xmemd_kv_follow(kv, &watcher, &why) < 0)
		return -1;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 60;
	return sem_timedwait(&elected, &until);
}

static inline int open_kv(void **state)
{
	const char *etcd = getenv("XMEMD_KV_ETCD");

	(void)state;
	return etcd ? open_etcd(etcd) : try_open(&kv);
}

static inline int close_kv(void **state)
{
	char file[160];

	(void)state;
	xmemd_kv_close(kv);
	kv = NULL;
	xmemd_refusal_clear(&why);
	unlink(path);
	snprintf(file, sizeof(file), "%s-wal", path);
	unlink(file);
	return 0;
}

static inline void reopen(void)
{
	xmemd_kv_close(kv);
	if (try_open(&kv))
		fail_msg("%s", why.text);
}

static inline void refused(int ret, int status, const char *text)
{
	assert_int_equal(ret, -1);
	assert_int_equal(why.status, status);
	if (!strstr(why.text, text))
		fail_msg("\"%s\" does not say \"%s\"", why.text, text);
	xmemd_refusal_clear(&why);
}

/* One operation. */
static inline int set(const char *key, const char *value, uint64_t expect)
{
	const struct xmemd_kv_op op = { .key = key, .value = value, .expect = expect };

	return xmemd_kv_commit(kv, &op, 1, NULL, &why);
}

struct found {
	char text[4096];
	size_t count, limit;
	uint64_t revision;
};

static inline int find(const char *key, const char *value, uint64_t revision, void *arg)
{
	struct found *found = arg;
	size_t len = strlen(found->text);

	if (len < sizeof(found->text) - 300)
		snprintf(found->text + len, sizeof(found->text) - len, "%s%s=%.32s", len ? " " : "",
			 key, value);
	found->revision = revision;
	return ++found->count == found->limit;
}

static inline struct found list(const char *prefix)
{
	struct found found = {};

	assert_int_equal(xmemd_kv_list(kv, prefix, find, &found, NULL, &why), 0);
	return found;
}

/* All there is, as one text. */
static inline void holds(const char *text)
{
	struct found found = list("");

	assert_string_equal(found.text, text);
}

#endif /* KV_TEST_H */
