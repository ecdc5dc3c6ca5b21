# SPDX-License-Identifier: GPL-2.0-or-later
"""Finds complaints of the kernel in the console log of a guest."""

import re

BAD = re.compile("|".join((
    r"WARNING: ",
    r"\bBUG: ", r"kernel BUG at", r"\bOops\b", r"Kernel panic",
    r"general protection fault", r"unable to handle",
    r"KASAN", r"KFENCE: ", r"UBSAN", r"KCSAN", r"kernel memory overwrite",
    r"possible (circular|recursive) locking", r"inconsistent lock state",
    r"suspicious RCU usage", r"DEBUG_LOCKS_WARN_ON", r"bad unlock balance",
    r"still has locks held", r"lock held when returning to user",
    r"scheduling while atomic", r"sleeping function called",
    r"blocked for more than", r"soft lockup", r"hard LOCKUP", r"rcu.*stall",
    r"refcount_t:", r"list_(add|del) corruption", r"\bODEBUG\b",
    r"Poison overwritten", r"Redzone overwritten", r"Object already free",
    r"Objects remaining in", r"still has objects", r"DMA-API:",
    r"is flushing !WQ_MEM_RECLAIM", r"page allocation failure",
    r"sysfs: cannot create duplicate", r"unreferenced object",
    r"bad page state", r"Bad page map", r"Bad rss-counter",
    r"swap_(dup|free|info_get): Bad", r"Bad swap",
    r"Call Trace:", r"xmem-harness: (module|lockdep)",
)), re.IGNORECASE)

# From here on a test hangs and the harness asked where.
ASKED_FOR = "sysrq: Show Blocked State"

# A complaint and its back trace are one thing, allowed or reported together.
BLOCK_LINES = 60
BLOCK_START = re.compile(r"\[ cut here \]|={20,}")
BLOCK_END = re.compile(r"---\[ end (trace|Kernel panic)")


def blocks(lines):
    """Yield lists of lines, each one complaint with what belongs to it."""
    index = 0
    while index < len(lines):
        if not BAD.search(lines[index]):
            index += 1
            continue
        start = index
        while start > 0 and index - start < 4 \
                and BLOCK_START.search(lines[start - 1]):
            start -= 1
        end = index + 1
        while end < len(lines) and end - index < BLOCK_LINES:
            if BLOCK_END.search(lines[end - 1]):
                break
            if "cut here" in lines[end]:
                break
            end += 1
        yield lines[start:end]
        index = end


def scan(text, allow=()):
    """Complaints in a console log that no pattern of ALLOW covers."""
    text = text.partition(ASKED_FOR)[0]
    lines = [line.rstrip("\r") for line in text.split("\n")]
    allowed = [re.compile(pattern) for pattern in allow]
    found = []
    for block in blocks(lines):
        if any(pattern.search(line) for pattern in allowed for line in block):
            continue
        found.append("\n".join(block).rstrip())
    return found


def scan_file(path, allow=()):
    try:
        with open(path, encoding="utf-8", errors="replace") as log:
            return scan(log.read(), allow)
    except FileNotFoundError:
        return []
