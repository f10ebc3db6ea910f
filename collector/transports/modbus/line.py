"""A Modbus device: when a question is repeated; and the serial kind of line.  It can only read."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from collector.transports.modbus.masters import (
    READ_COILS,
    READ_IDENTIFICATION,
    READ_REGISTERS,
    NoAnswerError,
    RefusedError,
    RtuMaster,
    ask,
)
from collector.transports.ports import Port
from data.errors import TransportError

__all__ = ["ModbusLine", "ModbusSerial", "NoAnswerError", "RefusedError"]

TIMEOUT_SECONDS = 0.5
TRIES = 3
# Before the second try, then twice as long each time.
FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0
QUIET_SECONDS = 0.05
# Times the quiet that is waited for.
LONGEST_DRAIN = 4
# A port or an adapter that hangs may be well again after it was closed.
FAILURES_BEFORE_REOPENING = 3
# Where the objects begin in an identification, as the library gives it.
FIRST_OBJECT = 6
# 0 means every device on the line, and above 247 the numbers are reserved.
UNIT_IDS = range(1, 248)
OBJECTS = {0: "vendor", 1: "product", 2: "revision"}


class ModbusLine(ABC):
    """A device that is asked for registers, `tries` times at most, with growing pauses between.

    `unit_id` is the device's number on its line, 1 to 247: ValueError for another.  `wait` is what passes a pause.
    Threads may share one: `taken` lets a question and its answer pass undisturbed.
    """

    timeout_seconds: float

    def __init__(self, where: str, unit_id: int, tries: int, wait: Callable[[float], None]) -> None:
        if unit_id not in UNIT_IDS:
            raise ValueError(f"{unit_id} is no Modbus address of one device: give 1 to 247")
        self.where = where
        self.unit_id = unit_id
        self._tries = tries
        self._wait = wait
        self._failures = 0
        # One for each line: the lock of the library is one for all, and a silent device would hold up the others.
        self.taken = threading.RLock()

    def read_registers(self, address: int, count: int) -> tuple[int, ...]:
        """`count` words from `address` on.

        Raises RefusedError when the device answers that it will not, TransportError when nothing usable came in all
        tries or the line is gone; the next call opens it again.
        """
        return self._read(READ_REGISTERS, address, count, f"{count} registers from 0x{address:04X}")

    def read_coils(self, address: int, count: int) -> tuple[bool, ...]:
        """`count` coils from `address` on; raises as `read_registers` does."""
        return tuple(bool(bit) for bit in self._read(READ_COILS, address, count, f"{count} coils from 0x{address:04X}"))

    def identify(self) -> Mapping[str, str]:
        """What the device calls itself: `vendor`, `product`, `revision`, as far as it says; raises likewise."""
        content = bytes(self._read(READ_IDENTIFICATION, 0, 0, "its identification"))
        texts: dict[str, str] = {}
        place = FIRST_OBJECT
        while place + 2 <= len(content):
            number, length = content[place], content[place + 1]
            text = content[place + 2 : place + 2 + length]
            texts[OBJECTS.get(number, str(number))] = text.decode("ascii", "backslashreplace")
            place += 2 + length
        return texts

    def _read(self, function: int, address: int, count: int, what: str) -> tuple[int, ...]:
        with self.taken:
            return self._read_alone(function, address, count, what)

    def _read_alone(self, function: int, address: int, count: int, what: str) -> tuple[int, ...]:
        pause = FIRST_PAUSE_SECONDS
        failure: TransportError
        began = time.monotonic()
        is_owed = False  # an answer may still come, to a try that had none
        for left in reversed(range(self._tries)):
            try:
                answer = self._ask(function, address, count)
            except RefusedError as cause:
                failure = RefusedError(f"unit {self.unit_id} on {self.where} refuses {what}: {cause}", cause.code)
                if cause.is_permanent:
                    self._await_owed(began, is_owed)
                    raise failure from cause
            except NoAnswerError as cause:
                is_owed = True
                failure = NoAnswerError(
                    f"unit {self.unit_id} on {self.where} gave no usable answer for {what} ({cause});"
                    " check the cable, the port and the unit id"
                )
            else:
                self._failures = 0
                self._await_owed(began, is_owed)
                return answer
            if left:
                self._wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        took = time.monotonic() - began
        if is_owed and self._settle(self.timeout_seconds):
            self._settle(took)
        self._failures += 1
        if self._failures >= FAILURES_BEFORE_REOPENING:
            self._failures = 0
            self.close()
        raise failure

    def _await_owed(self, began: float, is_owed: bool) -> None:
        """Wait for the late answers to earlier tries before the next one; none comes later than the first did."""
        if is_owed:
            self._settle(time.monotonic() - began + QUIET_SECONDS)

    @abstractmethod
    def _ask(self, function: int, address: int, count: int) -> tuple[int, ...]:
        """One try: NoAnswerError when another may help, RefusedError, or TransportError when the line is gone."""

    @abstractmethod
    def _settle(self, quiet_seconds: float) -> bool:
        """Wait until no late answer has come for so long, so that none is taken for that to the next question.

        True when something came.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of the line; the next read opens it again."""


class ModbusSerial(ModbusLine):
    """Modbus RTU: a device on its own serial port.  `timeout_seconds` is how long an answer may take to begin."""

    def __init__(
        self,
        port: str,
        baud: int = 9600,
        unit_id: int = 1,
        timeout_seconds: float = TIMEOUT_SECONDS,
        tries: int = TRIES,
        monotonic: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(port, unit_id, tries, wait)
        self.port = Port(port, baud, monotonic)
        self.timeout_seconds = timeout_seconds
        self._master: RtuMaster | None = None
        self._serial: Any = None

    def master(self, serial_port: Any) -> RtuMaster:
        """The library's master on this open port."""
        if self._master is None or serial_port is not self._serial:
            self._master = RtuMaster(serial_port, self.timeout_seconds)
            self._serial = serial_port
        return self._master

    def _ask(self, function: int, address: int, count: int) -> tuple[int, ...]:
        with self.port.opened() as serial_port:
            try:
                return ask(self.master(serial_port), self.unit_id, function, address, count)
            except NoAnswerError:
                drain(serial_port)
                raise

    def _settle(self, quiet_seconds: float) -> bool:
        # RTU has no number that binds an answer to its question.
        with self.port.opened() as serial_port:
            return drain(serial_port, quiet_seconds)

    def close(self) -> None:
        """Close the port; the next read opens it again."""
        self.port.close()
        self._master = self._serial = None


def drain(serial_port: Any, quiet_seconds: float = QUIET_SECONDS) -> bool:
    """Drop late or broken answers until the line is quiet, or for a limited time.  True if there were any."""
    deadline = time.monotonic() + LONGEST_DRAIN * quiet_seconds
    serial_port.timeout = quiet_seconds
    came = False
    # Asked for one byte the port returns at once when there is one.
    while serial_port.read(max(1, serial_port.in_waiting)):
        came = True
        if time.monotonic() > deadline:
            break
    return came
