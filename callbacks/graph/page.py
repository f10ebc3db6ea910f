"""The graph pages: from the controls to the graph, its words and its address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from dash import ClientsideFunction, Dash, Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate
from sqlalchemy.orm import Session, sessionmaker

from callbacks.common.context import Clock, Site, Viewer, Viewers, device_name, seen_by
from callbacks.common.lines import Line, bucketed, line, seen, wide_enough
from callbacks.common.sensor_fields import resolved
from callbacks.graph import texts
from callbacks.graph.controls import LONGEST_INTERVAL_MINUTES, WORDS, Asked, asked, chosen, field_text
from callbacks.graph.figure import Drawing, figure_height, graph_figure, left_out, line_names
from callbacks.graph.subject import Subject, subject
from data import queries
from data.catalogue import Metric
from data.errors import RangeError
from data.importing.msview import daily
from data.queries import DeviceRow
from data.ranges import TimeRange
from pages import ids as page_ids
from pages.graph_form import CONTROLS, CUSTOM, IMPORTED, PICTURE_PAGE, misfit, query_from_values
from pages.ids import GraphIds

MOST_POINTS = 24_000  # of all lines together
RECENT = timedelta(days=1)
MOST_POINTS_A_LINE = 4_500  # thirty days in ten-minute buckets
ERRORS = ("units", "controller", "start", "end", "interval", "date_format")
KINDS = {"bms": "bms", "tristar": "tristar", "sensors": "sensor"}  # page -> devices
LONGEST_SENSOR_INTERVAL_MINUTES = 1_000


def read_frames(
    session: Session,
    devices: Sequence[DeviceRow],
    metrics: Sequence[Metric],
    window: TimeRange,
    width: timedelta,
    retimed: bool,
    zone: ZoneInfo,
) -> list[pd.DataFrame]:
    """The buckets of each device; the imported log is read whole and re-timed where that is asked."""
    keys = [metric.key for metric in metrics]
    frames = []
    for device in devices:
        if device.slug == IMPORTED and retimed:
            frames.append(bucketed(retimed_samples(session, device, keys, window), width))
        else:
            frames.append(queries.buckets(session, device.id, keys, window, width=width, zone=zone))
    return frames


def retimed_samples(session: Session, device: DeviceRow, keys: Sequence[str], window: TimeRange) -> pd.DataFrame:
    """The imported log's samples at the times they most likely had, those in the window."""
    known = queries.span(session, device.id, "tristar_daily")
    if known is None:
        return pd.DataFrame(columns=list(keys), index=pd.DatetimeIndex([], tz="UTC"), dtype="float64")
    whole = queries.samples(
        session, device.id, keys, TimeRange(known.start_at, known.end_at + timedelta(milliseconds=1))
    )
    moved = whole.copy()
    moved.index = pd.DatetimeIndex(daily.retimed([at.to_pydatetime() for at in whole.index])).as_unit("ms")
    return moved[(moved.index >= window.start_at) & (moved.index < window.end_at)]


def lines_of(
    devices: Sequence[DeviceRow],
    frames: Sequence[pd.DataFrame],
    metrics: Sequence[Metric],
    width: timedelta,
    window: TimeRange,
    now: datetime,
    site: Site,
) -> list[Line]:
    """Every line with something to draw, metric by metric."""
    return seen(
        [
            replace(
                line(
                    frame[metric.key],
                    metric,
                    (device_name(device), device.slug, device.string),
                    width,
                    window,
                    now,
                    site.zone,
                ),
                sensor_id=device.sensor_id,
            )
            for metric in metrics
            for device, frame in zip(devices, frames, strict=True)
            if metric.key in frame
        ]
    )


