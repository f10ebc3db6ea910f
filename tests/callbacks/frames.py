"""Buckets written out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from callbacks.common.lines import Line, line, wall_milliseconds
from data import catalogue, queries
from data.queries.windows.coverage import of_times
from data.ranges import TimeRange

NOON = datetime(2019, 12, 3, 20, 0, tzinfo=UTC)
SITE = ZoneInfo("America/Los_Angeles")
TEN = timedelta(minutes=10)


def buckets(
    columns: Mapping[str, Sequence[float | None]],
    start_at: datetime = NOON,
    width: timedelta = TEN,
    spread: float = 0.0,
) -> pd.DataFrame:
    """A frame as queries.buckets gives it: three samples a bucket (one without a spread), None for an empty one."""
    length = len(next(iter(columns.values())))
    index = pd.DatetimeIndex([start_at + n * width for n in range(length)], name="at").as_unit("ms")
    frames = {}
    for metric, given in columns.items():
        values = np.array([np.nan if value is None else value for value in given], dtype="float64")
        frames[metric] = pd.DataFrame(
            {
                "mean": values,
                "min": values - spread,
                "max": values + spread,
                "last": values,
                "count": np.where(np.isnan(values), 0.0, 3.0 if spread else 1.0),
            },
            index=index,
        )
    return pd.concat(frames, axis=1)


def window(count: int, start_at: datetime = NOON, width: timedelta = TEN) -> TimeRange:
    """The window that so many buckets fill."""
    return TimeRange(start_at, start_at + count * width)


def made(
    key: str,
    values: Sequence[float | None],
    device: tuple[str, str, int | None] = ("Battery", "bms", None),
    spread: float = 0.0,
    width: timedelta = TEN,
    spacing: timedelta = TEN,
) -> Line:
    """The line of one metric from noon on."""
    whole = window(len(values), width=width)
    frame = buckets({key: values}, width=width, spread=spread)
    return line(frame[key], catalogue.metric(key), device, seen(frame[key], whole, spacing), SITE)


def seen(
    frame: pd.DataFrame, whole: TimeRange, spacing: timedelta = TEN, now: datetime | None = None
) -> queries.Coverage:
    """The coverage by one sample at the start of each bucket that has any."""
    starts = wall_milliseconds(pd.DatetimeIndex(frame.index[frame["count"] > 0]), ZoneInfo("UTC"))
    return of_times(starts.astype("int64"), whole, now or whole.end_at, spacing)


def charted(frame: pd.DataFrame, whole: TimeRange) -> queries.Chart:
    """The frame with the coverage of each of its metrics."""
    metrics = dict.fromkeys(frame.columns.get_level_values(0))
    return queries.Chart(frame, {metric: seen(frame[metric], whole) for metric in metrics})
