"""A line of a graph in Plotly's terms: the line itself, and the band between the smallest and the largest values."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from callbacks.common import formatting
from callbacks.common.lines import Line, Numbers, axis_times, segments
from callbacks.graph.axes import positive
from pages.graph.styles import StyleSheet

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


def trace(
    line: Line,
    values: Numbers,
    name: str,
    color: str,
    axis: str,
    marker_name: str,
    sheet: StyleSheet,
    dashed: bool,
    named: bool,
) -> go.Scatter:
    """The line itself; a reading that stands alone between two gaps is a dot."""
    symbol, factor = SYMBOLS.get(marker_name, ("circle", 0.0))
    size: Any = sheet.marker * factor
    if not factor:
        alone = np.zeros(len(values))
        for run in segments(values):
            if run.stop - run.start == 1:
                alone[run.start] = sheet.marker
        size = alone if alone.any() else 0
    with_markers = bool(factor) or not isinstance(size, int)
    metric = line.metric
    unit = formatting.plain(formatting.unit(metric))
    hover = f"%{{y:.{metric.decimals}f}}{formatting.THIN_SPACE}{unit}"
    custom: Any = None
    if metric.codes is not None:
        hover = "%{customdata}"
        custom = ["" if np.isnan(value) else formatting.reading(metric, value)[0] for value in values]
    elif line.low is not None and line.high is not None:
        hover += f"  (%{{customdata[0]:.{metric.decimals}f}} to %{{customdata[1]:.{metric.decimals}f}})"
        custom = np.column_stack([line.low, line.high])
    return go.Scatter(
        x=axis_times(line.at),
        y=values,
        name=name,
        yaxis=axis,
        mode="lines+markers" if with_markers else "lines",
        line={
            "color": color,
            "shape": "hv" if metric.codes is not None else "linear",
            "dash": "dash" if dashed and line.string == 2 else "solid",
        },
        marker={"symbol": symbol, "size": size, "color": color, "line": {"width": 0}} if with_markers else None,
        customdata=custom,
        hovertemplate=f"{f'{name}: ' if named else ''}{hover}<extra></extra>",
        connectgaps=False,
    )


def band(line: Line, color: str, axis: str, logarithmic: bool) -> go.Scatter:
    """From the smallest to the largest of each bucket, one closed shape for each run between gaps."""
    assert line.low is not None
    assert line.high is not None
    low = np.where(line.low > 0, line.low, line.value) if logarithmic else line.low
    usable = positive(low) if logarithmic else low
    x: list[Numbers] = []
    y: list[Numbers] = []
    for run in segments(usable):
        at = line.at[run]
        x += [at, at[::-1], np.array([np.nan])]
        y += [line.high[run], low[run][::-1], np.array([np.nan])]
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
