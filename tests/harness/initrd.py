# SPDX-License-Identifier: GPL-2.0-or-later
"""Initramfs images for QEMU guests.

"9p": busybox and the few modules needed to mount the host's root by 9p.
"full": everything a test needs, for the instruction-count bed, where waiting
for the host would disturb the guest's clock.
"""

import lzma
import os
import pathlib
import re
import shutil
import subprocess

from . import cpio, paths

# What the 9p root needs where the kernel has it as modules.
ROOT_MODULES = ("virtio_pci", "9pnet_virtio", "9p")

PROGRAMS = """
awk bash base64 basename cat chmod cmp cp cut date dd dirname dmesg echo env expr
false find flock free grep gawk head hostname insmod ip kill ln ls lsmod md5sum
mkdir mkfs.ext4 mkfifo mknod mkswap mktemp modinfo modprobe mount mountpoint mv
nproc nvme od printf ps rdma readlink rm rmdir rmmod sed seq setsid sha256sum
sleep sort stat strace stty swapoff swapon sync sysctl tail tee timeout touch
tr true truncate umount uname wc xargs
fio ibv_devinfo ibv_rc_pingpong rping ib_read_lat ib_read_bw ib_write_lat
""".split()


def read_module(path):
    data = pathlib.Path(path).read_bytes()
    return lzma.decompress(data) if path.name.endswith(".xz") else data


class ModuleTree:
    """modules.dep of one kernel."""

    def __init__(self, base):
        self.base = base
        self.depends = {}
        self.path = {}
        for line in (base / "modules.dep").read_text().splitlines():
            path, _, needs = line.partition(":")
            name = self.name_of(path)
            self.path[name] = path
            self.depends[name] = [self.name_of(need) for need in needs.split()]

    @staticmethod
    def name_of(path):
        return re.sub(r"\.ko(\.\w+)?$", "", path.rsplit("/", 1)[-1]).replace(
            "-", "_")

    def ordered(self, names):
        """The named modules and all they need, in loading order."""
        result = []

        def add(name):
            # Absent means built in: nothing to load.
            if name in self.path and name not in result:
                for need in self.depends[name]:
                    add(need)
                result.append(name)

        for name in names:
            add(name.replace("-", "_"))
        return [self.base / self.path[name] for name in result]


def build_9p(kernel, target):
    """Write the initramfs that hands over to the host's root."""
    with open(target, "wb") as stream:
        archive = cpio.Archive(stream)
        for name in ("dev", "proc", "root"):
            archive.directory(name)
        archive.device("dev/console", 5, 1)
        archive.file("bin/busybox", shutil.which("busybox"))
        archive.data("init", (paths.HARNESS / "guest" / "initrd-init.sh")
                     .read_bytes(), 0o755)
        tree = ModuleTree(kernel.modules)
        for number, path in enumerate(tree.ordered(ROOT_MODULES)):
            archive.data(f"modules/{number:02}-{tree.name_of(path.name)}.ko",
                         read_module(path))
        archive.close()


def libraries(path):
    """Shared objects that the program at PATH is linked with."""
    done = subprocess.run(["ldd", path], check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return re.findall(r"(/\S+) \(0x", done.stdout)


def add_program(archive, path):
    path = os.path.abspath(path)
    archive.file(path, path)
    for library in libraries(path):
        archive.file(library, library)


def add_tree(archive, top, suffixes=None):
    for folder, _, files in os.walk(top):
        for name in files:
            path = os.path.join(folder, name)
            if suffixes is None or name.endswith(suffixes):
                archive.file(path, path)


def add_kernel(archive, kernel, names):
    tree = ModuleTree(kernel.modules)
    for path in tree.ordered(names):
        archive.file(str(path), path)
    for path in kernel.modules.glob("modules.*"):
        archive.file(str(path), path)


# Modules that tests on the instruction-count bed load.
FULL_MODULES = """
crc32_generic dummy virtio_net rdma_rxe rdma_cm rdma_ucm ib_uverbs ib_umad
rnbd_client rnbd_server nvme_rdma nvmet_rdma brd null_blk zram configfs
""".split()


def build_full(kernel, target, modules, programs=(), files=None):
    """Write an initramfs that needs no other file system.

    MODULES is the directory of ours; PROGRAMS are added to the usual ones;
    FILES maps names to their text.
    """
    with open(target, "wb") as stream:
        archive = cpio.Archive(stream)
        add_layout(archive)
        archive.file("/bin/busybox", shutil.which("busybox"))
        for program in PROGRAMS:
            found = shutil.which(program)
            if found:
                add_program(archive, found)
        for path in programs:
            add_program(archive, path)
        for name, text in (files or {}).items():
            archive.data(name, text.encode())
        add_providers(archive)
        add_tree(archive, paths.HARNESS / "guest")
        add_tree(archive, paths.TESTS / "guest")
        if (paths.BUILD / "bin").is_dir():
            for path in sorted((paths.BUILD / "bin").iterdir()):
                add_program(archive, path)
        add_tree(archive, modules)
        add_kernel(archive, kernel, FULL_MODULES)
        archive.close()


def add_layout(archive):
    for name in ("dev", "proc", "sys", "run", "tmp", "mnt", "var/tmp", "root",
                 "usr/bin", "usr/sbin", "usr/lib", "usr/lib64"):
        archive.directory(name)
    archive.device("dev/console", 5, 1)
    for name in ("bin", "sbin", "lib", "lib64"):
        archive.symlink(name, "usr/" + name)


def add_providers(archive):
    """The verbs library finds its drivers by these files."""
    for folder in ("/usr/lib/x86_64-linux-gnu/libibverbs",
                   "/etc/libibverbs.d"):
        for path in sorted(pathlib.Path(folder).glob("*rxe*")):
            add_program(archive, path)
