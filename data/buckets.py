"""Buckets: half-open stretches of time with the mean, extremes, last value and count of the samples in each."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, tzinfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.errors import RangeError
from data.frames import instants, milliseconds_of
from data.ranges import TimeRange, to_milliseconds

DEFAULT_POINTS = 1_000
MOST_BUCKETS = 200_000
MEASURES = ("mean", "min", "max", "last", "count")
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
Edges = npt.NDArray[np.int64]


def width_for(window: TimeRange, points: int) -> timedelta:
    """The whole seconds that divide the window into at most `points` buckets."""
    if points < 1:
        raise RangeError(f"points is {points}: ask for at least 1")
    return timedelta(seconds=max(1, math.ceil(window.seconds / points)))


def edges(window: TimeRange, width: timedelta, zone: tzinfo) -> Edges:
    """The bucket edges that cover the window, in milliseconds, one more than there are buckets.

    Whole days begin at midnight in `zone`, on days of 23 and 25 hours too; shorter widths count from the midnight
    before the window.
    """
    if width < SECOND:
        raise RangeError(f"a bucket of {width.total_seconds()} s: the narrowest is 1 s")
    if window.seconds / width.total_seconds() > MOST_BUCKETS:
        raise RangeError(
            f"more than {MOST_BUCKETS:,} buckets were asked for: take a longer interval or a shorter window"
        )
    if width % DAY == timedelta(0):
        return _days(window, width // DAY, zone)
    start, end = to_milliseconds(window.start_at), to_milliseconds(window.end_at)
    step = width // timedelta(milliseconds=1)
    midnight = to_milliseconds(_midnight(window.start_at, zone))
    first = midnight + (start - midnight) // step * step
    count = max(1, -((first - end) // step))
    return first + step * np.arange(count + 1, dtype="int64")


def _midnight(at: datetime, zone: tzinfo) -> datetime:
    return at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def _days(window: TimeRange, days: int, zone: tzinfo) -> Edges:
    day = _midnight(window.start_at, zone)
    found = [to_milliseconds(day)]
    while found[-1] < to_milliseconds(window.end_at) or len(found) < 2:
        day = day + timedelta(days=days)  # wall-clock time: the next local midnight
        found.append(to_milliseconds(day))
    return np.asarray(found, dtype="int64")


def bucketed(samples: pd.DataFrame, at: Edges) -> pd.DataFrame:
    """A samples frame in the buckets between the edges; columns (metric, measure), NaN and count 0 where empty."""
    number = len(at) - 1
    place = np.searchsorted(at, milliseconds_of(samples.index), "right").astype(np.intp) - 1
    inside = (place >= 0) & (place < number)
    columns: dict[tuple[str, str], npt.NDArray[np.float64]] = {}
    for metric in samples.columns:
        values = samples[metric].to_numpy()
        kept = inside & ~np.isnan(values)
        for measure, column in _measures(place[kept], values[kept], number).items():
            columns[(metric, measure)] = column
    names = pd.MultiIndex.from_product([list(samples.columns), list(MEASURES)], names=["metric", "measure"])
    return pd.DataFrame(columns, index=instants(at[:-1]), columns=names)


def _measures(
    place: npt.NDArray[np.intp], values: npt.NDArray[np.float64], number: int
) -> dict[str, npt.NDArray[np.float64]]:
    """The measures of values (in time order, each in bucket `place`), one array of `number` a measure."""
    count = np.bincount(place, minlength=number).astype("float64")
    result = {measure: np.full(number, np.nan) for measure in MEASURES[:-1]} | {"count": count}
    if len(values):
        starts = np.flatnonzero(np.r_[True, np.diff(place) > 0])
        filled = place[starts]
        result["mean"][filled] = np.add.reduceat(values, starts) / count[filled]
        result["min"][filled] = np.minimum.reduceat(values, starts)
        result["max"][filled] = np.maximum.reduceat(values, starts)
        result["last"][filled] = values[np.r_[starts[1:], len(values)] - 1]
    return result
