# SPDX-License-Identifier: GPL-2.0-or-later
"""Decides which jobs a run consists of."""

import fnmatch

from . import jobs, kernels, paths, spec, tap

QUICK_KERNEL = "uml-7.3-debug"


class Plan:
    """Jobs by phase: programs, modules for each kernel, then all tests.

    A test of the quick tier runs on the first kernel of its header when the
    quick tier is asked for, and on all of them in the full tier.
    """

    def __init__(self, tier, only_kernels, match, logs):
        self.tier = tier
        self.only = set(only_kernels)
        self.match = match
        self.logs = logs

    def wants(self, name):
        return self.match is None or any(
            fnmatch.fnmatch(text, self.match)
            for text in (name, name.rsplit("/", 1)[-1]))

    def _log(self, name):
        return self.logs / name

    def in_tier(self, test):
        return spec.TIERS.index(test.tier) <= spec.TIERS.index(self.tier)

    def kernels_of(self, test):
        names = test.kernels or (QUICK_KERNEL,)
        if self.only:
            return [name for name in names if name in self.only]
        return list(names[:1] if self.tier == "quick" else names)

    # -- what there is ---------------------------------------------------

    def guest_tests(self):
        """(test, kernel name) pairs in the order of the file names."""
        found = []
        for path in sorted((paths.TESTS / "guest").glob("*.sh")):
            if path.stem.startswith("lib"):
                continue
            test = spec.parse(path)
            named = [*test.kernels, test.appliance or QUICK_KERNEL]
            unknown = [name for name in named if name not in kernels.BOOT]
            if unknown:
                raise spec.SpecError(f"{path}: no kernel {unknown[0]!r}")
            if not self.in_tier(test):
                continue
            found += [(test, name) for name in self.kernels_of(test)
                      if self.wants(f"{name}/{test.name}")]
        return found

    def host_jobs(self):
        if self.only:
            return []
        found = []
        for path in sorted((paths.TESTS / "host").glob("*.sh")):
            if path.stem.startswith("lib"):
                continue
            test = spec.parse(path)
            if self.in_tier(test) and self.wants(f"host/{test.name}"):
                found.append(jobs.HostJob(test, self._log(
                    f"host/{test.name}")))
        return found

    def unit_job(self):
        if self.only or not self.wants("unit") \
                or not (paths.TESTS / "unit" / "Makefile").exists():
            return []
        return [jobs.CommandJob("unit", self._log("unit"),
                                ["make", "-C", "tests/unit", "check"], 600,
                                parse=tap.cmocka)]

    def program_jobs(self):
        """What must be built before anything can run."""
        found = [jobs.CommandJob("build/user", self._log("build/user"),
                                 ["make", "user"], 900, no_warnings=True)]
        if (paths.TESTS / "progs" / "Makefile").exists():
            found.append(jobs.CommandJob(
                "build/progs", self._log("build/progs"),
                ["make", "-C", "tests/progs"], 300, no_warnings=True))
        return found

    def build_only(self):
        if self.tier == "quick" and not self.only:
            return []
        return [name for name in kernels.BUILD_ONLY
                if (not self.only or name in self.only)
                and self.wants(f"build/{name}")]

    def kunit_kernel(self):
        """KUnit needs only one kernel, the fastest debug one."""
        wanted = not self.only or QUICK_KERNEL in self.only
        return QUICK_KERNEL if wanted and self.wants(
            f"{QUICK_KERNEL}/kunit-cases") else None

    # -- what follows ----------------------------------------------------

    def modules_job(self, name):
        return jobs.ModulesJob(name, self._log(f"build/{name}"))

    def guest_job(self, test, kernel):
        return jobs.GuestJob(test, kernel,
                             self._log(f"{kernel.name}/{test.name}"),
                             leaks=self.tier != "quick")

    def kunit_job(self, kernel):
        """None when there is no suite for this kernel."""
        built = list(paths.module_dir(kernel.name).rglob("xmem_kunit.ko"))
        if not built:
            return None
        return jobs.KunitJob("xmem_kunit", kernel,
                             self._log(f"{kernel.name}/kunit-cases"), leaks=False)
