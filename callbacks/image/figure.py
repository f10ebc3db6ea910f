"""Lines to an image: what the graph page shows, drawn by matplotlib, without anything shared between two images."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from callbacks.common import styles
from callbacks.common.lines import Line, Numbers, segments
from callbacks.graph.axes import axis_title, positive, state_ticks, time_range, value_range
from callbacks.graph.figure import Drawing, figure_height, line_colors, line_names, panels
from callbacks.image.styles import styled
from callbacks.image.ticks import time_ticks, value_ticks
from data.ranges import TimeRange

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DOTS_PER_INCH = 96  # of a page's pixels
SHARPNESS = 2  # pixels of the image for one of the page
TITLE_LINES, LABEL_LINES = 4, 3
LETTER_WIDTH = 0.64  # of the size of the type
BAND = 0.16


@dataclass(frozen=True, slots=True)
class Size:
    """Width in pixels of a page, its ticks, how many names stand beside each other, the letters of a state, the part
    of the graph page's height, and the largest type: a style with a larger one is drawn smaller."""

    width: int
    ticks: int
    columns: int
    letters: int
    height_part: float
    most_type: float


SIZES = {"wide": Size(1040, 9, 4, 24, 1.0, 100.0), "phone": Size(390, 4, 2, 16, 0.72, 13.0)}
FORMATS = {"png": "image/png", "svg": "image/svg+xml"}


def pixels(lines: Sequence[Line], size: Size) -> tuple[int, int]:
    """Width and height of the image, in pixels of a page."""
    return size.width, round(figure_height(lines) * size.height_part)


def image_file(
    kind: str, lines: Sequence[Line], drawing: Drawing, window: TimeRange, zone: ZoneInfo, size: str, says: str
) -> bytes:
    """The image as a file of a kind of FORMATS; `says` is what it says, in words.

    Raises BusyError when too many are being drawn.
    """
    with styled(drawing.style, drawing.theme):
        figure = image_figure(lines, drawing, window, zone, SIZES[size], says)
        written = io.BytesIO()
        metadata = {"Title": says, "Date": None} if kind == "svg" else {"Title": says, "Software": "Arboretum"}
        figure.savefig(
            written,
            format=kind,
            dpi=SHARPNESS * SIZES[size].width / figure.get_figwidth(),
            metadata=metadata,
            facecolor=figure.get_facecolor(),
            edgecolor="none",
        )
        figure.clear()
    return written.getvalue()


