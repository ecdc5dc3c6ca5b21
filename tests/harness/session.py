# SPDX-License-Identifier: GPL-2.0-or-later
"""A bed of one or two guests, and the event loop that serves them.

Everything waits in one selector: control channels, process ends (pidfd), and
the network end of a guest that is off. Nothing polls.
"""

import dataclasses
import os
import pathlib
import re
import selectors
import shutil
import signal
import time

from . import dmesg, guest, kernels, network, paths, qemu, uml

BOOT_SECONDS = {"uml": 60, "qemu": 90}


@dataclasses.dataclass
class Options:
    """How to run the guests."""

    pair: bool = False
    appliance: kernels.Kernel | None = None   # None: the client's
    mem: str = "512M"
    cpus: int = 0   # 0: two for our QEMU kernels, else one
    rdma: bool = True
    icount: bool = False
    loglevel: int = 5
    cpu_model: str = "max,la57=off"
    modules: pathlib.Path | None = None
    append: tuple = ()
    forward: int = 0    # port here that leads to the manager's in an emulated appliance
    files: tuple = ()   # more for the initramfs of the icount bed


@dataclasses.dataclass
class Result:
    """How the script in the client ended; status is None if it did not."""

    status: int | None = None
    reason: str = ""


class Session:
    """Context manager: guests are dead when it ends."""

    def __init__(self, kernel, outdir, options, output):
        """OUTPUT is called with the bytes that the client prints."""
        self.kernel = kernel
        self.outdir = pathlib.Path(outdir).resolve()
        self.outdir.mkdir(parents=True, exist_ok=True)
        self.options = options
        self.output = output
        self.result = Result()
        self.cable = network.Cable() if options.pair else None
        of_role = {"client": kernel}
        if options.pair:
            of_role = {"appliance": options.appliance or kernel} | of_role
        self.guests = {role: self._guest(role, one)
                       for role, one in of_role.items()}
        self.client = self.guests["client"]
        self.appliance = self.guests.get("appliance")
        self._selector = selectors.DefaultSelector()
        self._finished = set()
        self._waiting_boot = False
        self._running = False

    def _guest(self, role, kernel):
        kind = uml.UmlGuest if kernel.is_uml else qemu.QemuGuest
        one = kind(kernel, role, self.outdir, self.options)
        one.net = self.cable
        source = paths.module_dir(kernel.name)
        if role == "client":
            source = self.options.modules or source
        else:
            one.mods = self.outdir / "mods-appliance"
        collect_modules(source, one.mods)
        return one

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    # -- what callers do ------------------------------------------------

    def boot(self):
        """Start all guests and wait until each is ready."""
        for one in self.guests.values():
            self._start(one)
        self._loop(self._deadline(BOOT_SECONDS[self.client.bed]),
                   lambda: all(one.state == guest.READY
                               for one in self.guests.values()))
        for one in self.guests.values():
            if one.state != guest.READY:
                raise guest.GuestError(
                    f"{one.role} guest did not come up, see {one.console}")

    def run(self, script, seconds):
        """Run SCRIPT (bash text) in the client for at most SECONDS."""
        self.result = Result()
        self._running = True
        self.client.send("main", guest.encode(script))
        self._loop(self._deadline(seconds), lambda: not self._running)
        if self._running:
            self._running = False
            self.result.reason = f"timed out after {seconds:g} s"
            self._ask_for_traces()
        return self.result

    def relay(self, terminal):
        """Pass the bytes typed at TERMINAL to the client's shell."""
        self.result = Result()
        self._running = True

        def typed(one):
            one.control.send(os.read(terminal, 1024))

        self._selector.register(terminal, selectors.EVENT_READ,
                                (typed, self.client))
        self._loop(float("inf"), lambda: not self._running)
        self._forget(terminal)
        return self.result

    def finish(self, leaks=False, seconds=60):
        """Unload what is under test everywhere; True if all guests did."""
        alive = [one for one in self.guests.values()
                 if one.state == guest.READY]
        self._finished = set()
        for one in alive:
            one.send("finish", "yes" if leaks else "no")
        names = {one.role for one in alive}
        self._loop(self._deadline(seconds), lambda: self._finished >= names
                   or any(one.state == guest.OFF for one in alive))
        return self._finished >= names

    def complaints(self, allow=()):
        """What the kernels complained about so far."""
        found = []
        for one in self.guests.values():
            for text in dmesg.scan_file(one.console, allow):
                found.append(f"{one.role}: {text}")
        return found

    def close(self):
        for one in self.guests.values():
            self._stop(one)
        if self.cable:
            self.cable.close()
        self._selector.close()

    # -- guests ---------------------------------------------------------

    def _deadline(self, seconds):
        return time.monotonic() + seconds * self.client.timeout_scale()

    def _start(self, one):
        if self.cable:
            self._forget(self.cable.end_of(one.role))
            self.cable.drain(one.role)
        one.start()
        register = self._selector.register
        register(one.control, selectors.EVENT_READ, (self._read, one))
        register(one.pidfd, selectors.EVENT_READ, (self._died, one))
        register(one.console_pipe, selectors.EVENT_READ, (self._log, one))

    def _stop(self, one):
        if one.state == guest.OFF:
            return
        self._forget(one.control)
        self._forget(one.pidfd)
        self._forget(one.console_pipe)
        one.kill()
        if self.cable:
            self._selector.register(self.cable.end_of(one.role),
                                    selectors.EVENT_READ, (self._drop, one))

    def _forget(self, fileobj):
        try:
            self._selector.unregister(fileobj)
        except (KeyError, ValueError):
            pass

    def _ask_for_traces(self):
        """A guest that hangs says where, if it still can."""
        for one in self.guests.values():
            one.signal(signal.SIGCONT)
            one.show_blocked()
        self._loop(time.monotonic() + 1, lambda: False)

    # -- events ---------------------------------------------------------

    def _loop(self, deadline, done):
        while not done():
            left = deadline - time.monotonic()
            if left <= 0:
                return
            # The longest wait that select() takes is shorter than forever.
            for key, _ in self._selector.select(min(left, 3600)):
                if key.fileobj not in self._selector.get_map():
                    continue
                handler, one = key.data
                handler(one)
            if self.client.state == guest.OFF:
                return

    def _log(self, one):
        if not one.log_console():
            self._forget(one.console_pipe)

    def _drop(self, one):
        self.cable.drain(one.role)

    def _died(self, one):
        """A guest ended without being told to."""
        self._read(one)
        if one.state == guest.OFF:
            return
        status = one.process.wait()
        booting = one.state == guest.BOOTING
        self._stop(one)
        reason = f"{one.role} guest died (status {status})"
        if one is self.client:
            self._running = False
        if not self.result.reason:
            self.result.reason = reason
        if booting and self._waiting_boot and one is self.appliance:
            self._waiting_boot = False
            self._reply("error", reason)

    def _read(self, one):
        try:
            data = os.read(one.control.fileno(), 1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._forget(one.control)
            return
        for kind, value in one.channel.feed(data):
            if kind == "control":
                self._control(one, value)
            elif one is self.client:
                self.output(value)

    def _control(self, one, line):
        word, _, rest = line.partition(" ")
        if word == "ready":
            one.state = guest.READY
            if self._waiting_boot and one is self.appliance:
                self._waiting_boot = False
                self._reply("ok")
        elif word == "more":
            one.more()
        elif word == "exit":
            self.result.status = int(rest)
            self._running = False
        elif word == "finished":
            self._finished.add(one.role)
        elif word == "done" and one is self.appliance:
            self._reply("done", rest)
        elif word == "req":
            self._request(rest)

    # -- requests of the test in the client ------------------------------

    def _reply(self, *words):
        if self.client.state == guest.READY:
            self.client.send(*words)

    def _request(self, line):
        word, _, rest = line.partition(" ")
        handler = {"exec": self._req_exec, "kill": self._req_kill,
                   "boot": self._req_boot, "stop": self._req_stop,
                   "cont": self._req_cont}.get(word)
        if self.appliance is None:
            self._reply("error", "there is only one guest")
        elif handler is None:
            self._reply("error", f"the harness knows no request {word!r}")
        else:
            handler(rest)

    def _req_exec(self, script):
        if self.appliance.state != guest.READY:
            self._reply("error", "the appliance guest is off")
        else:
            self.appliance.send("exec", script)

    def _req_kill(self, _):
        self._stop(self.appliance)
        self._reply("ok")

    def _req_boot(self, _):
        if self.appliance.state != guest.OFF:
            self._reply("error", "the appliance guest is on")
            return
        self._waiting_boot = True
        self._start(self.appliance)

    def _req_stop(self, _):
        self.appliance.signal(signal.SIGSTOP)
        self._reply("ok")

    def _req_cont(self, _):
        self.appliance.signal(signal.SIGCONT)
        self._reply("ok")


def collect_modules(source, target):
    """Copy the .ko files below SOURCE flat into TARGET.

    The guests use the copies, so a build may go on while they run. What a
    module depends on is in a file beside it: asking modinfo in a guest is slow.
    """
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for path in sorted(pathlib.Path(source).rglob("*.ko")):
        copy = target / path.name.replace("-", "_")
        shutil.copyfile(path, copy)
        found = re.search(rb"\0depends=([^\0]*)\0", copy.read_bytes())
        names = found[1].decode().replace(",", " ") if found else ""
        copy.with_suffix(".depends").write_text(f"{names}\n")


def default_outdir(name):
    """A new directory for one run by hand."""
    base = paths.BUILD / "guest-shell"
    base.mkdir(parents=True, exist_ok=True)
    return base / f"{name}-{os.getpid()}"
