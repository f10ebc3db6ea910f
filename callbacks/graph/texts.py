"""What a graph page says: the sentence on top, the note, the numbers, and what to do when there is nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from dash import html

from callbacks.common import formatting
from callbacks.common.lines import Line
from data import gaps
from data.catalogue import Aggregate, Metric
from data.queries import DeviceRow
from data.ranges import TimeRange
from pages.components import age, quantity, table

RANGE_WORDS = {
    "6h": "in the last 6 hours",
    "24h": "in the last 24 hours",
    "7d": "in the last 7 days",
    "30d": "in the last 30 days",
    "all": "since records began",
}
NUMBER_COLUMNS = ("Series", "Last", "Measured", "Smallest", "Mean", "Largest", "Readings", "Covered", "As JSON")


def sentence(lines: Sequence[Line], metrics: Sequence[Metric], when: str, name: str = "") -> str:
    """What the lines say, in one sentence: the last values of the first metric, and between what it lay.

    `name` is that of a sensor, with which the sentence begins.
    """
    if name:
        text = sentence(lines, metrics, when) if metrics else f"nothing {when}."
        return f"{name}: {text}" if lines else f"{name}: {formatting.in_sentence(text)}"
    first = [line for line in lines if line.metric.key == metrics[0].key] if metrics else []
    if not first:
        names = " and ".join(metric.label for metric in metrics[:2]) + (" and others" if len(metrics) > 2 else "")
        return f"No data for {names} {when}." if lines == [] else f"No {metrics[0].label} {when}."
    metric = first[0].metric
    lasts = [formatting.with_unit(*formatting.reading(metric, line.statistics.last)) for line in first]
    reading = lasts[0]
    if len(first) > 1:
        where = [formatting.unbroken(formatting.in_sentence(line.device_name)) for line in first]
        parts = [f"{last} on {device}" for last, device in zip(lasts, where, strict=True)]
        reading = ", ".join(parts[:-1]) + " and " + parts[-1]
    text = f"{metric.label} {reading}"
    if metric.codes is None:
        low = formatting.reading(metric, min(line.statistics.low for line in first))[0]
        high = formatting.with_unit(*formatting.reading(metric, max(line.statistics.high for line in first)))
        text += f"; between {low} and {high} {when}"
    others = len({line.metric.key for line in lines}) - 1
    return text + (f", with {others} more below." if others else ".")


def with_unit(metric: Metric) -> str:
    """A field with its unit, for a list to choose from."""
    unit = formatting.unit(metric)
    return f"{metric.label} ({unit})" if unit else metric.label


def no_sensor_words(devices: Sequence[DeviceRow], name: str) -> list[Any]:
    """What to say in place of the graph of a sensor that never posted, or of no sensor at all."""
    if not devices:
        return [
            html.H2("No sensor to draw"),
            html.P(
                "Register a sensor: every number it posts will be drawn here. Sensors that others share appear too."
            ),
        ]
    return [
        html.H2(f"{name} has not posted yet"),
        html.P(
            [
                "Every number it posts will be drawn here. ",
                html.A("See how to post to it", href=f"/sensors/{devices[0].sensor_id}"),
                ".",
            ]
        ),
    ]


def window_words(window: TimeRange, zone: ZoneInfo) -> str:
    """A window of the reader's own in words."""
    start, end = window.start_at.astimezone(zone), window.end_at.astimezone(zone)
    form = "%-d %b %Y %H:%M"
    return f"from {start.strftime(form)} to {end.strftime(form)}"


def notes(
    interval: timedelta, drawn: timedelta, missing: int, hidden: Sequence[str], averaged: bool, more: int = 0
) -> str:
    """What the reader should know of the drawing; `more` is how many fields of a sensor are not drawn."""
    sentences = []
    if drawn > interval:
        sentences.append(
            f"One point for every {formatting.span(drawn)}: "
            f"one for every {formatting.span(interval)} would be too many for this window."
        )
    if averaged:
        sentences.append("The line is the mean, the band reaches from the smallest to the largest reading.")
    if missing:
        sentences.append(f"A logarithmic scale cannot show {missing} points at or below zero.")
    if hidden:
        sentences.append(f"No data here: {', '.join(hidden)}.")
    if more:
        sentences.append(f"{more} more {'field' if more == 1 else 'fields'} can be chosen under Fields.")
    return " ".join(sentences)


