"""Buckets to what is drawn: the line, its band, its gaps, and the numbers under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.catalogue import Aggregate, Metric
from data.gaps import Stretch
from data.queries import Coverage
from data.ranges import TimeRange

Numbers = NDArray[np.float64]
Truths = NDArray[np.bool_]
MEASURES = ("mean", "min", "max", "last", "count")


@dataclass(frozen=True, slots=True)
class Statistics:
    """The numbers of one series in a window, in the catalogue's unit; NaN where there is nothing to say.

    `coverage` is the part of the window, up to now, that was measured (data.gaps).
    """

    last: float
    last_at: datetime | None
    low: float
    mean: float
    high: float
    count: int
    coverage: float


@dataclass(frozen=True, slots=True)
class Line:
    """One series as it is drawn, in screen units; `at` is wall-clock milliseconds, NaN values are gaps.

    `low` and `high` are None where nothing was averaged, `spacing` (the device's usual one) where it is not known;
    `sensor_id` only a registered sensor's line has.
    """

    metric: Metric
    device_name: str
    device_slug: str
    string: int | None
    at: Numbers
    value: Numbers
    low: Numbers | None
    high: Numbers | None
    statistics: Statistics
    spacing: timedelta | None
    sensor_id: int | None = None


def wall_milliseconds(index: pd.DatetimeIndex, zone: ZoneInfo) -> Numbers:
    """Instants as the clock on the wall of that zone shows them, as milliseconds for an axis that knows no zones."""
    wall = index.tz_convert(zone).tz_localize(None)
    return wall.to_numpy().astype("datetime64[ms]").astype("int64").astype("float64")


def axis_times(at: Numbers) -> list[str | None]:
    """Wall-clock milliseconds as Plotly wants them on a time axis; NaN is None.

    Written out, because Plotly shifts bare numbers into the zone of the browser: a reader abroad would see other hours.
    """
    finite = np.isfinite(at)
    written = np.where(finite, at, 0).astype("int64").astype("datetime64[ms]").astype(str)
    return [text if is_known else None for text, is_known in zip(written.tolist(), finite.tolist(), strict=True)]


def statistics(buckets: pd.DataFrame, coverage: float) -> Statistics:
    """The numbers of one metric's buckets (columns MEASURES, index bucket starts in UTC)."""
    filled = buckets[buckets["count"] > 0]
    if filled.empty:
        return Statistics(np.nan, None, np.nan, np.nan, np.nan, 0, coverage)
    count = filled["count"].to_numpy(dtype="float64")
    return Statistics(
        last=float(filled["last"].iloc[-1]),
        last_at=_index(filled)[-1].to_pydatetime(),
        low=float(filled["min"].min()),
        mean=float(np.average(filled["mean"].to_numpy(dtype="float64"), weights=count)),
        high=float(filled["max"].max()),
        count=int(count.sum()),
        coverage=coverage,
    )


def line(
    buckets: pd.DataFrame, metric: Metric, device: tuple[str, str, int | None], coverage: Coverage, zone: ZoneInfo
) -> Line:
    """The line of one metric of one device (name, slug, string): means with their band, or last values.

    Buckets without samples are left out where no gap parts their neighbours, so that a daily value is a line at any
    interval; the line is broken at gaps, and where the wall clock shows an hour twice.
    """
    filled = buckets["count"].to_numpy() > 0
    averaged = metric.aggregate is Aggregate.MEAN and bool((buckets["count"] > 1).any())
    at = wall_milliseconds(_index(buckets), zone)[filled]
    columns = ["mean" if metric.aggregate is Aggregate.MEAN else "last", "min", "max"]
    rows = buckets[columns].to_numpy(dtype="float64")[filled] * metric.screen_factor
    parted = gaps_before(_index(buckets), filled, coverage.stretches)
    holes = np.flatnonzero(parted | (np.diff(at) <= 0)) + 1
    at = np.insert(at, holes, at[holes - 1])
    rows = np.insert(rows, holes, np.nan, axis=0)
    name, slug, string = device
    return Line(
        metric=metric,
        device_name=name,
        device_slug=slug,
        string=string,
        at=at,
        value=rows[:, 0],
        low=rows[:, 1] if averaged else None,
        high=rows[:, 2] if averaged else None,
        statistics=statistics(buckets, coverage.part),
        spacing=coverage.spacing,
    )


def gaps_before(index: pd.DatetimeIndex, filled: Truths, stretches: Sequence[Stretch]) -> Truths:
    """Whether a gap parts each bucket with samples, but the first, from the one before it.

    They are joined by a stretch that begins before the earlier one's end and reaches the later one.
    """
    starts = wall_milliseconds(index, ZoneInfo("UTC"))
    if not filled.any():
        return np.zeros(0, dtype=np.bool_)
    places = np.flatnonzero(filled)
    begins = np.array([-np.inf, *(begin for begin, _ in stretches)])
    ends = np.array([-np.inf, *(end for _, end in stretches)])
    reached = ends[np.searchsorted(begins, starts[places[:-1] + 1]) - 1]
    return np.asarray(reached < starts[places[1:]], dtype=np.bool_)


def drawn_buckets(index: pd.DatetimeIndex, values: Numbers, stretches: Sequence[Stretch]) -> Truths:
    """The buckets to draw: all but those without a value between two that no gap parts."""
    filled = np.isfinite(values)
    places = np.flatnonzero(filled)
    shown = np.ones(len(values), dtype=np.bool_)
    for place in np.flatnonzero(~gaps_before(index, filled, stretches)):
        shown[places[place] + 1 : places[place + 1]] = False
    return shown


def segments(values: Numbers) -> list[slice]:
    """The runs of a line between its gaps."""
    present = np.concatenate(([False], np.isfinite(values), [False]))
    edges = np.flatnonzero(present[1:] != present[:-1])
    return [slice(int(first), int(last)) for first, last in zip(edges[::2], edges[1::2], strict=True)]


def bucketed(samples: pd.DataFrame, width: timedelta) -> pd.DataFrame:
    """Buckets of samples whose times may repeat or stand out of order; empty buckets are absent.

    Columns are (metric, measure) as those of queries.buckets.  Used for views that the store does not hold.
    """
    ordered = samples.sort_index(kind="stable")
    frames = {}
    for metric in samples.columns:
        values = ordered[metric].dropna()
        groups = values.groupby(pd.DatetimeIndex(values.index).floor(width))
        frames[metric] = groups.agg(["mean", "min", "max", "last", "count"])
    if not frames:
        return pd.DataFrame()
    return pd.concat(frames, axis=1).sort_index()


def wide_enough(interval: timedelta, window: TimeRange, most_points: int) -> timedelta:
    """The bucket width: the interval, or the next multiple of ten minutes that keeps to `most_points`."""
    ten = 600
    needed = int(np.ceil(window.seconds / max(1, most_points) / ten)) * ten
    return max(interval, timedelta(seconds=needed))


def seen(lines: Sequence[Line]) -> list[Line]:
    """The lines that have something to draw."""
    return [line for line in lines if line.statistics.count]


def _index(frame: pd.DataFrame) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(frame.index)
