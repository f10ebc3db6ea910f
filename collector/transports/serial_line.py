"""A device that talks in lines over a serial port, and talks by itself: requests out, the wanted lines back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from collector.transports.lines import LineBuffer
from collector.transports.ports import Port
from data.errors import TransportError

LINE_END = b"\r\n"
# Single characters such as `#`, and noise, can stand before a line.
NOISE_BEFORE = 8
# More lines than any reply has; a device that never stops must not hold its thread.
MOST_LINES = 512


class SerialLine:
    """A port that is asked for lines by their name; whatever else arrives meanwhile is passed over."""

    def __init__(self, port: str, baud: int = 57600, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._port = Port(port, baud, monotonic)
        self._monotonic = monotonic

    def ask(self, request: bytes, name: bytes, timeout_seconds: float = 0.5) -> bytes:
        """The first line called `name` after the request, without its end.

        A line the device sends by itself under that name looks the same and is as good.  Raises TransportError when
        none came in time or the port is gone; the next call opens it again.
        """
        return self.ask_lines(request, name, lambda _line: True, timeout_seconds)[0]

    def ask_lines(
        self, request: bytes, name: bytes, is_last: Callable[[bytes], bool], timeout_seconds: float = 0.5
    ) -> list[bytes]:
        """The lines called `name` after the request, until one `is_last` or none came for `timeout_seconds`.

        Other lines do not lengthen the wait.  What `is_last` raises goes through.  Raises TransportError when not one
        came in time or the port is gone.
        """
        lines: list[bytes] = []
        for line in self._answers(request, name, timeout_seconds):
            lines.append(line)
            if is_last(line) or len(lines) == MOST_LINES:
                break
        if not lines:
            raise TransportError(
                f"no {name.decode()} on {self._port.path} within {timeout_seconds} s; check the cable and the baud rate"
            )
        return lines

    def _answers(self, request: bytes, name: bytes, timeout_seconds: float) -> Iterator[bytes]:
        buffer = LineBuffer()
        wanted = name + b","
        with self._port.opened() as port:
            port.reset_input_buffer()
            # The line end before it clears what the device may hold of a broken request.
            port.write(LINE_END + request + LINE_END)
            deadline = self._monotonic() + timeout_seconds
            while (left := deadline - self._monotonic()) > 0:
                port.timeout = left
                for line in buffer.feed(port.read(max(1, port.in_waiting))):
                    if 0 <= line.find(wanted) < NOISE_BEFORE and line != request:
                        deadline = self._monotonic() + timeout_seconds
                        yield line

    def close(self) -> None:
        """Close the port; the next request opens it again."""
        self._port.close()