def numbers_table(
    lines: Sequence[Line],
    names: Mapping[int, str],
    window: TimeRange,
    drawn: timedelta,
    ages: Mapping[tuple[str, str], timedelta],
    zone: ZoneInfo,
) -> Any:
    """The numbers of each line.

    `ages` are those of the newest documents by device slug and family; without one the bucket's time is shown.
    """
    rows = [
        [
            names[id(line)],
            _cell(line.metric, line.statistics.last),
            _measured(line, ages, zone),
            *([_cell(line.metric, value) for value in spread(line)]),
            formatting.number(line.statistics.count, 0),
            formatting.with_unit(formatting.number(100 * line.statistics.coverage, 0), "%"),
            _json_link(line, window, drawn),
        ]
        for line in lines
    ]
    return [
        html.H2("The numbers", className="arb-h2"),
        table(NUMBER_COLUMNS, rows, caption="The numbers of each series in this window"),
    ]


def elsewhere(device: str, span: TimeRange | None, others: Sequence[Metric], zone: ZoneInfo) -> tuple[str, str]:
    """What a device has in place of what is asked for, and what is on the button that shows it (empty for none).

    `span` is the span of its data, `others` the metrics it has where it has none of those asked for.
    """
    if span is None:
        return f"{device} has sent nothing yet. Its values will be drawn here as soon as a reading arrives.", ""
    days = formatting.day_range(span.start_at, span.end_at, zone)
    if others:
        listed = " and ".join(metric.label for metric in others[:2])
        more = f" and {len(others) - 2} more" if len(others) > 2 else ""
        return f"{device} has {listed}{more}, {days}.", "Show what there is"
    return f"{device} has data from {days}.", f"Show {days}"


def spread(line: Line) -> list[float]:
    """Smallest, mean and largest, where they mean something."""
    if line.metric.codes is not None:
        return [float("nan")] * 3
    mean = float("nan") if line.metric.aggregate is Aggregate.COUNTER else line.statistics.mean
    return [line.statistics.low, mean, line.statistics.high]


def _cell(metric: Metric, value: float) -> list[Any]:
    return quantity(*formatting.reading(metric, value))


def _measured(line: Line, ages: Mapping[tuple[str, str], timedelta], zone: ZoneInfo) -> Any:
    if line.statistics.last_at is None:
        return formatting.NOTHING
    elapsed = ages.get((line.device_slug, line.metric.family))
    if elapsed is None:
        return f"{line.statistics.last_at.astimezone(zone):%-d %b %Y %H:%M}"
    late = gaps.late_after(line.spacing or gaps.UNKNOWN_SPACING)
    return age(elapsed.total_seconds(), late.total_seconds(), formatting.ago(elapsed))


def _json_link(line: Line, window: TimeRange, drawn: timedelta) -> Any:
    """The same window from the reading routes: the first site's where they know the device and the metric."""
    minutes = max(10, round(drawn.total_seconds() / 60))
    if line.sensor_id is None and (line.metric.family == "device" or not line.metric.is_listed):
        ends = {"from": window.start_at.isoformat(), "to": window.end_at.isoformat()}
        query = urlencode({"metric": line.metric.key, **ends, "interval": minutes * 60, "times": "iso"})
        return html.A("JSON", href=f"/api/v1/devices/{quote(line.device_slug, safe='')}/range?{query}")
    start, end = (quote(at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")) for at in (window.start_at, window.end_at))
    if line.sensor_id is not None:
        return html.A("JSON", href=f"/sensors/get-sensor-json-data-range/{line.sensor_id}/{start}/{end}/{minutes}")
    family = "BMS" if line.metric.family == "bms" else "Tristar"
    if family == "Tristar" and line.string is None:
        return formatting.NOTHING
    suffix = "" if line.string is None else f"?string={line.string}"
    return html.A("JSON", href=f"/{family}/api/{start}/{end}/{minutes}/{quote(line.metric.key)}{suffix}")
