"""The two graph pages: from the controls to the graph, its words and its address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from dash import ClientsideFunction, Dash, Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate
from sqlalchemy.orm import Session, sessionmaker

from callbacks import graph_words
from callbacks.graph_figure import Drawing, figure_height, graph_figure, left_out, line_names
from callbacks.lines import Line, bucketed, line, seen, wide_enough
from callbacks.ranges import WORDS, Asked, asked, chosen, field_text
from callbacks.site import Clock, Site, Viewers, device_name, seen_by
from data import catalogue, msview, queries
from data.catalogue import Metric
from data.queries import DeviceRow
from data.ranges import TimeRange
from pages import ids as page_ids
from pages.graph_form import BOTH, CONTROLS, CUSTOM, IMPORTED, query_from_values
from pages.ids import GraphIds

MOST_POINTS = 24_000  # of all lines together
RECENT = timedelta(days=1)
MOST_POINTS_A_LINE = 4_500  # thirty days in ten-minute buckets
ERRORS = ("units", "start", "end", "interval", "date_format")


@dataclass(frozen=True, slots=True)
class Choice:
    """The devices a visitor may choose from, and those chosen."""

    options: list[dict[str, str]]
    devices: list[DeviceRow]
    name: str


def choice(kind: str, wanted: str, devices: Sequence[DeviceRow]) -> Choice:
    """The choices of the controller field, and the devices of the one that is wanted.

    `both` is every controller but the imported log.  A device that is wanted and unknown gives no devices.
    """
    ordered = sorted(devices, key=lambda device: (device.slug == IMPORTED, device.string or 9, device.slug))
    options = [{"label": device_name(device), "value": device.slug} for device in ordered]
    if kind == "tristar":
        live = [device for device in ordered if device.slug != IMPORTED]
        together = "Both strings" if sorted(d.string or 0 for d in live) in ([], [1, 2]) else "All controllers"
        for string in (1, 2):
            if not any(device.string == string for device in live):
                options.insert(string - 1, {"label": f"String {string}", "value": f"tristar-{string}"})
        options.insert(0, {"label": together, "value": BOTH})
        if wanted == BOTH:
            return Choice(options, live, "The controllers" if live else "No controller")
    found = [device for device in ordered if device.slug == wanted]
    if wanted not in {option["value"] for option in options}:
        options.append({"label": wanted, "value": wanted})
    name = {"bms": "The battery manager"}.get(kind) if len(ordered) <= 1 else None
    label = next(option["label"] for option in options if option["value"] == wanted)
    return Choice(options, found, name or (f"The {label[:1].lower()}{label[1:]}" if label == "Imported log" else label))


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
    moved.index = pd.DatetimeIndex(msview.retimed([at.to_pydatetime() for at in whole.index])).as_unit("ms")
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
            line(
                frame[metric.key],
                metric,
                (device_name(device), device.slug, device.string),
                width,
                window,
                now,
                site.zone,
            )
            for metric in metrics
            for device, frame in zip(devices, frames, strict=True)
            if metric.key in frame
        ]
    )


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
    session: Session, devices: Sequence[DeviceRow], metrics: Sequence[Metric], kind: str, site: Site
) -> tuple[list[Metric], TimeRange | None, dict[str, Any] | None]:
    """Where the chosen devices do have data: other metrics if need be, the span, and the controls that show it."""
    own_families = families(metrics)
    known = spans(session, devices, own_families)
    keys = {row.key for device in devices for row in queries.series(session, device.id)}
    has: list[Metric] = []
    if not known or not keys.intersection(metric.key for metric in metrics):
        has = [catalogue.metric(key) for key in catalogue.FORM_CHOICES[kind] if key in keys]
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
) -> dict[str, Any]:
    """All that the page shows for those controls; with an error at a field, that error and nothing else."""
    metrics = [catalogue.metric(key) for key in values["units"] or []]
    made = choice(kind, values["controller"], devices)
    wanted: Asked = asked(values, now, site.zone, spans(session, made.devices, families(metrics)))
    shown: dict[str, Any] = {f"{name}_error": wanted.errors.get(name, "") for name in ERRORS}
    shown |= {
        "options": made.options,
        "controller_hidden": kind == "bms" and len(made.options) < 2,
        "retimed_hidden": values["controller"] != IMPORTED,
    }
    if wanted.errors or wanted.window is None:
        return shown
    window = wanted.window
    count = max(1, len(metrics) * max(1, len(made.devices)))
    width = wide_enough(wanted.interval, window, min(MOST_POINTS_A_LINE, MOST_POINTS // count))
    frames = read_frames(session, made.devices, metrics, window, width, values["retimed"], site.zone)
    lines = lines_of(made.devices, frames, metrics, width, window, now, site)
    ages = newest_ages(session, made.devices, families(metrics), now) if window.end_at == now else {}
    address = query_from_values(kind, values)
    when = graph_words.window_words(window, site.zone) if not wanted.rolling else WORDS[values["range"]]
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
        "say": graph_words.sentence(lines, metrics, when),
        "note": graph_words.notes(
            wanted.interval,
            width,
            left_out(lines) if drawing.logarithmic else 0,
            hidden,
            any(one.low is not None for one in lines),
        ),
        "table": graph_words.numbers_table(lines, line_names(lines), window, width, ages, site.zone) if lines else [],
        "empty_hidden": bool(lines),
        "address": address,
        "units": values["units"],
        "range": values["range"],
        "start": field_text(window.start_at, site.zone) if wanted.rolling else values["start"],
        "end": field_text(window.end_at, site.zone) if wanted.rolling else values["end"],
    }
    if not lines:
        has, whole, controls = suggestion(session, made.devices, metrics, kind, site)
        words, button = graph_words.empty_words(metrics, made.name, when, has, whole, site.zone)
        shown |= {"empty": words, "go_there": button, "go_there_hidden": not button, "suggestion": controls}
    return shown


def settled(shown: Mapping[str, Any], names: Sequence[str], triggered: str | None) -> dict[str, Any]:
    """An answer for every output: what is not shown anew stays, and a tick of the clock leaves the fields alone."""
    answered = {name: shown.get(name, no_update) for name in names}
    if triggered == "clock":
        for name in ("units", "range", "start", "end", "address"):
            answered[name] = no_update
    return answered


def outputs(ids: GraphIds) -> dict[str, Output]:
    """What a change of any control may change."""
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
    }


def register(dash_app: Dash, sessions: sessionmaker[Session], viewer: Viewers, site: Site, clock: Clock) -> None:
    """Wire both graph pages."""
    for kind, ids in (("bms", page_ids.BMS), ("tristar", page_ids.TRISTAR)):
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
        },
    )
    def draw(
        controls: dict[str, Any],
        theme: str,
        _tick: int | None,
        _press: int | None,
        suggested: dict[str, Any] | None,
        visit: str | None,
    ) -> dict[str, Any]:
        triggered = (ctx.triggered_id or "").removeprefix(f"{ids.prefix}-") or None
        now = clock()
        values = chosen(controls, triggered, suggested, field_text(now, site.zone))
        if triggered == "clock" and values["range"] == CUSTOM:
            raise PreventUpdate
        with sessions() as session:
            devices = seen_by(viewer(), queries.devices(session, kind))
            shown = answer(session, kind, values, devices, now, site, theme or "light")
        if "address" in shown:
            shown["address"] = {"search": shown["address"], "visit": visit}
        return settled(shown, list(shown_outputs), triggered)

    dash_app.clientside_callback(
        ClientsideFunction("arboretum", "remember"),
        Output(ids.figure, "className"),
        Input(ids.address, "data"),
        prevent_initial_call=True,
    )
