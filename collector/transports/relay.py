"""A tap on a line: what is written to a pseudo-terminal goes to the device and back, and every byte is noted."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable
from pathlib import Path

from collector.transports.ports import Port
from collector.transports.pty_end import PtyEnd
from data.errors import TransportError

Note = Callable[[bool, bytes], None]


class Relay:
    """Between a program, which opens `path`, and the device at `port`.  It sends nothing by itself.

    `note(to_device, data)` is called for every piece, in the order of the line.  `problem` is why it ended by itself.
    """

    def __init__(self, port: Port, note: Note, link: Path | None = None) -> None:
        self._port = port
        self._note = note
        self._end = PtyEnd(link)
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._serve, name="relay", daemon=True)
        self._ended = threading.Event()
        self.path = self._end.path
        self.problem: TransportError | None = None

    def start(self) -> None:
        """Open the device's port and begin; raises TransportError when it cannot be opened, and is closed."""
        try:
            with self._port.opened():
                self._thread.start()
        except TransportError:
            self.close()
            raise

    def wait(self, seconds: float | None = None) -> bool:
        """Wait at most so long for its end; True when it has ended by itself.

        Not by joining the thread: a join that Ctrl-C interrupts takes a running thread for ended (Python 3.11), and
        `close` would take the lines away under it.
        """
        return self._ended.wait(seconds)

    def close(self) -> None:
        """End it and hang up on both sides."""
        os.write(self._wake_write, b"x")
        if self._thread.ident is not None:
            self._thread.join()
        self._end.close()
        self._port.close()
        for end in (self._wake_read, self._wake_write):
            os.close(end)

    def _serve(self) -> None:
        try:
            with self._port.opened() as device:
                device.timeout = 0
                while True:
                    ready, _, _ = select.select([self._end, device, self._wake_read], [], [])
                    if self._wake_read in ready:
                        return
                    if self._end in ready and (question := self._end.read()):
                        self._note(True, question)
                        device.write(question)
                    if device in ready and (heard := device.read(max(1, device.in_waiting))):
                        self._note(False, heard)
                        self._end.write(heard)
        except TransportError as problem:
            self.problem = problem
        finally:
            self._ended.set()
