"""Buckets: half-open stretches of time with the mean, extremes, last value and count of the samples in each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

import numpy as np
import numpy.typing as npt

from data.arrays import Floats
from data.errors import RangeError
from data.ranges import TimeRange, to_milliseconds
from data.store import levels
from data.store.levels import Aggregates


@dataclass(frozen=True, slots=True)
class Months:
    """A width of whole months of the calendar; those that divide a year begin with it."""

    number: int


Width = timedelta | Months
SHORTEST_MONTH = timedelta(days=28)
DEFAULT_POINTS = 1_000
MOST_BUCKETS = 200_000
MEASURES = ("mean", "min", "max", "last", "count")
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
DAY_MILLISECONDS = DAY // timedelta(milliseconds=1)
Edges = npt.NDArray[np.int64]
Measures = dict[str, Floats]
# Widths are multiples of these seconds, up to so many: of seconds under ten minutes, then of each level's buckets.
# Somewhat fewer buckets of a higher level are read many times faster: 20 hours are rounded up to a day.
STEPS = (1, 600, 3_600, 86_400)
MOST_OF_STEP = {1: 480, 600: 3_000, 3_600: 68_400}
# The powers of ten that a float holds exactly.
LARGEST_SCALE = 22
TENS = np.array([10.0**power for power in range(LARGEST_SCALE + 1)])


def width_for(window: TimeRange, points: int, zone: tzinfo = UTC) -> timedelta:
    """The narrowest width that gives at most `points` buckets: whole buckets of a level, which are the fastest."""
    if points < 1:
        raise RangeError(f"points is {points}: ask for at least 1")
    narrowest = max(1, math.ceil(window.seconds / points))
    for step in STEPS:
        width = -(-narrowest // step) * step
        most = MOST_OF_STEP.get(step)
        while most is None or width <= most:
            rounded = timedelta(seconds=width)
            # One bucket can be two where its edge falls into a short window: then no width gives fewer.
            if number_of(window, rounded, zone) <= points or width > 2 * (window.seconds + step):
                return rounded
            width += step
    raise AssertionError("the last step has no most")


def number_of(window: TimeRange, width: timedelta, zone: tzinfo = UTC) -> int:
    """How many buckets of that width `edges` gives."""
    if width % DAY == timedelta(0):
        first, last = window.start_at.astimezone(zone).date(), window.end_at.astimezone(zone)
        days = (last.date() - first).days + (last != _midnight(window.end_at, zone))
        return max(1, -(-days // (width // DAY)))
    start, end = to_milliseconds(window.start_at), to_milliseconds(window.end_at)
    first_edge = _first(window, width, zone)
    return max(1, -((first_edge - max(start, end)) // (width // timedelta(milliseconds=1))))


def _first(window: TimeRange, width: timedelta, zone: tzinfo) -> int:
    start, midnight = to_milliseconds(window.start_at), to_milliseconds(_midnight(window.start_at, zone))
    step = width // timedelta(milliseconds=1)
    return midnight + (start - midnight) // step * step


def edges(window: TimeRange, width: Width, zone: tzinfo) -> Edges:
    """The bucket edges that cover the window, in milliseconds, one more than there are buckets.

    Whole days begin at midnight in `zone`, on days of 23 and 25 hours too, and months on their first day; shorter
    widths count from the midnight before the window.
    """
    if isinstance(width, Months):
        return _months(window, width.number, zone)
    if width < SECOND:
        raise RangeError(f"a bucket of {width.total_seconds()} s: the narrowest is 1 s")
    if window.seconds / width.total_seconds() > MOST_BUCKETS:
        raise RangeError(
            f"more than {MOST_BUCKETS:,} buckets were asked for: take a longer interval or a shorter window"
        )
    if width % DAY == timedelta(0):
        return _days(window, width // DAY, zone)
    step = width // timedelta(milliseconds=1)
    return _first(window, width, zone) + step * np.arange(number_of(window, width, zone) + 1, dtype="int64")


def edges_in_runs(window: TimeRange, width: Width, zone: tzinfo, most: int) -> Iterator[Edges]:
    """What `edges` gives, however many: runs of at most `most` buckets, each from the edge the last one ended with."""
    if isinstance(width, Months) or width % DAY == timedelta(0):
        whole = edges(window, width, zone)
        for first in range(0, len(whole) - 1, most):
            yield whole[first : first + most + 1]
        return
    step = width // timedelta(milliseconds=1)
    first_edge, number = _first(window, width, zone), number_of(window, width, zone)
    for first in range(0, number, most):
        yield first_edge + step * np.arange(first, min(first + most, number) + 1, dtype="int64")


def _midnight(at: datetime, zone: tzinfo) -> datetime:
    return at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def _days(window: TimeRange, days: int, zone: tzinfo) -> Edges:
    day = _midnight(window.start_at, zone)
    if zone is UTC:
        count = number_of(window, days * DAY)
        return to_milliseconds(day) + days * DAY_MILLISECONDS * np.arange(count + 1, dtype="int64")
    midnights = [to_milliseconds(day)]
    while midnights[-1] < to_milliseconds(window.end_at) or len(midnights) < 2:
        day = day + timedelta(days=days)  # wall-clock time: the next local midnight
        midnights.append(to_milliseconds(day))
    return np.asarray(midnights, dtype="int64")


def _months(window: TimeRange, number: int, zone: tzinfo) -> Edges:
    if number < 1:
        raise RangeError(f"buckets of {number} months: the narrowest are of 1")
    first = window.start_at.astimezone(zone)
    month = (first.year * 12 + first.month - 1) // number * number
    firsts: list[int] = []
    while len(firsts) < 2 or firsts[-1] < to_milliseconds(window.end_at):
        firsts.append(to_milliseconds(datetime(month // 12, month % 12 + 1, 1, tzinfo=zone)))
        month += number
    return np.asarray(firsts, dtype="int64")


def measured(parts: Aggregates, at: Edges, measures: Sequence[str] = MEASURES) -> Measures:
    """The parts, in time order, in the buckets between the edges: one array a measure; NaN and count 0 where empty."""
    number = len(at) - 1
    if len(parts) == number and np.array_equal(parts.start, at[:-1]):  # each part is a bucket
        filled, every = parts, True
    else:
        place = np.searchsorted(at, parts.start, "right") - 1
        inside = (place >= 0) & (place < number)
        if not inside.all():
            parts, place = parts.taken(inside), place[inside]
        filled, every = levels.reduced(parts, place), False
    values = {"count": filled.count, "min": filled.low, "max": filled.high, "last": filled.last}
    result: Measures = {}
    for measure in measures:
        numbers = _mean(filled) if measure == "mean" else values[measure]
        if every:
            result[measure] = numbers.astype(np.float64)
            continue
        column = np.full(number, 0.0 if measure == "count" else np.nan)
        column[filled.start] = numbers
        result[measure] = column
    return result


def _mean(parts: Aggregates) -> Floats:
    """Twelve digits of the mean, and never beyond the extremes; NaN where the sum is beyond floats."""
    mean = parts.total / parts.count
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        power = 11 - np.floor(np.log10(np.abs(mean)))
        exact = (power >= 0) & (power <= LARGEST_SCALE)
        scale = TENS[np.where(exact, power, 0).astype(np.int64)]
        rounded = np.rint(mean * scale) / scale
    within = np.clip(rounded if exact.all() else np.where(exact, rounded, mean), parts.low, parts.high)
    return np.asarray(np.where(np.isfinite(mean), within, np.nan), dtype=np.float64)
