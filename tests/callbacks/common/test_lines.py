"""Buckets to lines: gaps, bands, aggregates, and the numbers under the graph."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from callbacks.common.lines import (
    axis_times,
    bucketed,
    line,
    segments,
    statistics,
    wall_milliseconds,
    wide_enough,
)
from data import catalogue
from data.queries.windows.coverage import of_times
from data.ranges import TimeRange, to_milliseconds
from tests.callbacks.frames import NOON, SITE, TEN, buckets, made, seen, window

WALL_NOON = 1_575_374_400_000.0  # 2019-12-03 12:00 read as if it were UTC


def test_times_are_those_of_the_clock_on_the_wall() -> None:
    assert list(made("bat_voltage", [13.0, 13.1]).at) == [WALL_NOON, WALL_NOON + 600_000]


def test_a_hole_is_a_gap_and_an_empty_bucket_between_usual_neighbours_is_none() -> None:
    with_hole = made("bat_voltage", [13.0, 13.1, None, None, None, 13.2, 13.3])
    assert np.isnan(with_hole.value).sum() == 1
    assert [(run.start, run.stop) for run in segments(with_hole.value)] == [(0, 2), (3, 5)]
    every_other = made("bat_voltage", [13.0, None, 13.1, None, 13.2])
    assert list(every_other.value) == [13.0, 13.1, 13.2]


def test_a_daily_value_is_a_line_at_any_interval() -> None:
    values: list[float | None] = [None] * (144 * 3 + 1)
    values[0], values[144], values[288], values[432] = 13.8, 13.7, 13.6, 13.5
    assert list(made("bat_max_voltage_daily", values, spacing=timedelta(days=1)).value) == [13.8, 13.7, 13.6, 13.5]


def test_an_hour_that_the_clock_shows_twice_does_not_draw_backwards() -> None:
    before = datetime(2019, 11, 3, 8, 30, tzinfo=UTC)  # 01:30 PDT; an hour later it is 01:30 PST
    frame = buckets({"bat_voltage": [13.0, 13.1, 13.2]}, before, timedelta(minutes=30))
    whole = window(3, before, timedelta(minutes=30))
    drawn = line(
        frame["bat_voltage"],
        catalogue.metric("bat_voltage"),
        ("", "", 1),
        seen(frame["bat_voltage"], whole, timedelta(minutes=30)),
        SITE,
    )
    assert np.isnan(drawn.value).sum() == 1


def test_means_come_with_their_band_and_last_values_without() -> None:
    mean = made("bat_voltage", [13.0, 13.1], spread=0.2)
    assert mean.low is not None
    assert mean.high is not None
    assert (list(mean.low), list(mean.high)) == ([12.8, 12.9], [13.2, pytest.approx(13.3)])
    assert made("bat_voltage", [13.0, 13.1]).low is None
    assert made("charge_state", [3, 5], spread=0.0).low is None


def test_a_capacity_is_the_last_of_each_bucket_in_ampere_hours() -> None:
    frame = buckets({"battery_capacity": [3600.0, 7200.0]}, spread=360.0)
    frame[("battery_capacity", "last")] = [3960.0, 7560.0]
    whole = window(2)
    drawn = line(
        frame["battery_capacity"],
        catalogue.metric("battery_capacity"),
        ("", "", None),
        seen(frame["battery_capacity"], whole),
        SITE,
    )
    assert list(drawn.value) == [pytest.approx(1.1), pytest.approx(2.1)]


def test_the_numbers_count_every_reading() -> None:
    frame = buckets({"bat_voltage": [13.0, None, 14.0]})
    frame[("bat_voltage", "count")] = [9.0, 0.0, 1.0]
    numbers = statistics(frame["bat_voltage"], 0.5)
    assert (
        numbers.last,
        numbers.last_at,
        numbers.low,
        numbers.mean,
        numbers.high,
        numbers.count,
        numbers.coverage,
    ) == (
        14.0,
        NOON + 2 * TEN,
        13.0,
        pytest.approx(13.1),
        14.0,
        10,
        0.5,
    )


def test_coverage_is_the_part_of_the_window_that_was_seen() -> None:
    def of_first_two(now: datetime) -> float:
        return seen(buckets({"p_out": [1.0, 2.0, None, None]})["p_out"], window(4), now=now).part

    assert of_first_two(NOON + 4 * TEN) == pytest.approx(1 / 4)
    assert of_first_two(NOON + 2 * TEN) == 1.0


def test_a_wide_bucket_is_joined_to_the_next_where_its_readings_are_and_parted_where_a_gap_is() -> None:
    hour = timedelta(hours=1)
    frame = buckets({"p_out": [1.0, 2.0, 3.0]}, width=hour)["p_out"]
    minutes = [*range(0, 80, 10), *range(130, 180, 10)]  # 50 minutes are missing across the end of the second hour
    times = np.array([to_milliseconds(NOON) + 60_000 * minute for minute in minutes])
    coverage = of_times(times, window(3, width=hour), NOON + 3 * hour, TEN)
    drawn = line(frame, catalogue.metric("p_out"), ("", "", 1), coverage, SITE)
    assert [(run.start, run.stop) for run in segments(drawn.value)] == [(0, 2), (3, 4)]


def test_nothing_has_no_numbers() -> None:
    numbers = statistics(buckets({"p_out": [None, None]})["p_out"], 0.0)
    assert (numbers.count, numbers.coverage, numbers.last_at) == (0, 0.0, None)
    assert np.isnan([numbers.last, numbers.low, numbers.mean, numbers.high]).all()


@pytest.mark.parametrize(
    ("days", "minutes", "drawn"), [(1, 10, 10), (30, 10, 10), (365, 10, 120), (365, 240, 240), (1, 60, 60)]
)
def test_too_many_points_are_drawn_wider(days: int, minutes: int, drawn: int) -> None:
    whole = TimeRange(NOON - timedelta(days=days), NOON)
    assert wide_enough(timedelta(minutes=minutes), whole, 4_500) == timedelta(minutes=drawn)


def test_samples_out_of_order_fall_into_their_buckets() -> None:
    at = [NOON + timedelta(minutes=minute) for minute in (25, 1, 2, 2)]
    samples = pd.DataFrame({"bat_voltage": [4.0, 1.0, 2.0, 3.0]}, index=pd.DatetimeIndex(at).as_unit("ms"))
    found = bucketed(samples, TEN)
    assert list(found.index) == [NOON, NOON + 2 * TEN]
    assert found["bat_voltage"].to_numpy().tolist() == [[2.0, 1.0, 3.0, 3.0, 3.0], [4.0, 4.0, 4.0, 4.0, 1.0]]


def test_times_go_to_the_axis_written_out_so_that_no_browser_moves_them() -> None:
    assert axis_times(np.array([WALL_NOON, np.nan])) == ["2019-12-03T12:00:00.000", None]


def test_wall_time_of_another_zone_is_that_zone() -> None:
    assert list(wall_milliseconds(pd.DatetimeIndex([NOON]), ZoneInfo("UTC"))) == [WALL_NOON + 8 * 3_600_000]
