# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the measurements of guest.sh in guests and collect what they say."""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

# pylint: disable=wrong-import-position
from harness import kernels, paths, session  # noqa: E402

PROGRAMS = (paths.ROOT / "tools/xmemadm/xmemadm",
            paths.ROOT / "build/bin/swapread")


class BenchError(Exception):
    """A measurement did not come about; the text says why."""


@dataclasses.dataclass
class Plan:
    """What is measured, and on which bed."""

    kernel: str
    subjects: tuple
    jobs: tuple
    rounds: int
    fio: str
    ops: int
    pair: bool = False
    hooks: bool = False
    icount: bool = False
    size: int = 64
    seconds: float = 1800
    details: dict = dataclasses.field(default_factory=dict)


class Collector:
    """Reads what the guest prints: {(job, subject): {round: value}}.

    A value is nanoseconds per operation: mean latency where one operation
    is in flight, elapsed time by operations otherwise.
    """

    def __init__(self, out):
        self.values = {}
        self.details = {}
        self.error = ""
        self._pending = b""
        self._out = out

    def feed(self, data):
        *lines, self._pending = (self._pending + data).split(b"\n")
        for line in lines:
            text = line.decode(errors="replace").strip()
            word, _, rest = text.partition(" ")
            if word == "@":
                self._line(rest)
            elif text:
                print(f"    {text}", file=self._out, flush=True)

    def _line(self, text):
        word, _, rest = text.partition(" ")
        if word == "failed":
            self.error = rest
        elif word == "result":
            # a measurement that failed gives nothing
            number, subject, job, *result = rest.split(" ", 3)
            self._result(int(number), subject, job, "".join(result))

    def _result(self, number, subject, job, result):
        try:
            found = json.loads(result)
            value = nanoseconds(found, job)
        except (ValueError, KeyError, IndexError, ZeroDivisionError):
            self.error = f"{job} of {subject} gave {result[:200]!r}"
            print(f"  {self.error}", file=self._out, flush=True)
            return
        self.values.setdefault((job, subject), {})[number] = value
        self.details.setdefault((job, subject), {})[number] = found
        print(f"  round {number}  {job:15} {subject:10} {value / 1000:10.2f}",
              file=self._out, flush=True)


def nanoseconds(result, job):
    """Time per operation from the output of fio or of the bare verb."""
    if "wrong" in result:
        raise ValueError("the result is not the right one")
    if "wall" in result:
        return result["wall"] * 1e9
    if "ns" in result:
        return result["ns"] / result["ops"]
    side = result["jobs"][0]["write" if job.startswith("write") else "read"]
    if result["jobs"][0]["error"]:
        raise ValueError("fio reports an error")
    if job.endswith("-qd1"):
        return side["lat_ns"]["mean"]
    return 1e9 / side["iops"]


def verb_module(kernel, log):
    """Build xmem_verb.ko, and xmem_hook.ko beside it; say where it is."""
    outdir = paths.BUILD / "bench" / kernel.name / "verb"
    done = kernels.tool("modules", kernel.name, HERE / "kmod", outdir,
                        stdout=log, stderr=log)
    if done.returncode:
        raise BenchError(f"xmem_verb does not build for {kernel.name}")
    return outdir / "xmem_verb.ko"


def prepare(name, log):
    """Kernel, modules and programs; the kernel and xmem_verb.ko."""
    kernel = kernels.find(name, build=True)
    kernels.build_modules(name, stdout=log, stderr=log)
    for target in (["tools"], ["-C", "tests/progs"]):
        done = subprocess.run(["make", "-C", paths.ROOT, *target], check=False,
                              stdout=log, stderr=log)
        if done.returncode:
            raise BenchError("the programs do not build")
    return kernel, verb_module(kernel, log)


def script(plan, verb):
    """The text for the guest; on bed 4 there are no files to read it from."""
    variables = {"SIZE": plan.size, "ROUNDS": plan.rounds,
                 "SUBJECTS": " ".join(plan.subjects),
                 "JOBS": " ".join(plan.jobs), "FIO": plan.fio,
                 "OPS": plan.ops, "VERB": verb}
    parts = [f"{name}='{value}'" for name, value in variables.items()]
    parts.append(". $XMEM_SRC/tests/guest/lib.sh")
    for name in ("peers.sh", "xmem.sh", "guest.sh"):
        parts.append((HERE / name).read_text())
    if "sort" in plan.jobs:
        parts.append((HERE.parent / "demo" / "job.sh").read_text())
    return "\n".join(parts + ["main"])


def run(plan, out=sys.stdout):
    """Measure; what Collector.values says."""
    outdir = paths.BUILD / "bench" / plan.kernel
    outdir.mkdir(parents=True, exist_ok=True)
    with open(outdir / "build.log", "w", encoding="utf-8") as log:
        kernel, verb = prepare(plan.kernel, log)
    collector = Collector(out)
    hook = (verb.with_name("xmem_hook.ko"),
            verb.with_name("xmem_cache_hook.ko")) if plan.hooks else ()
    options = session.Options(
        pair=plan.pair, mem="2G", cpus=1, icount=plan.icount,
        files=(verb, *PROGRAMS, *hook) if plan.icount else ())
    with session.Session(kernel, outdir, options, collector.feed) as bed:
        bed.boot()
        result = bed.run(script(plan, verb), plan.seconds)
        complaints = bed.complaints()
    if collector.error:
        raise BenchError(collector.error)
    if result.status != 0:
        raise BenchError(result.reason or f"the guest's script ended with "
                         f"status {result.status}, see {outdir}")
    if complaints:
        raise BenchError("the kernel complained: " + "; ".join(complaints))
    plan.details = collector.details
    return collector.values


def load():
    """Processes that wanted a CPU in the last minute, on average."""
    return os.getloadavg()[0]
