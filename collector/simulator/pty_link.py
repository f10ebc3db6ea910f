"""A virtual serial line: a pseudo-terminal with a device at its far end and a symbolic link for a name."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
import tty
from collections import deque
from pathlib import Path
from typing import Protocol

from collector.simulator.faults import Fault, spoil

READ_BYTES = 4096


class VirtualDevice(Protocol):
    """What sits at the far end."""

    delay_seconds: float  # from a question to its answer
    every_seconds: float | None  # how often it speaks unasked; None: never

    def receive(self, data: bytes) -> list[bytes]:
        """Take bytes as they come, in pieces of any size; the answers they lead to, in order."""

    def unasked(self) -> list[bytes]:
        """What it says when nobody asked."""


class PtyLink:
    """One line.  `silent` unplugs the device without closing the line; `inject` spoils its next answers."""

    def __init__(self, path: Path, device: VirtualDevice) -> None:
        self.path = path
        self.device = device
        self.silent = False
        self._faults: deque[Fault] = deque()
        # The line's own end stays open: the device would otherwise read an error whenever its reader closes the port.
        self._device_end, self._port_end = os.openpty()
        tty.setraw(self._port_end)
        os.set_blocking(self._device_end, False)
        self._wake_read, self._wake_write = os.pipe()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name=f"line {path.name}", daemon=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        path.symlink_to(os.ttyname(self._port_end))

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def inject(self, *faults: Fault) -> None:
        """Spoil the next answers, one fault each."""
        self._faults.extend(faults)

    def close(self) -> None:
        """Stop answering, remove the name, hang up."""
        self._stop.set()
        os.write(self._wake_write, b"x")
        if self._thread.is_alive():
            self._thread.join()
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()
        for end in (self._device_end, self._port_end, self._wake_read, self._wake_write):
            os.close(end)

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
                    for said in self.device.unasked():
                        self._write(said)

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
            fault = self._faults.popleft() if self._faults else None
            spoken = spoil(answer, fault, self.device.delay_seconds)
            if self._stop.wait(spoken.after_seconds):
                return
            self._write(spoken.data)

    def _write(self, data: bytes) -> None:
        # Nobody reads and the line's buffer is full: the bytes are lost, as they are on a cable.
        with contextlib.suppress(BlockingIOError):
            os.write(self._device_end, data)
