"""What must be true of any bytes that a Modbus device answers, and of any words in its registers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress

from tests.fuzz.fuzzing import flipped, fuzz

UNIT = 1
HEAD_BYTES = 5
MOST_REGISTERS = 125


class AnsweredPort:
    """A serial port on which the answer is already there; it stands at the wire, in the place of pyserial."""

    name = "fuzz"
    is_open = True
    baudrate = 1_000_000
    inter_byte_timeout: float | None = None

    def __init__(self, answer: bytes) -> None:
        self.timeout = 0.0
        self._answer = answer

    def write(self, data: bytes) -> int:
        """The question goes nowhere."""
        return len(data)

    def read(self, count: int = 1) -> bytes:
        """The next bytes; fewer at the end, as after a time-out."""
        said, self._answer = self._answer[:count], self._answer[count:]
        return said

    def flush(self) -> None:
        """Nothing waits."""

    def reset_input_buffer(self) -> None:
        """The answer comes after the question."""

    def reset_output_buffer(self) -> None:
        """Nothing waits."""


def load() -> Callable[[bytes], None]:
    """The check, with what it drives."""
    from collector.drivers import registers
    from collector.drivers.scalings import Scales
    from collector.drivers.tristar import registers_table
    from collector.drivers.tristar.decode import tristar_answers
    from collector.simulator.modbus.pdu import crc16
    from collector.transports.modbus.masters import (
        READ_COILS,
        READ_IDENTIFICATION,
        READ_REGISTERS,
        NoAnswerError,
        RefusedError,
        RtuMaster,
        ask,
    )
    from data.errors import DecodeError

    functions = (READ_REGISTERS, READ_REGISTERS, READ_COILS, READ_IDENTIFICATION)

    def answered(answer: bytes, function: int, address: int, count: int) -> tuple[int, ...] | None:
        try:
            return ask(RtuMaster(AnsweredPort(answer), 0.0), UNIT, function, address, count)
        except (NoAnswerError, RefusedError):
            return None

    def check_words(start: int, words: list[int]) -> None:
        block = registers.block(start, words)
        try:
            scales = Scales.from_words(words[:4]) if len(words) > 3 else registers_table.USUAL_SCALES
        except DecodeError:
            scales = registers_table.USUAL_SCALES
        values = registers.decode(registers_table.ALL, block, scales)
        for key, value in values.items():
            registers_table.names(key, value)

    def check_text(line: bytes) -> None:
        with suppress(DecodeError):
            list(tristar_answers(line, registers_table.USUAL_SCALES))

    def check(data: bytes) -> None:
        """Function and repair, address, count, which bit is turned; then the answer, or words, or text."""
        if len(data) <= HEAD_BYTES:
            return
        kind, count, place = data[0], data[3] % MOST_REGISTERS + 1, data[4]
        address = int.from_bytes(data[1:3], "big")
        rest = data[HEAD_BYTES:]
        function = functions[kind & 3]
        # A checksum is rarely guessed: half of the answers get their right one.
        frame = rest + crc16(rest) if kind & 4 else rest
        words = answered(frame, function, address, count)
        if words is not None:
            assert function == READ_IDENTIFICATION or len(words) == count
            changed = answered(flipped(frame, place), function, address, count)
            assert changed is None or changed == words, f"one bit of {frame.hex(' ')} gives other values unseen"
        check_words(address, [int.from_bytes(rest[at : at + 2], "big") for at in range(0, len(rest) - 1, 2)])
        if rest.split():
            check_text(rest)

    return check


if __name__ == "__main__":
    fuzz(load, sys.argv[1:])
