"""A virtual device in the network: Modbus TCP, one request a connection, hung up after the answer."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import deque
from collections.abc import Iterable
from typing import Protocol

from collector.simulator.faults import Spoiling, spoil
from collector.simulator.modbus.faults import ModbusFault

HEAD_BYTES = 7
MOST_BYTES = 260
LOOPBACK = "127.0.0.1"
# A client that connects and says nothing must not keep others out for ever.
PATIENCE_SECONDS = 5.0


class NetworkDevice(Protocol):
    """What answers."""

    delay_seconds: float
    has_ethernet: bool
    unit_id: int

    def answer(self, pdu: bytes, over_ethernet: bool = False) -> bytes | None:
        """The content of the answer; None: silence."""


class TcpLink:
    """One listening port.  `silent`, `inject` and `always` are those of PtyLink."""

    def __init__(self, device: NetworkDevice, host: str = LOOPBACK, port: int = 0) -> None:
        if not device.has_ethernet:
            raise ValueError("this model has no Ethernet")
        self.device = device
        self.silent = False
        self.always: tuple[Spoiling, ...] = ()
        self._faults: deque[tuple[Spoiling, ...]] = deque()
        self._stop = threading.Event()
        self._listener = socket.create_server((host, port))
        self.host, self.port = self._listener.getsockname()[:2]
        self._thread = threading.Thread(target=self._serve, name=f"port {self.port}", daemon=True)

    @property
    def address(self) -> str:
        """What a collector's settings name as its port."""
        return f"tcp://{self.host}:{self.port}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def inject(self, *faults: Spoiling | Iterable[Spoiling]) -> None:
        """Spoil the next answers, one fault each, or several together."""
        self._faults.extend(tuple(fault) if isinstance(fault, Iterable) else (fault,) for fault in faults)

    def close(self) -> None:
        """Stop listening."""
        self._stop.set()
        if self._thread.is_alive():
            with contextlib.suppress(OSError), socket.create_connection((self.host, self.port)):
                self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            connection, _ = self._listener.accept()
            # Who asked has hung up, or never says anything: the next one is served.
            with connection, contextlib.suppress(OSError):
                connection.settimeout(PATIENCE_SECONDS)
                if not self._stop.is_set():
                    self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        request = connection.recv(MOST_BYTES)
        if len(request) <= HEAD_BYTES:
            return
        unit_id, pdu = request[HEAD_BYTES - 1], request[HEAD_BYTES:]
        content = self.device.answer(pdu, over_ethernet=True) if unit_id == self.device.unit_id else None
        if self.silent or content is None:
            connection.recv(1)  # until the other side gives up
            return
        faults = (*(self._faults.popleft() if self._faults else ()), *self.always)
        for fault in faults:
            if isinstance(fault, ModbusFault):
                unit_id, content = fault.twist(unit_id, content)
        frame = request[:4] + (len(content) + 1).to_bytes(2, "big") + bytes([unit_id]) + content
        plain = [fault for fault in faults if not isinstance(fault, ModbusFault)]
        spoken = spoil(frame, plain, self.device.delay_seconds)
        self._stop.wait(spoken.after_seconds)
        if spoken.data:
            connection.sendall(spoken.data)
        else:
            connection.recv(1)
