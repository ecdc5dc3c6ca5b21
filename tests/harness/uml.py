# SPDX-License-Identifier: GPL-2.0-or-later
"""User-Mode Linux guests: the kernel is a process, its root is our root."""

import socket
import struct

from . import network, paths
from .guest import Guest

MCONSOLE_MAGIC = 0xCAFEBABE
MCONSOLE_VERSION = 2


class UmlGuest(Guest):
    """Boots in a second; root is the host's by hostfs, read-only."""

    bed = "uml"
    root = "hostfs"
    control_tty = "/dev/tty1"

    def command(self, control_fd):
        opts = self.options
        argv = [str(self.kernel.image), f"mem={opts.mem}"]
        if self.kernel.has("SMP"):
            argv.append(f"ncpus={opts.cpus or 1}")
        if self.kernel.release.startswith("5.10."):
            # It counts the gap before a random heap as memory.
            argv = ["setarch", "-R", *argv]
        else:
            argv.append("seccomp=on")   # 5.10 has only ptrace
        argv += [
            "root=/dev/root", "rootfstype=hostfs",
            "rootflags=/", "ro",
            f"init={paths.HARNESS}/guest/init.sh",
            "con0=null,fd:1", f"con1=fd:{control_fd}", "con=null", "ssl=null",
            "panic=-1", f"loglevel={opts.loglevel}",
            f"uml_dir={self.outdir}/uml", f"umid={self.role}",
            f"xmem_conf={self.conf_path}",
        ]
        if self.net:
            argv.append(f"vec0:transport=fd,fd={self.net.end_of(self.role)},"
                        f"depth=128,mtu={network.MTU},"
                        f"mac={network.MAC[self.role]}")
        return argv + list(opts.append)

    def show_blocked(self):
        """Ask by the management console, a datagram socket of the kernel."""
        command = b"sysrq w"
        packet = struct.pack("<III512s", MCONSOLE_MAGIC, MCONSOLE_VERSION,
                             len(command), command)
        path = self.outdir / "uml" / self.role / "mconsole"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as console:
            try:
                console.sendto(packet, str(path))
            except OSError:
                pass

    def conf(self):
        return super().conf() | {"XMEM_CPUINFO": self._cpuinfo()}

    def _cpuinfo(self):
        """A copy of the host's: hostfs cannot show files of /proc."""
        copy = self.outdir / "cpuinfo"
        with open("/proc/cpuinfo", "rb") as source:
            copy.write_bytes(source.read())
        return copy
