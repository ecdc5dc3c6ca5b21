#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The bars that the project has set itself: measures them, prints them, fails above one."""

import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]


def tracked(*patterns):
    names = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
                           cwd=TOP, check=True, capture_output=True, text=True).stdout.split()
    return [TOP / n for n in sorted(set(names)) if (TOP / n).is_file()]


def functions(path):
    """(name, lines) of each function of a C file in kernel style: braces in column 0."""
    start, name, pending = None, None, ""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line == "{" and start is None and "(" in pending:
            start = number
            name = re.search(r"(\w+)\s*\(", pending)
        elif line.startswith("}") and start is not None:
            yield (name.group(1) if name else "?"), number - start + 1
            start, pending = None, ""
        elif start is None:
            if re.match(r"[A-Za-z_]", line):
                pending = line if "(" in line else pending + line if not line.endswith(";") else ""


def messages(paths):
    """The words of every netlink refusal of the kernel modules."""
    found = {}
    macro = re.compile(r'(?:NL_SET_(?:ERR_MSG|BAD_ATTR)\w*|xmemc_refuse|refuse_device)\(([^;]*?)\);', re.S)
    for path in paths:
        for call in macro.findall(path.read_text()):
            text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', call))
            if text:
                found.setdefault(text, path.relative_to(TOP))
    return found


def refusals_without_test(paths):
    """Messages that no test asserts: a test must match them with `refused 'REGEX'`."""
    patterns = []
    for test in tracked("tests/guest/*", "tests/host/*"):
        text = test.read_text()
        patterns += re.findall(r"refused\s+'([^']+)'", text) + re.findall(r'refused\s+"([^"]+)"', text)
    missing = []
    found = messages(paths)
    for message, where in found.items():
        sample = re.sub(r"%[-0-9.#*]*(?:ll|l|h|z)*[a-zA-Z]+", "1", message)
        if not any(re.search(p, sample) for p in patterns):
            missing.append(f"{where}: {message}")
    return len(found), missing


def bare_errors(paths):
    """Returns of an errno in netlink handlers that no message precedes."""
    found = []
    for path in paths:
        lines = path.read_text().splitlines()
        for i, line in enumerate(lines):
            if re.search(r"return -E(?!MSGSIZE|NOMEM)[A-Z]+;", line):
                if not any("NL_SET" in earlier or "_refuse" in earlier for earlier in lines[max(0, i - 6):i]):
                    found.append(f"{path.relative_to(TOP)}:{i + 1}: {line.strip()}")
    return found


def count(paths, pattern):
    hits = []
    for path in paths:
        for i, line in enumerate(path.read_text().splitlines(), 1):
            if re.search(pattern, line):
                hits.append(f"{path.relative_to(TOP)}:{i}: {line.strip()}")
    return hits


def main():
    kernel = tracked("client-kmod/*.[ch]", "appliance-kmod/*.[ch]", "common-kmod/*.[ch]")
    source = [p for p in kernel if "compat" not in p.parts]
    compat = [p for p in kernel if "compat" in p.parts]
    own = [p for p in source if not p.name.startswith("nl_policy")]
    every_c = own + tracked("tools/*.c", "mgmt-daemon/*.c")
    lengths = sorted((n, f, p) for p in every_c if p.suffix == ".c" for f, n in functions(p))
    files = sorted((len(p.read_text().splitlines()), p) for p in own)
    all_files = sorted((len(p.read_text().splitlines()), p)
                       for p in every_c + tracked("tests/*.py", "tests/*.sh", "uapi/generate"))
    kbuilds = [(len([x for x in p.read_text().splitlines() if x and not x.startswith("#")]), p)
               for p in tracked("client-kmod/Kbuild", "appliance-kmod/Kbuild")]
    refusals, untested = refusals_without_test(own)
    bare = bare_errors([p for p in own if p.name.startswith("nl") and p.suffix == ".c"])
    bugs = count(own, r"\bBUG(_ON)?\(")
    warns = count(own, r"\bWARN(_ON|_ON_ONCE|_ONCE)?\(")
    versions = count(source + tracked("tests/kunit/*.[ch]"), r"LINUX_VERSION_CODE")
    p90 = lengths[int(len(lengths) * 0.9)][0] if lengths else 0
    longest = lengths[-1] if lengths else (0, "", TOP)
    rows = [
        ("largest kernel file, lines", files[-1][0], 800, [str(files[-1][1].relative_to(TOP))]),
        ("largest file of all, lines", all_files[-1][0], 800, [str(all_files[-1][1].relative_to(TOP))]),
        ("function length, 90 %", p90, 50, []),
        ("function length, longest", longest[0], 80, [f"{longest[2].relative_to(TOP)}: {longest[1]}"]),
        ("Kbuild per module, lines", max(n for n, _ in kbuilds), 12, []),
        ("compat, lines", sum(len(p.read_text().splitlines()) for p in compat), 300, []),
        ("version tests outside compat", len(versions), 0, versions),
        ("BUG_ON", len(bugs), 0, bugs),
        ("WARN_ON as error handling", len(warns), 0, warns),
        ("netlink refusals without words", len(bare), 0, bare),
        (f"netlink refusals ({refusals}) not asserted by a test", len(untested), 0, untested),
    ]
    print(f"{'bar':52} {'is':>6} {'limit':>6}")
    failed = False
    for what, value, limit, detail in rows:
        over = value > limit
        failed |= over
        print(f"{what:52} {value:6} {limit:6} {'OVER' if over else ''}")
        for line in detail if over else []:
            print(f"      {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
