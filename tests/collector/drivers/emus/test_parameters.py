"""The parameters of the EMUS G1 against the protocol reference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.drivers.emus.parameters import NEVER_WRITTEN, PARAMETERS, Parameter, decode, encode, identify
from collector.drivers.sentences import frame
from data.catalogue.codes import table
from data.errors import DecodeError
from tests.collector.drivers.emus.reference import rows

WIDTHS = {"uint8": 2, "uint16": 4, "int16": 4, "uint32": 8}


def reference() -> Iterator[tuple[int, dict[str, str]]]:
    """Identifier and row; a range of modules gives one for each."""
    for row in rows("parameters.csv"):
        first, _, last = row["id"].partition("-")
        step = WIDTHS[row["type"]] // 2
        for module, identifier in enumerate(range(int(first, 16), int(last or first, 16) + 1, step)):
            yield identifier, row | {"name": row["name"].replace("{n}", str(module))}


REFERENCE = dict(reference())


def test_the_table_has_the_204_parameters_of_the_reference_and_no_other() -> None:
    assert {identifier: field.key for identifier, field in PARAMETERS.items()} == {
        identifier: row["name"] for identifier, row in REFERENCE.items()
    }
    assert len(PARAMETERS) == 204


@pytest.mark.parametrize("identifier", REFERENCE, ids=lambda identifier: REFERENCE[identifier]["name"])
def test_each_row_says_what_the_reference_says(identifier: int) -> None:
    ours, row = PARAMETERS[identifier], REFERENCE[identifier]
    assert ours.width == WIDTHS[row["type"]]
    assert ours.signed == (row["type"] == "int16")
    assert (ours.offset, ours.multiplier) == (int(row["offset"]), float(row["multiplier"]))
    assert ours.unit == row["unit"]


@pytest.mark.parametrize("identifier", REFERENCE, ids=lambda identifier: REFERENCE[identifier]["name"])
def test_each_parameter_is_read_by_name_in_its_unit(identifier: int) -> None:
    row = REFERENCE[identifier]
    raw = "64".rjust(WIDTHS[row["type"]], "0")
    found = decode(frame("CF2", f"{identifier:04X}", raw))
    assert found.value == pytest.approx((0x64 + int(row["offset"])) * float(row["multiplier"]))
    assert (found.key, found.raw, found.unit) == (row["name"], raw, row["unit"])


def test_the_bits_of_the_function_flags_are_those_of_the_reference() -> None:
    flags: dict[str, dict[int, str]] = {}
    for row in rows("flags.csv"):
        if row["sentence"] == "CF2":
            flags.setdefault(row["field_index"], {})[int(row["bit"])] = row["name"]
    assert flags == {"param 1600": table("function_flags_0").keys, "param 1604": table("function_flags_1").keys}
    for identifier, named in ((0x1600, table("function_flags_0").keys), (0x1604, table("function_flags_1").keys)):
        for bit, name in named.items():
            assert decode(frame("CF2", f"{identifier:04X}", f"{1 << bit:08X}")).names == [name]


def test_the_sign_and_the_width_are_those_that_came() -> None:
    assert decode(frame("CF2", "0118", "FF38")) == Parameter(0x0118, "climate_control_minimum_soc", "FF38", -2.0, "%")
    # Printed as 16 bits, by its identifier 8: either is read.
    assert decode(frame("CF2", "1806", "32")).value == decode(frame("CF2", "1806", "0032")).value == 5.0
    assert decode(frame("CF2", "1009", "01")).names == "gen2_dual_range"


def test_a_parameter_the_table_lacks_keeps_its_number() -> None:
    assert decode(frame("CF2", "0C0E", "07")).key == "can_cell_group_module_7_number_of_cells"
    assert decode(frame("CF2", "3333", "0A0B")) == Parameter(0x3333, "parameter_3333", "0A0B", 0x0A0B, "")


@pytest.mark.parametrize(
    "line",
    [
        b"CF2,0C0E,?,30",
        frame("CF2", "0100"),
        frame("CF2", "0100", ""),
        frame("CF2", "XX", "01"),
        frame("BC1", "1", "2"),
    ],
)
def test_what_is_no_parameter_with_a_value_is_refused(line: bytes) -> None:
    with pytest.raises(DecodeError):
        decode(line)


def test_a_parameter_is_named_by_key_by_its_characters_or_by_number() -> None:
    assert identify("capacity") == identify("0102") == identify(0x0102) == 0x0102
    wrongs: tuple[Any, ...] = ("capacities", "10", "0100,?", -1, 0x10000, True, None, 2.0, b"0102")
    for wrong in wrongs:
        with pytest.raises(ValueError, match="is not a parameter"):
            identify(wrong)


@given(st.sampled_from(sorted(set(PARAMETERS) - NEVER_WRITTEN)), st.data())
def test_what_is_encoded_is_decoded_to_the_same_value(identifier: int, data: st.DataObject) -> None:
    row = PARAMETERS[identifier]
    raw = f"{data.draw(st.integers(0, (1 << 4 * row.width) - 1)):0{row.width}X}"
    value = decode(frame("CF2", f"{identifier:04X}", raw)).value
    assert isinstance(value, int | float)
    assert encode(identifier, value) == raw


@pytest.mark.parametrize(("identifier", "value"), [(0x0004, 2.805), (0x0004, 5.0), (0x0100, -1), (0x0118, 400.0)])
def test_a_value_between_two_counts_or_out_of_reach_is_not_encoded(identifier: int, value: float) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        encode(identifier, value)


def test_what_the_maker_forbids_to_write_is_not_encoded() -> None:
    forbidden = {identifier for identifier, row in REFERENCE.items() if "do not write" in row["note"]} | {0x1806}
    assert forbidden == NEVER_WRITTEN
    for identifier in (*sorted(forbidden), 0x3333):
        with pytest.raises(ValueError, match="is not to be written"):
            encode(identifier, 1)
