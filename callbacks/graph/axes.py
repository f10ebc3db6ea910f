"""The axes of a graph: their ends, titles and the names of states, for Plotly and for the image of the server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from callbacks.common import formatting
from callbacks.common.lines import Line, Numbers, axis_times
from data.ranges import TimeRange, to_milliseconds


def positive(values: Numbers) -> Numbers:
    """The values that a logarithmic axis can show; NaN for the others."""
    return np.where(values > 0, values, np.nan)


def left_out(lines: Sequence[Line]) -> int:
    """How many points a logarithmic axis cannot show."""
    return sum(int((line.value <= 0).sum()) for line in lines if line.metric.codes is None)


def value_range(group: Sequence[Line], logarithmic: bool, tight: bool) -> tuple[float, float]:
    """The ends of an axis, as Plotly wants them (exponents of ten on a logarithmic one)."""
    metric = group[0].metric
    parts = [part for line in group for part in (line.value, line.low, line.high) if part is not None and len(part)]
    values = np.concatenate(parts) if parts else np.array([])
    values = values[np.isfinite(values)]
    if logarithmic:
        values = np.log10(values[values > 0])
    if not len(values):
        return (0.0, 1.0)
    low, high = float(values.min()), float(values.max())
    if metric.codes is not None:
        return low - 0.5, high + 0.5
    if metric.quantity == "power" and not logarithmic:
        low = min(low, 0.0)
    if low == high:
        pad = max(abs(low) * 0.02, 5 * 10.0**-metric.decimals)
    else:
        pad = (high - low) * (0.0 if tight else 0.08)
    bottom = low if metric.quantity == "power" and low == 0 and not logarithmic else low - pad
    return bottom, high + pad


def time_range(lines: Sequence[Line], tight: bool, window: TimeRange, zone: ZoneInfo) -> list[str | None]:
    """The ends of the time axis: the window, or where a tight layout has data."""
    times = [line.at for line in lines if len(line.at)]
    if tight and times:
        first, last = min(float(at.min()) for at in times), max(float(at.max()) for at in times)
        if first < last:
            return axis_times(np.array([first, last]))
    ends = []
    for at in (window.start_at, window.end_at):
        offset = at.astimezone(zone).utcoffset()
        assert offset is not None
        ends.append(to_milliseconds(at) + offset.total_seconds() * 1000)
    return axis_times(np.array(ends))


def axis_title(group: Sequence[Line], label: str) -> str:
    """What stands at a value axis: the reader's words or ours, always with the unit."""
    metric = group[0].metric
    unit = "" if metric.codes is not None else formatting.unit(metric)
    if not label:
        labels = {line.metric.label for line in group}
        quantities = {line.metric.quantity for line in group}
        label = labels.pop() if len(labels) == 1 else quantities.pop().capitalize() if len(quantities) == 1 else ""
        label = label or "Value"
    return label if not unit or f"({unit})" in label or f"[{unit}]" in label else f"{label} ({unit})"


def state_ticks(group: Sequence[Line]) -> dict[str, Any]:
    """The words of a coded state at its axis; nothing for a number."""
    codes = group[0].metric.codes
    if codes is None:
        return {}
    seen = sorted({round(value) for line in group for value in line.value if np.isfinite(value)})
    return {"tickmode": "array", "tickvals": seen, "ticktext": [codes.name(code) or f"code {code}" for code in seen]}
