"""A device that talks in lines over a serial port, and talks by itself: requests out, the wanted lines back."""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

import serial

from collector.transports.lines import LineBuffer, without_noise
from collector.transports.ports import Port
from data.errors import ChangeNotAllowedError, TransportError

LINE_END = b"\r\n"
# All that can be asked: a sentence, one parameter, one statistic.  Who only takes orders might take a question for one.
NEVER_ASKED = rb"CF2|CN[12]|FD1|PW2|RC1|RS1|SC1|TC[12]"
QUESTION = re.compile(rb"(?:(?!" + NEVER_ASKED + rb")[A-Z]{2}[0-9],\?|CF2,[0-9A-F]{4},\?|SS1,[0-9A-F]{2}),[0-9A-F]{2}")
# What is told and changes nothing that lasts: a log-in or a log-out.
LOGIN = re.compile(rb"PW1,[^,\r\n]*,[0-9A-F]{2}")
# More lines than any reply has; a device that never stops must not hold its thread.
MOST_LINES = 512
# Nor must one that says a line of the reply now and then: 256 events take two seconds at this speed.
LONGEST_REPLY_SECONDS = 20.0
MOST_OVERHEARD = 32


class SerialLine:
    """A port that is asked for lines by their name; whatever else arrives meanwhile is passed over.

    Threads may share one: their questions wait for each other.  Lines called one of `overhear` that arrive while
    others are wanted are kept in `overheard`, the newest last.
    """

    def __init__(
        self,
        port: str,
        baud: int = 57600,
        monotonic: Callable[[], float] = time.monotonic,
        overhear: tuple[bytes, ...] = (),
    ) -> None:
        self.overheard: deque[bytes] = deque(maxlen=MOST_OVERHEARD)
        self._port = Port(port, baud, monotonic)
        self._monotonic = monotonic
        self._overhear = overhear
        self._taken = threading.RLock()

    @property
    def handle(self) -> serial.Serial | None:
        """The open port, None while it is closed."""
        return self._port.handle

    def open(self) -> None:
        """Open the port now instead of at the first request.  Raises TransportError when it cannot be."""
        with self._port.opened():
            return

    def ask(self, request: bytes, name: bytes, timeout_seconds: float = 0.5) -> bytes:
        """The first line called `name` after the request, without its end.

        A line the device sends by itself under that name looks the same and is as good.  Raises TransportError when
        none came in time or the port is gone; the next call opens it again.
        """
        return self.ask_lines(request, name, lambda _line: True, timeout_seconds)[0]

    def ask_lines(
        self,
        request: bytes,
        name: bytes,
        is_last: Callable[[bytes], bool],
        timeout_seconds: float = 0.5,
        idle_seconds: float | None = None,
    ) -> list[bytes]:
        """The lines called `name` after the request, until one `is_last` or no more come.

        The first may take `timeout_seconds`, each further one `idle_seconds`, which is the same unless given.  `name`
        may have the first fields too: `CF2,0100`.  Other lines do not lengthen the wait, and an echo of the request is
        none of them.  What `is_last` raises goes through.  Raises TransportError when not one came in time or the port
        is gone.
        """
        if not QUESTION.fullmatch(request):
            raise ValueError(f"{request[:60]!r} is not a question: a command that changes a device goes through `tell`")
        lines: list[bytes] = []
        with self._taken:
            give_up_at = self._monotonic() + LONGEST_REPLY_SECONDS
            for line in self._lines(request, (name,), timeout_seconds, idle_seconds):
                if line != request:
                    lines.append(line)
                    if is_last(line) or len(lines) == MOST_LINES:
                        break
                if self._monotonic() > give_up_at:
                    break
        if not lines:
            raise TransportError(
                f"no {name.decode()} on {self._port.path} within {timeout_seconds} s; check the cable and the baud rate"
            )
        return lines

    def tell(
        self,
        command: bytes,
        names: tuple[bytes, ...],
        timeout_seconds: float,
        echoes: bool = False,
        *,
        allow_changes: bool = False,
    ) -> bytes | None:
        """Send `command` once; the first line with one of these `names` that follows in time, or None.

        With `echoes` the device confirms by repeating the command.  Raises ChangeNotAllowedError for all but a log-in
        unless changes are allowed, ValueError for more than one line, both before a byte is sent; TransportError when
        the port is gone: the command may have arrived or not.
        """
        if b"\r" in command or b"\n" in command:
            raise ValueError("a command is one line, and nothing was sent")
        if allow_changes is not True and not LOGIN.fullmatch(command):
            raise ChangeNotAllowedError(f"{command[:3]!r} on {self._port.path} was not allowed: nothing was sent")
        with self._taken:
            for line in self._lines(command, names, timeout_seconds):
                if echoes or line != command:
                    return line
        return None

    def listen(self, names: tuple[bytes, ...], seconds: float, most: int = MOST_LINES) -> list[bytes]:
        """Send nothing; the lines with one of these `names` that come in `seconds`, at most `most`."""
        lines: list[bytes] = []
        with self._taken, self._port.opened() as port:
            for line in self._heard(port, names, seconds):
                lines.append(line)
                if len(lines) == most:
                    break
        return lines

    def _lines(
        self, request: bytes, names: tuple[bytes, ...], timeout_seconds: float, idle_seconds: float | None = None
    ) -> Iterator[bytes]:
        with self._port.opened() as port:
            port.reset_input_buffer()
            # The line end before it clears what the device may hold of a broken request.
            port.write(LINE_END + request + LINE_END)
            yield from self._heard(port, names, timeout_seconds, request, idle_seconds)

    def _heard(
        self,
        port: serial.Serial,
        names: tuple[bytes, ...],
        seconds: float,
        request: bytes | None = None,
        idle_seconds: float | None = None,
    ) -> Iterator[bytes]:
        """The lines called so within `seconds`; each answer to a request, but no echo of it, starts the wait again.

        When the time is up there is a last look: what came meanwhile was in time, it is this program that was late.
        """
        buffer = LineBuffer()
        deadline = self._monotonic() + seconds
        is_last_look = False
        while not is_last_look:
            left = deadline - self._monotonic()
            is_last_look = left <= 0
            port.timeout = max(left, 0.0)
            for line in buffer.feed(port.read(max(1, port.in_waiting))):
                if _is_called(line, names):
                    if request is not None and line != request:
                        deadline = self._monotonic() + (seconds if idle_seconds is None else idle_seconds)
                        is_last_look = False
                    yield line
                elif _is_called(line, self._overhear):
                    self.overheard.append(line)

    def close(self) -> None:
        """Close the port; the next request opens it again."""
        self._port.close()


def _is_called(line: bytes, names: tuple[bytes, ...]) -> bool:
    return without_noise(line).startswith(tuple(name + b"," for name in names))
