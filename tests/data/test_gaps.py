"""Gaps, lateness, silence and coverage, on times written out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from data import gaps
from data.queries.windows.coverage import unbroken
from data.ranges import TimeRange, to_milliseconds

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def at(*minutes: float) -> list[int]:
    return [to_milliseconds(NOON + minute * MINUTE) for minute in minutes]


@pytest.mark.parametrize(
    ("spacing", "longest", "late", "silent"),
    [
        (10 * SECOND, 25 * MINUTE, 20 * SECOND, 10 * MINUTE),
        (MINUTE, 25 * MINUTE, 2 * MINUTE, 10 * MINUTE),
        (10 * MINUTE, 25 * MINUTE, 20 * MINUTE, 30 * MINUTE),
        (30 * MINUTE, 75 * MINUTE, 60 * MINUTE, 90 * MINUTE),
        (timedelta(days=1), timedelta(days=2.5), timedelta(days=2), timedelta(days=3)),
    ],
)
def test_the_boundaries_of_a_spacing(
    spacing: timedelta, longest: timedelta, late: timedelta, silent: timedelta
) -> None:
    assert (gaps.longest_join(spacing), gaps.late_after(spacing), gaps.silent_after(spacing)) == (longest, late, silent)


def test_without_a_usual_spacing_25_minutes_are_no_gap() -> None:
    assert gaps.longest_join(None) == 25 * MINUTE


def test_the_usual_spacing_is_the_middle_one_and_two_spacings_tell_nothing() -> None:
    assert gaps.usual_spacing([60_000, 60_000]) is None
    assert gaps.usual_spacing([60_000, 61_000, 9_000_000, 60_000]) == MINUTE


def test_times_fall_into_stretches_between_gaps() -> None:
    zero, twenty, sixty, eighty = at(0, 20, 60, 80)
    assert unbroken(np.array([zero, twenty, sixty, eighty]), 25 * MINUTE) == [(zero, twenty), (sixty, eighty)]
    assert unbroken(np.empty(0, dtype=np.int64), MINUTE) == []


def test_coverage_leaves_out_gaps_and_what_has_not_come_yet() -> None:
    stretches = unbroken(np.array(at(-10, 10, 20, 80, 90)), 25 * MINUTE)
    window = TimeRange(NOON, NOON + 120 * MINUTE)
    assert gaps.coverage(stretches, window, NOON + 92 * MINUTE, 25 * MINUTE) == pytest.approx(30 / 90)
    assert gaps.coverage(stretches, window, NOON + 116 * MINUTE, 25 * MINUTE) == pytest.approx(30 / 116)
    assert gaps.coverage([], window, NOON + 92 * MINUTE, 25 * MINUTE) == 0.0


def test_what_two_have_in_common_lies_in_a_stretch_of_both() -> None:
    assert gaps.common([(0, 10), (20, 30)], [(5, 25), (28, 40)]) == [(5, 10), (20, 25), (28, 30)]
