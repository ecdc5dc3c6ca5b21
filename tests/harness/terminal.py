# SPDX-License-Identifier: GPL-2.0-or-later
"""Connects the terminal of the user with a shell in the client guest."""

import os
import selectors
import sys
import termios
import tty


def interact(bed):
    """Run a shell in the client until it ends; returns its result."""
    stdin = sys.stdin.fileno()
    if not os.isatty(stdin):
        return bed.run(sys.stdin.read(), 3600)
    size = os.get_terminal_size(stdin)
    bed.client.send("shell", str(size.lines), str(size.columns),
                    os.environ.get("TERM", "dumb"))
    saved = termios.tcgetattr(stdin)
    tty.setraw(stdin)
    try:
        return bed.relay(stdin)
    finally:
        termios.tcsetattr(stdin, termios.TCSADRAIN, saved)
