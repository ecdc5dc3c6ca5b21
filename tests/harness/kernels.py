# SPDX-License-Identifier: GPL-2.0-or-later
"""Test kernels: the names, and what tests/kernels/xmem-kernel says of them."""

import dataclasses
import functools
import os
import pathlib
import subprocess

from . import paths

TOOL = paths.TESTS / "kernels" / "xmem-kernel"

BOOT = ("uml-7.3-debug", "uml-7.3-kasan", "uml-7.3-release",
        "uml-5.10-debug", "qemu-5.10-debug", "qemu-5.10-release",
        "debian-5.10", "debian-6.12")
BUILD_ONLY = ("debian-6.1", "debian-7.3")


class KernelError(Exception):
    """A kernel is missing or unusable; the text says why."""


@dataclasses.dataclass(frozen=True)
class Kernel:
    """A kernel that is there, ready to boot."""

    name: str
    dir: pathlib.Path

    @property
    def image(self):
        return self.dir / "image"

    @property
    def release(self):
        return (self.dir / "release").read_text().strip()

    @property
    def modules(self):
        return self.dir / "lib" / "modules" / self.release

    @functools.cached_property
    def config(self):
        """Options of the kernel, such as {"CONFIG_SMP": "y"}."""
        options = {}
        for line in (self.dir / "config").read_text().splitlines():
            name, equals, value = line.partition("=")
            if equals:
                options[name] = value.strip('"')
        return options

    def has(self, option):
        return self.config.get("CONFIG_" + option) in ("y", "m")

    @functools.cached_property
    def is_uml(self):
        with open(self.image, "rb") as image:
            return image.read(4) == b"\x7fELF"

    @property
    def is_debug(self):
        return self.has("PROVE_LOCKING") or self.has("DEBUG_KMEMLEAK")


def tool(*args, **kwargs):
    return subprocess.run([str(TOOL), *map(str, args)], check=False, text=True,
                          **kwargs)


def stale(name):
    """The newest earlier build of kernel NAME, or None.

    While its configuration is being worked on, the exact kernel is often not
    there, and for a quick look the one before it does as well.
    """
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME")
                         or pathlib.Path.home() / ".cache") / "xmem"
    cache = pathlib.Path(os.environ.get("XMEM_CACHE") or cache)
    found = sorted((cache / "kernels").glob(f"{name}-*/image"),
                   key=lambda image: image.stat().st_mtime)
    return Kernel(name, found[-1].parent) if found else None


def find(name, build=False, accept_stale=False):
    """The kernel called NAME; build it when asked to and it is missing.

    A directory with the same layout is accepted as a name, too.
    """
    path = pathlib.Path(name)
    if (path / "image").exists():
        return Kernel(path.name, path.resolve())
    if name not in BOOT + BUILD_ONLY:
        raise KernelError(f"no kernel {name!r}; there are "
                          + ", ".join(BOOT + BUILD_ONLY))
    if build:
        done = tool("ensure", name)
        if done.returncode:
            raise KernelError(f"xmem-kernel ensure {name} failed")
    done = tool("path", name, capture_output=True)
    if done.returncode:
        if accept_stale and stale(name):
            return stale(name)
        raise KernelError(f"kernel {name} is not built; build it with "
                          f"tests/kernels/xmem-kernel ensure {name}")
    return Kernel(name, pathlib.Path(done.stdout.strip()))


def build_modules(name, **kwargs):
    """Build our modules for kernel NAME; the finished process."""
    outdir = paths.module_dir(name)
    outdir.mkdir(parents=True, exist_ok=True)
    done = tool("modules", name, paths.ROOT, outdir, **kwargs)
    if done.returncode:
        raise KernelError(f"our modules do not build for {name}")
    return done
