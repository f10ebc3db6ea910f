"""Time for the collector: when something was measured, how far that can be trusted, and waiting that can be ended."""

from __future__ import annotations

import ctypes
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

SYNCED = "synced"  # the clock had been set when the reading was made
UNSYNCED = "unsynced"  # it had not: recorded_at is what the clock said
RESTORED = "restored"  # it had not, and recorded_at was worked out once the clock had been set

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# systemd-timesyncd makes this file when it has set the clock, and leaves it until the next boot.
TIMESYNC_MARK = Path("/run/systemd/timesync/synchronized")
TIME_ERROR = 5  # adjtimex: the clock is not synchronised to a reliable server
TIMEX_BYTES = 512  # struct timex takes 208 bytes; all zero it asks and changes nothing


@dataclass(frozen=True, slots=True)
class Stamp:
    """An instant as the clock gave it (aware UTC), its mark, and the same instant counted since the boot."""

    recorded_at: datetime
    clock: str
    boot_id: str
    monotonic_seconds: float


class Clock(Protocol):
    """Time as the loops need it; tests put a clock here that moves only when set."""

    @property
    def boot_id(self) -> str:
        """Names the count of `monotonic`: two readings of one boot can be compared."""

    def stamp(self) -> Stamp:
        """The present instant, to the millisecond."""

    def monotonic(self) -> float:
        """Seconds since the boot; never goes back, whatever happens to the time of day."""

    def is_set(self) -> bool:
        """True once the time of day can be believed, and from then on."""

    def wait(self, seconds: float) -> bool:
        """Wait so long; True, at once, when a stop has been asked for."""


def kernel_clock_is_set() -> bool:
    """True when the kernel's clock was set from a time server; False elsewhere than on Linux.

    Source: adjtimex(2), <linux/timex.h>.
    """
    if TIMESYNC_MARK.exists():
        return True
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    question = ctypes.create_string_buffer(TIMEX_BYTES)
    state: int = libc.adjtimex(question)
    return 0 <= state < TIME_ERROR


class SystemClock:
    """The machine's clock.  `trust` says to believe it unasked; otherwise the kernel is asked until it agrees."""

    def __init__(
        self, stop: threading.Event, trust: bool = False, is_set: Callable[[], bool] = kernel_clock_is_set
    ) -> None:
        self._stop = stop
        self._ask = is_set
        # Once set, a Pi's clock drifts by seconds a day: it stays believed when the network goes away again.
        self._is_set = trust
        try:
            self._boot_id = BOOT_ID.read_text(encoding="ascii").strip()
            self._counter = time.CLOCK_BOOTTIME
        except (OSError, AttributeError):
            # Not Linux: the count is this process's own, so nothing is restored across a restart.
            self._boot_id = uuid.uuid4().hex
            self._counter = time.CLOCK_MONOTONIC

    @property
    def boot_id(self) -> str:
        return self._boot_id

    def stamp(self) -> Stamp:
        # Asked before the time is read: a clock set in between is marked unsynced and restored, never the reverse.
        mark = SYNCED if self.is_set() else UNSYNCED
        now = datetime.now(UTC)
        at = now.replace(microsecond=now.microsecond // 1000 * 1000)
        return Stamp(at, mark, self._boot_id, self.monotonic())

    def monotonic(self) -> float:
        return time.clock_gettime(self._counter)

    def is_set(self) -> bool:
        self._is_set = self._is_set or self._ask()
        return self._is_set

    def wait(self, seconds: float) -> bool:
        return self._stop.wait(max(seconds, 0.0))
