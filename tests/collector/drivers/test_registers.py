"""The register engine: laws that hold for any table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.drivers.registers import Register, Scales, block, decode, decode_register, encode, names, plan_reads
from data.errors import DecodeError

SCALES = Scales(180.0, 80.0)
LINEAR = ["none", "volts", "amps", "watts", "volts_16", "const_15:18.612", "const_15:6.6", "const_15:3", "const_16:100"]
WORD = st.integers(0, 0xFFFF)

registers = st.builds(
    Register,
    st.integers(0, 0xFFFD),
    st.just("key"),
    scale=st.sampled_from(LINEAR),
    signed=st.booleans(),
    words=st.integers(1, 3),
    low_word_first=st.booleans(),
    factor=st.sampled_from([1, 0.1]),
)
tables = st.lists(st.tuples(st.integers(0, 0xFFF0), st.integers(1, 8)), max_size=40).map(
    lambda rows: [Register(address, f"r{address}", words=words) for address, words in rows]
)


@given(registers, st.lists(WORD, min_size=3, max_size=3))
def test_every_count_of_every_scaling_is_written_back_as_it_was_read(register: Register, words: list[int]) -> None:
    raw = tuple(words[: register.words])
    assert encode(register, decode_register(register, raw, SCALES), SCALES) == raw


@given(st.integers(0, 0xFFFF_FFFF))
def test_tenths_are_the_decimal_numbers_themselves(raw: int) -> None:
    words = (raw >> 16, raw & 0xFFFF)
    assert decode_register(Register(0, "key", words=2, factor=0.1), words, SCALES) == raw / 10


@given(tables, st.integers(8, 125), st.integers(0, 8))
def test_a_plan_covers_every_register_and_cuts_none_and_no_request_is_too_long(
    table: list[Register], limit: int, widest_gap: int
) -> None:
    plan = plan_reads(table, limit, widest_gap)
    for register in table:
        assert any(set(register.addresses) <= set(request) for request in plan)
    assert all(1 <= len(request) <= limit for request in plan)
    assert list(plan) == sorted(plan, key=lambda request: request.start)


@given(st.lists(WORD, max_size=20), st.integers(0, 0xFFFF))
def test_only_values_whose_words_are_all_there_are_decoded(words: list[int], start: int) -> None:
    table = [Register(start + place, f"r{place}", words=2) for place in range(0, 24, 3)]
    decoded = decode(table, block(start, words), SCALES)
    assert list(decoded) == [f"r{place}" for place in range(0, 24, 3) if place + 2 <= len(words)]


@pytest.mark.parametrize("word", [-1, 65536, 1 << 20])
def test_a_word_that_no_register_can_hold_is_refused(word: int) -> None:
    with pytest.raises(DecodeError, match="a register holds 0 to 65535"):
        decode([Register(0, "key")], {0: word}, SCALES)


@pytest.mark.parametrize(
    ("register", "value"),
    [
        (Register(0, "key"), 65536),
        (Register(0, "key"), -1),
        (Register(0, "key", signed=True), 32768),
        (Register(0, "key"), float("nan")),
        (Register(0, "key"), float("inf")),
        (Register(0, "key"), None),
        (Register(0, "key"), "text"),
        (Register(0, "key", scale="bcd"), 10000),
        (Register(0, "key", scale="bcd"), -3),
        (Register(0, "key", scale="version"), "1.256"),
        (Register(0, "key", scale="ascii"), "three"),
        (Register(0, "key", scale="whole_frac16", words=2), -1.0),
    ],
)
def test_what_a_register_cannot_hold_is_not_encoded(register: Register, value: float | str | None) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        encode(register, value, SCALES)


@pytest.mark.parametrize("text", ["", "a", "TSMPPT", "0123456789abcdef"])
def test_text_ends_at_the_first_zero_and_is_padded_with_zeros(text: str) -> None:
    register = Register(0, "key", scale="ascii", words=8)
    words = encode(register, text, SCALES)
    assert len(words) == 8
    assert decode_register(register, words, SCALES) == text


def test_addresses_of_the_network_are_written_back_as_they_were_read() -> None:
    ip, mac = Register(0, "ip", scale="ipv4", words=2), Register(0, "mac", scale="mac", words=3)
    assert encode(ip, "10.20.30.40", SCALES) == (0x140A, 0x281E)
    assert decode_register(ip, (0x140A, 0x281E), SCALES) == "10.20.30.40"
    assert decode_register(mac, encode(mac, "00:20:4a:c1:02:ff", SCALES), SCALES) == "00:20:4a:c1:02:ff"


@pytest.mark.parametrize(("word", "value"), [(0x0042, 42), (0x9999, 9999), (0, 0), (0x004A, None), (0xF000, None)])
def test_digits_of_a_version_that_are_none_are_no_value(word: int, value: int | None) -> None:
    assert decode_register(Register(0, "key", scale="bcd"), [word], SCALES) == value


def test_an_unknown_scaling_is_an_error_of_the_table() -> None:
    with pytest.raises(ValueError, match="there is no scaling 'furlongs'"):
        decode_register(Register(0, "key", scale="furlongs"), [1], SCALES)


def test_scales_of_zero_are_refused_because_every_value_would_read_zero() -> None:
    with pytest.raises(DecodeError, match="both must be above 0"):
        Scales.from_words([180, 0, 0, 0])


def test_names_are_of_the_known_code_and_of_the_known_bits() -> None:
    coded, flagged = Register(0, "key", codes={5: "mppt"}), Register(0, "key", flags={0: "first", 19: "twentieth"})
    assert (names(coded, 5), names(coded, 10), names(coded, None)) == (["mppt"], [], [])
    assert (names(flagged, 0x80003), names(flagged, 0)) == (["first", "twentieth"], [])
    assert names(Register(0, "key"), 5) is None
