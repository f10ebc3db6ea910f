"""The graph of the overview: the power of each string, the load, and the state of charge over a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from callbacks.common import styles
from callbacks.common.formatting import plain
from callbacks.common.lines import Numbers, Truths, axis_times, drawn_buckets, wall_milliseconds
from callbacks.graph.axes import time_range
from callbacks.graph.end_labels import End, end_labels, line_end
from callbacks.graph.traces import faint
from data.catalogue.codes import NIGHT
from data.gaps import Stretch, common
from data.queries import Chart
from data.ranges import TimeRange
from pages.graph.form import OWN_STYLE

STRING_METRICS = ("p_out", "charge_state")
BATTERY_METRICS = ("total_voltage", "total_current", "state_of_charge")
WIDTH = timedelta(minutes=10)
SUN_WATTS = 5.0
POWER_SHARE = 0.66
PLOT_PIXELS = 430
PERCENT_RANGE = (0, 104)


@dataclass(frozen=True, slots=True)
class Day:
    """One day in equal buckets: watts of each string by name, of the load, percent, amperes, and where it was night.

    `unbroken` has the stretches of each string without a gap, `load_unbroken` and `percent_unbroken` those of the rest.
    """

    index: pd.DatetimeIndex
    strings: Mapping[str, Numbers]
    load: Numbers
    percent: Numbers
    amps: Numbers
    night: Truths
    unbroken: Mapping[str, Sequence[Stretch]]
    load_unbroken: Sequence[Stretch]
    percent_unbroken: Sequence[Stretch]


def day(window: TimeRange, controllers: Mapping[str, Chart], battery: Chart | None) -> Day:
    """Put buckets of several devices side by side; `controllers` by name, in order.

    The load is solar output minus battery power, from means of the same ten minutes, where all of it was measured.
    """
    index = pd.date_range(
        pd.Timestamp(window.start_at).floor(WIDTH), pd.Timestamp(window.end_at), freq=WIDTH, tz="UTC", inclusive="left"
    )
    strings = {name: _column(chart, "p_out", "mean", index) for name, chart in controllers.items()}
    strings = {name: watts for name, watts in strings.items() if np.isfinite(watts).any()}
    volts = _column(battery, "total_voltage", "mean", index)
    amps = _column(battery, "total_current", "mean", index)
    nothing = np.full(len(index), np.nan)
    solar = np.sum(list(strings.values()), axis=0) if strings else nothing
    states = [_column(chart, "charge_state", "last", index) for chart in controllers.values()]
    night = np.any([state == NIGHT for state in states], axis=0) if states else np.zeros(len(index), dtype=bool)
    unbroken = {name: _unbroken(controllers[name], "p_out") for name in strings}
    battery_power = common(_unbroken(battery, "total_voltage"), _unbroken(battery, "total_current"))
    return Day(
        index=index,
        strings=strings,
        load=np.maximum(solar - volts * amps, 0.0),
        percent=_column(battery, "state_of_charge", "last", index),
        amps=amps,
        night=night,
        unbroken=unbroken,
        load_unbroken=reduce(common, unbroken.values(), battery_power),
        percent_unbroken=_unbroken(battery, "state_of_charge"),
    )


def sun_until(day: Day, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When the sun is expected to stop today: a day after it last did yesterday; None when yesterday was not seen."""
    if not day.strings:
        return None
    watts = np.nansum(list(day.strings.values()), axis=0)
    yesterday = now.astimezone(zone).date() - timedelta(days=1)
    sunny = [
        at
        for at, value in zip(day.index, watts, strict=True)
        if value > SUN_WATTS and at.astimezone(zone).date() == yesterday
    ]
    return (sunny[-1].to_pydatetime() + timedelta(days=1)) if sunny else None


def steady_amps(day: Day) -> float | None:
    """The mean battery current of the last half hour that was seen; None when it was not."""
    recent = day.amps[-3:]
    recent = recent[np.isfinite(recent)]
    return float(recent.mean()) if len(recent) else None


