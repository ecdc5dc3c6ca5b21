// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <libdevmapper.h>

#include "dm.h"

/* What goes wrong is told in our words; the kernel's own are in its log. */
static void no_log(int level, const char *file, int line, int error, const char *fmt, ...)
{
	(void)level;
	(void)file;
	(void)line;
	(void)error;
	(void)fmt;
}

static struct dm_task *new_task(int type, const char *name)
{
	struct dm_task *task;

	dm_log_with_errno_init(no_log);
	task = dm_task_create(type);
	if (task && name && !dm_task_set_name(task, name)) {
		dm_task_destroy(task);
		return NULL;
	}
	return task;
}

static int failed(struct adm *adm, struct dm_task *task, const char *what, const char *name)
{
	int code = task ? dm_task_get_errno(task) : errno;

	if (code == EACCES || code == EPERM || geteuid()) {
		if (task)
			dm_task_destroy(task);
		return xmem_err_set(&adm->err, XMEM_ERR_REFUSED, EPERM,
				    "the device mapper is for root only");
	}
	if (!task)
		return xmem_err_set(&adm->err, XMEM_ERR_UNREACHABLE, ENODEV,
				    "dm_mod is not loaded: modprobe dm_mod");
	dm_task_destroy(task);
	return xmem_err_set(&adm->err, XMEM_ERR_REFUSED, code ? code : EIO,
			    "the device mapper does not %s %s: %s (more in the kernel's log)", what,
			    name, code ? strerror(code) : "no reason given");
}

/* Runs and ends a task that has no answer. */
static int run_task(struct adm *adm, struct dm_task *task, const char *what, const char *name)
{
	if (!task || !dm_task_run(task))
		return failed(adm, task, what, name);
	dm_task_destroy(task);
	return 0;
}

/**
 * adm_dm_has() - check that the kernel has a target, and load its module
 * @adm: the run
 * @target: name of the target
 *
 * Return: 0, or a negative errno when it does not or cannot tell.
 */
int adm_dm_has(struct adm *adm, const char *target)
{
	struct dm_task *task = new_task(DM_DEVICE_GET_TARGET_VERSION, target);

	if (!task || !dm_task_run(task)) {
		if (task && dm_task_get_errno(task) == EINVAL) {
			dm_task_destroy(task);
			return xmem_err_set(&adm->err, XMEM_ERR_REFUSED, EOPNOTSUPP,
					    "this kernel has no device mapper target \"%s\"",
					    target);
		}
		return failed(adm, task, "load", target);
	}
	dm_task_destroy(task);
	return 0;
}

/**
 * adm_dm_create() - make a device without a table
 * @adm: the run
 * @name: its name
 * @uuid: what it is found by
 *
 * Return: 0 or a negative errno.
 */
int adm_dm_create(struct adm *adm, const char *name, const char *uuid)
{
	struct dm_task *task = new_task(DM_DEVICE_CREATE, name);

	if (task && !dm_task_set_uuid(task, uuid))
		return failed(adm, task, "create", name);
	return run_task(adm, task, "create", name);
}

/**
 * adm_dm_load() - load a table of one target beside the one in use
 * @adm: the run
 * @name: the device
 * @sectors: its size
 * @target: the target
 * @params: of the target
 *
 * Return: 0 or a negative errno.
 */
int adm_dm_load(struct adm *adm, const char *name, uint64_t sectors, const char *target,
		const char *params)
{
	struct dm_task *task = new_task(DM_DEVICE_RELOAD, name);

	if (task && !dm_task_add_target(task, 0, sectors, target, params))
		return failed(adm, task, "load a table of", name);
	return run_task(adm, task, "load a table of", name);
}

/**
 * adm_dm_unload() - drop a table that was loaded and not put to use
 * @adm: the run
 * @name: the device
 *
 * Return: 0 or a negative errno.
 */
int adm_dm_unload(struct adm *adm, const char *name)
{
	return run_task(adm, new_task(DM_DEVICE_CLEAR, name), "unload a table of", name);
}

/**
 * adm_dm_suspend() - hold new I/O and wait for what is in flight
 * @adm: the run
 * @name: the device
 *
 * A file system on it is not frozen: it reads and writes the same bytes before and after.
 *
 * Return: 0 or a negative errno.
 */
int adm_dm_suspend(struct adm *adm, const char *name)
{
	struct dm_task *task = new_task(DM_DEVICE_SUSPEND, name);

	if (task && !dm_task_skip_lockfs(task))
		return failed(adm, task, "suspend", name);
	return run_task(adm, task, "suspend", name);
}

/**
 * adm_dm_resume() - put the loaded table to use and let I/O go on
 * @adm: the run
 * @name: the device
 * @hidden: whether nobody is to look for file systems on it
 * @cookie: for adm_dm_settle(); zero before the first
 *
 * Return: 0 or a negative errno.
 */
int adm_dm_resume(struct adm *adm, const char *name, bool hidden, uint32_t *cookie)
{
	uint16_t flags = hidden ? DM_UDEV_DISABLE_SUBSYSTEM_RULES_FLAG |
					  DM_UDEV_DISABLE_DISK_RULES_FLAG |
					  DM_UDEV_DISABLE_OTHER_RULES_FLAG
				: 0;
	struct dm_task *task = new_task(DM_DEVICE_RESUME, name);

	if (task && !dm_task_set_cookie(task, cookie, flags))
		return failed(adm, task, "resume", name);
	return run_task(adm, task, "resume", name);
}

