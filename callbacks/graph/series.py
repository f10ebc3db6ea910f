"""What the store has of the chosen devices: their values as lines, and the spans in which they have any."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from callbacks.common.context import Site, device_name
from callbacks.common.lines import Line, bucketed, line, seen, wall_milliseconds, wide_enough
from callbacks.common.sensor_fields import resolved
from data import queries
from data.catalogue import Metric
from data.gaps import DAILY_SPACING
from data.importing.msview import daily
from data.queries import Chart, DeviceRow
from data.queries.windows.coverage import of_times
from data.ranges import TimeRange
from pages.graph.form import IMPORTED

MOST_POINTS = 24_000  # of all lines together
MOST_POINTS_A_LINE = 4_500  # thirty days in ten-minute buckets

Spans = dict[tuple[str, str], TimeRange]  # by the device's slug and the family


def graph_lines(
    session: Session,
    metrics: Sequence[Metric],
    devices: Sequence[DeviceRow],
    window: TimeRange,
    interval: timedelta,
    retimed: bool,
    now: datetime,
    site: Site,
) -> tuple[list[Metric], list[Line], timedelta]:
    """The metrics with the decimals of their data, the lines that have values, metric by metric, and the width of a
    bucket: the interval, or more where that would be too many points."""
    count = max(1, len(metrics) * max(1, len(devices)))
    width = wide_enough(interval, window, min(MOST_POINTS_A_LINE, MOST_POINTS // count))
    charts = read_charts(session, devices, metrics, window, width, retimed, now, site.zone)
    frames = [chart.frame for chart in charts]
    metrics = [metric if metric.is_listed else resolved(metric, frames) for metric in metrics]
    lines = [
        replace(
            line(
                chart.frame[metric.key],  # type: ignore[arg-type]  # columns are (metric, measure): one metric is a frame
                metric,
                (device_name(device), device.slug, device.string),
                chart.coverages[metric.key],
                site.zone,
            ),
            sensor_id=device.sensor_id,
        )
        for metric in metrics
        for device, chart in zip(devices, charts, strict=True)
        if metric.key in chart.frame
    ]
    return metrics, seen(lines), width


def read_charts(
    session: Session,
    devices: Sequence[DeviceRow],
    metrics: Sequence[Metric],
    window: TimeRange,
    width: timedelta,
    retimed: bool,
    now: datetime,
    zone: ZoneInfo,
) -> list[Chart]:
    """The buckets and the coverage of each device; with `retimed` the times of the imported log are corrected."""
    keys = [metric.key for metric in metrics]
    return [
        _retimed_chart(session, device, keys, window, width, now)
        if device.slug == IMPORTED and retimed
        else queries.chart(session, device, keys, window, width, now, zone)
        for device in devices
    ]


def _retimed_chart(
    session: Session, device: DeviceRow, keys: Sequence[str], window: TimeRange, width: timedelta, now: datetime
) -> Chart:
    """The imported log at the times its samples most likely had."""
    samples = _retimed_samples(session, device, keys)
    coverages = {}
    for key in keys:
        at = wall_milliseconds(pd.DatetimeIndex(samples[key].dropna().index), ZoneInfo("UTC"))
        coverages[key] = of_times(np.unique(at.astype("int64")), window, now, DAILY_SPACING)
    inside = (samples.index >= pd.Timestamp(window.start_at)) & (samples.index < pd.Timestamp(window.end_at))
    return Chart(bucketed(samples[inside], width), coverages)


def _retimed_samples(session: Session, device: DeviceRow, keys: Sequence[str]) -> pd.DataFrame:
    """The imported log's samples at the times they most likely had."""
    span = queries.span(session, device.id, "tristar_daily")
    if span is None:
        return pd.DataFrame(columns=list(keys), index=pd.DatetimeIndex([], tz="UTC"), dtype="float64")
    whole = TimeRange(span.start_at, span.end_at + timedelta(milliseconds=1))
    samples = queries.samples(session, device.id, keys, whole)
    index = pd.DatetimeIndex(daily.retimed([at.to_pydatetime() for at in samples.index]), tz="UTC").as_unit("ms")
    return samples.set_axis(index, axis="index")


def families(metrics: Iterable[Metric]) -> list[str]:
    """The document families that hold the metrics."""
    return list(dict.fromkeys(metric.family for metric in metrics))


def spans(session: Session, devices: Sequence[DeviceRow], metrics: Iterable[Metric]) -> Spans:
    """From the first to the last document of each device and family that can hold the metrics."""
    charted = families(metrics)
    rows = {(device.slug, family): queries.span(session, device.id, family) for device in devices for family in charted}
    return {key: span for key, span in rows.items() if span is not None}
