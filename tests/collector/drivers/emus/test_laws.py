"""Laws of the Emus parser, for any bytes: no wrong value, no other error than the documented ones, no end of memory."""

from __future__ import annotations

import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.drivers import sentences
from collector.drivers.emus import parameters, sentences_table, statistics
from collector.drivers.emus.reply import Reply
from collector.transports.lines import LONGEST_LINE, LineBuffer
from data.errors import DecodeError
from tests.collector.drivers.emus.reference import VALID

# Behind more than 127 characters the checksum repeats its pattern; no sentence but CG1 is so long.
SAID = [line for line in VALID if line[:3].decode() in sentences_table.SENTENCES and line[4:5] not in (b"?", b"c")]
NAMES = st.sampled_from(sorted(sentences_table.SENTENCES))
CHARACTERS = st.one_of(st.text("0123456789ABCDEF", max_size=18), st.sampled_from(["", "?", "c", "00", "FF"]), st.text())


@pytest.mark.parametrize("line", [*SAID, sentences.frame("CF2", "0118", "FF38")], ids=lambda line: line[:16].decode())
def test_no_single_flipped_bit_of_any_sentence_gives_a_value(line: bytes) -> None:
    """All of them, not a sample: the checksum finds each."""
    for bit in range(8 * len(line)):
        damaged = bytearray(line)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(DecodeError):
            sentences_table.decode(bytes(damaged))


@given(st.sampled_from(SAID), st.data())
def test_no_burst_of_up_to_eight_bits_gives_a_value(line: bytes, data: st.DataObject) -> None:
    body = len(line) - 2
    start = data.draw(st.integers(0, 8 * body - 8))
    burst = data.draw(st.integers(1, 255))
    # The checksum runs over the bits in the order of the wire: the lowest of each byte first.
    number = int.from_bytes(line[:body], "little") ^ burst << start
    with pytest.raises(DecodeError):
        sentences_table.decode(number.to_bytes(body, "little") + line[body:])


@given(NAMES, st.lists(CHARACTERS, max_size=70))
def test_any_fields_under_a_right_checksum_give_values_or_a_decode_error(name: str, fields: list[str]) -> None:
    content = ",".join([name, *fields, ""]).encode("utf-8", "replace")
    line = content + sentences.checksum(content)
    with suppress(DecodeError):
        found = sentences_table.decode(line)
        if found.name == "SS1" and isinstance(found.fields.get("statistic_id"), int):
            statistics.interpret(found.fields)
    with suppress(DecodeError):
        parameters.decode(line)


@given(NAMES, st.lists(st.one_of(st.binary(max_size=60), st.sampled_from(SAID)), max_size=40), st.integers(0, 100))
def test_a_reply_takes_any_lines_without_an_error(name: str, lines: list[bytes], cells: int) -> None:
    reply = Reply(name, cells or None)
    for line in lines:
        if reply.take(line):
            break
    reason = reply.missing()
    assert reason is None or isinstance(reason, str)
    assert len(reply.sentences) <= len(lines)


@settings(max_examples=30)
@given(st.lists(st.binary(max_size=5000), max_size=60))
def test_any_stream_is_cut_into_bounded_lines(pieces: list[bytes]) -> None:
    buffer = LineBuffer()
    for piece in pieces:
        assert all(len(line) <= LONGEST_LINE + 1 + len(piece) for line in buffer.feed(piece))
        assert len(buffer._pending) <= LONGEST_LINE


def test_a_stream_without_an_end_grows_no_memory() -> None:
    buffer, noise = LineBuffer(), bytes(range(0x20, 0x7F)) * 40
    for _ in range(50):
        buffer.feed(noise)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(5000):
            for line in buffer.feed(noise):
                with suppress(DecodeError):
                    sentences_table.decode(line)
        assert tracemalloc.get_traced_memory()[0] - before < 64_000
    finally:
        tracemalloc.stop()
