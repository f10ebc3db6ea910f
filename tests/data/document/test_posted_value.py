"""A value with its unit is the same value with the same unit wherever a document is read."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.views.document_lists import rows_of
from callbacks.values.cell import shown, unit_of
from callbacks.values.rows import apart, is_quantity
from data import document
from data.document import posted_value
from data.document.sensors import leaves
from data.templates import extraction, splitting

SITE = ZoneInfo("UTC")
UNITS = st.sampled_from(["V", "Ah", "% RH", "degC", "lux"])
PLAIN = st.one_of(
    st.integers(1, 5000), st.floats(1, 5000).map(lambda value: round(value, 2)), st.sampled_from(["", "a"])
)


def in_any_case(word: str) -> st.SearchStrategy[str]:
    return st.tuples(*(st.sampled_from([letter, letter.upper()]) for letter in word)).map("".join)


@st.composite
def quantities(draw: st.DrawFn) -> tuple[dict[str, Any], float, str]:
    """An object with a number and a unit among other entries, in any order; the number, and the unit."""
    value, unit = draw(st.integers(1, 4000)), draw(UNITS)
    entries = {draw(in_any_case("value")): value, draw(in_any_case(draw(st.sampled_from(["unit", "units"])))): unit}
    others = draw(st.dictionaries(st.sampled_from(["raw", "id", "note", "val_ue"]), PLAIN, max_size=2))
    return dict(draw(st.permutations([*entries.items(), *others.items()]))), float(value), unit


def column(family: str, content: dict[str, Any], metric: str) -> float:
    """What a reading of many documents says of that one."""
    parts = splitting.split(json.dumps(content | {"filled up to be split": "into template and numbers"}))
    assert parts is not None
    numbers = np.array([parts.values], dtype=np.float64)
    return float(extraction.readings(family, parts.template, lambda slot: numbers[:, slot], 1)[metric][0])


@given(quantities())
def test_every_reader_finds_the_same_value_and_unit(quantity: tuple[dict[str, Any], float, str]) -> None:
    node, value, unit = quantity
    posted = posted_value(node)
    assert posted is not None
    assert (posted.value, posted.unit, document.number(node)) == (value, unit, value)
    assert leaves({"light": node}) == [("light", value, unit)]
    assert document.readings("device", {"bat_voltage": {"value": 1}, "relay": node})["relay"] == value
    assert document.readings("bms", {"Battery voltage": {"Total voltage": node}}).get("total_voltage") in (value, None)
    assert column("sensor", {"light": node}, "light") == value
    assert column("device", {"relay": node}, "relay") == value
    assert unit_of(node) == unit
    assert apart(node)[0] == {name: node[name] for name in posted.names}
    assert (
        is_quantity(node)
        == (len(node) == 2)
        == ([("light", f"{posted.value} {unit}")] == list(rows_of({"light": node})))
    )
    assert shown("bms", "", "no such entry", node, {}, SITE).text.replace("\u202f", "") == str(posted.value)


@pytest.mark.parametrize(
    "node",
    [
        3,
        "3",
        None,
        [],
        [3, "V"],
        {},
        {"unit": "V"},
        {"value": {"value": 3}},
        {"value": [3]},
        {"val_ue": 3},
        {" value": 3},
    ],
)
def test_what_holds_no_value_is_none_to_any_reader(node: Any) -> None:
    assert posted_value(node) is None
    assert unit_of(node) == ""
    assert not is_quantity(node)
    assert not isinstance(node, dict) or (apart(node) == ({}, node) and document.number(node) is None)


def test_a_unit_that_is_no_text_is_an_entry_of_its_own() -> None:
    assert apart({"value": 3, "unit": {"name": "V"}}) == ({"value": 3}, {"unit": {"name": "V"}})
    assert apart({"value": 3, "VALUE": 4, "unit": None}) == ({"value": 3, "unit": None}, {"VALUE": 4})
    assert leaves({"light": {"value": 3, "unit": 5}}) == [("light", 3.0, "")]


def test_a_document_that_is_one_value_has_its_unit_beside_it() -> None:
    assert leaves({"Value": "3", "Units": "V"}) == [("Value", 3.0, "V")]
    assert leaves({"value": 3, "unit": "V", "other": 4}) == [("value", 3.0, ""), ("other", 4.0, "")]


def test_a_string_number_in_any_case_chooses_the_cells_of_many_documents() -> None:
    group = {"First cell number": {"Value": 4}, "Individual cell voltages": {"cell 1": {"value": 3.31, "unit": "V"}}}
    content = {"Battery voltage detail": {"Group 0": group}}
    assert document.readings("bms", content) == {"cell_5_voltage": 3.31}
    assert column("bms", content, "cell_5_voltage") == 3.31
