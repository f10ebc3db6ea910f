"""Lines to the figure of a graph page: one panel for each unit, each axis named with its unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import plotly.graph_objects as go

from callbacks.common import styles
from callbacks.common.formatting import plain
from callbacks.common.lines import Line
from callbacks.graph.axes import axis_title, positive, state_ticks, time_range, value_range
from callbacks.graph.end_labels import LABEL_SPACING, End, end_labels, line_end
from callbacks.graph.traces import band, trace
from data.ranges import TimeRange

ONE_PANEL_HEIGHT = 480
PANEL_HEIGHT = 280
MANY_PANELS, LOW_PANEL_HEIGHT = 4, 200
PANEL_GAP = 28
LABEL_LETTERS = 14  # a longer name goes into a legend
LABELLED_LINES = 4
LETTER_WIDTH = 0.62  # of the size of the type
LEGEND_BELOW = (40, 3.4)  # pixels, and sizes of the type: under the ticks and the name of the time axis
WITHOUT_MEANING = ("sensor", "device")  # families whose metrics are of the sun or of the battery, who knows


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
    for line in lines:
        alone = line.metric.codes is not None or not (line.metric.is_listed or line.metric.screen_unit)
        unit = line.metric.key if alone else line.metric.screen_unit
        groups.setdefault(unit, []).append(line)
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
    sheet = styles.style_sheet(drawing.style, drawing.theme)
    groups = panels(lines)
    height = figure_height(lines)
    names = line_names(lines)
    dashed = len({line.device_slug for line in lines}) > 1
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
        ends: list[End] = []
        for line in group:
            values = positive(line.value) if logarithmic else line.value
            name, color = names[id(line)], colors[id(line)]
            if line.low is not None and line.high is not None:
                figure.add_trace(band(line, color, axis, logarithmic))
            figure.add_trace(trace(line, values, name, color, axis, drawing.marker, sheet, dashed, len(lines) > 1))
            ends += line_end(name, np.log10(values) if logarithmic else values, color)
        if labelled:
            pixels = (height - 90) * share
            annotations += end_labels(ends, axis, (low, high), pixels, max(LABEL_SPACING, 1.3 * sheet.size))
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
            "y": -(LEGEND_BELOW[0] + LEGEND_BELOW[1] * sheet.size) / height,
            "yanchor": "top",
        },
        annotations=annotations,
        margin=margins(drawing, letters, sheet.size),
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
    several_devices = len({line.device_slug for line in lines}) > 1
    several_metrics = len({line.metric.key for line in lines}) > 1
    names = {}
    for line in lines:
        if several_devices and several_metrics:
            names[id(line)] = f"{line.metric.label}, {line.device_name}"
        else:
            names[id(line)] = line.device_name if several_devices else line.metric.label
        names[id(line)] = plain(names[id(line)])
    return names


def line_colors(groups: Sequence[Sequence[Line]], drawing: Drawing) -> dict[int, str]:
    """A colour for each line: by what it means in the site's own style, by the style's sequence otherwise."""
    sequence = styles.style_sheet(drawing.style, drawing.theme).colors
    own = styles.is_own(drawing.style)
    colors: dict[int, str] = {}
    position = 0
    by_metric: dict[str, str] = {}
    alone = len({line.metric.key for group in groups for line in group}) == 1
    for group in groups:
        for line in group:
            if own and alone and line.string == 2 and meaning_of(line) == "sun":
                color = styles.meaning("sun-2", drawing.theme)
            elif own:
                if line.metric.key not in by_metric:
                    free = [tint for tint in sequence if tint not in by_metric.values()] or list(sequence)
                    meant = styles.meaning(meaning_of(line), drawing.theme) if meaning_of(line) else ""
                    # Teal leads the sequence and means the battery: what is of no meaning takes the next.
                    spare = free[1:2] if line.metric.family in WITHOUT_MEANING and free[0] == sequence[0] else []
                    by_metric[line.metric.key] = meant if meant in free else (spare or free)[0]
                color = by_metric[line.metric.key]
            else:
                color = sequence[position % len(sequence)]
                position += 1
            colors[id(line)] = color
    return colors


def meaning_of(line: Line) -> str:
    """Which of the fixed colours a metric has."""
    if line.metric.quantity == "temperature":
        return "heat"
    if line.metric.family in WITHOUT_MEANING:
        tints = [tint for tint in styles.TINTS if tint in line.metric.label.casefold()]
        return tints[0] if tints else "sun" if line.metric.quantity == "light" else ""
    return "battery" if line.metric.family == "bms" else "sun"


def margins(drawing: Drawing, letters: int, size: float) -> dict[str, int]:
    """Room around the plot; `letters` is the longest name at the end of a line, `size` that of the type."""
    right = round(letters * LETTER_WIDTH * size) + 14 if letters else 0
    if drawing.tight:
        return {"l": 0, "r": right, "t": 4, "b": 0, "pad": 0}
    return {"l": 64, "r": max(24, right), "t": 28, "b": 64, "pad": 4}
