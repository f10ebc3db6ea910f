"""Numbers and times as people and loggers write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from data.errors import RangeError
from data.importing.csv.values import is_nothing, parse_number, time_reader

AT = datetime(2019, 12, 3, 11, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "decimal", "delimiter", "value"),
    [
        ("13.41", "auto", ",", 13.41),
        ("13", "auto", ",", 13),
        ("-0.5e1", "auto", ",", -5.0),
        ("\u221213,41", "auto", ";", -13.41),
        ("13,41", "auto", ",", 13.41),
        ("1,234", "auto", ";", 1.234),
        ("1,234", "point", ",", 1234),
        ("1,234", "comma", ",", 1.234),
        ("1.234", "comma", ";", 1234),
        ("1.234,5", "auto", ";", 1234.5),
        ("1,234.5", "auto", ",", 1234.5),
        ("1 234,5", "auto", ";", 1234.5),
        ("1,234,567", "auto", ",", 1234567),
    ],
)
def test_a_number_is_read_as_it_is_meant(text: str, decimal: str, delimiter: str, value: float) -> None:
    found = parse_number(text, decimal, delimiter)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "decimal", "said"),
    [
        ("1O.4", "auto", "is no number"),
        ("1,234", "auto", "say --decimal comma or --decimal point"),
        ("12,34", "point", "is no number"),
        ("1.23,4", "comma", "is no number"),
        ("1e999", "auto", "too large"),
        ("inf", "auto", "is no number"),
        ("0x10", "auto", "is no number"),
    ],
)
def test_what_is_no_number_is_told_so(text: str, decimal: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_number(text, decimal, ",")


def test_empty_cells_have_many_spellings() -> None:
    assert all(is_nothing(cell) for cell in ("", " ", "NaN", "null", "n/a", "--", "-"))
    assert not any(is_nothing(cell) for cell in ("0", "Night"))


@pytest.mark.parametrize(
    ("text", "time_format", "zone"),
    [
        ("2019-12-03T11:40:00Z", "auto", "America/Los_Angeles"),
        ("2019-12-03 03:40", "auto", "America/Los_Angeles"),
        ("1575373200", "auto", "Europe/Berlin"),
        ("1575373200.000", "auto", "Europe/Berlin"),
        ("1575373200000", "auto", "Europe/Berlin"),
        ("1575373200000", "epoch-ms", "UTC"),
        ("1575373200", "epoch", "UTC"),
        ("2019-12-03T12:40:00+01:00", "iso", "UTC"),
        ("03.12.2019 12:40", "%d.%m.%Y %H:%M", "Europe/Berlin"),
        ("03.12.2019 12:40 +0100", "%d.%m.%Y %H:%M %z", "UTC"),
    ],
)
def test_a_time_is_read_in_its_format_and_zone(text: str, time_format: str, zone: str) -> None:
    assert time_reader(time_format, ZoneInfo(zone))(text) == AT


@pytest.mark.parametrize(
    ("text", "time_format"),
    [
        ("yesterday", "auto"),
        ("2019-12-03", "auto"),
        ("12", "auto"),
        ("x", "epoch"),
        ("3.12.", "%d.%m.%Y"),
        ("1" * 30, "auto"),
    ],
)
def test_what_is_no_time_is_told_so(text: str, time_format: str) -> None:
    with pytest.raises(RangeError):
        time_reader(time_format, UTC)(text)
