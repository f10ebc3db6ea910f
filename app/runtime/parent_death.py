"""A guard that ends a command when its parent dies: `python parent_death.py PARENT_PID SIGNAL NICENESS COMMAND …`.

The kernel does it (Linux), even when the parent was killed with -9.  A script by itself, so that it starts
in milliseconds and nothing of ours is imported between fork and exec.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(argv: list[str]) -> None:
    """Replace this process by the command, which ends with the parent."""
    parent, signal_number, niceness = int(argv[0]), int(argv[1]), int(argv[2])
    command = argv[3:]
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != parent:  # it died before the guard was set
            sys.exit(1)
    if niceness:
        os.nice(niceness)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
