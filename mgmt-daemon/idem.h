/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Idempotency keys: who sends a request again with the same key gets what it got, and
 * nothing is made twice. Kept a day, and not more than so many.
 */
#ifndef XMEMD_IDEM_H
#define XMEMD_IDEM_H

#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "alloc.h"
#include "refusal.h"
#include "index.h"

#define XMEMD_IDEM_MAX 10000
#define XMEMD_IDEM_SECONDS 86400
#define XMEMD_HASH_TEXT 65

/**
 * struct xmemd_idem_request - a request with a key
 * @key: of its record: made of who asks and the key
 * @body: made of what it asks for
 */
struct xmemd_idem_request {
	char key[XMEMD_HASH_TEXT + 8], body[XMEMD_HASH_TEXT];
};

/**
 * struct xmemd_idem - the keys that were used lately; all zero is none
 * @by_key: by key of the record
 * @by_age: oldest first
 * @lock: of both
 */
struct xmemd_idem {
	struct xmemd_index by_key, by_age;
	pthread_mutex_t lock;
};

void xmemd_idem_init(struct xmemd_idem *idem);
void xmemd_idem_clear(struct xmemd_idem *idem);
void xmemd_idem_done(struct xmemd_idem *idem);
int xmemd_idem_request(struct xmemd_idem_request *request, const char *cn, const char *key,
		       const json_t *body, struct xmemd_refusal *why);
int xmemd_idem_find(struct xmemd_idem *idem, const struct xmemd_idem_request *request,
		    char name[XMEMD_NAME_TEXT], struct xmemd_refusal *why);
char *xmemd_idem_record(const struct xmemd_idem_request *request, const char *name);
void xmemd_idem_feed(struct xmemd_idem *idem, const char *key, const char *value);
bool xmemd_idem_oldest(struct xmemd_idem *idem, char key[XMEMD_HASH_TEXT + 8]);

#endif /* XMEMD_IDEM_H */
