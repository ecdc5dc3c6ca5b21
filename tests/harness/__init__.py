# SPDX-License-Identifier: GPL-2.0-or-later
"""Boots guests and runs the tests of xmem in them."""
