# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the "newc" archives that the kernel unpacks as an initramfs."""

import os
import stat


class Archive:
    """An initramfs in memory order; the same input gives the same bytes."""

    def __init__(self, stream):
        self._stream = stream
        self._inode = 0
        self._seen = set()

    def _entry(self, name, mode, data=b"", rdev=(0, 0)):
        if name in self._seen:
            return
        self._seen.add(name)
        self._inode += 1
        encoded = name.encode() + b"\0"
        fields = (self._inode, mode, 0, 0, 1, 0, len(data), 0, 0, *rdev,
                  len(encoded), 0)
        head = b"070701" + b"".join(b"%08x" % field for field in fields)
        self._write_padded(head + encoded)
        self._write_padded(data)

    def _write_padded(self, data):
        self._stream.write(data + b"\0" * (-len(data) % 4))

    def _parents(self, name):
        parts = name.split("/")[:-1]
        for depth in range(1, len(parts) + 1):
            self.directory("/".join(parts[:depth]))

    def directory(self, name):
        name = name.strip("/")
        if name and name not in self._seen:
            self._parents(name)
            self._entry(name, stat.S_IFDIR | 0o755)

    def data(self, name, content, mode=0o644):
        name = name.strip("/")
        self._parents(name)
        self._entry(name, stat.S_IFREG | mode, content)

    def symlink(self, name, target):
        name = name.strip("/")
        self._parents(name)
        self._entry(name, stat.S_IFLNK | 0o777, target.encode())

    def device(self, name, major, minor):
        name = name.strip("/")
        self._parents(name)
        self._entry(name, stat.S_IFCHR | 0o600, rdev=(major, minor))

    def file(self, name, path):
        """Put the file at PATH into the archive as NAME."""
        with open(path, "rb") as source:
            mode = os.fstat(source.fileno()).st_mode
            self.data(name, source.read(), mode & 0o777)

    def close(self):
        self._entry("TRAILER!!!", 0)
