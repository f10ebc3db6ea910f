"""Lines to the figure of a graph page: one panel for each unit, each axis named with its unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import plotly.graph_objects as go

from callbacks.common import formatting, styles
from callbacks.common.escaping import plain
from callbacks.common.lines import Line, Numbers, axis_times, segments
from data.ranges import TimeRange, to_milliseconds
from pages.graph_styles import Look

ONE_PANEL_HEIGHT = 480
PANEL_HEIGHT = 280
MANY_PANELS, LOW_PANEL_HEIGHT = 4, 200
PANEL_GAP = 28
LABEL_LETTERS = 14  # a longer name goes into a legend
LABELLED_LINES = 4
LABEL_SPACING = 17
LETTER_WIDTH = 0.62  # of the size of the type
LEGEND_BELOW = (40, 3.4)  # pixels, and sizes of the type: under the ticks and the name of the time axis

# The choice of the form -> Plotly's symbol and its size beside that of the style
SYMBOLS = {
    ".": ("circle", 0.6),
    ",": ("square", 0.25),
    "o": ("circle", 1.2),
    "v": ("triangle-down", 1.3),
    "^": ("triangle-up", 1.3),
    "<": ("triangle-left", 1.3),
    ">": ("triangle-right", 1.3),
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """How to draw: the choices of the form; `tick_format` is already that of the axis."""

    style: str
    theme: str
    marker: str = "None"
    title: str = ""
    xlabel: str = ""
    ylabel: str = ""
    tick_format: str = ""
    tight: bool = False
    logarithmic: bool = False


def panels(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that share an axis: those of one unit; a coded state has a panel of its own, and so has a
    sensor's field of no known unit: who knows what it counts."""
    groups: dict[str, list[Line]] = {}
    for one in lines:
        alone = one.metric.codes is not None or (one.metric.family == "sensor" and not one.metric.screen_unit)
        unit = one.metric.key if alone else one.metric.screen_unit
        groups.setdefault(unit, []).append(one)
    return list(groups.values())


def figure_height(lines: Sequence[Line]) -> int:
    """Pixels for all the panels."""
    count = len(panels(lines))
    each = PANEL_HEIGHT if count <= MANY_PANELS else LOW_PANEL_HEIGHT
    return ONE_PANEL_HEIGHT if count <= 1 else count * each + 80


def graph_figure(
    lines: Sequence[Line], drawing: Drawing, window: TimeRange, zone: ZoneInfo, revision: str
) -> go.Figure:
    """Draw every line that has values; `revision` keeps the reader's zoom while it stays the same."""
    look = styles.look(drawing.style, drawing.theme)
    groups = panels(lines)
    height = figure_height(lines)
    names = line_names(lines)
    dashed = len({one.device_slug for one in lines}) > 1
    colors = line_colors(groups, drawing)
    labelled = (
        any(len(group) > 1 for group in groups)
        and len(lines) <= LABELLED_LINES
        and max(map(len, names.values())) <= LABEL_LETTERS
    )
    figure = go.Figure()
    annotations: list[dict[str, Any]] = []
    layout: dict[str, Any] = {}
    gap = PANEL_GAP / height
    share = (1 - gap * (len(groups) - 1)) / max(1, len(groups))
    for position, group in enumerate(groups):
        axis = "y" if position == 0 else f"y{position + 1}"
        top = 1 - position * (share + gap)
        logarithmic = drawing.logarithmic and group[0].metric.codes is None
        low, high = value_range(group, logarithmic, drawing.tight)
        layout[f"yaxis{axis[1:]}"] = {
            "domain": [max(0.0, top - share), top],
            "anchor": "x",
            "title": {"text": plain(axis_title(group, drawing.ylabel))},
            "type": "log" if logarithmic else "linear",
            "range": [low, high],
            **state_ticks(group),
        }
        for one in group:
            values = positive(one.value) if logarithmic else one.value
            color = colors[id(one)]
            if one.low is not None and one.high is not None:
                figure.add_trace(band(one, color, axis, logarithmic))
            figure.add_trace(trace(one, values, names[id(one)], color, axis, drawing, look, dashed, len(lines) > 1))
        if labelled:
            pixels = (height - 90) * share
            annotations += labels(group, names, colors, axis, (low, high), pixels, logarithmic, look.size)
    letters = max((len(name) for name in names.values()), default=0) if labelled else 0
    figure.update_layout(
        template=styles.template(drawing.style, drawing.theme),
        autosize=True,
        uirevision=revision,
        hovermode="x unified",
        showlegend=not labelled and any(len(group) > 1 for group in groups),
        legend={
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": -(LEGEND_BELOW[0] + LEGEND_BELOW[1] * look.size) / height,
            "yanchor": "top",
        },
        annotations=annotations,
        margin=margins(drawing, letters, look.size),
        xaxis={
            "type": "date",
            "anchor": f"y{len(groups)}" if len(groups) > 1 else "y",
            "range": time_range(lines, drawing.tight, window, zone),
            "title": {"text": plain(drawing.xlabel) or "Time"},
            "tickformat": plain(drawing.tick_format) or None,
            "tickformatstops": None if drawing.tick_format else styles.TIME_TICKS,
            "tickangle": None if drawing.tick_format else 0,
            "hoverformat": "%a %-d %b %Y %H:%M",
        },
        **layout,
    )
    if drawing.title:
        figure.update_layout(title={"text": plain(drawing.title), "automargin": True, "yref": "container", "y": 0.98})
    return figure


