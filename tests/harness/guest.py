# SPDX-License-Identifier: GPL-2.0-or-later
"""One guest: its process, its console log and its control channel.

UmlGuest and QemuGuest say how to start the process; the rest is common.
See session.py for the event loop that drives them.
"""

import base64
import collections
import os
import select
import shlex
import signal
import socket
import subprocess

from . import paths

OFF, BOOTING, READY = "off", "booting", "ready"

MARK = b"\x01"

# A terminal holds 4096 bytes. User-Mode Linux at times does not read on after
# more than that, so a long line goes in parts and the guest asks for each.
PART = 2000

# What whoever starts a run may say to the guests: how much work, and how.
HANDED_IN = ("XMEM_WORK", "XMEM_STOPPED_DAEMONS")


class GuestError(Exception):
    """A guest could not be started or used; the text says why."""


class Channel:
    """Splits what a guest sends into test output and control lines."""

    def __init__(self):
        self._pending = b""

    def feed(self, data):
        """Yield ("text", bytes) and ("control", str) in order."""
        self._pending += data
        while self._pending:
            text, mark, rest = self._pending.partition(MARK)
            if text:
                yield "text", text
            if not mark:
                self._pending = b""
                return
            line, newline, after = rest.partition(b"\n")
            if not newline:
                self._pending = mark + rest
                return
            self._pending = after
            yield "control", line.decode(errors="replace").strip()


class Guest:
    """A client or an appliance; start() may be called again after kill()."""

    bed = ""
    root = ""
    control_tty = ""

    def __init__(self, kernel, role, outdir, options):
        self.kernel = kernel
        self.role = role
        self.outdir = outdir
        self.mods = outdir / "mods"
        self.options = options
        self.state = OFF
        self.process = None
        self.pidfd = None
        self.console_pipe = None
        self.control = None
        self.channel = None
        self._outbox = collections.deque()
        self._expecting = False
        self.net = None
        self.console = outdir / f"{role}.console"
        self.console.write_bytes(b"")

    def command(self, control_fd):
        """Program and arguments that run this guest."""
        raise NotImplementedError

    def start(self):
        """Start the process; it reports "ready" on the channel later."""
        self._write_conf()
        ours, theirs = socket.socketpair()
        # However the harness ends, no guest stays behind.
        argv = ["setpriv", "--pdeathsig", "KILL",
                *self.command(theirs.fileno())]
        fds = [theirs.fileno()]
        if self.net:
            fds.append(self.net.end_of(self.role))
        # User-Mode Linux wants to wait on its console: no plain file.
        self.console_pipe, console_end = os.pipe()
        try:
            self.process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=console_end,
                stderr=console_end, pass_fds=fds, start_new_session=True)
        except OSError as error:
            raise GuestError(f"cannot start {argv[0]}: {error}") from error
        finally:
            os.close(console_end)
            theirs.close()
        os.set_blocking(self.console_pipe, False)
        ours.setblocking(False)
        self.pidfd = os.pidfd_open(self.process.pid)
        self.control = ours
        self.channel = Channel()
        self._outbox.clear()
        self._expecting = False
        self.state = BOOTING

    def log_console(self):
        """Keep what came on the console; False at its end."""
        try:
            data = os.read(self.console_pipe, 1 << 16)
        except BlockingIOError:
            return True
        with open(self.console, "ab") as log:
            log.write(data)
        return bool(data)

    def send(self, *words):
        """Send one control line, a long one in parts."""
        line = " ".join(words)
        word, _, rest = line.partition(" ")
        while len(rest) > PART:
            self._outbox.append(f"part {rest[:PART]}")
            rest = rest[PART:]
        self._outbox.append(f"{word} {rest}" if rest else word)
        if not self._expecting:
            self.more()

    def more(self):
        """The guest has taken a part, or nothing was sent yet."""
        self._expecting = False
        while self._outbox and not self._expecting:
            line = self._outbox.popleft()
            self._expecting = line.startswith("part ")
            self._send_line(line.encode() + b"\n")

    def _send_line(self, line):
        self.control.setblocking(True)
        try:
            self.control.sendall(line)
        except OSError as error:
            raise GuestError(f"{self.role} guest is gone: {error}") from error
        finally:
            self.control.setblocking(False)

    def signal(self, number):
        """Signal the guest and all its helper processes."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                pass

    def show_blocked(self):
        """Make the kernel print what its blocked tasks wait for."""

    def kill(self):
        """Power off, as abruptly as a cut cable."""
        if self.process is None:
            return
        self.signal(signal.SIGKILL)
        self.process.wait()
        self._last_words()
        os.close(self.pidfd)
        os.close(self.console_pipe)
        self.control.close()
        self.process = self.pidfd = self.control = None
        self.state = OFF

    def _last_words(self):
        """Empty the pipe; a helper process may still hold its other end."""
        while select.select([self.console_pipe], [], [], 0)[0]:
            if not self.log_console():
                return

    def conf(self):
        """What init.sh in the guest has to know."""
        return {
            "XMEM_ROLE": self.role,
            "XMEM_GUESTS": "2" if self.net else "1",
            "XMEM_BED": self.bed,
            "XMEM_ROOT": self.root,
            "XMEM_KERNEL": self.kernel.name,
            "XMEM_KDIR": self.kernel.dir,
            "XMEM_MODS": self.mods,
            "XMEM_SRC": paths.ROOT,
            "XMEM_OUT": self.outdir / "out",
            "XMEM_CTL": self.control_tty,
            "XMEM_RDMA": "yes" if self.options.rdma else "no",
            "XMEM_DEBUG": "1" if self.kernel.is_debug else "0",
            "XMEM_TIMEOUT_SCALE": self.timeout_scale(),
        } | {name: os.environ[name] for name in HANDED_IN if name in os.environ}

    def timeout_scale(self):
        return paths.timeout_scale()

    @property
    def conf_path(self):
        return self.outdir / f"{self.role}.conf"

    def conf_text(self):
        return "".join(f"{name}={shlex.quote(str(value))}\n"
                       for name, value in self.conf().items())

    def _write_conf(self):
        (self.outdir / "out").mkdir(exist_ok=True)
        self.conf_path.write_text(self.conf_text())


def encode(script):
    return base64.b64encode(script.encode()).decode()
