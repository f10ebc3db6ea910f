"""A virtual serial line: a pseudo-terminal with a device at its far end and a symbolic link for a name.

It can vanish as an adapter does that is pulled out, and come back under its own name or another.
"""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
import tty
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from collector.drivers.tools import VirtualDevice
from collector.simulator.faults import Spoiling, spoil

READ_BYTES = 4096


class PtyLink:
    """One line.  `silent` unplugs the device without closing the line; `inject` spoils its next answers.

    `always` are the faults that every answer has.
    """

    def __init__(self, path: Path, device: VirtualDevice) -> None:
        self.path = path
        self.device = device
        self.silent = False
        self.always: tuple[Spoiling, ...] = ()
        self._faults: deque[tuple[Spoiling, ...]] = deque()
        self._wake_read, self._wake_write = os.pipe()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name=f"line {self.path.name}", daemon=True)
        self._plug()

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def inject(self, *faults: Spoiling | Iterable[Spoiling]) -> None:
        """Spoil the next answers, one fault each, or several together."""
        self._faults.extend(tuple(fault) if isinstance(fault, Iterable) else (fault,) for fault in faults)

    def vanish(self) -> None:
        """The adapter is pulled out: who has the port open gets errors, and its name is gone."""
        self._stop.set()
        os.write(self._wake_write, b"x")
        if self._thread.is_alive():
            self._thread.join()
        os.read(self._wake_read, 1)
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()
        for end in (self._device_end, self._port_end):
            os.close(end)

    def come_back(self, path: Path | None = None) -> None:
        """The adapter is plugged in again, under its old name or this one, and the device answers."""
        self.path = path or self.path
        self._stop.clear()
        self._plug()
        self._thread = threading.Thread(target=self._serve, name=f"line {self.path.name}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop answering, remove the name, hang up."""
        if not self._stop.is_set():
            self.vanish()
        for end in (self._wake_read, self._wake_write):
            os.close(end)

    def _plug(self) -> None:
        # The line's own end stays open: the device would otherwise read an error whenever its reader closes the port.
        self._device_end, self._port_end = os.openpty()
        tty.setraw(self._port_end)
        os.set_blocking(self._device_end, False)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.is_symlink():  # of an earlier start; a file stays, and is an error
            self.path.unlink()
        self.path.symlink_to(os.ttyname(self._port_end))

    def _serve(self) -> None:
        every = self.device.every_seconds
        next_at = time.monotonic() + every if every else None
        while not self._stop.is_set():
            limit = None if next_at is None else max(0.0, next_at - time.monotonic())
            ready, _, _ = select.select([self._device_end, self._wake_read], [], [], limit)
            if self._device_end in ready:
                self._answer(self._read())
            if every and next_at is not None and time.monotonic() >= next_at:
                next_at += every
                if not self.silent:
                    for data in self.device.unasked():
                        self._write(data)

    def _read(self) -> bytes:
        try:
            return os.read(self._device_end, READ_BYTES)
        except BlockingIOError:
            return b""

    def _answer(self, data: bytes) -> None:
        answers = self.device.receive(data)
        if self.silent:
            return
        for answer in answers:
            faults = self._faults.popleft() if self._faults else ()
            spoken = spoil(answer, (*faults, *self.always), self.device.delay_seconds)
            if self._stop.wait(spoken.after_seconds):
                return
            self._write(spoken.data)

    def _write(self, data: bytes) -> None:
        # Nobody reads and the line's buffer is full: the bytes are lost, as they are on a cable.
        with contextlib.suppress(BlockingIOError):
            os.write(self._device_end, data)
