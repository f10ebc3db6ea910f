"""The overview: read the newest documents and the last day, and answer only when something has changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dash import Dash, Input, Output, State
from dash.exceptions import PreventUpdate
from sqlalchemy.orm import Session, sessionmaker

from callbacks.common import formatting
from callbacks.common.condition import Condition, Source, condition, sentence
from callbacks.common.context import Clock, Site, Viewers, seen_by
from callbacks.overview import cards
from callbacks.overview.figure import (
    BATTERY_METRICS,
    STRING_METRICS,
    WIDTH,
    Day,
    day,
    overview_figure,
    steady_amps,
    sun_until,
)
from data import queries
from data.queries import Chart, Energy, Latest
from data.ranges import TimeRange
from pages import ids

DAY = timedelta(hours=24)
KINDS = ("bms", "tristar", "device")


def fingerprint(state: Condition, theme: str, now: datetime, zone: ZoneInfo) -> str:
    """A text that changes when the page would: a newer document, a device fallen silent, another day or theme."""
    sources = (*state.sources, *state.others)
    parts = [
        f"{source.latest.device.slug}@{source.latest.recorded_at.isoformat()}{'!' if source.silent else ''}"
        for source in sources
    ]
    silent_hours = [f"{source.age // timedelta(minutes=10)}" for source in sources if source.silent]
    return "|".join([theme, f"{now.astimezone(zone):%Y-%m-%d}", *parts, *silent_hours])


def midnight(now: datetime, zone: ZoneInfo) -> datetime:
    """The beginning of today in the site's zone."""
    local = now.astimezone(zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(now.tzinfo)


def read_day(session: Session, state: Condition, window: TimeRange) -> Day:
    """The last day of the controllers and the battery, in ten-minute buckets."""

    def chart(source: Source, metrics: Sequence[str]) -> Chart:
        return queries.chart(session, source.latest.device, metrics, window, WIDTH, window.end_at)

    controllers = {formatting.capitalised(source.name): chart(source, STRING_METRICS) for source in state.strings}
    return day(window, controllers, chart(state.battery, BATTERY_METRICS) if state.battery else None)


def read_energy(session: Session, state: Condition, now: datetime, zone: ZoneInfo) -> list[Energy]:
    """What each controller put out since midnight."""
    devices = [source.latest.device.id for source in state.strings]
    today = TimeRange(midnight(now, zone), now)
    return queries.energy(session, devices, "p_out", today, now)


def shown(
    state: Condition,
    rows: Sequence[Latest],
    day: Day,
    today: Sequence[Energy],
    window: TimeRange,
    site: Site,
    theme: str,
) -> tuple[Any, ...]:
    """The sentence, who was heard, the warnings, the numbers, the graph, whether it is hidden, and the table."""
    now = window.end_at
    words = sentence(state, now, site.zone, sun_until(day, now, site.zone), steady_amps(day))
    empty = not state.strings and state.battery is None
    return (
        words,
        cards.sub(state),
        cards.notices(state),
        cards.nothing_yet() if empty else cards.cards(state, today),
        overview_figure(day, window, site.zone, theme),
        empty,
        cards.raw(rows, state),
    )


def register(dash_app: Dash, sessions: sessionmaker[Session], viewer: Viewers, site: Site, clock: Clock) -> None:
    """Wire the overview: at once, every ten seconds, and when the theme changes."""

    @dash_app.callback(
        Output(ids.OVERVIEW_SAY, "children"),
        Output(ids.OVERVIEW_SUB, "children"),
        Output(ids.OVERVIEW_NOTICES, "children"),
        Output(ids.OVERVIEW_CARDS, "children"),
        Output(ids.OVERVIEW_GRAPH, "figure"),
        Output(ids.OVERVIEW_PROOF, "hidden"),
        Output(ids.OVERVIEW_RAW, "children"),
        Output(ids.OVERVIEW_SEEN, "data"),
        Input(ids.OVERVIEW_CLOCK, "n_intervals"),
        Input(ids.THEME, "data"),
        State(ids.OVERVIEW_SEEN, "data"),
    )
    def show(_tick: int | None, theme: str | None, before: str | None) -> tuple[Any, ...]:
        now, colours = clock(), theme or "light"
        window = TimeRange.last(DAY, now)
        with sessions() as session:
            newest = queries.latest_all(session, KINDS)
            visible = {device.id for device in seen_by(viewer(), [row.device for row in newest])}
            rows = [row for row in newest if row.device.id in visible]
            state = condition(rows, queries.spacings(session, rows), now)
            mark = fingerprint(state, colours, now, site.zone)
            if mark == before:
                raise PreventUpdate
            day = read_day(session, state, window)
            today = read_energy(session, state, now, site.zone)
        return (*shown(state, rows, day, today, window, site, colours), mark)
