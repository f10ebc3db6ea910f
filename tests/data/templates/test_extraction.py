"""Reading many documents at once says what reading each of them says."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import document
from data.templates import extraction, splitting

DOCUMENTS = Path(__file__).parents[2] / "captures/documents"
FAMILIES = {"bms": "bms", "tristar_daily": "tristar_daily", "tristar": "tristar", "sensor": "sensor"}


def captured() -> list[tuple[str, str]]:
    found = []
    for path in sorted(DOCUMENTS.rglob("*.json")):
        family = next(family for start, family in FAMILIES.items() if path.stem.startswith(start))
        found.append((family, path.read_text(encoding="utf-8")))
    return found


CAPTURED = captured()
NUMBERS = st.one_of(
    st.sampled_from([0, 1, 2, 4, 8, 128, -128, 255, 3.3, 360, 5000, 5001, 20.5, 100.5, 7447, 101, -100.0, 0.0]),
    st.integers(-300, 300),
    st.floats(-1e5, 1e5).map(lambda value: round(value, 3) + 0.0),
)


def apart(text: str) -> splitting.Split:
    found = splitting.split(text)
    assert found is not None
    return found


def test_every_captured_document_is_its_template_and_its_numbers():
    assert len(CAPTURED) > 8
    for _, text in CAPTURED:
        found = apart(text)
        assert splitting.fill(found.template, found.numbers) == text


@pytest.mark.parametrize("place", range(len(CAPTURED)))
def test_a_plan_reads_what_the_rule_reads(place: int):
    family, text = CAPTURED[place]
    found = apart(text)
    check(family, found.template, [found.values])


@given(st.integers(0, len(CAPTURED) - 1), st.integers(1, 5), st.data())
def test_a_plan_reads_what_the_rule_reads_whatever_the_numbers(place: int, rows: int, data: st.DataObject):
    family, text = CAPTURED[place]
    found = apart(text)
    seed = data.draw(st.integers(0, 2**32))
    pool = data.draw(st.lists(NUMBERS, min_size=3, max_size=12))
    chance = random.Random(seed)
    times = {slot for slot, _ in splitting.time_stand_ins(found.template).values()}
    documents = [
        [
            value if slot in times or chance.random() < 0.7 else chance.choice(pool)
            for slot, value in enumerate(found.values)
        ]
        for _ in range(rows)
    ]
    check(family, found.template, documents)


def check(family: str, template: str, documents: list[list[int | float]]) -> None:
    array = np.array(documents, dtype=np.float64)
    columns = extraction.readings(family, template, lambda slot: array[:, slot], len(documents))
    told = extraction.traits(family, template)
    for row, values in enumerate(documents):
        numbers = ",".join(json.dumps(value) for value in values)
        text = splitting.fill(template, numbers)
        content = document.parse_content(text)
        read = {metric: column[row] for metric, column in columns.items() if not np.isnan(column[row])}
        assert read == document.readings(family, content)
        assert extraction.of_one(family, template, values) == document.readings(family, content)
        assert told.stated_in(numbers) == document.stated_instant(content)
        assert told.flags == document.flags(family, content)


KEYS = st.sampled_from(
    ["a", "b", "a/b", "value", "unit", "string", "Battery Charge", "state of charge", "", "é", "x:1", "y, 2"]
)
LEAVES = st.one_of(
    NUMBERS, st.none(), st.booleans(), st.sampled_from(["12.5", "x: 5", "a:6,7", "nan", "4503599627370497", "V"])
)
ANY = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5))


@given(
    st.dictionaries(KEYS, ANY, min_size=1),
    st.sampled_from([(",", ":"), (", ", ": ")]),
    st.sampled_from(["sensor", "bms"]),
)
def test_a_plan_reads_what_the_rule_reads_in_any_document(content: Any, marks: tuple[str, str], family: str):
    text = json.dumps({**content, "padding": "long enough to be taken apart"}, separators=marks, ensure_ascii=False)
    found = splitting.split(text)
    if found is not None and extraction.is_sound(family, found.template):
        assert splitting.fill(found.template, found.numbers) == text
        expected = document.readings(family, document.parse_content(text))
        assert extraction.of_one(family, found.template, found.values) == expected
