"""The engine of blocks: real frames, pieces of any size, and damage of every kind."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.drivers import blocks
from collector.drivers.blocks import Block, BlockCutter, BlockField
from data.errors import DecodeError
from tests.collector.drivers.victron_vedirect.frames import FRAMES

WHOLE = [name for name in FRAMES if "_hex_" not in name]
LABELS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#", min_size=1, max_size=8)
VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters=":"), max_size=32)


def cut(*pieces: bytes) -> list[Block | DecodeError]:
    cutter = BlockCutter()
    return [block for piece in pieces for block in cutter.feed(piece)]


def good(*pieces: bytes) -> list[Block]:
    return [block for block in cut(*pieces) if not isinstance(block, DecodeError)]


@pytest.mark.parametrize("name", FRAMES)
def test_each_frame_is_one_block(name: str) -> None:
    (block,) = cut(FRAMES[name])
    assert isinstance(block, dict)
    assert {b"PID", b"H1"} & block.keys()


@pytest.mark.parametrize("name", ["mppt_charging_with_hex_between", "mppt_charging_with_hex_inside"])
def test_a_message_between_or_inside_changes_nothing(name: str) -> None:
    assert cut(FRAMES[name]) == cut(FRAMES["mppt_charging"])


@given(fields=st.dictionaries(LABELS, VALUES, min_size=1, max_size=20), places=st.lists(st.integers(0, 900)))
def test_what_is_encoded_is_cut_out_again_in_pieces_of_any_size(fields: dict[str, str], places: list[int]) -> None:
    stream = blocks.encode(fields) + b"noise" + blocks.encode(fields)
    ends = sorted({0, *(place for place in places if place < len(stream)), len(stream)})
    pieces = [stream[start:end] for start, end in pairwise(ends)]
    block = {label.encode(): value.encode() for label, value in fields.items()}
    assert cut(*pieces) == [block, block]


@given(number=st.integers(0, 255))
def test_any_byte_may_be_the_checksum(number: int) -> None:
    content = b"\r\nA\t%d\r\nB\t\r\nChecksum\t"
    wanted = next(
        text
        for length in range(1, 30)
        for text in (
            content.replace(b"%d", b"0" * length + bytes([filler])) for filler in range(0x30, 0x7B) if filler != 0x3A
        )
        if -sum(text) % 256 == number
    )
    (block,) = cut(wanted + bytes([number]))
    assert isinstance(block, dict)


@pytest.mark.parametrize("name", WHOLE)
def test_no_flipped_bit_decodes_to_other_values(name: str) -> None:
    frame = FRAMES[name]
    for place in range(len(frame)):
        for bit in range(8):
            damaged = frame[:place] + bytes([frame[place] ^ 1 << bit]) + frame[place + 1 :]
            assert good(damaged) == [], (place, bit)
            assert good(damaged, frame, frame)[-1:] == good(frame), (place, bit)


@pytest.mark.parametrize("name", WHOLE)
def test_a_short_block_gives_nothing_and_the_one_after_the_next_is_read(name: str) -> None:
    frame = FRAMES[name]
    for length in range(len(frame)):
        assert good(frame[:length]) == []
        assert good(frame[:length], frame, frame)[-1:] == good(frame)


@pytest.mark.parametrize(
    "noise", [b"\x80\x81\xff" * 400, b"BV1,0008,4A,94\r\n" * 60, bytes(range(256)) * 4, b"\x01\x04\x2e" + b"\0" * 46]
)
def test_noise_and_the_talk_of_other_devices_are_no_blocks(noise: bytes) -> None:
    assert good(noise) == []


@given(st.binary(max_size=600))
def test_any_bytes_are_cut_without_an_end(noise: bytes) -> None:
    cut(noise)


TABLE = (
    BlockField("V", "volts", "V", 0.001),
    BlockField("OR", "bits", encoding="hex", flags={0: "no power", 3: "remote"}),
    BlockField("LOAD", "load", encoding="switch"),
    BlockField("FW", "firmware", encoding="version"),
    BlockField("TTG", "left", "s", 60, absent=-1),
    BlockField("CS", "state", codes={3: "bulk"}),
)


def test_a_table_decodes_each_kind_of_field_and_passes_over_labels_it_lacks() -> None:
    block = {
        b"V": b"-12790",
        b"OR": b"0x00000009",
        b"LOAD": b"ON",
        b"FW": b"161",
        b"TTG": b"-1",
        b"CS": b"3",
        b"X": b"y",
    }
    values = blocks.decode(TABLE, block)
    assert values == {"volts": -12.79, "bits": 9, "load": 1, "firmware": "1.61", "left": None, "state": 3}
    assert [blocks.names(row, values[row.key]) for row in TABLE] == [
        None, ["no power", "remote"], None, None, None, ["bulk"],
    ]  # fmt: skip
    assert blocks.decode(TABLE, {b"V": b"---"}) == {"volts": None}


@pytest.mark.parametrize("block", [{b"V": b"12.8"}, {b"V": b""}, {b"OR": b"9"}, {b"LOAD": b"on"}, {b"FW": b"x"}])
def test_a_field_of_another_kind_is_an_error(block: Block) -> None:
    with pytest.raises(DecodeError):
        blocks.decode(TABLE, block)
