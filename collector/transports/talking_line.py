"""A device that talks by itself over a serial port: nothing is ever sent to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from collector.transports.ports import Port

READ_SECONDS = 0.1


class TalkingLine:
    """A port that is listened to."""

    def __init__(self, port: str, baud: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._port = Port(port, baud, monotonic)
        self._monotonic = monotonic

    def heard(self, seconds: float) -> Iterator[bytes]:
        """What comes from now on, in pieces, for so long at most; what waited in the port is old and dropped.

        Raises TransportError when the port cannot be opened or is gone.
        """
        until = self._monotonic() + seconds
        with self._port.opened() as port:
            port.reset_input_buffer()
            port.timeout = READ_SECONDS
            while self._monotonic() < until:
                received = port.read(max(1, port.in_waiting))
                if received:
                    yield received

    def close(self) -> None:
        """Close the port; the next listening opens it again."""
        self._port.close()
