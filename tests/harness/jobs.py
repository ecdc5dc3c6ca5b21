# SPDX-License-Identifier: GPL-2.0-or-later
"""The kinds of job that tests/run knows; each one yields a Report."""

import dataclasses
import os
import pathlib
import re
import shutil
import subprocess

from . import guest, kernels, paths, session, spec, tap

# Boot and leak scan come on top of what a test may take.
TAIL_LINES = 30


@dataclasses.dataclass
class Report:
    """Outcome of a job."""

    tally: tap.Tally = dataclasses.field(default_factory=tap.Tally)
    tail: str = ""
    logs: pathlib.Path | None = None

    @property
    def good(self):
        return self.tally.failed == 0


class Job:
    """Something to run, with a name; weight 2 keeps the machine for itself.

    What it may take, in seconds, says how long it is beside others.
    """

    weight = 1
    seconds = 0

    def __init__(self, name, logs):
        self.name = name
        self.logs = logs

    def prepare(self):
        shutil.rmtree(self.logs, ignore_errors=True)
        self.logs.mkdir(parents=True, exist_ok=True)

    def run(self):
        raise NotImplementedError


def tail_of(text, lines=TAIL_LINES):
    return "\n".join(text.rstrip().splitlines()[-lines:])


def run_logged(argv, log, seconds, **kwargs):
    """Run a program, output to LOG; returns (status or None, output)."""
    with open(log, "wb") as stream:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                                   stdout=stream, stderr=subprocess.STDOUT,
                                   start_new_session=True, **kwargs)
        try:
            status = process.wait(seconds * paths.timeout_scale())
        except subprocess.TimeoutExpired:
            status = None
        finally:
            try:
                os.killpg(process.pid, 9)
            except ProcessLookupError:
                pass
            process.wait()
    return status, log.read_text(errors="replace")


# Not ours: warnings in the kernel's own headers or about folders of them that
# its Makefiles name and nobody made, and make's remark about a kernel built
# with another compiler.
FOREIGN = re.compile(r"^(\./|\S*/)?(include|arch)/[\w/.-]+\.h:"
                     r"|^cc1: warning: \S+/arch/[\w/]+: No such file or directory"
                     r"|/usr/src/linux-|the compiler differs from",
                     re.MULTILINE)


def own_warnings(text):
    """Lines of a build log that warn about our own files."""
    return [line for line in text.splitlines()
            if re.search(r"\bwarning: ", line, re.IGNORECASE)
            and not FOREIGN.search(line)]


def judge(tally, text, status, reason=""):
    """Add what the results themselves do not say."""
    if status is None:
        tally.fail(reason or "timed out")
    elif status and not tally.failed:
        tally.fail(f"ended with status {status}")
    elif not tally.total:
        tally.fail("printed no result")
    elif re.search(r"^1\.\.(\d+)$", text, re.MULTILINE) is None \
            and not tally.failed:
        tally.fail("stopped without its last line (finish)")


class HostJob(Job):
    """A script of tests/host."""

    def __init__(self, test, logs):
        super().__init__(f"host/{test.name}", logs)
        self.test = test
        self.seconds = test.timeout

    def run(self):
        env = dict(os.environ, XMEM_SRC=str(paths.ROOT),
                   XMEM_OUT=str(self.logs), XMEM_ROLE="")
        status, text = run_logged(["bash", str(self.test.path)],
                                  self.logs / "output.log",
                                  self.test.timeout, env=env, cwd=paths.ROOT)
        tally = tap.flat(text)
        judge(tally, text, status, f"timed out after {self.test.timeout:g} s")
        return Report(tally, tail_of(text), self.logs)


class CommandJob(Job):
    """A program that counts as one test, or as many as PARSE finds."""

    def __init__(self, name, logs, argv, seconds, parse=None,
                 no_warnings=False):
        super().__init__(name, logs)
        self.argv = argv
        self.seconds = seconds
        self.parse = parse
        self.no_warnings = no_warnings

    def run(self):
        status, text = run_logged(self.argv, self.logs / "output.log",
                                  self.seconds, cwd=paths.ROOT)
        tally = self.parse(text) if self.parse else tap.Tally()
        if status is None:
            tally.fail(f"timed out after {self.seconds:g} s")
        elif status:
            if not tally.failed:
                tally.fail(f"{' '.join(map(str, self.argv))}: "
                           f"status {status}")
        elif self.no_warnings and own_warnings(text):
            tally.fail(f"the build warns: {own_warnings(text)[0]}")
        elif not self.parse:
            tally.count(True, self.name)
        return Report(tally, tail_of(text), self.logs)


