"""The masters of modbus-tk, made to keep a time limit and to send reads only; the one place that knows its exceptions.

The library waits its whole time-out for every piece of an answer, so that an exception reply takes twice as long as
silence and a dripping line for ever; it does not compare the answer's function with the question's; and it sets a
time-out of 4 ms when it is built on a serial port.  Here an answer has one deadline and ends where it says it does.
"""

from __future__ import annotations

import struct
import time
from typing import Any

from modbus_tk import modbus_rtu, modbus_tcp
from modbus_tk.modbus import ModbusError, ModbusInvalidResponseError

from data.errors import ChangeNotAllowedError, TransportError

READ_COILS, READ_REGISTERS, READ_INPUT_REGISTERS = 1, 3, 4
READ_IDENTIFICATION = 0x2B
# What the library says of silence, and of less than was asked -> what it means.
LIBRARY_REASONS = {
    "Response length is invalid 0": "silence",
    "Response length is only 0": "it hung up without an answer",
    "unpack requires": "fewer values than were asked",
}
# What a request may begin with; everything else could change the device.
READS = frozenset((READ_COILS, 2, READ_REGISTERS, READ_INPUT_REGISTERS, READ_IDENTIFICATION))

EXCEPTION = 0x80
EXCEPTION_BYTES = 5
EXCEPTION_MEANINGS = {1: "no such function", 2: "no such address", 3: "a wrong count", 4: "a device failure", 6: "busy"}
# 1 function, 2 address, 3 count: asking again gives the same answer.
PERMANENT_EXCEPTIONS = frozenset((1, 2, 3))

# One character is a start bit, 8 data bits and 2 stop bits; half as much again for what adapters add.
CHARACTER_BITS = 11
SLACK = 1.5
# Unit, function, kind, code, conformity, more, next, count; then id, length and text of each object; then the CRC.
IDENTIFICATION_HEAD, CRC_BYTES = 8, 2
TCP_HEAD, LONGEST_TCP = 6, 260
# Unit and function, then in the answer to a read how many bytes of values follow; around these the frame's own bytes.
READ_HEAD, READ_FRAME = 3, 5
# How long noise before an answer may be, and how long after noise alone an answer may begin.
LONGEST_NOISE = 512
NOISE_SECONDS = 0.05


class NoAnswerError(TransportError):
    """Nothing usable came: asking again may help."""


class RefusedError(TransportError):
    """The device answered with an exception; `code` says which."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code

    @property
    def is_permanent(self) -> bool:
        """True when asking again cannot help."""
        return self.code in PERMANENT_EXCEPTIONS


def answer_bytes(answer: bytes, expected: int) -> int:
    """How long an RTU answer that begins like this will be; `expected` is the length of a good one, -1 if unknown."""
    if len(answer) < EXCEPTION_BYTES or answer[1] & EXCEPTION:
        return EXCEPTION_BYTES
    if expected >= 0:
        return expected
    return identification_bytes(answer)


def answer_start(heard: bytes, unit_id: int, function: int, expected: int) -> int:
    """Where in the bytes heard the answer of this unit to this function begins, or may yet; after them if nowhere.

    Noise stands before an answer where a line switches over, and so does the question on a line that echoes.
    """
    for place, byte in enumerate(heard):
        head = heard[place : place + READ_HEAD]
        if byte != unit_id or (len(head) > 1 and head[1] & ~EXCEPTION != function):
            continue
        is_read = expected >= 0 and len(head) == READ_HEAD and not head[1] & EXCEPTION
        if not is_read or head[2] == expected - READ_FRAME:
            return place
    return len(heard)


def identification_bytes(answer: bytes) -> int:
    """How long an identification that begins like this will be, as far as it can be told."""
    length = IDENTIFICATION_HEAD
    if len(answer) < length:
        return length
    for _ in range(answer[IDENTIFICATION_HEAD - 1]):
        length += 2
        if len(answer) < length:
            return length
        length += answer[length - 1]
    return length + CRC_BYTES


def check_function(function: int, allowed: frozenset[int]) -> None:
    """Raise ChangeNotAllowedError for a request that this master is not for."""
    if function not in allowed:
        raise ChangeNotAllowedError(f"function {function} changes the device; this line only reads: nothing was sent")


# The library has no types, so its classes count as Any.
class RtuMaster(modbus_rtu.RtuMaster):  # type: ignore[misc]
    """Modbus RTU on an open serial port."""

    functions = READS

    def __init__(self, serial_port: Any, timeout_seconds: float) -> None:
        super().__init__(serial_port)
        # USB adapters deliver in bursts some 16 ms apart; the pause between characters ends no answer here.
        serial_port.inter_byte_timeout = None
        self._unit_id = self._function = 0
        # Building the master set a time-out of 4 ms, whatever the port had; so this comes after it.
        self.set_timeout(timeout_seconds)

    def _send(self, request: bytes) -> None:
        self._unit_id, self._function = request[0], request[1]
        check_function(self._function, self.functions)
        super()._send(request)

    def _do_close(self) -> bool:
        """The port is its owner's to close; the library would close it whenever a master is thrown away."""
        return True

    def _recv(self, expected_length: int = -1) -> bytes:
        longest = expected_length if expected_length >= 0 else LONGEST_TCP
        deadline = time.monotonic() + self._timeout + longest * CHARACTER_BITS * SLACK / self._serial.baudrate
        heard, start = b"", 0
        while (missing := answer_bytes(heard[start:], expected_length) - len(heard[start:])) > 0:
            left = deadline - time.monotonic()
            is_noise = 0 < len(heard) <= start
            self._serial.timeout = max(0.0, min(left, NOISE_SECONDS) if is_noise else left)
            received = self._serial.read(missing)
            if not received or start > LONGEST_NOISE:
                break
            heard += received
            start = answer_start(heard, self._unit_id, self._function, expected_length)
        # Where no answer began, what came says what is wrong.
        answer = heard[start:] or heard
        if len(answer) > 1 and answer[1] & ~EXCEPTION != self._function:
            raise ModbusInvalidResponseError(f"function {answer[1]} answers {self._function}")
        return answer


