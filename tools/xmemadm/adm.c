// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "adm.h"

/**
 * adm_usage() - refuse what was typed
 * @adm: the run
 * @fmt: the words
 *
 * Return: -EINVAL.
 */
int adm_usage(struct adm *adm, const char *fmt, ...)
{
	char text[sizeof(adm->err.text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return xmem_err_set(&adm->err, XMEM_ERR_USAGE, EINVAL, "%s", text);
}

/**
 * adm_config() - read the configuration, once
 * @adm: the run
 *
 * The file needs not exist unless it was named by -c.
 *
 * Return: 0 or a negative errno.
 */
int adm_config(struct adm *adm)
{
	int rc;

	if (adm->config_read)
		return 0;
	rc = xmem_config_read(adm->config_path ? adm->config_path : XMEM_CONFIG_PATH, &adm->config,
			      &adm->err);
	if (rc == -ENOENT && !adm->config_path)
		rc = 0;
	adm->config_read = !rc;
	return rc;
}
