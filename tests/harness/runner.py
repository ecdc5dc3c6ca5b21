# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the jobs of a plan and says how they went."""

import concurrent.futures
import shutil
import subprocess
import sys
import textwrap
import threading
import time
import traceback

from . import jobs, kernels, tap


class Machine:
    """Admits jobs by weight: small ones side by side, a large one alone."""

    def __init__(self, capacity):
        self.capacity = capacity
        self._free = capacity
        self._changed = threading.Condition()

    def enter(self, weight):
        weight = min(weight, self.capacity)
        with self._changed:
            self._changed.wait_for(lambda: self._free >= weight)
            self._free -= weight

    def leave(self, weight):
        with self._changed:
            self._free += min(weight, self.capacity)
            self._changed.notify_all()


class Runner:
    """Collects results; one line is printed for each job."""

    def __init__(self, plan, parallel):
        self.plan = plan
        self.parallel = parallel
        self.machine = Machine(parallel)
        self.tally = tap.Tally()
        self.bad = []
        self._modules = {}
        self._print = threading.Lock()
        self._done = 0

    # -- single jobs -----------------------------------------------------

    def run_job(self, job):
        """Run one job; whatever it throws is a failure of that job."""
        self.machine.enter(job.weight)
        start = time.monotonic()
        try:
            job.prepare()
            report = job.run()
        except Exception:  # pylint: disable=broad-except
            text = traceback.format_exc()
            report = jobs.Report(tail=text, logs=job.logs)
            report.tally.fail("the harness failed: "
                              + text.strip().splitlines()[-1])
        finally:
            self.machine.leave(job.weight)
        self.record(job.name, report, time.monotonic() - start)
        return report

    def record(self, name, report, seconds):
        with self._print:
            self._done += 1
            self.tally.add(report.tally)
            word = "ok  " if report.good else "FAIL"
            counts = f"{report.tally.passed} ok"
            if report.tally.failed:
                counts += f", {report.tally.failed} failed"
            if report.tally.skipped:
                counts += f", {report.tally.skipped} skipped"
            print(f"{word} {name:44} {seconds:6.1f} s  ({counts})", flush=True)
            for text in report.tally.failures:
                print(textwrap.indent(text, " " * 7), flush=True)
            if not report.good:
                self.bad.append((name, report))

    def refuse(self, name, text, seconds=0.0):
        """Something that tests need is missing: one failure."""
        report = jobs.Report()
        report.tally.fail(text)
        self.record(name, report, seconds)

    def run_side_by_side(self, todo):
        """Large jobs wait for the small ones, so that none starves; long ones
        begin first, so that none of them is alone at the end."""
        todo = sorted(todo, key=lambda job: (job.weight, -job.seconds))
        with concurrent.futures.ThreadPoolExecutor(self.parallel) as pool:
            for future in [pool.submit(self.run_job, job) for job in todo]:
                future.result()

    # -- phases ----------------------------------------------------------

    def run(self):
        plan = self.plan
        pairs = plan.guest_tests()
        programs = plan.program_jobs()
        host = plan.host_jobs() + plan.unit_job()
        if pairs or host:
            self.run_side_by_side(programs)
        todo = host
        names = list(dict.fromkeys(name for _, name in pairs))
        kunit = plan.kunit_kernel()
        if kunit and kunit not in names:
            names.insert(0, kunit)
        for name in names:
            todo += self.kernel_jobs(
                name, [test for test, of in pairs if of == name],
                kunit == name)
        self.run_side_by_side(todo)
        for name in plan.build_only():
            self.modules(name)

    def prepare(self, name):
        """Get or build kernel NAME; None if that fails."""
        start = time.monotonic()
        try:
            return kernels.find(name, build=True)
        except kernels.KernelError as error:
            self.refuse(f"kernel/{name}", str(error),
                        time.monotonic() - start)
            return None

    def modules(self, name):
        """Build our modules for kernel NAME, once; whether that went well."""
        if name not in self._modules:
            self._modules[name] = self.prepare(name) is not None and \
                self.run_job(self.plan.modules_job(name)).good
        return self._modules[name]

    def kernel_jobs(self, name, tests, with_kunit):
        """What to run on kernel NAME, which is ready then, with our modules."""
        kernel = self.prepare(name)
        if kernel is None:
            return []
        needed = {name} if with_kunit or any(test.modules for test in tests) \
            else set()
        needed |= {test.appliance for test in tests if test.appliance}
        for one in sorted(needed):
            if not self.modules(one):
                tests, lost = [test for test in tests
                               if not test.modules], tests
                self.refuse(f"{name}/*", f"{len(lost) - len(tests)} tests "
                            "not run: our modules do not build")
        todo = [self.plan.guest_job(test, kernel) for test in tests]
        kunit = self.plan.kunit_job(kernel) if with_kunit else None
        return todo + [kunit] if kunit else todo

    # -- the end ---------------------------------------------------------

    def summary(self):
        """Print failures and the counted line; the exit status."""
        for name, report in self.bad:
            print(f"\n=== {name}")
            for text in report.tally.failures:
                print(f"not ok: {text}")
            if report.tail:
                print(report.tail)
            if report.logs:
                print(f"logs: {report.logs}")
        print()
        print(self.tally, flush=True)
        return 1 if self.tally.failed or not self.tally.total else 0


def missing_programs():
    """Programs the harness itself cannot do without."""
    wanted = ("qemu-system-x86_64", "busybox", "setpriv", "rsync", "make")
    return [name for name in wanted if shutil.which(name) is None]


def commit_line():
    """The commit tested, for the first line of a run."""
    done = subprocess.run(["git", "log", "-1", "--format=%h %s"], check=False,
                          capture_output=True, text=True)
    return done.stdout.strip() or "not a git checkout"


def list_plan(plan):
    for job in plan.host_jobs() + plan.unit_job():
        print(job.name)
    if plan.kunit_kernel():
        print(f"{plan.kunit_kernel()}/kunit")
    for test, name in plan.guest_tests():
        print(f"{name + '/' + test.name:44} {test.about}")
    for name in plan.build_only():
        print(f"build/{name}")
    sys.stdout.flush()