class TcpMaster(modbus_tcp.TcpMaster):  # type: ignore[misc]
    """Modbus TCP: connects at its first request; to be closed after each answer."""

    functions = READS
    _sock: Any

    def __init__(self, host: str, port: int, timeout_seconds: float) -> None:
        super().__init__(host, port, timeout_seconds)
        self._function = 0

    def hang_up(self) -> None:
        """Close the connection, also one that was never made whole."""
        if self._sock is not None:
            self._sock.close()
        self._sock, self._is_opened = None, False

    def _send(self, request: bytes) -> None:
        self._function = request[TCP_HEAD + 1]
        check_function(self._function, self.functions)
        super()._send(request)

    def _recv(self, _expected_length: int = -1) -> bytes:
        deadline = time.monotonic() + self._timeout
        answer, length = b"", TCP_HEAD
        while len(answer) < length and (left := deadline - time.monotonic()) > 0:
            self._sock.settimeout(left)
            received = self._sock.recv(length - len(answer))
            if not received:
                break
            answer += received
            if len(answer) == TCP_HEAD:
                length += min(int.from_bytes(answer[4:6], "big"), LONGEST_TCP)
        if len(answer) > TCP_HEAD + 1 and answer[TCP_HEAD + 1] & ~EXCEPTION != self._function:
            raise ModbusInvalidResponseError(f"function {answer[TCP_HEAD + 1]} answers {self._function}")
        return answer


def ask(master: RtuMaster | TcpMaster, unit_id: int, function: int, address: int, count: int) -> tuple[int, ...]:
    """One question, one answer: words, coils as 0 and 1, or the bytes of an identification.

    Raises RefusedError for an exception reply, NoAnswerError for silence and for anything that does not answer the
    question.  Errors of the port or the socket go through.
    """
    answer = execute(master, unit_id, function, address, count, (1, 0))
    if function != READ_IDENTIFICATION and len(answer) != count:
        raise NoAnswerError(f"{len(answer)} values came where {count} were asked")
    return answer


def execute(
    master: RtuMaster | TcpMaster, unit_id: int, function: int, address: int, count: int, value: Any
) -> tuple[int, ...]:
    """One request of the library, with its exceptions as ours."""
    try:
        # The library's own lock is one for all ports; each line has its own.
        return tuple(master.execute(unit_id, function, address, count, output_value=value, threadsafe=False))
    except ModbusError as cause:
        code = cause.get_exception_code()
        raise RefusedError(f"exception {code}, {EXCEPTION_MEANINGS.get(code, 'unknown')}", code) from cause
    except (ModbusInvalidResponseError, modbus_tcp.ModbusInvalidMbapError, struct.error) as cause:
        raise NoAnswerError(_reason(str(cause))) from cause


def _reason(problem: str) -> str:
    """The library's message about an answer, in plain English."""
    return next((reason for start, reason in LIBRARY_REASONS.items() if problem.startswith(start)), problem)
