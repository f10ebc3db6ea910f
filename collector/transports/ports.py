"""One serial port that may vanish and come back: the only file that opens ports."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import serial

from collector.transports.adapters import path_of
from data.errors import TransportError

# What a port raises when its adapter is pulled out: not a time-out of the device.
if sys.platform == "win32":
    PORT_ERRORS: tuple[type[Exception], ...] = (OSError,)
else:
    import termios

    PORT_ERRORS = (OSError, termios.error)

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
# A port whose other side does not take bytes must not hold its thread for ever.
WRITE_TIMEOUT_SECONDS = 2.0


class Port:
    """Opens on first use; after a failure it closes, and opens again at a later use, with growing pauses between.

    8 data bits, no parity, 1 stop bit, no flow control; DTR and RTS stay asserted, because they power the isolated
    port of a charge controller.  The port is locked against a second process.  A path `adapter:SERIAL` is looked up at
    every opening: an adapter that comes back under another name is found again.
    """

    def __init__(self, path: str, baud: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self.baud = baud
        self._monotonic = monotonic
        self._serial: serial.Serial | None = None
        self._pause_seconds = 0.0
        self._reopen_at = 0.0
        self._cause = ""

    @property
    def handle(self) -> serial.Serial | None:
        """The open port, None while it is closed."""
        return self._serial

    @contextmanager
    def opened(self) -> Iterator[serial.Serial]:
        """The open port for one exchange; raises TransportError when it cannot be opened, or vanishes meanwhile."""
        port = self._serial if self._serial is not None else self._open()
        try:
            yield port
        except PORT_ERRORS as cause:
            self.close()
            raise TransportError(f"{self.path} is gone ({cause}); check its plug, it is opened again") from cause

    def _open(self) -> serial.Serial:
        now = self._monotonic()
        if now < self._reopen_at:
            left = max(1.0, self._reopen_at - now)
            raise TransportError(f"{self._cause}; tried again in {left:.0f} s")
        try:
            port = serial.Serial(path_of(self.path), self.baud, write_timeout=WRITE_TIMEOUT_SECONDS, exclusive=True)
        except (*PORT_ERRORS, ValueError, TransportError) as cause:
            self._pause_seconds = min(max(2 * self._pause_seconds, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
            self._reopen_at = now + self._pause_seconds
            self._cause = f"cannot open {self.path}: {reason_of(cause)}"
            raise TransportError(self._cause) from cause
        self._serial = port
        self._pause_seconds = 0.0
        return port

    def close(self) -> None:
        """Close the port; the next use opens it again."""
        if self._serial is not None:
            # When the adapter is gone there is nothing left to close.
            with suppress(*PORT_ERRORS):
                self._serial.close()
            self._serial = None


def reason_of(cause: Exception) -> str:
    """Why a port cannot be opened, and what to do."""
    number = cause.errno if isinstance(cause, OSError) else None
    if number in (errno.EACCES, errno.EPERM):
        return "you may not open it; on a Pi add this user to the group dialout, and log in anew"
    if number in (errno.EAGAIN, errno.EBUSY):
        return "another program has it open; end that first"
    if "Inappropriate ioctl" in str(cause):
        return "it is no serial port; check its name"
    if number is None or number <= 0:
        return f"{cause}; check its plug and its name"
    return f"{os.strerror(number)}; check its plug and its name"
