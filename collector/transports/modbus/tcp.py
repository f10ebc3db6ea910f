"""Modbus TCP: one connection for each request, because the controller hangs up after each answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from collector.transports.modbus.line import TRIES, ModbusLine
from collector.transports.modbus.masters import NoAnswerError, TcpMaster, ask

SCHEME = "tcp"
USUAL_PORT = 502
# A network answers later than a cable.
TIMEOUT_SECONDS = 2.0


def is_networked(port: str) -> bool:
    """True for the address of a device that is read over a network."""
    return port.startswith(f"{SCHEME}:")


class ModbusTcp(ModbusLine):
    """A device in the network.  `timeout_seconds` is for the connection, and again for the answer."""

    def __init__(
        self,
        host: str,
        port: int = USUAL_PORT,
        unit_id: int = 1,
        timeout_seconds: float = TIMEOUT_SECONDS,
        tries: int = TRIES,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(f"{host}:{port}", unit_id, tries, wait)
        self.host = host
        self.port_number = port
        self.timeout_seconds = timeout_seconds

    @classmethod
    def at(cls, address: str, unit_id: int = 1) -> ModbusTcp:
        """From "tcp://192.168.1.253" or "tcp://name:502"; ValueError for any other text."""
        parts = urlsplit(address)
        if parts.scheme != SCHEME or not parts.hostname or parts.path not in ("", "/"):
            raise ValueError(f"{address!r} is not tcp://host or tcp://host:port")
        return cls(parts.hostname, parts.port or USUAL_PORT, unit_id)

    def _ask(self, function: int, address: int, count: int) -> tuple[int, ...]:
        master = TcpMaster(self.host, self.port_number, self.timeout_seconds)
        try:
            return ask(master, self.unit_id, function, address, count)
        except OSError as cause:
            raise NoAnswerError(str(cause) or type(cause).__name__) from cause
        finally:
            master.hang_up()

    def _settle(self, quiet_seconds: float) -> bool:  # noqa: ARG002  # an answer is bound to its connection
        """Nothing comes late."""
        return False

    def close(self) -> None:
        """Nothing: no connection outlives its answer."""
