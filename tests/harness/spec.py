# SPDX-License-Identifier: GPL-2.0-or-later
"""What a test script says about itself in its header comments."""

import dataclasses
import pathlib
import re

FIELDS = {"about", "kernels", "guests", "tier", "timeout", "mem", "cpus",
          "needs", "rdma", "modules", "leaks", "dmesg-allow", "append", "icount",
          "appliance"}
HEADER = re.compile(r"^#\s*([a-z-]+):\s*(.*?)\s*$")
DEFAULT_TIMEOUT = 60


class SpecError(Exception):
    """A header that cannot be understood."""


@dataclasses.dataclass
class Spec:
    """One test script."""

    path: pathlib.Path
    about: str = ""
    kernels: tuple = ()
    guests: int = 1
    appliance: str = ""  # its kernel, where the client is emulated
    tier: str = "full"
    timeout: float = DEFAULT_TIMEOUT
    mem: str = "512M"
    cpus: int = 0
    needs: tuple = ()
    rdma: bool = True
    modules: bool = True
    leaks: bool = True
    icount: bool = False
    append: tuple = ()
    dmesg_allow: tuple = ()

    @property
    def name(self):
        return self.path.stem


def headers(path):
    """(field, value) pairs of the comment block at the top of PATH."""
    for line in path.read_text().splitlines():
        if not line.startswith("#"):
            return
        match = HEADER.match(line)
        if match and match[1] in FIELDS:
            yield match[1], match[2]


def flag(value):
    if value not in ("yes", "no"):
        raise SpecError(f"{value!r} is neither yes nor no")
    return value == "yes"


def number(value, least, most):
    if not value.isdigit() or not least <= int(value) <= most:
        raise SpecError(f"{value!r} is not a number from {least} to {most}")
    return int(value)


# each tier holds those before it
TIERS = ("quick", "full", "long")


def tier(value):
    if value not in TIERS:
        raise SpecError(f"tier {value!r} is none of {', '.join(TIERS)}")
    return value


PARSERS = {
    "about": str,
    "kernels": lambda value: tuple(value.split()),
    "appliance": str,
    "guests": lambda value: number(value, 1, 2),
    "tier": tier,
    "timeout": lambda value: float(number(value, 1, 3600)),
    "mem": str,
    "cpus": lambda value: number(value, 1, 8),
    "needs": lambda value: tuple(value.split()),
    "rdma": flag,
    "modules": flag,
    "leaks": flag,
    "icount": flag,
    "append": lambda value: tuple(value.split()),
}


def parse(path):
    """Read the header of the script at PATH."""
    path = pathlib.Path(path)
    spec = Spec(path)
    for field, value in headers(path):
        try:
            if field == "dmesg-allow":
                re.compile(value)
                spec.dmesg_allow += (value,)
            else:
                setattr(spec, field, PARSERS[field](value))
        except (SpecError, re.error) as error:
            raise SpecError(f"{path}: {field}: {error}") from error
    if not spec.about:
        raise SpecError(f"{path}: the header has no 'about:' line")
    return spec
