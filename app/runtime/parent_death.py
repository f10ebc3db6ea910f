"""Runs a command that ends when its parent does: `python parent_death.py PARENT_PID SIGNAL NICENESS COMMAND …`.

The kernel keeps the promise (Linux), even when the parent was killed with -9.  A script by itself, so that it starts
in milliseconds and nothing of ours is imported between fork and exec.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(argv: list[str]) -> None:
    """Become the command, tied to the parent."""
    parent, signal_number, niceness = int(argv[0]), int(argv[1]), int(argv[2])
    command = argv[3:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != parent:  # it died before the promise was made
            sys.exit(1)
    if niceness:
        os.nice(niceness)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
