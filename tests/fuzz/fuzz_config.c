// SPDX-License-Identifier: GPL-2.0-or-later
/* The configuration file: read whole or not at all, and every refusal says where. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct xmem_config config, defaults;
	struct xmem_err err = {};
	char path[64];
	int fd = memfd_create("config", 0);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	memset(&config, 0xa5, sizeof(config));
	memset(&defaults, 0, sizeof(defaults));
	xmem_config_defaults(&defaults);
	if (xmem_config_read(path, &config, &err) < 0 &&
	    (!err.text[0] || strcmp(config.daemon.address, defaults.daemon.address) ||
	     config.daemon.connections != defaults.daemon.connections || config.tls.ca[0]))
		abort();
	close(fd);
	return 0;
}
