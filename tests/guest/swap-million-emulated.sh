#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: a million checked loads by frontswap and by the swap file of stock kernels, in emulation
# kernels: debian-5.10 debian-6.12
# guests: 2
# appliance: uml-7.3-debug
# tier: long
# timeout: 1800

# shellcheck source=tests/guest/swap-million.sh
. "$(dirname "$0")/swap-million.sh"