def overview_figure(day: Day, window: TimeRange, zone: ZoneInfo, theme: str) -> go.Figure:
    """Draw the day; the lines break at gaps, nights are shaded."""
    at = wall_milliseconds(day.index, zone)
    figure = go.Figure()
    ends: list[End] = []
    for position, (key, watts) in enumerate(day.strings.items()):
        name = plain(key)
        color = styles.meaning("sun" if position == 0 else "sun-2", theme)
        shown = drawn_buckets(day.index, watts, day.unbroken[key])
        dash, fill = ("solid", True) if position == 0 else ("dash", False)
        figure.add_trace(_power(at[shown], watts[shown], name, color, dash, fill))
        ends += line_end(name, watts, color)
    color = styles.meaning("load", theme)
    if np.isfinite(day.load).any():
        shown = drawn_buckets(day.index, day.load, day.load_unbroken)
        figure.add_trace(_power(at[shown], day.load[shown], "Load", color, "solid", fill=False))
        ends += line_end("Load", day.load, color)
    battery = styles.meaning("battery", theme)
    shown = drawn_buckets(day.index, day.percent, day.percent_unbroken)
    figure.add_trace(
        go.Scatter(
            x=axis_times(at[shown]),
            y=day.percent[shown],
            yaxis="y2",
            name="State of charge",
            mode="lines",
            line={"color": battery, "width": 2.4},
            hovertemplate="State of charge: %{y:.1f}\u202f%<extra></extra>",
        )
    )
    powers = [watts for watts in (*day.strings.values(), day.load) if np.isfinite(watts).any()]
    top = max([float(np.nanmax(watts)) for watts in powers] + [50.0]) * 1.08
    figure.update_layout(
        template=styles.template(OWN_STYLE, theme),
        autosize=True,
        uirevision="overview",
        hovermode="x unified",
        showlegend=False,
        margin={"l": 56, "r": 76, "t": 8, "b": 44, "pad": 4},
        shapes=_nights(day, zone, styles.meaning("night", theme)),
        annotations=[
            *end_labels(ends, "y", (0, top), PLOT_PIXELS * POWER_SHARE, lowest=6.0),
            *end_labels(line_end("Battery", day.percent, battery), "y2", PERCENT_RANGE, PLOT_PIXELS),
        ],
        xaxis={
            "type": "date",
            "anchor": "y2",
            "range": time_range([], False, window, zone),
            "hoverformat": "%a %-d %b %H:%M",
            "title": {"text": "Time"},
            "tickformatstops": styles.TIME_TICKS,
            "tickangle": 0,
        },
        yaxis={"domain": [1 - POWER_SHARE + 0.03, 1], "title": {"text": "Power (W)"}, "range": [0, top], "nticks": 6},
        yaxis2={
            "domain": [0, 1 - POWER_SHARE - 0.05],
            "title": {"text": "State of charge (%)"},
            "range": PERCENT_RANGE,
            "tickvals": [0, 50, 100],
        },
    )
    return figure


def _column(chart: Chart | None, metric: str, measure: str, index: pd.DatetimeIndex) -> Numbers:
    if chart is None:
        return np.full(len(index), np.nan)
    return chart.frame[(metric, measure)].reindex(index).to_numpy(dtype="float64")


def _unbroken(chart: Chart | None, metric: str) -> Sequence[Stretch]:
    return chart.coverages[metric].stretches if chart else ()


def _power(at: Numbers, watts: Numbers, name: str, color: str, dash: str, fill: bool) -> go.Scatter:
    return go.Scatter(
        x=axis_times(at),
        y=watts,
        name=name,
        mode="lines",
        line={"color": color, "width": 2, "dash": dash},
        fill="tozeroy" if fill else None,
        fillcolor=faint(color, 0.10) if fill else None,
        hovertemplate=f"{name}: %{{y:.0f}}\u202fW<extra></extra>",
    )


def _nights(day: Day, zone: ZoneInfo, color: str) -> list[dict[str, Any]]:
    """One shape for each run of night buckets, behind both panels."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], day.night, [False])).astype(int)))
    at = wall_milliseconds(day.index, zone)
    starts, ends = axis_times(at), axis_times(at + WIDTH.total_seconds() * 1000)
    return [
        {
            "type": "rect",
            "xref": "x",
            "yref": "paper",
            "x0": starts[first],
            "x1": ends[last - 1],
            "y0": 0,
            "y1": 1,
            "line": {"width": 0},
            "fillcolor": color,
            "layer": "below",
        }
        for first, last in zip(edges[::2], edges[1::2], strict=True)
    ]
