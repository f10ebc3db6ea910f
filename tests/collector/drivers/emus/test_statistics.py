"""The statistics of the EMUS G1 against the protocol reference."""

from __future__ import annotations

from typing import Any

import pytest

from collector.drivers.emus import sentences_table
from collector.drivers.emus.statistics import BY_IDENTIFIER, CELL, COUNT, EXTREMES, NOTHING, ROWS, Statistic, interpret
from data.catalogue.codes import STATISTIC
from tests.collector.drivers.emus.reference import rows

REFERENCE = rows("statistics.csv")


def read(identifier: int, value: str = "", extra: str = "", timestamp: str = "") -> Statistic:
    content = f"SS1,{identifier:02X},{value},{extra},{timestamp},".encode()
    return interpret(sentences_table.decode(content + sentences_table.sentences.checksum(content)).fields)


def extra_of(text: str) -> str:
    words = {"cell number": CELL, "count": COUNT, "packed 32-bit": EXTREMES, "": NOTHING}
    return words[text.partition(":")[0]]


def test_the_table_has_the_45_statistics_of_the_reference_and_no_other() -> None:
    assert [(row.identifier, row.key) for row in ROWS] == [(int(row["id"]), row["name"]) for row in REFERENCE]
    assert len(ROWS) == 45
    assert {row.identifier: row.key for row in ROWS} == STATISTIC.keys


@pytest.mark.parametrize("row", REFERENCE, ids=lambda row: row["name"])
def test_each_row_says_what_the_reference_says(row: dict[str, str]) -> None:
    ours = BY_IDENTIFIER[int(row["id_hex"], 16)]
    assert ours.unit == row["value_unit"]
    assert ours.offset == int(row["value_offset"] or 0)
    assert ours.multiplier == float(row["value_multiplier"] or 1)
    assert ours.extra == extra_of(row["additional_info"])
    assert ours.timed == (row["has_timestamp"] == "yes")
    if ours.extra == EXTREMES:
        unit, offset, multiplier = ours.unit, *ours.extremes
        low = f"low byte = min ({unit}, offset {offset}, multiplier {multiplier})"
        high = f"second byte = max ({unit}, offset {offset}, multiplier {multiplier})"
        assert low in row["additional_info"]
        assert high in row["additional_info"]


@pytest.mark.parametrize("row", REFERENCE, ids=lambda row: row["name"])
def test_each_statistic_is_read_in_its_unit(row: dict[str, str]) -> None:
    identifier, kind, when = int(row["id"]), extra_of(row["additional_info"]), "1BCE6DCE"
    expected: dict[str, Any] = {"identifier": identifier, "key": row["name"], "unit": row["value_unit"]}
    if kind == COUNT:
        found = read(identifier, "", "00000011", when)
        expected |= {"value": 17}
    elif kind == EXTREMES:
        found = read(identifier, "25", "00078A65", when)
        volts = row["value_unit"] == "V"
        expected |= {"value": 0.37 if volts else 37, "cell": 7}
        expected |= {"lowest": 3.01, "highest": 3.38} if volts else {"lowest": 1, "highest": 38}
    else:
        found = read(identifier, "64", "0005" if kind == CELL else "", when)
        scaled = (0x64 + int(row["value_offset"])) * float(row["value_multiplier"])
        expected |= {"value": pytest.approx(scaled), "cell": 5 if kind == CELL else None}
    assert found == Statistic(**expected, timestamp=466513358)


def test_the_published_statistics_say_what_the_document_says() -> None:
    assert read(0x00, "00000003") == Statistic(0, "total_discharge", "Ah", 3)
    assert read(0x0A, "85", "0000", "1BCE6DCE") == Statistic(
        10, "min_cell_voltage", "V", 3.33, cell=0, timestamp=466513358
    )


def test_a_count_in_the_second_field_is_taken_when_the_third_is_empty() -> None:
    assert read(19, "0004").value == 4
    assert read(19, "0004", "0007").value == 7
    assert read(19).value is None


def test_extremes_that_do_not_differ_by_the_value_are_not_believed() -> None:
    assert read(12, "25", "658A0007") == Statistic(12, "max_cell_voltage_difference", "V", 0.37)
    assert read(12, "25", "AA00078A65") == Statistic(12, "max_cell_voltage_difference", "V", 0.37)
    assert read(12, "25") == Statistic(12, "max_cell_voltage_difference", "V", 0.37)


def test_a_statistic_of_newer_firmware_keeps_its_number() -> None:
    assert read(50, "0A", "0B", "0C") == Statistic(50, "statistic_50", "", 10, timestamp=12)