/**
 * adm_dm_remove() - take a device away
 * @adm: the run
 * @name: the device
 *
 * Tried again for some seconds while somebody, such as udev, looks at it.
 *
 * Return: 0 or a negative errno, -EBUSY when it is in use.
 */
int adm_dm_remove(struct adm *adm, const char *name)
{
	struct dm_task *task = new_task(DM_DEVICE_REMOVE, name);
	uint32_t cookie = 0;
	int rc;

	if (task && (!dm_task_set_cookie(task, &cookie, 0) || !dm_task_retry_remove(task)))
		return failed(adm, task, "remove", name);
	rc = run_task(adm, task, "remove", name);
	adm_dm_settle(cookie);
	return rc;
}

/**
 * adm_dm_settle() - wait until udev has seen what was done, and make the nodes
 * @cookie: what adm_dm_resume() left
 */
void adm_dm_settle(uint32_t cookie)
{
	if (cookie)
		dm_udev_wait(cookie);
	dm_task_update_nodes();
}

/**
 * adm_dm_info() - what is known of a device
 * @adm: the run
 * @name: the device
 * @info: result; a device that does not exist is no error
 *
 * Return: 0 or a negative errno.
 */
int adm_dm_info(struct adm *adm, const char *name, struct adm_dm_info *info)
{
	struct dm_task *task = new_task(DM_DEVICE_INFO, name);
	struct dm_info dmi;

	memset(info, 0, sizeof(*info));
	if (!task || !dm_task_run(task) || !dm_task_get_info(task, &dmi))
		return failed(adm, task, "describe", name);
	dm_task_destroy(task);
	if (!dmi.exists)
		return 0;
	info->exists = true;
	info->open_count = dmi.open_count;
	info->dev = makedev(dmi.major, dmi.minor);
	return 0;
}

/* The only target of a device; one without a table gives empty words. */
static int first_target(struct adm *adm, int type, const char *name, char target[ADM_DM_NAME],
			char params[ADM_DM_PARAMS], uint64_t *sectors)
{
	struct dm_task *task = new_task(type, name);
	uint64_t start, length = 0;
	char *t = NULL, *p = NULL;

	/* asked for a table or its state, the kernel must not wait for the metadata on disk */
	if (task && !dm_task_no_flush(task))
		return failed(adm, task, "describe", name);
	if (!task || !dm_task_run(task))
		return failed(adm, task, "describe", name);
	dm_get_next_target(task, NULL, &start, &length, &t, &p);
	if (target)
		snprintf(target, ADM_DM_NAME, "%s", t ? t : "");
	snprintf(params, ADM_DM_PARAMS, "%s", p ? p : "");
	if (sectors)
		*sectors = length;
	dm_task_destroy(task);
	return 0;
}

/**
 * adm_dm_table() - the table in use
 * @adm: the run
 * @name: the device
 * @target: result, empty without a table
 * @params: result
 * @sectors: size of the device
 *
 * Return: 0 or a negative errno.
 */
int adm_dm_table(struct adm *adm, const char *name, char target[ADM_DM_NAME],
		 char params[ADM_DM_PARAMS], uint64_t *sectors)
{
	return first_target(adm, DM_DEVICE_TABLE, name, target, params, sectors);
}

/**
 * adm_dm_status() - what a target tells of its state
 * @adm: the run
 * @name: the device
 * @params: result
 *
 * Return: 0 or a negative errno.
 */
int adm_dm_status(struct adm *adm, const char *name, char params[ADM_DM_PARAMS])
{
	return first_target(adm, DM_DEVICE_STATUS, name, NULL, params, NULL);
}

static int check_uuid(struct adm *adm, const char *name, const char *prefix, bool *matches)
{
	struct dm_task *task = new_task(DM_DEVICE_INFO, name);
	const char *uuid;

	if (!task || !dm_task_run(task))
		return failed(adm, task, "describe", name);
	uuid = dm_task_get_uuid(task);
	*matches = uuid && !strncmp(uuid, prefix, strlen(prefix));
	dm_task_destroy(task);
	return 0;
}

/**
 * adm_dm_each() - walk the devices
 * @adm: the run
 * @uuid_prefix: only those whose UUID starts so
 * @fn: called for each
 * @arg: for @fn
 *
 * Return: 0 or a negative errno.
 */
int adm_dm_each(struct adm *adm, const char *uuid_prefix, adm_dm_fn fn, void *arg)
{
	struct dm_task *task = new_task(DM_DEVICE_LIST, NULL);
	struct dm_names *names;
	bool matches = false;
	int rc = 0;

	if (!task || !dm_task_run(task))
		return failed(adm, task, "list", "its devices");
	names = dm_task_get_names(task);
	while (names && names->dev && !rc) {
		rc = check_uuid(adm, names->name, uuid_prefix, &matches);
		if (!rc && matches)
			rc = fn(adm, names->name, arg);
		names = names->next ? (struct dm_names *)((char *)names + names->next) : NULL;
	}
	dm_task_destroy(task);
	return rc;
}
