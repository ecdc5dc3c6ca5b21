/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests to the managers of the cluster: to the one that answered last, and to the
 * others in turn when it does not. One that follows passes changes on to the leader,
 * so one is enough. Not for use by two threads at once.
 */
#ifndef XMEMD_CLUSTER_H
#define XMEMD_CLUSTER_H

#include <stdatomic.h>
#include <jansson.h>

#include "config.h"
#include "discover.h"

/**
 * struct xmemd_cluster - the managers
 * @config: our certificate
 * @stopping: set when the daemon ends: no further manager is tried then; may be NULL
 * @discover: which managers there are
 * @good: URL of the one that answered last; empty before
 */
struct xmemd_cluster {
	const struct xmem_config *config;
	const atomic_bool *stopping;
	struct xmem_discover discover;
	char good[XMEM_DISCOVER_URL];
};

int xmemd_cluster_init(struct xmemd_cluster *cluster, const struct xmem_config *config,
		       const char *managers, const atomic_bool *stopping, struct xmem_err *err);
int xmemd_cluster_ask(struct xmemd_cluster *cluster, const char *method, const char *path,
		      const json_t *in, json_t **out, struct xmem_err *err);

#endif /* XMEMD_CLUSTER_H */
