#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Tests that need no guest report in the same words as those in guests.

XMEM_SRC=${XMEM_SRC:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
export XMEM_SRC
# shellcheck source=tests/guest/lib.sh
. "$XMEM_SRC/tests/guest/lib.sh"

# Debian's own: the packages that tests need are for it, whatever else is in PATH.
python3() { /usr/bin/python3 "$@"; }
