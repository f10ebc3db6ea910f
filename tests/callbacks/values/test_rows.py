"""What the value pages say of each document: the site's samples, other dialects, and what nobody expects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callbacks.values import bms as value_bms
from callbacks.values import tables
from callbacks.values import tristar as value_tristar
from callbacks.values.cell import Shown
from callbacks.values.rows import Section
from data import catalogue, document
from data.catalogue import codes
from data.catalogue.charge_settings import SETTINGS

SITE = ZoneInfo("America/Los_Angeles")
DOCUMENTS = Path(__file__).parents[2] / "captures" / "documents"
THIN = "\u202f"
ORDER = [
    "Balancing",
    "Balancing, group by group",
    "Charge",
    "Cell module temperatures",
    "Cell module temperatures, cell by cell",
    "Cell temperatures",
    "Cell temperatures, cell by cell",
    "Cell voltages",
    "Cell voltages, cell by cell",
    "Devices on the CAN bus",
    "Last message on the CAN bus",
    "Charger on the CAN bus",
    "Current and voltage",
    "Input pins",
    "Event log",
    "Output pins",
    "Statistics",
    "Status",
    "Time and date",
    "Version",
]


def posted(name: str) -> dict[str, Any]:
    return document.parse_content((DOCUMENTS / f"{name}.json").read_text(encoding="utf-8"))


def said(one: Shown) -> str:
    return f"{one.text} {one.unit}".strip() if not one.names else ", ".join(name for name, _ in one.names)


def bms(content: dict[str, Any]) -> dict[str, Section]:
    return {section.title: section for section in value_bms.sections(content, SITE)}


def values(section: Section) -> dict[str, Any]:
    """Label -> what stands there: one text, or one for each document."""
    found = {row.label: [said(one) for one in row.values] for row in section.rows}
    return {label: one[0] if len(one) == 1 else one for label, one in found.items()}


def line(section: Section, place: int = 0) -> list[list[str]]:
    """A small table as texts, its head first."""
    grid = section.grids[place]
    return [list(grid.head), *([label, *map(said, cells)] for label, cells in grid.rows)]


def tristar(*names: str, family: str = "tristar") -> dict[str, Section]:
    found = value_tristar.sections(family, [posted(name) for name in names], SITE)
    return {section.title: section for section in found}


def test_the_sections_of_the_battery_manager_stand_in_their_order() -> None:
    assert list(bms(posted("bms")))[:20] == ORDER
    shuffled = dict(reversed(posted("bms").items()))
    assert list(bms(shuffled))[:20] == ORDER


def marked(node: Any, marks: list[str]) -> Any:
    """The document with an entry nobody knows in each of its objects."""
    if not isinstance(node, dict):
        return node
    inside = {name: marked(child, marks) for name, child in node.items()}
    marks.append(f"mark-{len(marks)}-")
    return inside | {f"odd {marks[-1]}": {"deep": [{"er": marks[-1]}]} if len(marks) % 2 else marks[-1]}


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("bms", "bms"),
        ("variants/bms_reader_dialect", "bms"),
        ("tristar_instantaneous", "tristar"),
        ("variants/tristar_underscore_list_alarms", "tristar"),
        ("tristar_daily", "tristar_daily"),
    ],
)
def test_no_entry_of_a_document_is_lost(name: str, family: str) -> None:
    marks: list[str] = []
    content = marked(posted(name), marks)
    if family == "bms":
        sections = list(value_bms.sections(content, SITE))
    elif family == "tristar":
        sections = list(value_tristar.sections("tristar", [content], SITE))
    else:
        sections = [*value_tristar.daily([content], SITE), *value_tristar.settings([content], ["String 1"], SITE)]
    shown = str(tables.body(sections, [tables.Column("one")], "/x"))
    assert [mark for mark in marks if mark not in shown] == []
    readings = document.readings(family, posted(name))
    listed = {key for key in readings if document.reading.is_listed(key) and not key.startswith("cell_")}
    assert [key for key in listed if catalogue.metric(key).label not in shown] == []


def test_values_have_units_and_zero_is_a_value() -> None:
    found = bms(posted("bms") | {"CurrentAndVoltage": {"current": {"value": 0, "unit": "A"}, "total voltage": None}})
    assert values(found["Current and voltage"]) == {"Total Battery Current": "0.0 A", "Total Voltage": "–"}
    assert values(found["Charge"]) == {
        "Battery Charge": "260.6 Ah",
        "Battery Capacity": "360.0 Ah",
        "State of Charge": "72 %",
    }
    assert values(found["Balancing"])["Maximum Cell Balancing Rate"] == "0.0 %"


@pytest.mark.parametrize("name", ["bms", "variants/bms_reader_dialect"])
def test_cells_stand_in_a_table_for_each_group(name: str) -> None:
    section = bms(posted(name))["Cell voltages, cell by cell"]
    assert [grid.title for grid in section.grids] == ["Cell group 1", "Cell group 2"]
    assert section.grids[1].facts == "string of cells 1, first cell 4, counted from 0, 4 cells"
    assert line(section, 1) == [
        ["", "Cell 5", "Cell 6", "Cell 7", "Cell 8"],
        ["Voltage", "3.35 V", "3.34 V", "3.35 V", "3.35 V"],
    ]
    assert line(bms(posted(name))["Cell module temperatures, cell by cell"])[1][1:] == [
        "20 °C",
        "21 °C",
        "21 °C",
        "20 °C",
    ]


def test_events_and_statistics_have_dates_in_the_zone_of_the_site_and_say_whose_clock_it_is() -> None:
    found = bms(posted("bms"))
    assert line(found["Event log"])[:2] == [
        ["No.", "Event", "When"],
        ["1", "Started main charging stage", "3 Dec 2019, 08:21:06"],
    ]
    assert line(found["Statistics"])[3] == ["3", "Minimum Cell Voltage", "2.93 V", "28 Sep 2019, 07:12:30", "5"]
    assert values(found["Time and date"])["The unit's clock"] == "3 Dec 2019, 11:40:12"
    assert all("own clock" in found[title].notes[0] for title in ("Event log", "Statistics", "Time and date"))


def test_a_log_of_one_entry_reads_like_any_section() -> None:
    assert values(bms(posted("variants/bms_reader_dialect"))["Event log"])["When"] == "3 Dec 2019, 08:21:06"


def test_errors_and_pins_are_names_with_what_they_mean() -> None:
    status = bms(posted("variants/bms_warnings_numeric_strings"))["Status"]
    rows = {row.label: row.values[0] for row in status.rows}
    assert rows["Protection errors"].names == (
        ("undervoltage", "A cell is too low: the loads are cut off"),
        ("no_cell_comm", "Cells do not answer: check the wires of the cell modules"),
    )
    assert rows["Protection errors"].tone == "alarm"
    assert rows["Charging Stage"].words == "Charging was stopped: the last charging error says why"
    assert "battery_contactor" in said(rows["Active pins"])
    assert values(bms(posted("bms"))["Status"])["Power errors"] == "none"


def test_single_flags_of_the_reader_are_words_and_warn_only_when_they_should() -> None:
    content = posted("variants/bms_reader_dialect")
    content["BMSStatus"] |= {"undervoltage": True, "Valid cell voltages": "False", "battery_fan,current_sensor": True}
    rows = {row.label: row for row in bms(content)["Status"].rows}
    assert (rows["Undervoltage"].values[0].text, rows["Undervoltage"].values[0].tone) == ("yes", "alarm")
    assert (rows["Valid cell voltages"].values[0].text, rows["Valid cell voltages"].values[0].tone) == (
        "no",
        "attention",
    )
    assert (rows["Overvoltage"].values[0].text, rows["Overvoltage"].values[0].tone) == ("no", "")
    assert rows["Battery fan"].explanation == "Runs the battery's fan"


def test_a_section_that_is_a_sentence_or_nothing_says_so_and_what_is_not_there_is_named() -> None:
    found = bms(posted("variants/bms_warnings_numeric_strings") | {"Battery Charge": None})
    assert found["Cell temperatures"].missing == "Cannot communicate to cells"
    assert found["Charge"].missing == "no data in this document"
    lacking = bms(posted("variants/bms_reader_dialect"))["Other entries"].notes
    assert lacking == ["Not in this document: Cell temperatures, Cell temperatures, cell by cell."]


def test_the_controllers_stand_side_by_side_in_any_dialect() -> None:
    found = tristar("variants/tristar_reader_dialect", "variants/tristar_underscore_list_alarms")
    assert list(found) == ["Measured", "Temperatures", "Status", "Charging", "Power point tracking", "Other entries"]
    assert values(found["Measured"])["Battery Voltage"] == ["13.41 V", "13.41 V"]
    assert values(found["Charging"])["Target Regulation Voltage"] == ["14.18 V", "14.18 V"]
    assert values(found["Status"])["DIP Switches"] == ["3, 4, 5, 6 on", "3, 4, 5, 6 on"]
    assert values(found["Status"])["Alarms"] == [
        "RTS open, Controller was reset",
        "High temperature current limit, Current limit",
    ]
    assert values(found["Status"])["Faults"] == ["custom settings edit, RTS disconnected", "none"]
    assert values(found["Other entries"])["Name"] == ["–", "Tristar"]


def test_a_register_name_stands_beside_the_plain_one_where_they_differ() -> None:
    rows = {row.label: row.name for section in tristar("tristar_instantaneous").values() for row in section.rows}
    assert rows["kWh Charge Total"] == "kWhr Charge Total"
    assert rows["Array Voltage"] == ""


def test_what_cannot_be_believed_is_shown_as_it_came_and_marked() -> None:
    content = {"MPPT Data": {"output power": -99999}, "Temperature data": {"RTS temperature": 128}}
    found = {one.title: one for one in value_tristar.sections("tristar", [content], SITE)}
    power, probe = found["Power point tracking"].rows[0].values[0], found["Temperatures"].rows[0].values[0]
    assert (power.text, power.unit, power.words, power.tone) == (f"−99{THIN}999", "W", "not believable", "attention")
    assert (probe.text, probe.words) == ("–", "no probe connected")


def test_a_number_of_bits_is_told_as_its_names() -> None:
    content = {"Status": {"alarms": 0b101, "faults": 0}}
    (section,) = value_tristar.sections("tristar", [content], SITE)
    assert values(section) == {"Alarms": "RTS open, RTS disconnected", "Faults": "none"}


def test_the_day_is_told_in_words_and_its_repeated_key_is_the_maximum() -> None:
    content = {"Other": {"a": 1}} | posted("variants/tristar_daily_duplicate_key")
    (day, *_) = value_tristar.daily([content], SITE)
    found = values(day)
    assert (found["Minimum Temperature Daily"], found["Maximum Temperature Daily"]) == ("9 °C", "21 °C")
    assert found["Alarms of the day"] == "RTS open, Controller was reset"
    assert found["Flags of the day"] == "Entered float, An alarm occurred"
    assert "EV_absorp" not in str(day)


def test_equal_settings_are_said_to_be_equal() -> None:
    contents, names = (
        [posted("tristar_daily"), posted("variants/tristar_daily_duplicate_key")],
        ["String 1", "String 2"],
    )
    sections = value_tristar.settings(contents, names, SITE)
    assert [len(section.rows) for section in sections] == [25]
    assert {row.mark for row in sections[0].rows} == {""}
    sentence = value_tristar.settings_sentence(sections, contents, names)
    assert sentence == "Both controllers have the same charge settings, as they must."


def test_settings_that_differ_are_marked_in_words() -> None:
    other = posted("tristar_daily")
    changed = {"EV_hvd": "14.6", "EVa_ref_fixed_init": 85.8, "New_one": [1, 2]}
    other["Charge Settings"] = {k: v for k, v in (other["Charge Settings"] | changed).items() if k != "ETb_min"}
    contents, names = [posted("tristar_daily"), other], ["String 1", "String 2"]
    sections = value_tristar.settings(contents, names, SITE)
    rows = {row.name: row for row in sections[0].rows}
    assert rows["EV_hvd"].mark == f"The controllers differ by 0.10{THIN}V; they must be equal."
    assert rows["ETb_min"].mark == "Sent by string 1 only."
    assert [one.words for one in rows["EVa_ref_fixed_init"].values] == [
        "power tracking works normally",
        "power tracking is off",
    ]
    assert [said(one) for one in rows["EV_tempcomp"].values] == ["0.030 V/°C", "0.030 V/°C"]
    assert values(sections[1]) == {"New_one": ["–", "1, 2"]}
    sentence = value_tristar.settings_sentence(sections, contents, names)
    assert sentence == "3 settings differ between the controllers, which share one battery: they must be equal."


def test_settings_are_known_under_the_spellings_of_the_maker_too() -> None:
    content = {"Charge_Settings": {"EIb_lim": 20.63, "eva_ref_fixed_pct_init": 0, "ev_absorp": 14}}
    (section,) = value_tristar.settings([content], ["String 1"], SITE)
    found = values(section)
    assert found["Battery current limit"] == "20.63 A"
    assert found["Fixed array voltage in percent"] == "0.00 %"
    assert found["Absorption voltage"] == "14.00 V"


def test_the_settings_with_words_are_those_of_the_posted_document() -> None:
    assert [one.key for one in SETTINGS] == list(posted("tristar_daily")["Charge Settings"])


@pytest.mark.parametrize(
    "table",
    ["pin_status", "protection", "power_reduction", "battery_status", "daily_flags", "charge_state", "charging_stage",
     "input_pins", "output_pins_1", "output_pins_3"],
)  # fmt: skip
def test_every_name_has_its_meaning(table: str) -> None:
    assert [code.name for code in codes.table(table).codes.values() if code.name and not code.sentence] == []


def test_alarms_and_faults_have_meanings_except_those_nobody_has_defined() -> None:
    for table in (codes.ALARMS, codes.FAULTS):
        undefined = [code.name for code in table.codes.values() if not code.sentence]
        assert all(name.startswith("N/A") or name == "Undefined" for name in undefined)


def test_pins_have_plain_names_and_unknown_ones_are_not_lost() -> None:
    rows = value_bms.pins(["Battery_Contactor", "charger_mains_AC_sense", "warp_drive"])
    assert [(row.label, row.name) for row in rows] == [
        ("Battery contactor", "Battery_Contactor"),
        ("Charging source sensed", "charger_mains_AC_sense"),
        ("Warp drive", "warp_drive"),
    ]
    assert rows[2].explanation == "Not known to this site"


def test_a_huge_document_is_shown_in_part_and_says_where_the_whole_is() -> None:
    huge = {f"section {n}": {f"key {m}": m for m in range(400)} for n in range(200)}
    for sections in (value_bms.sections(huge, SITE), value_tristar.sections("tristar", [huge], SITE)):
        parts = tables.body(sections, [tables.Column("one")], "/api/v1/devices/x/documents?limit=1")
        assert len(parts) < 10
        assert "/api/v1/devices/x/documents?limit=1" in str(parts[-1])


@pytest.mark.parametrize(
    "huge",
    [
        {"Statistics": {f"statistic {n}": {f"{n}-{m}": m for m in range(7)} for n in range(3000)}},
        {"BatteryVoltageDetail": {f"g {n}": {"first cell number": 0, "individual": [3.3] * 200} for n in range(300)}},
        {"Events Log": [{"log event": "x", "unix timestamp": 1575390066}] * 20_000},
        {"a list": [[1] * 10] * 10_000, "BMS Status": {f"flag {n}": True for n in range(20_000)}},
    ],
    ids=["records", "cells", "events", "flags"],
)
def test_whatever_is_huge_in_a_document_the_page_stays_small(huge: dict[str, Any]) -> None:
    parts = tables.body(value_bms.sections(huge, SITE), [tables.Column("one")], "/whole")
    text = json.dumps([part.to_plotly_json() for part in parts], default=lambda part: part.to_plotly_json())
    assert len(text) < 1_000_000
    assert "/whole" in text


def test_two_spellings_of_one_section_are_both_shown() -> None:
    twice = {"ADC data": {"array voltage": 72.9}, "ADC_data": {"array voltage": 1.5}, "Status": [1, {"a": None}]}
    shown = [values(one) for one in value_tristar.sections("tristar", [twice], SITE)]
    assert shown[:2] == [{"Array Voltage": "72.9 V"}, {"Array Voltage": "1.5 V"}]
    both = list(
        value_bms.sections({"BatteryCharge": {"state of charge": 1}, "Battery Charge": {"state of charge": 2}}, SITE)
    )
    assert [values(one) for one in both[:2]] == [{"State of Charge": "1 %"}, {"State of Charge": "2 %"}]


KEYS = """BMS Status,BatteryVoltageDetail,cell group 1,first cell number,individual x,value,unit,year,Status,alarms,
Charge Settings,EV_float,Daily Logger Values,daily flags,unix timestamp,Statistics,ADC data,array voltage,
Battery Charge,battery capacity,battery charge,Events Log,""".replace("\n", "").split(",")
keys = st.one_of(st.sampled_from(KEYS), st.text(max_size=8))
anything = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**30), 10**30),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=12),
        st.sampled_from(["True", "12.5", "1e300", "RTS openController was reset", ", ,", "<b>x</b>"]),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=5)),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(keys, anything, max_size=6), st.dictionaries(keys, anything, max_size=6))
def test_no_document_breaks_a_page(one: dict[str, Any], other: dict[str, Any]) -> None:
    columns = [tables.Column("String 1"), tables.Column("String 2", "no data for 5 h")]
    pages = [
        tables.body(value_bms.sections(one, SITE), columns[:1], "/x"),
        tables.body(value_tristar.sections("tristar", [one, other], SITE), columns, "/x"),
        tables.body(value_tristar.daily([one, other], SITE), columns, "/x"),
        tables.body(value_tristar.settings([one, other], ["String 1", "String 2"], SITE), columns, "/x"),
    ]
    for parts in pages:
        json.dumps([part.to_plotly_json() for part in parts], default=lambda part: part.to_plotly_json())
