"""The sentence engine: laws that hold for any table, and every way a line can be wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.drivers import sentences
from collector.drivers.sentences import Field, Sentence, checksum, decode, encode, frame, request
from data.errors import DecodeError

CHARGE = b"BC1,000456F0,00057E40,1EDC,3C"
TABLE = {
    "BC1": (
        Field(1, "battery_charge", width=8),
        Field(2, "battery_capacity", width=8),
        Field(3, "state_of_charge", signed=True, multiplier=0.01, width=4),
    ),
    "XX1": (
        Field(1, "whole", signed=True, offset=-100, width=4),
        Field(2, "tenths", multiplier=0.1, width=4),
        Field(3, "hundredths", offset=200, multiplier=0.01),
        Field(4, "percent", multiplier=100 / 255),
        Field(5, "reserved_5", encoding="reserved", filler="FF"),
        Field(6, "code", encoding="HexCode", codes={0: "off", 1: "on", "?": "asked"}),
        Field(7, "flags", encoding="HexBitBool", flags={0: "low", 7: "high"}),
        Field(8, "decimal", encoding="DecInt", width=4),
        Field(9, "text", encoding="Str"),
        Field(10, "size"),
        Field(11, "array", encoding="HexDecByteArray", offset=200, multiplier=0.01, counted_by="size"),
    ),
}
ARRAYS = st.lists(st.integers(0, 255), min_size=1, max_size=8)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "whole": st.integers(-32868, 32667),
        "tenths": st.integers(0, 0xFFFF).map(lambda raw: round(raw * 0.1, 1)),
        "hundredths": st.integers(0, 255).map(lambda raw: round((raw + 200) * 0.01, 2)),
        "percent": st.integers(0, 255).map(lambda raw: round(raw * 100 / 255, 6)),
        "code": st.integers(0, 255),
        "flags": st.integers(0, 255),
        "decimal": st.integers(0, 9999),
        "text": st.text("ABCabc019_. ", min_size=1, max_size=12),
    },
)


def error_of(line: bytes) -> str:
    with pytest.raises(DecodeError) as caught:
        decode(TABLE, line)
    return str(caught.value)


def test_the_charge_sentence_of_the_vendor_document_reads_79_percent() -> None:
    assert decode(TABLE, CHARGE) == Sentence(
        "BC1", {"battery_charge": 284400, "battery_capacity": 360000, "state_of_charge": 79.0}
    )


def test_the_checksum_is_the_one_of_its_catalogue() -> None:
    assert checksum(b"123456789") == b"A1"


@given(VALUES, st.none() | ARRAYS)
def test_what_is_encoded_is_decoded_to_the_same_values(values: dict[str, object], array: list[int] | None) -> None:
    if array is not None:
        values |= {"size": len(array), "array": [round((raw + 200) * 0.01, 2) for raw in array]}
    decoded = decode(TABLE, encode(TABLE, "XX1", values))
    assert {key: value for key, value in decoded.fields.items() if value is not None} == values
    assert decoded.is_empty == (not values)


@given(st.binary(max_size=300))
def test_arbitrary_bytes_raise_nothing_but_a_decode_error(line: bytes) -> None:
    with pytest.raises(DecodeError):
        decode(TABLE, line)


@given(st.sampled_from(["BC1", "XX1", "ZZ9"]), st.lists(st.binary(max_size=30), max_size=14))
def test_arbitrary_fields_under_a_right_checksum_raise_nothing_but_a_decode_error(
    name: str, fields: list[bytes]
) -> None:
    content = b",".join([name.encode(), *fields, b""])
    try:
        decoded = decode(TABLE, content + checksum(content))
    except DecodeError:
        return
    assert decoded.name == name


@given(st.integers(0, 8 * len(CHARGE) - 1))
def test_one_flipped_bit_never_decodes_to_other_values(bit: int) -> None:
    damaged = bytearray(CHARGE)
    damaged[bit // 8] ^= 1 << bit % 8
    with pytest.raises(DecodeError):
        decode(TABLE, bytes(damaged))


@given(st.integers(0, len(CHARGE) - 1))
def test_a_line_that_lost_its_end_is_no_sentence(length: int) -> None:
    with pytest.raises(DecodeError):
        decode(TABLE, CHARGE[:length])


def test_a_message_says_what_was_found_what_was_expected_and_what_to_do() -> None:
    assert error_of(CHARGE[:-2] + b"3D") == (
        "checksum of b'BC1,000456F0,00057E40,1EDC,3D' is b'3C'; check the cable and the port's baud rate"
    )
    assert "is not NAME,field,…,checksum; check the cable" in error_of(b"\xff\xfe")
    assert "more than 4096 characters" in error_of(b"BC1," + b"0" * 5000)


def test_a_checksum_in_small_letters_is_not_the_devices() -> None:
    assert "checksum" in error_of(CHARGE[:-2] + b"3c")


@pytest.mark.parametrize("noise", [b"#", b"\x00", b"\xff\xfe#", b" \t", b"xx#", b"BC1", bytes(range(0x80, 0x90)) * 4])
def test_single_characters_before_a_sentence_are_passed_over(noise: bytes) -> None:
    assert decode(TABLE, noise + CHARGE) == decode(TABLE, CHARGE)


def test_fields_that_newer_firmware_appends_are_passed_over() -> None:
    assert decode(TABLE, frame("BC1", "000456F0", "00057E40", "1EDC", "77", "words")) == decode(TABLE, CHARGE)


def test_fields_that_older_firmware_lacks_have_no_value() -> None:
    assert decode(TABLE, frame("BC1", "000456F0")).fields == {
        "battery_charge": 284400,
        "battery_capacity": None,
        "state_of_charge": None,
    }


@pytest.mark.parametrize(
    ("raw", "value"), [("FF", -0.01), ("00FF", 2.55), ("FFFF", -0.01), ("7", 0.07), ("FFFFFF", -0.01), ("001EDC", 79.0)]
)
def test_the_sign_is_taken_from_the_length_that_came(raw: str, value: float) -> None:
    assert decode(TABLE, frame("BC1", "0", "0", raw)).fields["state_of_charge"] == value


def test_decimals_are_those_the_multiplier_implies() -> None:
    fields = decode(TABLE, frame("XX1", "0078", "0003", "80", "80")).fields
    assert (fields["whole"], fields["tenths"], fields["hundredths"], fields["percent"]) == (20, 0.3, 3.28, 50.196078)


def test_an_empty_sentence_is_empty_whatever_the_number_of_its_fields() -> None:
    for fields in (0, 1, 3, 6):
        sentence = decode(TABLE, frame("BC1", *[""] * fields))
        assert sentence.is_empty
        assert set(sentence.fields.values()) == {None}


def test_a_sentence_the_table_lacks_gives_its_fields_as_text() -> None:
    assert decode(TABLE, frame("ZZ9", "0A", "", "free text")) == Sentence(
        "ZZ9", {"field_1": "0A", "field_2": None, "field_3": "free text"}
    )


def test_a_request_is_told_from_a_sentence() -> None:
    assert request("BC1") == frame("BC1", "?")
    sentence = decode(TABLE, request("BC1"))
    assert sentence.is_question
    assert sentence.fields == {"battery_charge": "?", "battery_capacity": None, "state_of_charge": None}


def test_codes_and_flags_are_named() -> None:
    fields = ["", "", "", "", ""]
    assert decode(TABLE, frame("XX1", *fields, "01", "81")).names == {"code": "on", "flags": ["low", "high"]}
    assert decode(TABLE, frame("XX1", *fields, "09", "00")).names == {"flags": []}
    assert decode(TABLE, frame("XX1", *fields, "", "")).names == {}
    assert decode(TABLE, frame("XX1", *fields, "?")).names == {"code": "asked"}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (["XY"], "hexadecimal digits are expected"),
        (["0x1F"], "hexadecimal digits are expected"),
        (["1_0"], "hexadecimal digits are expected"),
        (["-1"], "hexadecimal digits are expected"),
        ([" 1"], "hexadecimal digits are expected"),
        (["F" * 15 + "F" * 5], None),
        (["7" * 20], "at most 64 bits"),
        (["", "", "", "", "", "", "", "0A"], "a decimal number is expected"),
        (["", "", "", "", "", "", "", "", "", "3", "123"], "two digits for each element"),
        (["", "", "", "", "", "", "", "", "", "3", "8080"], "XX1 has 2 array where size is 3"),
    ],
)
def test_a_field_that_is_not_what_the_table_says_is_named(fields: list[str], message: str | None) -> None:
    line = frame("XX1", *fields)
    if message is None:
        assert decode(TABLE, line).fields["whole"] == -101
    else:
        assert message in error_of(line)


@pytest.mark.parametrize(
    "values",
    [
        {"whole": 40000},
        {"hundredths": 1.99},
        {"hundredths": float("nan")},
        {"percent": 101},
        {"text": "a,b"},
        {"text": "a\r\nFD1,,E2"},
        {"text": "°"},
        {"decimal": -1},
        {"code": "on"},
    ],
)
def test_what_a_field_cannot_hold_is_not_encoded(values: dict[str, sentences.Value]) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        encode(TABLE, "XX1", values)


@pytest.mark.parametrize("name", ["", "bc1", "BC1,", "BC1\r\n", "LG1,c", "xxxxx"])
def test_only_a_name_can_be_asked_for(name: str) -> None:
    with pytest.raises(ValueError, match="is not the name of a sentence"):
        request(name)