def drawn(
    session: Session, of: Subject, window: TimeRange, interval: timedelta, retimed: bool, now: datetime, site: Site
) -> tuple[list[Metric], list[Line], timedelta]:
    """The metrics as their data shows them, the lines with something to draw, and the width of a bucket: the interval,
    or more where that would be too many points."""
    metrics, devices = of.metrics, of.choice.devices
    count = max(1, len(metrics) * max(1, len(devices)))
    width = wide_enough(interval, window, min(MOST_POINTS_A_LINE, MOST_POINTS // count))
    frames = read_frames(session, devices, metrics, window, width, retimed, site.zone)
    metrics = [resolved(metric, frames) if metric.family == "sensor" else metric for metric in metrics]
    return metrics, lines_of(devices, frames, metrics, width, window, now, site), width


def families(metrics: Sequence[Metric]) -> list[str]:
    """The document families that hold the metrics."""
    return list(dict.fromkeys(metric.family for metric in metrics))


def spans(session: Session, devices: Sequence[DeviceRow], wanted: Sequence[str]) -> list[TimeRange]:
    """Where each device has data of those families."""
    found = [queries.span(session, device.id, family) for device in devices for family in wanted]
    return [span for span in found if span is not None]


def newest_ages(
    session: Session, devices: Sequence[DeviceRow], wanted: Sequence[str], now: datetime
) -> dict[tuple[str, str], timedelta]:
    """How old the newest document of each device and family is, those of the last day."""
    ages = {}
    for device in devices:
        for family in wanted:
            known = queries.span(session, device.id, family)
            if known is not None and now - known.end_at < RECENT:
                ages[(device.slug, family)] = max(timedelta(0), now - known.end_at)
    return ages


def suggestion(
    session: Session, devices: Sequence[DeviceRow], metrics: Sequence[Metric], offered: Sequence[Metric], site: Site
) -> tuple[list[Metric], TimeRange | None, dict[str, Any] | None]:
    """Where the chosen devices do have data: other metrics if need be, the span, and the controls that show it."""
    own_families = families(metrics)
    known = spans(session, devices, own_families)
    keys = {row.key for device in devices for row in queries.series(session, device.id)}
    has: list[Metric] = []
    if not known or not keys.intersection(metric.key for metric in metrics):
        has = [metric for metric in offered if metric.key in keys]
        known = spans(session, devices, families(has))
    if not known:
        return [], None, None
    whole = TimeRange(min(span.start_at for span in known), max(span.end_at for span in known))
    controls: dict[str, Any] = {
        "range": CUSTOM,
        "start": field_text(whole.start_at, site.zone),
        "end": field_text(whole.end_at + timedelta(minutes=1), site.zone),
    }
    if has:
        controls["units"] = [metric.key for metric in has[:2]]
    return has, whole, controls


def answer(
    session: Session,
    kind: str,
    values: dict[str, Any],
    devices: Sequence[DeviceRow],
    now: datetime,
    site: Site,
    theme: str,
    viewer: Viewer,
    first: bool = False,
) -> dict[str, Any]:
    """All that the page shows for those controls; with an error at a field, that error and nothing else.

    `first` is whether nothing has been drawn yet: then the error stands in the place of the graph too.
    """
    of = subject(session, kind, values, devices, viewer)
    metrics, made = of.metrics, of.choice
    longest = LONGEST_SENSOR_INTERVAL_MINUTES if kind == "sensors" else LONGEST_INTERVAL_MINUTES
    wanted: Asked = asked(values, now, site.zone, spans(session, made.devices, families(metrics)), longest)
    errors = {**wanted.errors, **of.errors}
    shown: dict[str, Any] = {f"{name}_error": errors.get(name, "") for name in ERRORS}
    shown |= {
        "options": made.options,
        "controller_hidden": kind == "bms" and len(made.options) < 2,
        "retimed_hidden": values["controller"] != IMPORTED,
    }
    if kind == "sensors":
        shown |= {
            "controller": of.wanted,
            "unit_options": [{"label": texts.with_unit(one), "value": one.key} for one in of.offered],
        }
        values = {**values, "units": of.keys, "controller": of.wanted}
    if errors or wanted.window is None:
        return shown | (texts.nothing_drawn(errors) if first else {})
    window = wanted.window
    metrics, lines, width = drawn(session, of, window, wanted.interval, values["retimed"], now, site)
    ages = newest_ages(session, made.devices, families(metrics), now) if window.end_at == now else {}
    address = query_from_values(kind, values | ({"units": []} if of.standard and of.keys == of.standard else {}))
    when = texts.window_words(window, site.zone) if not wanted.rolling else WORDS[values["range"]]
    drawing = Drawing(
        style=values["style"],
        theme=theme,
        marker=values["marker"],
        title=(values["title"] or "").strip(),
        xlabel=(values["xlabel"] or "").strip(),
        ylabel=(values["ylabel"] or "").strip(),
        tick_format=wanted.tick_format,
        tight=values["tight_layout"],
        logarithmic=values["logarithmic_scale"],
    )
    hidden = (
        [metric.label for metric in metrics if not any(one.metric.key == metric.key for one in lines)] if lines else []
    )
    shown |= {
        "figure": graph_figure(lines, drawing, window, site.zone, address or "default"),
        "graph_style": {"height": f"{figure_height(lines)}px"},
        "say": texts.sentence(lines, metrics, when, made.name if kind == "sensors" else ""),
        "note": texts.notes(
            wanted.interval,
            width,
            left_out(lines) if drawing.logarithmic else 0,
            hidden,
            any(one.low is not None for one in lines),
            len(of.offered) - len(metrics) if of.standard and of.keys == of.standard else 0,
        ),
        "table": texts.numbers_table(lines, line_names(lines), window, width, ages, site.zone) if lines else [],
        "empty_hidden": bool(lines),
        "address": address,
        "picture": PICTURE_PAGE + address,
        "units": of.keys if kind == "sensors" else values["units"],
        "range": values["range"],
        "start": field_text(window.start_at, site.zone) if wanted.rolling else values["start"],
        "end": field_text(window.end_at, site.zone) if wanted.rolling else values["end"],
    }
    if not lines:
        has, whole, controls = suggestion(session, made.devices, metrics, of.offered, site)
        if kind == "sensors" and whole is None:
            words, button = texts.no_sensor_words(made.devices, made.name), ""
        else:
            words, button = texts.empty_words(metrics, made.name, when, has, whole, site.zone)
        shown |= {"empty": words, "go_there": button, "go_there_hidden": not button, "suggestion": controls}
    return shown


def of_a_sensor(values: Mapping[str, Any], triggered: str | None) -> dict[str, Any]:
    """The controls of the sensors' page: another sensor begins with all its fields; fields cleared by hand are None."""
    if triggered == "controller":
        return {**values, "units": []}
    return {**values, "units": None if triggered == "units" and not values["units"] else values["units"] or []}


def settled(shown: Mapping[str, Any], names: Sequence[str], triggered: str | None) -> dict[str, Any]:
    """An answer for every output: what is not shown anew stays, and a tick of the clock leaves the fields alone."""
    answered = {name: shown.get(name, no_update) for name in names}
    if triggered == "clock":
        for name in ("units", "controller", "range", "start", "end", "address"):
            if name in answered:
                answered[name] = no_update
    return answered


def outputs(ids: GraphIds) -> dict[str, Output]:
    """What a change of any control may change."""
    of_a_sensor = {
        "controller": Output(ids.of("controller"), "value"),
        "unit_options": Output(ids.of("units"), "options"),
    }
    return {
        "figure": Output(ids.figure, "figure"),
        "graph_style": Output(ids.figure, "style"),
        "say": Output(ids.say, "children"),
        "note": Output(ids.note, "children"),
        "table": Output(ids.table, "children"),
        "empty": Output(ids.empty, "children"),
        "empty_hidden": Output(ids.of("empty-frame"), "hidden"),
        "go_there": Output(ids.go_there, "children"),
        "go_there_hidden": Output(ids.go_there, "hidden"),
        "suggestion": Output(ids.suggestion, "data"),
        "address": Output(ids.address, "data"),
        "units": Output(ids.of("units"), "value"),
        "range": Output(ids.of("range"), "value"),
        "start": Output(ids.of("start"), "value"),
        "end": Output(ids.of("end"), "value"),
        "options": Output(ids.of("controller"), "options"),
        "controller_hidden": Output(ids.controller_field, "hidden"),
        "retimed_hidden": Output(ids.retimed_field, "hidden"),
        **{f"{name}_error": Output(ids.error_of(name), "children") for name in ERRORS},
        **(of_a_sensor if ids == page_ids.SENSORS else {}),
        **({"picture": Output(ids.of("picture"), "href")} if ids == page_ids.BMS else {}),
    }


def register(dash_app: Dash, sessions: sessionmaker[Session], viewer: Viewers, site: Site, clock: Clock) -> None:
    """Wire the graph pages."""
    for kind, ids in (("bms", page_ids.BMS), ("tristar", page_ids.TRISTAR), ("sensors", page_ids.SENSORS)):
        register_page(dash_app, sessions, viewer, site, clock, kind, ids)


def register_page(
    dash_app: Dash,
    sessions: sessionmaker[Session],
    viewer: Viewers,
    site: Site,
    clock: Clock,
    kind: str,
    ids: GraphIds,
) -> None:
    """Wire one graph page: its controls, the theme, the tick of a window that ends now, an empty graph's button."""
    shown_outputs = outputs(ids)

    @dash_app.callback(
        output=shown_outputs,
        inputs={
            "controls": {name: Input(ids.of(name), "value") for name in CONTROLS},
            "theme": Input(page_ids.THEME, "data"),
            "_tick": Input(ids.clock, "n_intervals"),
            "_press": Input(ids.go_there, "n_clicks"),
            "suggested": State(ids.suggestion, "data"),
            "visit": State(ids.visit, "data"),
            "drawn": State(ids.address, "data"),
        },
    )
    def draw(
        controls: dict[str, Any],
        theme: str,
        _tick: int | None,
        _press: int | None,
        suggested: dict[str, Any] | None,
        visit: str | None,
        drawn: dict[str, Any] | None,
    ) -> dict[str, Any]:
        triggered = (ctx.triggered_id or "").removeprefix(f"{ids.prefix}-") or None
        now = clock()
        values = chosen(controls, triggered, suggested, field_text(now, site.zone))
        if (wrong := misfit(values)) is not None:
            raise RangeError(f"{wrong} holds what no control can hold: load the page again")
        if triggered == "clock" and values["range"] == CUSTOM:
            raise PreventUpdate
        if kind == "sensors":
            values = of_a_sensor(values, triggered)
        who = viewer()
        with sessions() as session:
            devices = seen_by(who, queries.devices(session, KINDS[kind]))
            shown = answer(session, kind, values, devices, now, site, theme or "light", who, drawn is None)
        if "address" in shown:
            shown["address"] = {"search": shown["address"], "visit": visit, "first": drawn is None}
        return settled(shown, list(shown_outputs), triggered)

    dash_app.clientside_callback(
        ClientsideFunction("arboretum", "remember"),
        Output(ids.figure, "className"),
        Input(ids.address, "data"),
        prevent_initial_call=True,
    )
