"""Laws of the bytes: damage never becomes a value, and any bytes at all end in an answer or a documented error."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from collector.drivers import registers
from collector.drivers.scalings import Scales
from collector.drivers.tristar import registers_table
from collector.simulator.modbus.rtu_slave import RtuSlave, crc16
from collector.transports.modbus.masters import (
    READ_COILS,
    READ_IDENTIFICATION,
    READ_REGISTERS,
    NoAnswerError,
    RefusedError,
    RtuMaster,
    ask,
)
from data.errors import ArboretumError, DecodeError

WORD = st.integers(0, 0xFFFF)


class Cable:
    """A serial port whose far end has said all it will say; a read that finds nothing has timed out."""

    name, baudrate, is_open = "cable", 9600, True
    timeout: float | None = None
    inter_byte_timeout: float | None = None

    def __init__(self, said: bytes) -> None:
        self.said = said
        self.reads = 0

    def read(self, size: int) -> bytes:
        self.reads += 1
        piece, self.said = self.said[:size], self.said[size:]
        return piece

    def write(self, _data: bytes) -> None: ...

    def flush(self) -> None: ...

    def reset_input_buffer(self) -> None: ...

    def reset_output_buffer(self) -> None: ...


def answered(said: bytes, count: int, function: int = READ_REGISTERS) -> tuple[int, ...]:
    cable: Any = Cable(said)
    try:
        return ask(RtuMaster(cable, 0.1), 1, function, 0, count)
    finally:
        assert cable.reads <= 260


def reply(words: list[int]) -> bytes:
    content = bytes([1, 3, 2 * len(words)]) + b"".join(word.to_bytes(2, "big") for word in words)
    return content + crc16(content)


@given(st.lists(WORD, min_size=1, max_size=125))
def test_an_undamaged_answer_gives_its_words(words: list[int]) -> None:
    assert answered(reply(words), len(words)) == tuple(words)


@given(st.lists(WORD, min_size=1, max_size=125), st.data())
def test_one_flipped_bit_never_gives_words(words: list[int], data: st.DataObject) -> None:
    frame = bytearray(reply(words))
    bit = data.draw(st.integers(0, 8 * len(frame) - 1))
    frame[bit // 8] ^= 1 << bit % 8
    with contextlib.suppress(NoAnswerError):
        raise AssertionError(f"bit {bit} gave {answered(bytes(frame), len(words))}")


@given(st.lists(WORD, min_size=1, max_size=125), st.data())
def test_a_burst_of_up_to_sixteen_bits_never_gives_words(words: list[int], data: st.DataObject) -> None:
    frame = reply(words)
    burst = data.draw(st.integers(1, 0xFFFF))
    place = data.draw(st.integers(0, 8 * len(frame) - 16))
    # The CRC sees bursts as the line carries them: the lowest bit of each byte first.
    line = int.from_bytes(frame, "little") ^ burst << place
    with contextlib.suppress(NoAnswerError, RefusedError):
        raise AssertionError(f"{burst:x} at {place} gave {answered(line.to_bytes(len(frame), 'little'), len(words))}")


@given(st.lists(WORD, min_size=1, max_size=125), st.data())
def test_a_cut_answer_gives_nothing(words: list[int], data: st.DataObject) -> None:
    frame = reply(words)
    cut = data.draw(st.integers(0, len(frame) - 1))
    with contextlib.suppress(NoAnswerError):
        raise AssertionError(f"{cut} bytes gave {answered(frame[:cut], len(words))}")


@given(
    st.binary(max_size=600),
    st.integers(1, 125),
    st.sampled_from((READ_REGISTERS, READ_COILS, READ_IDENTIFICATION)),
    st.booleans(),
)
def test_any_bytes_end_in_an_answer_or_a_documented_error(said: bytes, count: int, function: int, sealed: bool) -> None:
    if sealed:  # well framed, so that the content is looked at
        said = bytes([1, function]) + said[:200]
        said += crc16(said)
    with contextlib.suppress(NoAnswerError, RefusedError):
        answer = answered(said, count, function)
        assert function == READ_IDENTIFICATION or len(answer) == count


@given(st.dictionaries(st.sampled_from(range(0x60)), st.integers(-5, 0x1FFFF)), WORD, WORD)
def test_any_words_decode_or_are_a_documented_error(words: dict[int, int], volts: int, amperes: int) -> None:
    with contextlib.suppress(DecodeError):
        scales = Scales.from_words((volts, 0, amperes, 0))
        values = registers.decode(registers_table.ALL, words, scales)
        assert values.keys() <= {row.key for row in registers_table.ALL}


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_a_virtual_device_takes_any_bytes_and_keeps_few(pieces: list[bytes]) -> None:
    slave = RtuSlave(1, {0: 7})
    for piece in pieces:
        slave.receive(piece)
        assert len(slave._buffer) < 8
    assert issubclass(NoAnswerError, ArboretumError)
