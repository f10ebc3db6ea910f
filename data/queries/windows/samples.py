"""Frames of a window: samples as measured, and buckets.

Frames have the index `at` (UTC, milliseconds, increasing) and one float64 column a metric, also when they are empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from data.queries.windows.aggregates import Gathered
from data.queries.windows.buckets import Edges, Measures, Width
from data.queries.windows.coverage import FINEST, Coverage, coverages
from data.queries.windows.frames import instants
from data.queries.windows.measured import Stretch, Target
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
    target, families = _families(session, device_id, metrics, family)
    parts = []
    for name, keys in families.items():
        part = measured.read(session, target, name, list(keys.values()), [_stretch(window)])
        parts.append(measured.Samples(part.times, {metric: part.values[key] for metric, key in keys.items()}))
    if len(parts) == 1:
        return parts[0]
    times = np.unique(np.concatenate([part.times for part in parts])) if parts else np.empty(0, dtype=np.int64)
    values: dict[str, Floats] = {}
    for part in parts:
        places = np.searchsorted(times, part.times)
        for metric, column in part.values.items():
            values[metric] = np.full(len(times), np.nan)
            values[metric][places] = column
    return measured.Samples(times, values)


def _stretch(window: TimeRange) -> Stretch:
    return to_milliseconds(window.start_at), to_milliseconds(window.end_at)


def _families(
    session: Session, device_id: int, metrics: Sequence[str], family: str | None = None
) -> tuple[Target, dict[str, dict[str, str]]]:
    """The device, and by the family whose documents carry them its metrics with the keys they are stored under."""
    stored = {metric: ALIASES.get(metric, metric) for metric in metrics}
    target = measured.target(session, device_id, list(stored.values()))
    families: dict[str, dict[str, str]] = {}
    for metric, key in stored.items():
        families.setdefault(family or family_of(target.kind, metric), {})[metric] = key
    return target, families


def samples(
    session: Session, device_id: int, metrics: Sequence[str], window: TimeRange, family: str | None = None
) -> pd.DataFrame:
    """Raw samples of one device, side by side.

    One row per document in `window` that may hold a metric asked for, one float64 column per metric in the order
    asked; NaN where the device sent nothing.  A device without samples gives the same columns and no rows.  Raises
    RangeError when the window holds more than MOST_ROWS documents.
    """
    arrays = sample_arrays(session, device_id, metrics, window, family)
    columns = {metric: arrays.values[metric] for metric in metrics}
    return pd.DataFrame(columns, index=instants(arrays.times), columns=list(metrics))


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
    by_metric: dict[str, Measures] = {}
    for _, _, keys, parts in _gathered(session, device_id, metrics, window, aggregates.width_for(edges)):
        by_metric |= {metric: bucketing.measured(parts.buckets(key), edges, measures) for metric, key in keys.items()}
    return {metric: by_metric[metric] for metric in metrics}


def _gathered(
    session: Session, device_id: int, metrics: Sequence[str], window: TimeRange, width: int
) -> Iterator[tuple[Target, str, dict[str, str], Gathered]]:
    """For each family of the metrics: device, family, the metrics with their keys, and what the store has of them."""
    target, families = _families(session, device_id, metrics)
    for family, keys in families.items():
        stored = list(keys.values())
        yield target, family, keys, aggregates.gather(session, target, family, stored, _stretch(window), width)


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
    level_width = aggregates.width_for(edges)
    measures: dict[str, Measures] = {}
    by_metric: dict[str, Coverage] = {}
    for target, family, keys, parts in _gathered(session, device.id, metrics, window, level_width):
        stored, usual = list(keys.values()), spacing(session, device, family)
        measures |= {metric: bucketing.measured(parts.buckets(key), edges) for metric, key in keys.items()}
        if level_width not in (0, FINEST.width):
            parts = aggregates.gather(session, target, family, stored, _stretch(window), FINEST.width)
        of_key = coverages(session, target, family, stored, parts, window, now, usual)
        by_metric |= {metric: of_key[key] for metric, key in keys.items()}
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
    arrays = bucket_arrays(session, device_id, metrics, window, width, points, zone)
    return _frame(arrays.edges, metrics, arrays.metrics)


def _frame(edges: Edges, metrics: Sequence[str], measures: Mapping[str, Measures]) -> pd.DataFrame:
    columns = {(metric, measure): measures[metric][measure] for metric in metrics for measure in measures[metric]}
    names = pd.MultiIndex.from_product([list(metrics), list(bucketing.MEASURES)], names=["metric", "measure"])
    return pd.DataFrame(columns, index=instants(edges[:-1]), columns=names)
