"""What the controls ask for, and what is wrong with them, in words at the field."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from callbacks.graph.controls import controls_after, interval_of, quick_window, selection
from data.errors import RangeError
from data.ranges import TimeRange
from pages.graph.form import DEFAULTS

NOW = datetime(2019, 12, 3, 19, 40, tzinfo=UTC)
SITE = ZoneInfo("America/Los_Angeles")
HOUR = timedelta(hours=1)


def controls(**changes: Any) -> dict[str, Any]:
    return {**DEFAULTS["bms"], **changes}


def test_the_default_is_the_last_24_hours_up_to_now() -> None:
    wanted = selection(controls(), NOW, SITE, [])
    assert (wanted.window, wanted.interval, wanted.rolling, wanted.errors) == (
        TimeRange(NOW - 24 * HOUR, NOW),
        timedelta(minutes=10),
        True,
        {},
    )


@pytest.mark.parametrize(("name", "hours"), [("6h", 6), ("24h", 24), ("7d", 168), ("30d", 720)])
def test_a_quick_range_ends_now(name: str, hours: int) -> None:
    assert selection(controls(range=name), NOW, SITE, []).window == TimeRange(NOW - hours * HOUR, NOW)


def test_all_reaches_from_the_first_reading_to_now_while_data_comes() -> None:
    known = [TimeRange(NOW - 900 * HOUR, NOW - HOUR), TimeRange(NOW - 500 * HOUR, NOW)]
    assert quick_window("all", NOW, known) == TimeRange(NOW - 900 * HOUR, NOW)


def test_all_of_an_old_log_is_that_log() -> None:
    known = [TimeRange(NOW - 9000 * HOUR, NOW - 5000 * HOUR)]
    assert quick_window("all", NOW, known) == TimeRange(NOW - 9000 * HOUR, NOW - 5000 * HOUR + timedelta(minutes=1))


def test_all_of_nothing_is_the_last_day() -> None:
    assert quick_window("all", NOW, []) == TimeRange(NOW - 24 * HOUR, NOW)


def test_a_window_of_ones_own_is_read_in_site_time() -> None:
    wanted = selection(controls(range="custom", start="2019-12-03T03:40", end="2019-12-03T11:40"), NOW, SITE, [])
    assert (wanted.window, wanted.rolling) == (TimeRange(NOW - 8 * HOUR, NOW), False)


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"interval": "25"}, {"interval": "Must be a multiple of 10, above 0: try 20 or 30."}),
        ({"date_format": "%Q"}, {"date_format": "%Q is not a code this graph knows: try %d %b %H:%M"}),
        (
            {"range": "custom", "start": "2019-12-03T11:40", "end": "2019-12-03T11:40"},
            {"end": "The end must come after the start."},
        ),
        (
            {"range": "custom", "start": "", "end": "yesterday"},
            {"start": "Choose a start: a date and a time.", "end": "Write it like 2019-12-03T11:40."},
        ),
        (
            {"range": "custom", "start": "0002-12-03T11:40", "end": "2019-12-03T11:40"},
            {"start": "The year must lie between 2000 and 2099."},
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_field(changes: dict[str, Any], errors: dict[str, str]) -> None:
    assert selection(controls(**changes), NOW, SITE, []).errors == errors


@pytest.mark.parametrize("text", ["", None, "ten", "-10", "1e3", "10.5", "٣٠"])
def test_an_interval_is_whole_minutes(text: Any) -> None:
    with pytest.raises(RangeError, match="Give whole minutes"):
        interval_of(text)


@pytest.mark.parametrize(("text", "near"), [("0", "try 10"), ("5", "try 10"), ("101", "try 100 or 110")])
def test_an_interval_is_a_multiple_of_ten_above_zero(text: str, near: str) -> None:
    with pytest.raises(RangeError, match=near):
        interval_of(text)


def test_an_interval_is_at_most_a_year() -> None:
    assert interval_of("527040") == timedelta(days=366)
    with pytest.raises(RangeError, match="a year"):
        interval_of("527050")


def test_a_typed_start_makes_the_window_ones_own() -> None:
    assert controls_after(controls(start="a", end="b"), "start", None, "now")["range"] == "custom"
    assert controls_after(controls(start="a", end="b"), "style", None, "now")["range"] == "24h"


def test_the_button_of_an_empty_graph_takes_the_suggestion() -> None:
    offered = {
        "range": "custom",
        "start": "2018-09-10T16:14",
        "end": "2019-03-22T20:15",
        "units": ["bat_max_voltage_daily"],
    }
    assert controls_after(controls(), "go-there", offered, "now") == controls(**offered)
    assert controls_after(controls(), "go-there", None, "now") == controls()


def test_an_address_with_a_start_alone_means_until_now() -> None:
    opened = controls(range="custom", start="2019-12-03T03:40")
    assert controls_after(opened, None, None, "2019-12-03T11:40")["end"] == "2019-12-03T11:40"
    assert controls_after(opened, "theme", None, "2019-12-03T11:40")["end"] == "2019-12-03T11:40"
    assert controls_after(opened, "end", None, "2019-12-03T11:40")["end"] == ""


def test_a_page_may_have_a_shorter_longest_interval() -> None:
    assert interval_of("1000", 1_000) == timedelta(minutes=1_000)
    with pytest.raises(RangeError, match="At most 1000 minutes"):
        interval_of("1010", 1_000)
