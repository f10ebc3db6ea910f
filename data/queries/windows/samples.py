"""Frames of a window: samples as measured, and buckets.

Frames have the index `at` (UTC, milliseconds, increasing) and one float64 column a metric, also when they are empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from data.arrays import Floats
from data.catalogue import ALIASES
from data.queries.devices import DeviceRow, family_of
from data.queries.windows import aggregates, measured
from data.queries.windows import buckets as bucketing
from data.queries.windows.buckets import Edges, Measures, Width
from data.queries.windows.coverage import FINEST, Coverage, coverages
from data.queries.windows.frames import instants
from data.queries.windows.spacing import spacing
from data.ranges import TimeRange, to_milliseconds


@dataclass(frozen=True, slots=True)
class Buckets:
    """A window in buckets, as arrays: their edges in milliseconds (one more than buckets), and measures by metric."""

    edges: Edges
    width: Width
    metrics: Mapping[str, Measures]


def sample_arrays(
    session: Session, device_id: int, metrics: Sequence[str], window: TimeRange, family: str | None = None
) -> measured.Samples:
    """What `samples` has in its frame, as arrays; times in milliseconds."""
    stretch = (to_milliseconds(window.start_at), to_milliseconds(window.end_at))
    asked = measured.target(session, device_id, [ALIASES.get(key, key) for key in metrics])
    parts = [
        (keys, measured.read(session, asked, one, [ALIASES.get(key, key) for key in keys], [stretch]))
        for one, keys in _by_family(asked.kind, metrics, family).items()
    ]
    if len(parts) == 1:
        keys, found = parts[0]
        return measured.Samples(found.times, {key: found.values[ALIASES.get(key, key)] for key in keys})
    times = np.unique(np.concatenate([found.times for _, found in parts])) if parts else np.empty(0, dtype=np.int64)
    values: dict[str, Floats] = {}
    for keys, found in parts:
        places = np.searchsorted(times, found.times)
        for key in keys:
            values[key] = np.full(len(times), np.nan)
            values[key][places] = found.values[ALIASES.get(key, key)]
    return measured.Samples(times, values)


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
    return Buckets(edges, width, measured_between(session, device_id, metrics, window, edges, measures))


def measured_between(
    session: Session, device_id: int, metrics: Sequence[str], window: TimeRange, edges: Edges, measures: Sequence[str]
) -> dict[str, Measures]:
    """Metric -> its measures, of the samples in the window, in the buckets between the edges."""
    stretch = (to_milliseconds(window.start_at), to_milliseconds(window.end_at))
    level_width = aggregates.width_for(edges)
    found: dict[str, Measures] = {}
    asked = measured.target(session, device_id, [ALIASES.get(key, key) for key in metrics])
    for family, keys in _by_family(asked.kind, metrics, None).items():
        stored = [ALIASES.get(key, key) for key in keys]
        parts = aggregates.gather(session, asked, family, stored, stretch, level_width)
        found |= {key: bucketing.measured(parts.buckets(ALIASES.get(key, key)), edges, measures) for key in keys}
    return {metric: found[metric] for metric in metrics}


@dataclass(frozen=True, slots=True)
class Chart:
    """A window of one device as it is drawn: its buckets, and the coverage of each metric."""

    frame: pd.DataFrame
    coverages: Mapping[str, Coverage]


def chart(
    session: Session,
    device: DeviceRow,
    metrics: Sequence[str],
    window: TimeRange,
    width: timedelta,
    now: datetime,
    zone: tzinfo = UTC,
) -> Chart:
    """What `buckets` answers, and when each metric was measured, which is the same at every width."""
    edges = bucketing.edges(window, width, zone)
    stretch = (to_milliseconds(window.start_at), to_milliseconds(window.end_at))
    level_width = aggregates.width_for(edges)
    measures: dict[str, Measures] = {}
    by_metric: dict[str, Coverage] = {}
    target = measured.target(session, device.id, [ALIASES.get(key, key) for key in metrics])
    for family, keys in _by_family(target.kind, metrics, None).items():
        stored = [ALIASES.get(key, key) for key in keys]
        parts = aggregates.gather(session, target, family, stored, stretch, level_width)
        measures |= {key: bucketing.measured(parts.buckets(ALIASES.get(key, key)), edges) for key in keys}
        if level_width not in (0, FINEST.width):
            parts = aggregates.gather(session, target, family, stored, stretch, FINEST.width)
        usual = spacing(session, device, family)
        of_stored = coverages(session, target, family, stored, parts, window, now, usual)
        by_metric |= {key: of_stored[ALIASES.get(key, key)] for key in keys}
    return Chart(_frame(edges, metrics, measures), by_metric)


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
    return _frame(found.edges, metrics, found.metrics)


def _frame(edges: Edges, metrics: Sequence[str], measures: Mapping[str, Measures]) -> pd.DataFrame:
    columns = {(metric, measure): measures[metric][measure] for metric in metrics for measure in measures[metric]}
    names = pd.MultiIndex.from_product([list(metrics), list(bucketing.MEASURES)], names=["metric", "measure"])
    return pd.DataFrame(columns, index=instants(edges[:-1]), columns=names)
