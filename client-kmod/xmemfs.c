// SPDX-License-Identifier: GPL-2.0-only
/*
 * There is one super block however often it is mounted, so that a device has one
 * file, and a swap area one name.
 *
 * Lifetimes: an inode holds a reference of its device until it is evicted; so
 * somebody who has the file open may keep it longer than the device is attached.
 * Each mount holds the module, and each open file its mount.
 *
 * Locks, outermost first: s_umount of the super block, files_lock, the lock of
 * the directory. No file is opened, read or evicted for good under files_lock:
 * whoever deletes a file has a reference of its device.
 */
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/fsnotify.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include "dev.h"

#define XMEMFS_MAGIC	0x6d656d78

static LIST_HEAD(files);
static struct super_block *mounted;	/* with its directory, or NULL */
static DEFINE_MUTEX(files_lock);	/* files, their dentries, mounted */

/* The size is the memory's: there is nothing to cut off and nothing to add. */
static int file_setattr(struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *attr)
{
	if (attr->ia_valid & ATTR_SIZE)
		return -EPERM;
	return simple_setattr(idmap, dentry, attr);
}

static const struct inode_operations file_iops = {
	.setattr = file_setattr,
};

static void fs_evict_inode(struct inode *inode)
{
	struct xmemc_dev *dev = inode->i_private;

	truncate_inode_pages_final(&inode->i_data);
	clear_inode(inode);
	if (dev)
		xmemc_dev_put(dev);
}

static const struct super_operations fs_sops = {
	.statfs = simple_statfs,
	.evict_inode = fs_evict_inode,
};

static struct inode *file_inode_create(struct super_block *sb, struct xmemc_dev *dev)
{
	struct inode *inode = new_inode(sb);

	if (!inode)
		return NULL;
	kref_get(&dev->ref);
	inode->i_private = dev;
	inode->i_ino = get_next_ino();
	inode->i_mode = S_IFREG | 0600;
	inode->i_op = &file_iops;
	inode->i_fop = &xmemc_swapfile_fops;
	inode->i_mapping->a_ops = &xmemc_swapfile_aops;
	/* swapon looks for holes by the number of blocks */
	inode->i_blocks = dev->swapfile.size >> SECTOR_SHIFT;
	i_size_write(inode, dev->swapfile.size);
	return inode;
}

static int file_create(struct super_block *sb, struct xmemc_dev *dev)
{
	struct dentry *root = sb->s_root, *dentry;
	struct inode *inode;
	int ret = -ENOMEM;

	lockdep_assert_held(&files_lock);
	inode_lock(d_inode(root));
	dentry = d_alloc_name(root, dev->name);
	inode = dentry ? file_inode_create(sb, dev) : NULL;
	if (inode) {
		d_make_persistent(dentry, inode);
		fsnotify_create(d_inode(root), dentry);
		dev->swapfile.file.dentry = dentry;
		ret = 0;
	}
	dput(dentry);
	inode_unlock(d_inode(root));
	return ret;
}

/**
 * xmemc_fs_add() - show a device's file, now and wherever it will be mounted
 * @dev: the device
 *
 * Return: 0 or -ENOMEM.
 */
int xmemc_fs_add(struct xmemc_dev *dev)
{
	int ret = 0;

	mutex_lock(&files_lock);
	if (mounted)
		ret = file_create(mounted, dev);
	if (!ret)
		list_add_tail(&dev->swapfile.file.list, &files);
	mutex_unlock(&files_lock);
	return ret;
}

/**
 * xmemc_fs_del() - take a device's file away
 * @dev: the device
 *
 * Whoever has it open keeps it open.
 */
void xmemc_fs_del(struct xmemc_dev *dev)
{
	struct xmemc_fs_file *file = &dev->swapfile.file;

	mutex_lock(&files_lock);
	list_del(&file->list);
	if (file->dentry)
		simple_recursive_removal(file->dentry, NULL);
	file->dentry = NULL;
	mutex_unlock(&files_lock);
}

static int fs_fill_files(struct super_block *sb)
{
	struct xmemc_dev *dev;
	int ret = 0;

	mutex_lock(&files_lock);
	mounted = sb;
	list_for_each_entry(dev, &files, swapfile.file.list) {
		ret = file_create(sb, dev);
		if (ret)
			break;
	}
	mutex_unlock(&files_lock);
	return ret;
}

static int fs_fill_super(struct super_block *sb, struct fs_context *fc)
{
	struct inode *root;

	sb->s_magic = XMEMFS_MAGIC;
	sb->s_op = &fs_sops;
	sb->s_blocksize = PAGE_SIZE;
	sb->s_blocksize_bits = PAGE_SHIFT;
	sb->s_maxbytes = MAX_LFS_FILESIZE;
	sb->s_iflags |= SB_I_NODEV | SB_I_NOEXEC;
	root = new_inode(sb);
	if (!root)
		return -ENOMEM;
	root->i_ino = get_next_ino();
	root->i_mode = S_IFDIR | 0755;
	root->i_op = &simple_dir_inode_operations;
	root->i_fop = &simple_dir_operations;
	set_nlink(root, 2);
	sb->s_root = d_make_root(root);
	if (!sb->s_root)
		return -ENOMEM;
	return fs_fill_files(sb);
}

static int fs_get_tree(struct fs_context *fc)
{
	return get_tree_single(fc, fs_fill_super);
}

static const struct fs_context_operations fs_context_ops = {
	.get_tree = fs_get_tree,
};

static int fs_init_context(struct fs_context *fc)
{
	fc->ops = &fs_context_ops;
	return 0;
}

/* Nobody uses the super block any more, nor finds it: a new one is made after this. */
static void fs_kill_sb(struct super_block *sb)
{
	struct xmemc_dev *dev;

	mutex_lock(&files_lock);
	if (mounted == sb) {
		mounted = NULL;
		list_for_each_entry(dev, &files, swapfile.file.list)
			dev->swapfile.file.dentry = NULL;
	}
	mutex_unlock(&files_lock);
	kill_anon_super(sb);
}

static struct file_system_type fs_type = {
	.owner = THIS_MODULE,
	.name = "xmem",
	.init_fs_context = fs_init_context,
	.kill_sb = fs_kill_sb,
};
MODULE_ALIAS_FS("xmem");

/**
 * xmemc_fs_module_init() - let it be mounted
 *
 * The last thing that can fail: what is mounted cannot be taken back.
 *
 * Return: 0 or negative errno.
 */
int xmemc_fs_module_init(void)
{
	return register_filesystem(&fs_type);
}

/**
 * xmemc_fs_module_exit() - let it be mounted no more
 */
void xmemc_fs_module_exit(void)
{
	unregister_filesystem(&fs_type);
}
