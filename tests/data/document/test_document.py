"""One reading rule for every dialect: what a document carries is read the same, and nothing it holds can hurt."""

from __future__ import annotations

import csv
import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data import catalogue, document
from data.catalogue import ALIASES
from data.document.sensors import MOST_SENSOR_KEYS
from data.errors import DocumentError
from data.families import FAMILIES

DOCUMENTS = Path(__file__).parents[2] / "captures/documents"
CANONICAL = {"bms": "bms", "tristar": "tristar_instantaneous", "tristar_daily": "tristar_daily"}
with (DOCUMENTS / "parameters.csv").open(encoding="utf-8") as file:
    PARAMETERS = [row for row in csv.DictReader(file) if row["api_parameter"] != "test"]


def posted(name: str) -> dict[str, Any]:
    return document.parse_content((DOCUMENTS / f"{name}.json").read_bytes())


def at_pointer(content: Any, pointer: str) -> float:
    for step in pointer.strip("/").split("/"):
        content = content[step]
    return float(content["value"] if isinstance(content, dict) else content)


@pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: row["api_parameter"])
def test_every_api_parameter_reads_what_stands_at_its_place(row: dict[str, str]) -> None:
    content = posted(CANONICAL[row["family"]])
    key = ALIASES.get(row["api_parameter"], row["api_parameter"])
    assert document.readings(row["family"], content)[key] == at_pointer(content, row["json_pointer"])
    assert (catalogue.metric(row["api_parameter"]).family, catalogue.metric(row["api_parameter"]).unit) == (
        row["family"],
        row["unit"],
    )


@pytest.mark.parametrize(
    ("variant", "family"),
    [
        ("bms_reader_dialect", "bms"),
        ("tristar_reader_dialect", "tristar"),
        ("tristar_underscore_list_alarms", "tristar"),
        ("tristar_daily_duplicate_key", "tristar_daily"),
    ],
)
def test_a_dialect_gives_the_same_metrics_where_it_carries_them(variant: str, family: str) -> None:
    expected, found = listed(family, CANONICAL[family]), listed(family, f"variants/{variant}")
    missing = set(expected) - set(found)
    # The old reader leaves the cells' temperatures out and posts the target voltage as a register: 5.5 mV a count.
    assert all("_temperature" in key and "_m_" not in key for key in missing)
    assert found == {key: pytest.approx(expected[key], abs=0.003) for key in expected if key not in missing}


def listed(family: str, name: str) -> dict[str, float]:
    """What is read from a document, without the numbers that the table of fields lacks."""
    found = document.readings(family, posted(name))
    own = {key for key, _, _ in document.unlisted(family, posted(name))}
    return {key: value for key, value in found.items() if key not in own}


def test_the_scene_with_warnings_reads_its_numeric_strings_and_names() -> None:
    content = posted("variants/bms_warnings_numeric_strings")
    found = document.readings("bms", content)
    assert (found["total_voltage"], found["total_current"], found["max_cell_b_rate"]) == (11.92, -6.4, 12.5)
    assert found["charging_stage"] == 6
    assert found["last_charging_error"] == 9
    assert "a_cell_temperature" not in found
    names = document.flags("bms", content)
    assert names.status_errors == ["cell temperatures not valid"]
    assert names.protection_errors == ["undervoltage", "no_cell_comm"]
    assert names.power_errors == ["warning: power reduction: low voltage"]


