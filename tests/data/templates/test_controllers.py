"""Which controller a document is of is the same, told by its template or by the whole document."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import document
from data.templates.controllers import controller_string
from data.templates.splitting import split

NUMBERS = st.sampled_from([0, 1, 2, 1.0, 2.0, 1.5, 12, -1])
STRINGS = st.one_of(
    NUMBERS,
    NUMBERS.map(str),
    st.fixed_dictionaries({"value": NUMBERS}),
    st.fixed_dictionaries({"Value": NUMBERS, "unit": st.just("V")}),
    st.sampled_from([None, True, "", [1], "2026-06-01"]),
)
NAMES = st.sampled_from(["tristar_1", "Tristar 2", "12", "", 1, None, "2026-06-01T12:00:05.1", "2026-06-01", {"a": 1}])
KEYS = {"string": STRINGS, "String": STRINGS, "name": NAMES, "Name ": NAMES, "ADC data": st.just({"volts": 13.25})}


@given(
    top=st.fixed_dictionaries({"Status": st.just({"string": 1, "name": "tristar 2"})}, optional=KEYS),
    stated=st.sampled_from([None, "1", "2", "3", "one"]),
    separators=st.sampled_from([(",", ":"), (", ", ": ")]),
)
def test_a_template_and_few_numbers_tell_the_controller(
    top: dict[str, Any], stated: str | None, separators: tuple[str, str]
) -> None:
    text = json.dumps(top, separators=separators)
    parts = split(text)
    if parts is not None:
        assert controller_string(parts, stated) == document.controller_string(document.parse_content(text), stated)


@pytest.mark.parametrize(("fraction", "string"), [(1, 1), (2, 2), (3, None)])
def test_a_name_that_is_a_time_is_read_as_it_stands(fraction: int, string: int | None) -> None:
    parts = split(json.dumps({"name": f"2026-06-01T12:00:05.{fraction}", "battery voltage": 13.41}))
    assert parts is not None
    assert controller_string(parts, None) == string
