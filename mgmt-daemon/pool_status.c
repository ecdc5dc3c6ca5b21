// SPDX-License-Identifier: GPL-2.0-or-later
#include <pthread.h>
#include <stdint.h>
#include <gnutls/gnutls.h>
#include <gnutls/crypto.h>

#include "backend.h"
#include "pool_status.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t boot, serial;

/**
 * xmemd_pool_status() - ask the module for its pool
 * @config: name and address of this appliance
 * @err: why not
 *
 * The number is given under the lock under which the pool is read, so that a greater
 * one is a newer look.
 *
 * Return: the object; NULL with @err set, or (@err untouched) without memory.
 */
json_t *xmemd_pool_status(const struct xmem_config *config, struct xmem_err *err)
{
	struct xmem_pool pool = {};
	uint64_t number;
	int ret;

	pthread_mutex_lock(&lock);
	while (!boot) {
		if (gnutls_rnd(GNUTLS_RND_NONCE, &boot, sizeof(boot)) < 0)
			boot = 1;
		boot &= INT64_MAX;
	}
	number = ++serial;
	ret = xmemd_backend.pool(&pool, err);
	pthread_mutex_unlock(&lock);
	if (ret < 0)
		return NULL;
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:i, s:I, s:I}", "name",
			 config->appliance.name, "memory", (json_int_t)pool.memory, "free",
			 (json_int_t)pool.free, "largest", (json_int_t)pool.largest, "regions",
			 (json_int_t)pool.regions, "grants", (json_int_t)pool.grants, "sessions",
			 (json_int_t)pool.sessions, "address", config->appliance.rdma_address,
			 "port", config->appliance.port ? config->appliance.port : pool.port,
			 "boot", (json_int_t)boot, "serial", (json_int_t)number);
}
