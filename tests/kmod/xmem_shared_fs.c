// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the mounted file system at @at known to cleancache as one that other machines may
 * change, as file systems of clusters do when they are mounted; no test kernel has one.
 * What was known of it before is put back when the module is unloaded.
 */
#include <linux/cleancache.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/namei.h>

static char *at;
module_param(at, charp, 0444);
MODULE_PARM_DESC(at, "where the file system is mounted");

static struct path where;
static int before;

/* The kernel changes it when a backend comes later. */
static int get_pool(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%d\n", where.dentry->d_sb->cleancache_poolid);
}

static const struct kernel_param_ops pool_ops = { .get = get_pool };
module_param_cb(pool, &pool_ops, NULL, 0444);
MODULE_PARM_DESC(pool, "pool that the file system has: -1 is none, -3 none yet");

static int __init shared_fs_init(void)
{
	int ret = at ? kern_path(at, LOOKUP_DIRECTORY, &where) : -EINVAL;

	if (ret)
		return ret;
	before = where.dentry->d_sb->cleancache_poolid;
	cleancache_init_shared_fs(where.dentry->d_sb);
	return 0;
}
module_init(shared_fs_init);

static void __exit shared_fs_exit(void)
{
	where.dentry->d_sb->cleancache_poolid = before;
	path_put(&where);
}
module_exit(shared_fs_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("xmem tests: a file system that several machines share");
