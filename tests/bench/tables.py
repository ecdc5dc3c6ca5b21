# SPDX-License-Identifier: GPL-2.0-or-later
"""Medians, ratios, and the tables of Documentation/performance.md."""

import statistics

NAMES = {"xmem": "xmem", "nvme-rdma": "nvme-rdma", "rnbd": "RNBD",
         "verb": "bare verb", "brd": "RAM disk itself"}

JOBS = {"read-4k-qd1": "4 KiB read, QD1", "write-4k-qd1": "4 KiB write, QD1",
        "read-4k-qd32": "4 KiB read, QD32",
        "write-4k-qd32": "4 KiB write, QD32",
        "read-128k-qd4": "128 KiB read, QD4",
        "write-128k-qd4": "128 KiB write, QD4"}


def measure_of(job):
    """What is compared: latency for one in flight, a rate otherwise."""
    if job.endswith("-qd1"):
        return "latency"
    return "bandwidth" if "-128k-" in job else "IOPS"


def ratios(values, job, subject):
    """SUBJECT by xmem, round by round, in the sense of measure_of(JOB)."""
    mine = values[job, "xmem"]
    theirs = values[job, subject]
    found = []
    for number in sorted(mine.keys() & theirs.keys()):
        time_ratio = theirs[number] / mine[number]
        found.append(time_ratio if measure_of(job) == "latency"
                     else 1 / time_ratio)
    return found


def spread(numbers, form):
    return (f"{statistics.median(numbers):{form}} "
            f"({min(numbers):{form}}–{max(numbers):{form}})")


def markdown(head, rows):
    """A table whose columns line up in the source, too."""
    lines = [head] + rows
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]

    def row(cells):
        return "| " + " | ".join(
            cell.ljust(width) for cell, width in zip(cells, widths)) + " |"

    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([row(head), rule, *map(row, rows)])


def ratio_table(values, subjects, jobs):
    """Each peer as a ratio to xmem; median and (least–most) over the rounds."""
    peers = [one for one in subjects if one != "xmem"]
    rows = []
    for job in jobs:
        better = "less" if measure_of(job) == "latency" else "more"
        rows.append([f"{JOBS[job]}: {measure_of(job)} ({better} is better)",
                     "1"] + [spread(ratios(values, job, one), ".2f")
                             for one in peers])
    return markdown(["beside xmem = 1"] + [NAMES[one] for one in
                                           ("xmem", *peers)], rows)


def count_table(values, subjects, jobs):
    """Thousands of instructions per operation."""
    rows = []
    for job in jobs:
        rows.append([JOBS[job]] + [
            spread([value / 1000 for value in values[job, one].values()],
                   ".1f") for one in subjects])
    return markdown(["thousands of instructions"]
                    + [NAMES[one] for one in subjects], rows)


# What its caller sees of a hook, and at most how much of the bare verb that may be.
HOOKS = (("frontswap load", "frontswap", "read-4k-qd1", 1.10),
         ("frontswap store", "frontswap", "write-4k-qd1", 0.10),
         ("cleancache get", "cleancache", "read-4k-qd1", None),
         ("cleancache put", "cleancache", "write-4k-qd1", 0.15))


def hook_table(values):
    """Thousands of instructions of each hook, beside the bare verb."""
    rows = []
    for name, subject, job, limit in HOOKS:
        mine, verb = values[job, subject], values[job, "verb"]
        shares = [mine[n] / verb[n] for n in sorted(mine.keys() & verb.keys())]
        rows.append([name] + [spread([value / 1000 for value in one.values()],
                                     ".1f") for one in (mine, verb)]
                    + [spread(shares, ".2f"), f"{limit:.2f}" if limit else ""])
    return markdown(["thousands of instructions", "for the caller",
                     "bare verb", "share", "wanted at most"], rows)


def swap_table(times, counts):
    """Page-in through the swap file, beside the block device and the bare verb."""
    rows = []
    for name, values in (("microseconds", times),
                         ("thousands of instructions", counts)):
        file, block, verb = (values.get(("read-4k-qd1", one), {})
                             for one in ("swapfile", "blockswap", "verb"))
        shares = [file[n] / block[n] for n in sorted(file.keys() & block.keys())]
        row = [spread([value / 1000 for value in one.values()], ".1f")
               if one else "" for one in (file, block, verb)]
        rows.append([name, *row, spread(shares, ".2f"), "0.90"])
    return markdown(["a page read back", "swap file", "block device",
                     "bare verb", "swap file / block device",
                     "wanted at most"], rows)


# How the job's swap is named, and what it is.
JOB_SWAPS = {"swapfile": "xmem, swap file", "blockswap": "xmem, block device",
             "nvmeswap": "nvme-rdma"}


def job_table(values, details):
    """The same job with its swap on each; time beside nvme-rdma, and where it went."""
    theirs = values["sort", "nvmeswap"]
    rows = []
    for subject, name in JOB_SWAPS.items():
        mine, found = values["sort", subject], details["sort", subject]
        shares = [mine[n] / theirs[n] for n in sorted(mine.keys() & theirs.keys())]
        parts = [[one["user"] for one in found.values()],
                 [one["system"] for one in found.values()],
                 [one["wall"] - one["user"] - one["system"]
                  for one in found.values()]]
        pages = [[one[way] / 1000 for one in found.values()]
                 for way in ("out", "in")]
        rows.append([name, spread(shares, ".2f")]
                    + [spread(part, ".2f") for part in parts]
                    + [spread(way, ".1f") for way in pages])
    return markdown(["swap on", "time, nvme-rdma = 1", "user, s", "system, s",
                     "waiting, s", "thousand pages out", "in"], rows)


def put(text, name, body):
    """TEXT with what stands between the markers NAME replaced by BODY."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    if text.count(begin) != 1 or text.count(end) != 1:
        raise ValueError(f"the markers of {name} are not there exactly once")
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{body.strip()}\n{end}{after}"
