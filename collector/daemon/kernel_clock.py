"""What the operating system says of its own clock.  Source: adjtimex(2), <linux/timex.h>."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

# systemd-timesyncd makes this file when it has set the clock, and leaves it until the next boot.
TIMESYNC_MARK = Path("/run/systemd/timesync/synchronized")
TIME_ERROR = 5  # adjtimex: the clock is not synchronised to a reliable server
TIMEX_BYTES = 512  # struct timex takes 208 bytes; all zero it asks and changes nothing


def kernel_clock_is_set() -> bool:
    """True when the kernel's clock was set from a time server; False elsewhere than on Linux."""
    if TIMESYNC_MARK.exists():
        return True
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    question = ctypes.create_string_buffer(TIMEX_BYTES)
    state: int = libc.adjtimex(question)
    return 0 <= state < TIME_ERROR