def test_cells_are_numbered_from_one_across_the_groups() -> None:
    found = document.readings("bms", posted("bms"))
    assert [found[f"cell_{n}_voltage"] for n in range(1, 9)] == [3.34, 3.35, 3.34, 3.36, 3.35, 3.34, 3.35, 3.35]
    assert [found[f"cell_{n}_m_temperature"] for n in range(1, 9)] == [20, 21, 21, 20, 20, 20, 22, 21]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, []),
        ("", []),
        ("RTS open", ["RTS open"]),
        ("RTS open, Controller was reset, ", ["RTS open", "Controller was reset"]),
        (["RTS open", "Current limit"], ["RTS open", "Current limit"]),
        ("RTS openController was reset", ["RTS open", "Controller was reset"]),
        ({"RTS open": True, "Current limit": False, "RTS shorted": "True"}, ["RTS open", "RTS shorted"]),
        ("something new", ["something new"]),
        (7, []),
    ],
)
def test_a_list_of_names_is_read_in_every_shape(value: Any, expected: list[str]) -> None:
    assert document.flags("tristar", {"Status": {"alarms": value}}).alarms == expected


def test_validity_flags_of_the_old_reader_are_faults_when_they_are_false() -> None:
    status = {"Valid cell voltages": False, "Valid balancing rates": "True", "undervoltage": True, "leakage": "False"}
    names = document.flags("bms", {"BMSStatus": status})
    assert (names.status_errors, names.protection_errors) == (["cell voltages not valid"], ["undervoltage"])


def test_every_number_of_a_sensor_is_a_series_in_lists_and_under_like_names_too() -> None:
    content = {
        "rgb": [1, 2.5, {"value": "3", "unit": "lux"}, [4], None, "x"],
        "a/b": 5,
        "a": {"b": 6, "b\u0000": 7},
        "\u0000": 8,
        "x" * 300: 9,
        "x" * 301: 10,
    }
    assert document.readings("sensor", content) == {
        "rgb/0": 1.0,
        "rgb/1": 2.5,
        "rgb/2": 3.0,
        "rgb/3/0": 4.0,
        "a/b": 5.0,
        "a/b (2)": 6.0,
        "a/b (3)": 7.0,
        "x" * 200: 9.0,
        "x" * 196 + " (2)": 10.0,
    }
    assert document.sensor_units(content)["rgb/2"] == "lux"
    deep: Any = 1
    for _ in range(40):
        deep = {"a": deep}
    assert document.readings("sensor", deep) == {"/".join("a" * 40): 1.0}


@pytest.mark.parametrize("rts", [128, -128, "128"])
def test_a_disconnected_temperature_sensor_is_no_reading(rts: Any) -> None:
    assert "temp_rts" not in document.readings("tristar", {"Temperature data": {"RTS temperature": rts}})


def test_a_small_capacity_is_in_ampere_hours_and_so_is_the_charge_beside_it() -> None:
    found = document.readings("bms", {"BatteryCharge": {"battery charge": 260.64, "battery capacity": "360"}})
    assert found == {"battery_charge": pytest.approx(938304), "battery_capacity": 1296000}


def test_a_key_that_stands_twice_is_kept_twice() -> None:
    assert document.parse_content('{"a":1,"a":2,"a":3}') == {"a": 1, "a (2)": 2, "a (3)": 3}


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", '"x"', "1", "null", '{"a":NaN}', '{"a":-Infinity}', '{"a":' * 100_000, b"\xff\xfe\x00"]
)
def test_what_is_no_object_of_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(DocumentError, match="body is"):
        document.parse_content(text)


def test_the_packet_of_a_student_says_when_it_was_measured_and_a_us_date_does_not() -> None:
    packet = posted("variants/sensor_packet")
    assert document.stated_instant(packet) == datetime(2019, 12, 3, 11, 40, tzinfo=UTC)
    assert document.readings("sensor", packet) == {"value": 18.6}
    assert document.sensor_units(packet) == {"value": "C"}
    assert document.stated_instant(posted("tristar_instantaneous")) is None


@pytest.mark.parametrize(
    ("content", "stated", "expected"),
    [
        ({"string": 1}, None, 1),
        ({"string": "2"}, None, 2),
        ({}, "2", 2),
        ({"name": "tristar_1"}, None, 1),
        ({"name": "Tristar"}, None, None),
        ({"name": "tristar_11"}, None, None),
        ({"string": 3, "name": "tristar_2"}, None, 2),
        ({"string": True}, None, None),
    ],
)
def test_a_controller_is_told_by_string_then_by_name(content: Any, stated: str | None, expected: int | None) -> None:
    assert document.controller_string(content, stated) == expected


