"""Numbers, ages and moments in the reader's form."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from callbacks.common import formatting
from data import catalogue

NOW = datetime(2019, 12, 3, 19, 40, tzinfo=UTC)
SITE = ZoneInfo("America/Los_Angeles")
THIN = formatting.THIN_SPACE


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (13.406, 2, "13.41"),
        (-3.84, 1, "−3.8"),
        (-0.04, 1, "0.0"),
        (None, 1, "–"),
        (float("nan"), 1, "–"),
        (1234.0, 0, "1234"),
        (1234567.0, 0, f"1{THIN}234{THIN}567"),
    ],
)
def test_a_number_has_its_decimals_and_a_true_minus(value: float | None, decimals: int, text: str) -> None:
    assert formatting.number(value, decimals) == text


def test_coulombs_are_shown_as_ampere_hours() -> None:
    text, unit = formatting.reading(catalogue.metric("battery_charge"), 938_304)
    assert (float(text), unit) == (pytest.approx(260.64, abs=0.51), "Ah")


def test_degrees_are_written_as_degrees() -> None:
    assert formatting.reading(catalogue.metric("temp_h"), 31)[1] == "°C"


def test_a_coded_state_is_its_word() -> None:
    metric = catalogue.metric("charge_state")
    assert metric.codes is not None
    assert formatting.reading(metric, 3) == (metric.codes.names[3], "")
    assert formatting.reading(metric, 77) == ("code 77", "")


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(seconds=-4), f"0{THIN}s"),
        (timedelta(seconds=8), f"8{THIN}s"),
        (timedelta(minutes=12), f"12{THIN}min"),
        (timedelta(hours=3), f"3{THIN}h"),
        (timedelta(days=5), "5 days"),
    ],
)
def test_a_length_of_time_has_one_unit(length: timedelta, text: str) -> None:
    assert formatting.span(length) == text


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (NOW + timedelta(hours=4), "15:40"),
        (NOW + timedelta(hours=18, minutes=30), "tomorrow 06:10"),
        (NOW - timedelta(hours=12), "yesterday 23:40"),
        (NOW + timedelta(days=3), "Fri 11:40"),
        (NOW - timedelta(days=400), "29 Oct 2018 12:40"),
    ],
)
def test_a_moment_names_its_day_when_that_is_another(at: datetime, text: str) -> None:
    assert formatting.moment(at, NOW, SITE) == text


def test_a_forecast_is_rounded() -> None:
    assert formatting.rounded_to(datetime(2019, 12, 3, 15, 36, tzinfo=UTC), 10) == datetime(
        2019, 12, 3, 15, 40, tzinfo=UTC
    )


def test_switches_are_named_as_on_the_case() -> None:
    metric = catalogue.metric("dip_switches")
    assert formatting.reading(metric, 60) == ("3, 4, 5, 6 on", "")
    assert formatting.reading(metric, 0) == ("all off", "")


def test_words_that_belong_together_stay_on_one_line() -> None:
    assert formatting.unbroken("string 2") == "string\u00a02"
