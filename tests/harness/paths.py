# SPDX-License-Identifier: GPL-2.0-or-later
"""Where things are, and how patient to be."""

import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
HARNESS = TESTS / "harness"
BUILD = ROOT / "build"


def module_dir(kernel_name):
    """Our modules built for one kernel."""
    return BUILD / "modules" / kernel_name


def timeout_scale():
    """Factor for every time limit; slow or busy machines set it above 1."""
    try:
        scale = float(os.environ.get("XMEM_TIMEOUT_SCALE", "1"))
    except ValueError:
        return 1.0
    return scale if scale > 0 else 1.0
