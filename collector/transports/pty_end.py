"""The far end of a pseudo-terminal: the place where something of ours answers instead of a device."""

from __future__ import annotations

import contextlib
import os
import tty
from pathlib import Path

from data.errors import ConfigError

READ_BYTES = 4096


class PtyEnd:
    """A new pseudo-terminal.  `path` is the port for who reads; `link` is a second name for it while this is open.

    Raises ConfigError when there can be no such name; a file that has it stays.
    """

    def __init__(self, link: Path | None = None) -> None:
        # Our copy of the port's end stays open: we would otherwise read an error whenever the reader closes it.
        self._ours, self._port_end = os.openpty()
        tty.setraw(self._port_end)
        os.set_blocking(self._ours, False)
        self.path = os.ttyname(self._port_end)
        self._link = link
        if link is not None:
            try:
                link.parent.mkdir(parents=True, exist_ok=True)
                if link.is_symlink():
                    link.unlink()
                link.symlink_to(self.path)
            except OSError as cause:
                self._link = None
                self.close()
                raise ConfigError(f"cannot make the name {link}: {cause.strerror}; give another --link") from cause

    def fileno(self) -> int:
        """For select."""
        return self._ours

    def read(self) -> bytes:
        """The bytes written to the port; empty when there are none."""
        try:
            return os.read(self._ours, READ_BYTES)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> None:
        """Send these bytes to the port.  When nobody reads and the line is full they are lost, as on a cable."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._ours, data)

    def close(self) -> None:
        """Hang up and remove the link."""
        if self._link is not None:
            self._link.unlink(missing_ok=True)
        for end in (self._ours, self._port_end):
            os.close(end)
