"""Frames of a window: samples as measured, buckets, and energy.

Frames have the index `at` (UTC, milliseconds, increasing) and one float64 column a metric, also when they are empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from data import buckets as bucketing
from data.buckets import Edges, Measures, Width
from data.catalogue import ALIASES
from data.columns import Floats
from data.frames import instants, milliseconds_of
from data.queries import aggregates, stretches
from data.queries.devices import family_of
from data.ranges import TimeRange, to_milliseconds


@dataclass(frozen=True, slots=True)
class Energy:
    """Watt-hours of one device in a window, and the part of its elapsed time (0 to 1) that was seen."""

    device_id: int
    watt_hours: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Buckets:
    """A window in buckets, as arrays: their edges in milliseconds (one more than buckets), and measures by metric."""

    edges: Edges
    width: Width
    metrics: Mapping[str, Measures]


def sample_arrays(
    session: Session, device_id: int, metrics: Sequence[str], window: TimeRange, family: str | None = None
) -> stretches.Samples:
    """What `samples` has in its frame, as arrays; times in milliseconds."""
    stretch = (to_milliseconds(window.start_at), to_milliseconds(window.end_at))
    asked = stretches.target(session, device_id, [ALIASES.get(key, key) for key in metrics])
    parts = [
        (keys, stretches.read(session, asked, one, [ALIASES.get(key, key) for key in keys], [stretch]))
        for one, keys in _by_family(asked.kind, metrics, family).items()
    ]
    if len(parts) == 1:
        keys, found = parts[0]
        return stretches.Samples(found.times, {key: found.values[ALIASES.get(key, key)] for key in keys})
    times = np.unique(np.concatenate([found.times for _, found in parts])) if parts else np.empty(0, dtype=np.int64)
    values: dict[str, Floats] = {}
    for keys, found in parts:
        places = np.searchsorted(times, found.times)
        for key in keys:
            values[key] = np.full(len(times), np.nan)
            values[key][places] = found.values[ALIASES.get(key, key)]
    return stretches.Samples(times, values)


def _by_family(kind: str, metrics: Sequence[str], family: str | None) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for metric in dict.fromkeys(metrics):
        found.setdefault(family or family_of(kind, metric), []).append(metric)
    return found


def samples(
    session: Session, device_id: int, metrics: Sequence[str], window: TimeRange, family: str | None = None
) -> pd.DataFrame:
    """Raw samples of one device, side by side.

    One row per document in `window` that may hold a metric asked for, one float64 column per metric in the order
    asked; NaN where the device sent nothing.  A device without samples gives the same columns and no rows.  Raises
    RangeError when the window holds more than MOST_ROWS documents.
    """
    found = sample_arrays(session, device_id, metrics, window, family)
    return pd.DataFrame({key: found.values[key] for key in metrics}, index=instants(found.times), columns=list(metrics))


def bucket_arrays(
    session: Session,
    device_id: int,
    metrics: Sequence[str],
    window: TimeRange,
    width: Width | None = None,
    points: int | None = None,
    zone: tzinfo = UTC,
    measures: Sequence[str] = bucketing.MEASURES,
) -> Buckets:
    """What `buckets` has in its frame, as arrays of the measures asked for."""
    if width is None:
        width = bucketing.width_for(window, points or bucketing.DEFAULT_POINTS, zone)
    edges = bucketing.edges(window, width, zone)
    stretch = (to_milliseconds(window.start_at), to_milliseconds(window.end_at))
    level = aggregates.level_for(edges)
    found: dict[str, Measures] = {}
    asked = stretches.target(session, device_id, [ALIASES.get(key, key) for key in metrics])
    for family, keys in _by_family(asked.kind, metrics, None).items():
        stored = [ALIASES.get(key, key) for key in keys]
        parts = aggregates.read(session, asked, family, stored, stretch, level)
        found |= {key: bucketing.measured(parts[ALIASES.get(key, key)], edges, measures) for key in keys}
    return Buckets(edges, width, {metric: found[metric] for metric in metrics})


def buckets(
    session: Session,
    device_id: int,
    metrics: Sequence[str],
    window: TimeRange,
    width: Width | None = None,
    points: int | None = None,
    zone: tzinfo = UTC,
) -> pd.DataFrame:
    """The window in buckets of `width` (a length, or `Months`), or in at most `points` of them.

    Columns: (metric, "mean" | "min" | "max" | "last" | "count").  Index: the start of each bucket; widths are aligned
    to midnight in `zone`, months to their first.  A bucket without a sample is there, with NaN and count 0.  Raises
    RangeError for a width under a second or too many buckets.
    """
    found = bucket_arrays(session, device_id, metrics, window, width, points, zone)
    columns = {(metric, measure): one[measure] for metric, one in found.metrics.items() for measure in one}
    names = pd.MultiIndex.from_product([list(metrics), list(bucketing.MEASURES)], names=["metric", "measure"])
    return pd.DataFrame(columns, index=instants(found.edges[:-1]), columns=names)


def energy(
    session: Session, device_ids: Sequence[int], metric: str, window: TimeRange, now: datetime, max_gap: timedelta
) -> list[Energy]:
    """The integral of a power metric (W) over the window, by device; never across a gap longer than `max_gap`.

    Coverage counts up to the last sample when that is younger than `max_gap`: what has not been measured yet is not
    missing.
    """
    end_at = min(window.end_at, now)
    result = []
    for device_id in device_ids:
        around = TimeRange(window.start_at - max_gap, max(window.start_at - max_gap, end_at))
        power = samples(session, device_id, [metric], around)[metric].dropna()
        result.append(_integral(device_id, power, window.start_at, end_at, max_gap))
    return result


def _integral(
    device_id: int, power: pd.Series[float], start_at: datetime, end_at: datetime, max_gap: timedelta
) -> Energy:
    at = milliseconds_of(power.index)
    watts = power.to_numpy()
    start, end, gap = to_milliseconds(start_at), to_milliseconds(end_at), max_gap / timedelta(milliseconds=1)
    if len(at) and 0 <= end - at[-1] <= gap:
        end = int(at[-1])
    if len(at) < 2 or end <= start:
        return Energy(device_id, 0.0, 0.0)
    begin, finish = at[:-1], at[1:]
    from_watts, to_watts = watts[:-1].copy(), watts[1:]
    crosses = (begin < start) & (finish > start)
    share = (start - begin[crosses]) / (finish[crosses] - begin[crosses])
    from_watts[crosses] += share * (to_watts[crosses] - from_watts[crosses])
    clipped = np.maximum(begin, start)
    counted = (finish - begin <= gap) & (finish > start)
    hours = (finish - clipped)[counted] / 3_600_000
    watt_hours = float(np.sum(hours * (from_watts + to_watts)[counted] / 2))
    return Energy(device_id, watt_hours, min(1.0, float(np.sum(hours)) * 3_600_000 / (end - start)))
