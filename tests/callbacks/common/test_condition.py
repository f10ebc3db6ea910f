"""The sentence of the overview: what a person would say, and nothing that makes no sense."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from callbacks.common.condition import Condition, condition, sentence
from tests.callbacks.documents import NOW, battery, latest, stands, string

SITE = ZoneInfo("America/Los_Angeles")
SUNSET = NOW + timedelta(hours=5)
LONG = timedelta(hours=3)


def said(state: Condition, steady_amps: float | None = None) -> str:
    """The sentence, with plain spaces to read it by."""
    return sentence(state, NOW, SITE, SUNSET, steady_amps).replace("\u202f", " ")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((), "Nothing has been measured yet."),
        (
            (string(1), string(2), battery(amps=27.0)),
            "Charging, 412 W from both strings; battery at 72 %, full by about 15:20.",
        ),
        (
            (string(1), battery(amps=10.0)),
            "Charging, 206 W from string 1; battery at 72 %, not full today at this rate.",
        ),
        (
            (string(1, 0, "night"), string(2, 0, "night"), battery(amps=-14.0)),
            "Night, the battery carries 188 W; it stands at 72 %, lasts until about tomorrow 06:10 at this load.",
        ),
        (
            (string(1, 0), string(2, 0), battery(amps=-4.0)),
            "No sun, the battery carries 54 W; it stands at 72 %, enough for more than two days at this load.",
        ),
        (
            (string(1, 30), string(2, 30), battery(amps=-10.0)),
            "Drawing on the battery: 60 W from both strings, 194 W used; battery at 72 %, "
            "lasts until about tomorrow 13:40 at this load.",
        ),
        (
            (string(1, 0), battery(amps=-40.0, percent=1.0)),
            "No sun, the battery carries 536 W; it stands at 1 %, nearly empty: minutes left at this load.",
        ),
        (
            (string(1), string(2), battery(amps=0.1, percent=100.0)),
            "Full, at 100 %; 412 W from both strings carry the load.",
        ),
        (
            (string(1), string(2), battery(amps=1.0, percent=100.0)),
            "Full, at 100 %; 412 W from both strings keep it there.",
        ),
        (
            (string(1), string(2), battery(amps=0.1)),
            "In balance: 412 W from both strings carry the load; battery at 72 %.",
        ),
        (
            (string(1, 0), string(2, 0), battery(amps=0.0)),
            "At rest: nothing flows in or out; battery at 72 %.",
        ),
        (
            (string(1), string(2), battery(age=LONG, percent=61.0)),
            "No data from the battery for 3 h; last seen at 61 %. 412 W from both strings meanwhile.",
        ),
        (
            (string(1, age=LONG), string(2, age=LONG), battery(age=LONG, percent=61.0)),
            "No data for 3 h; the battery was last seen at 61 %.",
        ),
        (
            (string(1), string(2, age=LONG), battery(amps=27.0)),
            "Charging, 206 W from string 1 (no data from string 2); battery at 72 %, full by about 15:20.",
        ),
        ((string(1),), "206 W from string 1; no battery manager has reported yet."),
        (
            (string(1), latest("bms", {"state_of_charge": 72.0})),
            "Battery at 72 %; its current is not known; 206 W from string 1.",
        ),
    ],
)
def test_the_sentence_says_how_it_stands(rows: tuple[object, ...], words: str) -> None:
    assert said(stands(*rows)) == words  # type: ignore[arg-type]


def test_forecasts_go_by_the_last_half_hour_rather_than_by_a_passing_cloud() -> None:
    assert "full by about 15:20" in said(stands(string(1), string(2), battery(amps=5.0)), steady_amps=27.0)


def test_a_battery_full_after_sunset_is_not_promised() -> None:
    state = stands(string(1), string(2), battery(amps=15.0))
    assert "not full today" in said(state)


def test_the_load_is_solar_output_less_what_the_battery_takes() -> None:
    assert stands(string(1), string(2), battery(volts=13.0, amps=10.0)).load_watts == pytest.approx(282.0)


def test_the_load_is_never_below_zero() -> None:
    assert stands(string(1, 10), battery(volts=13.0, amps=10.0)).load_watts == 0.0


@pytest.mark.parametrize(
    "rows",
    [
        (string(1), string(2, age=LONG), battery()),
        (string(1), battery(age=LONG)),
        (string(1), battery(age=timedelta(minutes=5))),
        (string(1), latest("bms", {"total_voltage": 13.0})),
        (battery(),),
    ],
)
def test_the_load_is_not_told_when_part_of_it_is_unknown_or_the_times_lie_apart(rows: tuple[object, ...]) -> None:
    assert stands(*rows).load_watts is None  # type: ignore[arg-type]


def test_silence_is_three_intervals_and_at_least_ten_minutes() -> None:
    def silent(age: timedelta, expected: int) -> bool:
        return stands(string(1, age=age, expected=expected)).strings[0].silent

    assert not silent(timedelta(minutes=10), 60)
    assert silent(timedelta(minutes=11), 60)
    assert not silent(timedelta(minutes=29), 600)
    assert silent(timedelta(minutes=31), 600)


def test_a_device_that_states_no_interval_goes_by_its_usual_spacing() -> None:
    row = string(1, expected=None)
    assert (
        condition([row], {(row.device.id, "tristar"): timedelta(minutes=10)}, NOW).strings[0].late_after_seconds == 1200
    )
    assert condition([row], {}, NOW).strings[0].late_after_seconds == 120


def test_the_imported_log_and_daily_records_are_not_the_present() -> None:
    rows = (latest("tristar-msview", {}, family="tristar"), latest("tristar-1", {}, family="tristar_daily"))
    assert stands(*rows) == Condition((), None)


def test_a_controller_that_never_told_its_string_counts_while_none_did() -> None:
    untold = latest("tristar", {"p_out": 100.0})
    assert [one.name for one in stands(untold).strings] == ["the controller"]
    assert [one.name for one in stands(untold, string(1)).strings] == ["string 1"]


def test_a_measurement_from_the_future_is_now() -> None:
    assert stands(string(1, age=timedelta(seconds=-40))).strings[0].age == timedelta(0)