def image_figure(
    lines: Sequence[Line], drawing: Drawing, window: TimeRange, zone: ZoneInfo, size: Size, says: str = ""
) -> Figure:
    """The figure in the style that is set: one panel for each unit, or the words in place of what is not there."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    groups = panels(lines)
    smaller = max(1.0, styles.style_sheet(drawing.style, drawing.theme).size / size.most_type)
    width, height = (length * smaller for length in pixels(lines, size))
    size = replace(size, width=round(width))
    pad = 0.02 if drawing.tight else 0.16
    layout = ConstrainedLayoutEngine(w_pad=pad, h_pad=pad, hspace=0.05)
    figure = Figure(figsize=(width / DOTS_PER_INCH, height / DOTS_PER_INCH), dpi=DOTS_PER_INCH, layout=layout)
    grid: Any = figure.subplots(max(1, len(groups)), 1, sharex=True, squeeze=False)
    rows: list[Axes] = list(grid[:, 0])
    colors, names = line_colors(groups, drawing), line_names(lines)
    for axes, group in zip(rows, groups, strict=False):
        _panel(axes, group, drawing, colors, names, size)
    if not groups:
        _nothing(rows[0], says, size)
    _time_axis(rows, lines, drawing, window, zone, size)
    figure.align_ylabels(rows)
    if drawing.title:
        letters = _letters(size.width * 0.85, rows[0].title.get_fontsize())
        rows[0].set_title(wrapped(drawing.title, letters, TITLE_LINES), parse_math=False)
    if any(len(group) > 1 for group in groups):
        shared = [axes for axes, group in zip(rows, groups, strict=True) if len(group) > 1]
        handles = [line for axes in shared for line in axes.get_lines() if not str(line.get_label()).startswith("_")]
        figure.legend(handles=handles, loc="outside lower left", ncols=size.columns)
    return figure


def _panel(
    axes: Axes, group: Sequence[Line], drawing: Drawing, colors: dict[int, str], names: dict[int, str], size: Size
) -> None:
    """The lines of one unit, with the value axis."""
    coded = group[0].metric.codes is not None
    logarithmic = drawing.logarithmic and not coded
    for line in group:
        _line(axes, line, drawing, logarithmic, colors[id(line)], names[id(line)])
    ends = value_range(group, logarithmic, drawing.tight)
    low, high = (10 ** ends[0], 10 ** ends[1]) if logarithmic else ends
    if logarithmic:
        axes.set_yscale("log")
    axes.set_ylim(low, high)
    pixels = axes.get_window_extent().height
    letters = _letters(pixels, axes.yaxis.label.get_fontsize())
    words = wrapped(axis_title(group, drawing.ylabel), letters, LABEL_LINES)
    axes.set_ylabel(words, parse_math=False)
    if coded:
        states = state_ticks(group)
        ticks, labels = states["tickvals"], [wrapped(words, size.letters, 1) for words in states["ticktext"]]
    else:
        ticks, labels = value_ticks(low, high, max(3, round(pixels / 45)), logarithmic)
    axes.set_yticks([], minor=True)
    axes.set_yticks(ticks, labels=labels, parse_math=False)


def _line(axes: Axes, line: Line, drawing: Drawing, logarithmic: bool, color: str, name: str) -> None:
    """One series: its band, its line, and a dot for a reading that stands alone between two gaps."""
    at = line.at.astype("datetime64[ms]")
    values = positive(line.value) if logarithmic else line.value
    if line.low is not None and line.high is not None:
        low = np.where(line.low > 0, line.low, values) if logarithmic else line.low
        axes.fill_between(
            at, low, line.high, where=np.isfinite(low).tolist(), color=color, alpha=BAND, linewidth=0, zorder=1.5
        )
    axes.plot(
        at,
        values,
        color=color,
        label=name,
        marker=drawing.marker,
        drawstyle="steps-post" if line.metric.codes is not None else "default",
        zorder=2.5,
    )
    alone = _alone(values)
    if drawing.marker == "None" and len(alone):
        axes.plot(at[alone], values[alone], color=color, marker="o", linestyle="none", label="_alone", zorder=2.5)


def _alone(values: Numbers) -> Any:
    """The places of readings between two gaps."""
    return np.array([run.start for run in segments(values) if run.stop - run.start == 1], dtype="int64")


def _time_axis(
    rows: Sequence[Axes], lines: Sequence[Line], drawing: Drawing, window: TimeRange, zone: ZoneInfo, size: Size
) -> None:
    """The one time axis under all the panels, in the site's zone."""
    last = rows[-1]
    start, end = (np.datetime64(text) for text in time_range(lines, drawing.tight, window, zone))
    font_size = last.xaxis.label.get_fontsize()
    ticks, labels = time_ticks(start, end, size.ticks, drawing.tick_format, _letters(size.width * 0.85, font_size))
    axis: Any = last  # whose stubs know no dates
    axis.set_xlim(start, end)
    last.set_xticks(ticks, labels=labels, parse_math=False)
    words = wrapped(drawing.xlabel or f"Time, {zone.key}", _letters(size.width * 0.7, font_size), LABEL_LINES)
    last.set_xlabel(words, parse_math=False)


def _nothing(axes: Axes, says: str, size: Size) -> None:
    """What the image of no data shows: the sentence that says so."""
    axes.set_yticks([])
    words = wrapped(says, _letters(size.width * 0.8, axes.title.get_fontsize()), 4)
    axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", parse_math=False)


def _letters(pixels: float, points: float | str) -> int:
    """How many letters of that size stand beside each other."""
    return max(12, int(pixels / (float(points) * DOTS_PER_INCH / 72 * LETTER_WIDTH)))


def wrapped(text: str, letters: int, most_lines: int) -> str:
    """The text in lines that fit; what is too much for them ends in dots."""
    return "\n".join(textwrap.wrap(text, letters, max_lines=most_lines, placeholder=" …"))
