"""Modbus RTU over a serial port: the only file of the transports that imports modbus-tk.  It can only read."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from typing import Any

from modbus_tk import defines, modbus_rtu
from modbus_tk.modbus import ModbusError, ModbusInvalidResponseError

from collector.transports.ports import Port
from data.errors import TransportError

# 1 function, 2 address, 3 count: asking again gives the same answer.
PERMANENT_EXCEPTIONS = frozenset((1, 2, 3))
EXCEPTION_WORDS = {1: "no such function", 2: "no such address", 3: "a wrong count", 4: "a device failure", 6: "busy"}
# USB adapters deliver in bursts some 16 ms apart; the library's own 1.7 ms would cut a reply there.
BETWEEN_CHARACTERS_SECONDS = 0.05
QUIET_SECONDS = 0.05
MOST_NOISE = 100


class RefusedError(TransportError):
    """The device answered that it will not read this: asking again is no use."""


class ModbusSerial:
    """A Modbus device on its own serial port.

    `timeout_seconds` is how long a reply may take; an exception reply is noticed after twice that, because the library
    waits for the length of a good one.  `tries` counts the first.
    """

    def __init__(
        self,
        port: str,
        baud: int = 9600,
        unit_id: int = 1,
        timeout_seconds: float = 0.5,
        tries: int = 3,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._port = Port(port, baud, monotonic)
        self._unit_id = unit_id
        self._timeout_seconds = timeout_seconds
        self._tries = tries
        self._master: Any = None
        self._serial: Any = None

    def read_registers(self, address: int, count: int) -> tuple[int, ...]:
        """`count` words from `address` on.

        Raises RefusedError when the device answers that it will not, TransportError when nothing usable came in all
        tries or the port is gone; the next call opens it again.
        """
        failure: TransportError | None = None
        for _ in range(self._tries):
            with self._port.opened() as serial_port:
                try:
                    words: tuple[int, ...] = self._master_on(serial_port).execute(
                        self._unit_id,
                        defines.READ_HOLDING_REGISTERS,
                        address,
                        count,
                        # The library's own lock is one for all ports: a silent device would hold up the others.
                        threadsafe=False,
                    )
                except ModbusError as cause:
                    failure = self._refused(address, count, cause)
                    if cause.get_exception_code() in PERMANENT_EXCEPTIONS:
                        raise failure from cause
                except (ModbusInvalidResponseError, struct.error) as cause:
                    failure = TransportError(
                        f"unit {self._unit_id} on {self._port.path} gave no usable answer for {count} registers from"
                        f" 0x{address:04X} ({cause}); check the cable, the port and the unit id"
                    )
                else:
                    if len(words) == count:
                        return words
                    failure = TransportError(f"{len(words)} registers came where {count} were asked")
                self._drain(serial_port)
        assert failure is not None, "at least one try"
        raise failure

    def _refused(self, address: int, count: int, cause: ModbusError) -> RefusedError:
        code = cause.get_exception_code()
        return RefusedError(
            f"unit {self._unit_id} on {self._port.path} refuses {count} registers from 0x{address:04X}:"
            f" exception {code}, {EXCEPTION_WORDS.get(code, 'unknown')}"
        )

    def _master_on(self, serial_port: Any) -> Any:
        if serial_port is not self._serial:
            multiplier = BETWEEN_CHARACTERS_SECONDS * self._port.baud / 11
            self._master = modbus_rtu.RtuMaster(serial_port, interchar_multiplier=multiplier)
            self._serial = serial_port
        # Building the master sets a time-out of 4 ms, whatever the port had; so this comes after it.
        self._master.set_timeout(self._timeout_seconds)
        return self._master

    @staticmethod
    def _drain(serial_port: Any) -> None:
        """Read away a late or broken answer until the line is quiet."""
        serial_port.timeout = QUIET_SECONDS
        for _ in range(MOST_NOISE):
            if not serial_port.read(256):
                return

    def close(self) -> None:
        """Close the port; the next read opens it again."""
        self._port.close()
        self._master = self._serial = None