class GuestJob(Job):
    """A script of tests/guest on one kernel."""

    def __init__(self, test, kernel, logs, leaks):
        super().__init__(f"{kernel.name}/{test.name}", logs)
        self.test = test
        self.kernel = kernel
        self.leaks = leaks and test.leaks and kernel.has("DEBUG_KMEMLEAK")
        self.weight = 1 if kernel.is_uml else 2
        self.seconds = test.timeout

    def options(self):
        return session.Options(
            pair=self.test.guests == 2, appliance=self._appliance(), mem=self.test.mem, cpus=self.test.cpus,
            rdma=self.test.rdma, icount=self.test.icount,
            append=self.test.append)

    def _appliance(self):
        """Emulation is slow, and kernels have to understand each other."""
        if not self.test.appliance:
            return None
        named = kernels.find(self.test.appliance)
        versions = {one.release.split("-")[0] for one in (self.kernel, named)}
        return None if self.kernel.is_uml and len(versions) == 1 else named

    def script(self):
        return f"exec bash {self.test.path}"

    def run(self):
        tally = tap.Tally()
        with open(self.logs / "output.log", "wb", buffering=0) as log:
            bed = session.Session(self.kernel, self.logs, self.options(),
                                  log.write)
            with bed:
                text = self._drive(bed, tally)
        self._tidy()
        return Report(tally, tail_of(text), self.logs)

    def _drive(self, bed, tally):
        try:
            bed.boot()
        except guest.GuestError as error:
            tally.fail(str(error))
            return bed.client.console.read_text(errors="replace")
        result = bed.run(self.script(), self.test.timeout)
        text = (self.logs / "output.log").read_text(errors="replace")
        text += self.count(tally, text, result, bed)
        if result.status is not None and not bed.finish(self.leaks):
            tally.fail("unloading the modules hangs")
        for complaint in bed.complaints(self.test.dmesg_allow):
            head = next((line for line in complaint.splitlines()
                         if "cut here" not in line and "====" not in line),
                        complaint)
            tally.fail(f"kernel: {head}")
            text += "\n" + complaint
        return text

    def count(self, tally, text, result, _bed):
        """Count the results; returns text worth showing."""
        tally.add(tap.flat(text))
        judge(tally, text, result.status, result.reason)
        if result.reason and result.status is not None:
            tally.fail(result.reason)
        return ""

    def _tidy(self):
        """Initramfs images are large and can be had again."""
        for path in self.logs.glob("*.initrd"):
            path.unlink()


class KunitJob(GuestJob):
    """The KUnit suites of one module, loaded in a guest."""

    def __init__(self, module, kernel, logs, leaks):
        test = spec.Spec(pathlib.Path("kunit"), rdma=False, timeout=120)
        super().__init__(test, kernel, logs, leaks)
        self.name = f"{kernel.name}/kunit-cases"
        self.module = module

    def script(self):
        return f"modprobe kunit enable=1 autorun=1; modprobe {self.module}"

    def count(self, tally, text, result, bed):
        console = bed.client.console.read_text(errors="replace")
        tally.add(tap.nested(console))
        if result.status is None:
            tally.fail(result.reason)
        elif result.status:
            tally.fail(f"{self.module} does not load")
        elif not tally.total:
            tally.fail("no KUnit result on the console")
        return "\n" + tail_of(console, 60) if tally.failed else ""


class ModulesJob(Job):
    """Our modules built for one kernel, without a warning."""

    weight = 2

    def __init__(self, name, logs):
        super().__init__(f"build/{name}", logs)
        self.kernel = name

    def run(self):
        log = self.logs / "output.log"
        tally = tap.Tally()
        with open(log, "w", encoding="utf-8") as stream:
            try:
                kernels.build_modules(self.kernel, stdout=stream,
                                      stderr=subprocess.STDOUT)
                tally.count(True, self.name)
            except kernels.KernelError as error:
                tally.fail(str(error))
        text = log.read_text(errors="replace")
        if not tally.failed and own_warnings(text):
            tally.passed = 0
            tally.fail(f"the build warns: {own_warnings(text)[0]}")
        return Report(tally, tail_of(text), self.logs)
