# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts results in the output of tests: TAP, KTAP and cmocka."""

import dataclasses
import re

RESULT = re.compile(r"^(\s*)(not ok|ok)\b\s*\d*\s*(?:-\s*)?(.*)$")
CONSOLE_TIME = re.compile(r"^\[\s*\d+\.\d+\](?:\[[^]]*\])?\s?")
PLAN = re.compile(r"^\s*1\.\.(\d+)\s*$")


@dataclasses.dataclass
class Tally:
    """Numbers of results, and the words of those that failed."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: list = dataclasses.field(default_factory=list)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.failures += other.failures

    def count(self, good, text):
        if re.search(r"#\s*SKIP", text, re.IGNORECASE):
            self.skipped += 1
        elif good:
            self.passed += 1
        else:
            self.fail(text)

    def fail(self, text):
        self.failed += 1
        self.failures.append(text)

    @property
    def total(self):
        return self.passed + self.failed + self.skipped

    def __str__(self):
        return (f"{self.passed} passed, {self.failed} failed, "
                f"{self.skipped} skipped")


def flat(text):
    """Results at the start of a line, as our scripts print them.

    A failure takes the remarks below it along, which say why.
    """
    tally = Tally()
    failed = False
    for line in text.splitlines():
        match = RESULT.match(line)
        if match and not match[1]:
            tally.count(match[2] == "ok", match[3])
            failed = match[2] != "ok"
        elif failed and line.startswith("# "):
            tally.failures[-1] += "\n" + line
        else:
            failed = False
    return tally


def nested(text):
    """Leaf results of KTAP, with or without the kernel's time stamps.

    A result that closes a block of deeper ones only sums them up.
    """
    tally = Tally()
    last = 0
    for raw in text.splitlines():
        line = CONSOLE_TIME.sub("", raw.rstrip("\r"))
        match = RESULT.match(line)
        if not match:
            continue
        depth = len(match[1].expandtabs(4))
        if depth >= last:
            tally.count(match[2] == "ok", match[3])
        last = depth
    return tally


CMOCKA_ONE = re.compile(r"^\[\s*(OK|FAILED|SKIPPED|ERROR)\s*\]\s*(.*)$")
CMOCKA_SUM = re.compile(r"\d+ test\(s\)")


def cmocka(text):
    """Results of cmocka programs: their standard format, or TAP."""
    tally = flat(text)
    if tally.total:
        return tally
    seen = set()
    for line in text.splitlines():
        match = CMOCKA_ONE.match(line)
        if not match or CMOCKA_SUM.search(match[2]):
            continue
        # A failed test is named twice: where it failed and in the summary.
        if match[1] != "OK":
            if match[2] in seen:
                continue
            seen.add(match[2])
        if match[1] == "SKIPPED":
            tally.skipped += 1
        else:
            tally.count(match[1] == "OK", match[2])
    return tally
