"""Bytes to lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from collector.transports.lines import LONGEST_LINE, LineBuffer

LINES = st.lists(st.binary(min_size=1, max_size=40).filter(lambda line: not set(line) & set(b"\r\n")))
ENDS = st.sampled_from([b"\r\n", b"\n", b"\r", b"\n\r", b"\r\r\n\n"])


@given(LINES, ENDS, st.integers(1, 7))
def test_lines_come_out_as_they_went_in_whatever_ends_them_and_however_they_arrive(
    lines: list[bytes], end: bytes, size: int
) -> None:
    stream = end.join([b"", *lines, b""])
    buffer, received = LineBuffer(), []
    for place in range(0, len(stream), size):
        received += buffer.feed(stream[place : place + size])
    assert received + buffer.finish() == lines


def test_a_last_line_without_an_end_comes_out_when_the_stream_ends() -> None:
    buffer = LineBuffer()
    assert buffer.feed(b"VR1,?,D7") == []
    assert buffer.finish() == [b"VR1,?,D7"]


def test_a_line_that_never_ends_comes_out_once_and_the_next_line_is_whole() -> None:
    buffer = LineBuffer()
    received = [line for _ in range(100) for line in buffer.feed(b"x" * 1000)]
    assert received == [b"x" * (LONGEST_LINE + 1)]
    assert buffer.feed(b"rest\rnext\r") == [b"next"]
