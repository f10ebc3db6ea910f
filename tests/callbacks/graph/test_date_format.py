"""Python's date format on Plotly's axes."""

from __future__ import annotations

from datetime import datetime

import pytest

from callbacks.graph.date_format import CODES, WITHOUT_PADDING, d3_format
from data.errors import RangeError


@pytest.mark.parametrize(
    ("strftime", "d3"),
    [
        ("", ""),
        ("%d %b %H:%M", "%d %b %H:%M"),
        ("%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S.%6f"),
        ("%c", "%a %b %e %H:%M:%S %Y"),
        ("%x %X", "%m/%d/%y %H:%M:%S"),
        ("100 %% %A", "100 %% %A"),
        ("%-d.%-m.", "%-d.%-m."),
        ("Tag %j", "Tag %j"),
    ],
)
def test_a_format_reads_on_the_axis_as_in_python(strftime: str, d3: str) -> None:
    assert d3_format(strftime) == d3


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_that_is_translated_is_one_of_python(code: str) -> None:
    assert datetime(2019, 12, 3, 11, 40).strftime(f"%{code}") != f"%{code}"  # noqa: DTZ001 - only its text counts


def test_only_numbers_can_go_without_padding() -> None:
    assert {code for code in WITHOUT_PADDING if not datetime(2019, 1, 3).strftime(f"%-{code}").isdigit()} == set()  # noqa: DTZ001


@pytest.mark.parametrize(
    ("strftime", "words"),
    [
        ("%Q", "%Q is not a code this graph knows: try %d %b %H:%M"),
        ("%H:%M %Z", "%Z cannot be drawn: all times are in the zone named at the foot of the page"),
        ("%z", "%z cannot be drawn: all times are in the zone named at the foot of the page"),
        ("50 %", "a single % ends the format: write %% for a percent sign"),
        ("%-A", "%- is not a code this graph knows: try %d %b %H:%M"),
    ],
)
def test_a_code_without_a_counterpart_is_said_in_words(strftime: str, words: str) -> None:
    with pytest.raises(RangeError) as raised:
        d3_format(strftime)
    assert str(raised.value) == words