SECTIONS = st.sampled_from(
    [row.pointer[0] for row in document.FIELDS] + ["BatteryVoltageDetail", "Status", "Statistics"]
)
KEYS = st.sampled_from([row.pointer[1] for row in document.FIELDS] + ["alarms", "faults", "cell group 1", "value"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(10**400)
ANYTHING = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4))


@settings(suppress_health_check=[HealthCheck.too_slow])  # the first example loads the tables of all letters
@given(st.dictionaries(SECTIONS | KEYS, ANYTHING | st.dictionaries(KEYS, ANYTHING, max_size=6), max_size=6))
def test_whatever_stands_in_a_document_readings_are_finite_numbers_and_nothing_raises(content: dict[str, Any]) -> None:
    for family in FAMILIES:
        assert all(math.isfinite(value) for value in document.readings(family, content).values())
        document.flags(family, content)
    document.sensor_units(content)
    document.stated_instant(content)
    document.controller_string(content)


@pytest.mark.parametrize(
    ("text", "value"),
    [("12.5", 12.5), (" -3 ", -3.0), ("1e3", 1000.0), ("12_34", None), ("1,5", None), ("nan", None), ("0x10", None)],
)
def test_a_text_is_a_number_where_json_would_have_one(text: str, value: float | None) -> None:
    assert document.number(text) == value
    assert document.number({"value": text}) == value


def test_numbers_that_the_table_lacks_are_series_of_their_own() -> None:
    content = {
        "string": 1,
        "date": 20191203,
        "ADC data": {"battery voltage": 13.4, "Battery_Voltage": 99, "fan speed": {"value": 1200, "unit": "rpm"}},
        "Status": {"hourmeter": -5, "words": [7, "x"]},
        "array_voltage": 3,  # a key of the catalogue means what the catalogue says
        "daily": {"a": 1},
        "surge": "4.5",
    }
    assert document.readings("tristar", content) == {
        "bat_voltage": 13.4,
        "ADC data/fan speed": 1200.0,
        "Status/words/0": 7.0,
        "surge": 4.5,
    }
    daily = {"Daily Logger Values": {"moon": 3}, "Charge Settings": {"EV_absorp": 14.0}}
    expected = {"daily/Daily Logger Values/moon": 3.0, "daily/Charge Settings/EV_absorp": 14.0}
    assert document.readings("tristar_daily", daily) == expected


def test_five_thousand_unknown_keys_leave_the_known_as_they_are() -> None:
    unknown = {f"unknown {n}": {"value": n} for n in range(5000)}
    known = document.readings("bms", posted("bms"))
    found = document.readings("bms", unknown | posted("bms"))
    own = {key for key, _, _ in document.unlisted("bms", posted("bms"))}
    assert {key: value for key, value in known.items() if key not in own}.items() <= found.items()
    assert {f"unknown {n}" for n in range(MOST_SENSOR_KEYS)} == {key for key in found if key.startswith("unknown")}


def test_a_text_of_a_general_document_is_no_number_of_its_own() -> None:
    content = {"firmware": "1.61", "left": 3, "bat_voltage": "13.41"}
    assert document.readings("device", content) == {"bat_voltage": 13.41, "left": 3.0}


@pytest.mark.parametrize("name", ["bms", "tristar_instantaneous", "tristar_daily", "variants/sensor_packet"])
def test_a_document_equals_itself_however_it_is_written(name: str) -> None:
    text = (DOCUMENTS / f"{name}.json").read_text(encoding="utf-8")
    assert document.same_content(text, json.dumps(json.loads(text), indent=3, sort_keys=True))
