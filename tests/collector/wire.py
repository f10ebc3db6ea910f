"""A device at the far end of a pseudo-terminal, for tests of what reads real bytes from a real port."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import tty
from collections.abc import Callable
from pathlib import Path


class Wire:
    """`path` is the port; `answer(heard)` gives the bytes that the device says to the bytes it heard."""

    def __init__(self, path: Path, answer: Callable[[bytes], bytes]) -> None:
        self.path = path
        self.heard = b""
        self.answer = answer
        self._device, self._port = os.openpty()
        tty.setraw(self._port)
        path.unlink(missing_ok=True)
        path.symlink_to(os.ttyname(self._port))
        self._wake = os.pipe()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            ready, _, _ = select.select([self._device, self._wake[0]], [], [])
            if self._wake[0] in ready:
                return
            heard = os.read(self._device, 4096)
            self.heard += heard
            os.write(self._device, self.answer(heard))

    def say(self, data: bytes) -> None:
        """Speak without being asked."""
        os.write(self._device, data)

    def unplug(self) -> None:
        """The adapter is pulled out: who has the port open gets errors from now on."""
        os.write(self._wake[1], b"x")
        self._thread.join()
        # The name goes first: a terminal that is closed may be somebody else's in the next moment.
        self.path.unlink(missing_ok=True)
        for end in (self._device, self._port, *self._wake):
            with contextlib.suppress(OSError):
                os.close(end)