def line_names(lines: Sequence[Line]) -> dict[int, str]:
    """What tells each line from the others: the metric, the device, or both; by the line's identity, for Plotly."""
    several_devices = len({one.device_slug for one in lines}) > 1
    several_metrics = len({one.metric.key for one in lines}) > 1
    names = {}
    for one in lines:
        if several_devices and several_metrics:
            names[id(one)] = f"{one.metric.label}, {one.device_name}"
        else:
            names[id(one)] = one.device_name if several_devices else one.metric.label
        names[id(one)] = plain(names[id(one)])
    return names


def line_colors(groups: Sequence[Sequence[Line]], drawing: Drawing) -> dict[int, str]:
    """A colour for each line: by what it means in the site's own look, by the style's sequence otherwise."""
    sequence = styles.look(drawing.style, drawing.theme).colors
    own = styles.is_own(drawing.style)
    colors: dict[int, str] = {}
    position = 0
    by_metric: dict[str, str] = {}
    alone = len({one.metric.key for group in groups for one in group}) == 1
    for group in groups:
        for one in group:
            if own and alone and one.string == 2 and meaning_of(one) == "sun":
                color = styles.meaning("sun-2", drawing.theme)
            elif own:
                if one.metric.key not in by_metric:
                    free = [tint for tint in sequence if tint not in by_metric.values()] or list(sequence)
                    meant = styles.meaning(meaning_of(one), drawing.theme) if meaning_of(one) else ""
                    # Teal leads the sequence and means the battery: a sensor's field takes the next.
                    spare = free[1:2] if one.metric.family == "sensor" and free[0] == sequence[0] else []
                    by_metric[one.metric.key] = meant if meant in free else (spare or free)[0]
                color = by_metric[one.metric.key]
            else:
                color = sequence[position % len(sequence)]
                position += 1
            colors[id(one)] = color
    return colors


def meaning_of(one: Line) -> str:
    """Which of the fixed colours a metric has."""
    if one.metric.quantity == "temperature":
        return "heat"
    if one.metric.family == "sensor":
        tints = [tint for tint in styles.TINTS if tint in one.metric.label.casefold()]
        return tints[0] if tints else "sun" if one.metric.quantity == "light" else ""
    return "battery" if one.metric.family == "bms" else "sun"


def trace(
    one: Line,
    values: Numbers,
    name: str,
    color: str,
    axis: str,
    drawing: Drawing,
    look: Look,
    dashed: bool,
    named: bool,
) -> go.Scatter:
    """The line itself; a reading that stands alone between two gaps is a dot."""
    symbol, factor = SYMBOLS.get(drawing.marker, ("circle", 0.0))
    size: Any = look.marker * factor
    if not factor:
        alone = np.zeros(len(values))
        for run in segments(values):
            if run.stop - run.start == 1:
                alone[run.start] = look.marker
        size = alone if alone.any() else 0
    with_markers = bool(factor) or not isinstance(size, int)
    metric = one.metric
    unit = plain(formatting.unit(metric))
    hover = f"%{{y:.{metric.decimals}f}}{formatting.THIN_SPACE}{unit}"
    custom: Any = None
    if metric.codes is not None:
        hover = "%{customdata}"
        custom = ["" if np.isnan(value) else formatting.reading(metric, value)[0] for value in values]
    elif one.low is not None and one.high is not None:
        hover += f"  (%{{customdata[0]:.{metric.decimals}f}} to %{{customdata[1]:.{metric.decimals}f}})"
        custom = np.column_stack([one.low, one.high])
    return go.Scatter(
        x=axis_times(one.at),
        y=values,
        name=name,
        yaxis=axis,
        mode="lines+markers" if with_markers else "lines",
        line={
            "color": color,
            "shape": "hv" if metric.codes is not None else "linear",
            "dash": "dash" if dashed and one.string == 2 else "solid",
        },
        marker={"symbol": symbol, "size": size, "color": color, "line": {"width": 0}} if with_markers else None,
        customdata=custom,
        hovertemplate=f"{f'{name}: ' if named else ''}{hover}<extra></extra>",
        connectgaps=False,
    )


