# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast the time stamp counter of this machine runs.

A guest in software emulation sees the host's counter, and finds out by an
emulated timer how fast it is. A busy host disturbs that: guests were seen whose
seconds took a fifth of one, and with them every time-out. So it is measured here,
where it is easy, and the guest is told (tsc_early_khz=).
"""

import ctypes
import functools
import mmap
import platform
import time

# rdtsc; shl $32, %rdx; or %rdx, %rax; ret
READ_COUNTER = bytes.fromhex("0f3148c1e2204809d0c3")
MEASURE_SECONDS = 0.1


def _reader():
    code = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE
                     | mmap.PROT_EXEC)
    code.write(READ_COUNTER)
    entry = ctypes.addressof(ctypes.c_char.from_buffer(code))
    read = ctypes.CFUNCTYPE(ctypes.c_uint64)(entry)
    read.code = code  # lives as long as what runs it
    return read


def _sample(read):
    """Counter and nanoseconds of one moment: the tightest of some pairs."""
    best = None
    for _ in range(20):
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
        count = read()
        after = time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)
        if best is None or after - before < best[0]:
            best = (after - before, count, (before + after) // 2)
    return best[1:]


@functools.cache
def khz():
    """Counts in a millisecond; None on a machine without such a counter."""
    if platform.machine() != "x86_64":
        return None
    read = _reader()
    count, nanoseconds = _sample(read)
    time.sleep(MEASURE_SECONDS)
    count_then, nanoseconds_then = _sample(read)
    return round((count_then - count) * 1e6 / (nanoseconds_then - nanoseconds))