def band(one: Line, color: str, axis: str, logarithmic: bool) -> go.Scatter:
    """From the smallest to the largest of each bucket, one closed shape for each run between gaps."""
    assert one.low is not None
    assert one.high is not None
    low = np.where(one.low > 0, one.low, one.value) if logarithmic else one.low
    usable = positive(low) if logarithmic else low
    x: list[Numbers] = []
    y: list[Numbers] = []
    for run in segments(usable):
        at = one.at[run]
        x += [at, at[::-1], np.array([np.nan])]
        y += [one.high[run], low[run][::-1], np.array([np.nan])]
    return go.Scatter(
        x=axis_times(np.concatenate(x)) if x else [],
        y=np.concatenate(y) if y else [],
        yaxis=axis,
        mode="lines",
        line={"width": 0, "color": color},
        fill="toself",
        fillcolor=faint(color),
        hoverinfo="skip",
        showlegend=False,
        name="smallest to largest",
    )


def faint(color: str, part: float = 0.16) -> str:
    """That colour, nearly transparent."""
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{part})"


def positive(values: Numbers) -> Numbers:
    """The values that a logarithmic axis can show; NaN for the others."""
    return np.where(values > 0, values, np.nan)


def left_out(lines: Sequence[Line]) -> int:
    """How many points a logarithmic axis cannot show."""
    return sum(int((one.value <= 0).sum()) for one in lines if one.metric.codes is None)


def value_range(group: Sequence[Line], logarithmic: bool, tight: bool) -> tuple[float, float]:
    """The ends of an axis, as Plotly wants them (exponents of ten on a logarithmic one)."""
    metric = group[0].metric
    parts = [part for one in group for part in (one.value, one.low, one.high) if part is not None and len(part)]
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
    known = [part for one in lines if len(part := one.at)]
    if tight and known:
        first, last = min(float(part.min()) for part in known), max(float(part.max()) for part in known)
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
        labels = {one.metric.label for one in group}
        quantities = {one.metric.quantity for one in group}
        label = labels.pop() if len(labels) == 1 else quantities.pop().capitalize() if len(quantities) == 1 else ""
        label = label or "Value"
    return label if not unit or f"({unit})" in label or f"[{unit}]" in label else f"{label} ({unit})"


def state_ticks(group: Sequence[Line]) -> dict[str, Any]:
    """The words of a coded state at its axis; nothing for a number."""
    codes = group[0].metric.codes
    if codes is None:
        return {}
    seen = sorted({round(value) for one in group for value in one.value if np.isfinite(value)})
    return {"tickmode": "array", "tickvals": seen, "ticktext": [codes.name(code) or f"code {code}" for code in seen]}


def margins(drawing: Drawing, letters: int, size: float) -> dict[str, int]:
    """Room around the plot; `letters` is the longest name at the end of a line, `size` that of the type."""
    right = round(letters * LETTER_WIDTH * size) + 14 if letters else 0
    if drawing.tight:
        return {"l": 0, "r": right, "t": 4, "b": 0, "pad": 0}
    return {"l": 64, "r": max(24, right), "t": 28, "b": 64, "pad": 4}


def labels(
    group: Sequence[Line],
    names: dict[int, str],
    colors: dict[int, str],
    axis: str,
    ends: tuple[float, float],
    pixels: float,
    logarithmic: bool,
    size: float,
) -> list[dict[str, Any]]:
    """The name of each line at its right end, pushed apart where lines end close to each other."""
    placed = []
    for one in group:
        values = positive(one.value) if logarithmic else one.value
        known = values[np.isfinite(values)]
        if len(known):
            value = float(np.log10(known[-1]) if logarithmic else known[-1])
            placed.append((one, value, (value - ends[0]) / ((ends[1] - ends[0]) or 1) * pixels))
    placed.sort(key=lambda row: row[2])
    annotations = []
    free_from = -float("inf")
    for one, value, height in placed:
        wanted = max(height, free_from)
        free_from = wanted + max(LABEL_SPACING, 1.3 * size)
        annotations.append(
            {
                "text": names[id(one)],
                "font": {"color": colors[id(one)]},
                "xref": "paper",
                "x": 1,
                "xanchor": "left",
                "xshift": 6,
                "yref": axis,
                "y": value,
                "yshift": wanted - height,
                "showarrow": False,
            }
        )
    return annotations
