"""The value pages: the newest documents entry by entry, read every ten seconds, answered when they have changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dash import Dash, Input, Output, State, html
from dash.exceptions import PreventUpdate
from sqlalchemy.orm import Session, sessionmaker

from callbacks.common import formatting
from callbacks.common.condition import sources_of
from callbacks.common.context import Clock, Site, Viewer, Viewers, device_name, seen_by
from callbacks.common.site_warnings import silence
from callbacks.values import bms, tables, tristar
from callbacks.values.newest import Newest, fingerprint, heard
from callbacks.values.rows import Section
from data import queries
from pages import ids
from pages.components import notice
from pages.graph.form import IMPORTED
from pages.ids import ValueIds

UNTOLD = "tristar"  # the device of documents that do not say whose they are


Said = tuple[str, list[Any]]  # the sentence, and the values


@dataclass(frozen=True, slots=True)
class ValuePage:
    """One page: whose documents it shows, what it makes of them, and what it says before there are any."""

    ids: ValueIds
    kind: str
    family: str
    shown: Callable[[Newest], Said]
    nothing: str
    ahead: str


def bms_values(newest: Newest) -> Said:
    """Every value of the battery manager's document."""
    (latest,) = (source.latest for source in newest.sources)
    words = bms.sentence(latest.readings, latest.flags)
    if newest.sources[0].silent:
        words = f"No data from the battery for {formatting.span(newest.sources[0].age)}; it last said: {words}"
    return words, _values(bms.sections(latest.content, newest.zone), newest)


def bms_pins(newest: Newest) -> Said:
    """The battery manager's active pins."""
    (source,) = newest.sources
    rows = bms.pins(source.latest.flags.pins)
    when = "were active when it was last heard" if source.silent else "are active"
    singular = "was active when it was last heard" if source.silent else "is active"
    if rows:
        return f"{len(rows)} pins {when}." if len(rows) > 1 else f"One pin {singular}.", [tables.pins_list(rows)]
    words = "The newest document names no active pin: the unit has none in use, or did not say."
    return "No pin is active.", [html.P(words, className="arb-prose")]


def tristar_values(newest: Newest) -> Said:
    """Every section of the controllers' documents."""
    sections = tristar.sections("tristar", newest.contents, newest.zone)
    return tristar.sentence(newest.sources), _values(sections, newest)


def charge_settings(newest: Newest) -> Said:
    """The charge settings side by side."""
    sections = tristar.settings(newest.contents, newest.names, newest.zone)
    words = tristar.settings_sentence(sections, newest.contents, newest.names)
    return words, _values(sections, newest, "arb-values-one")


def daily_values(newest: Newest) -> Said:
    """The records of the day."""
    sections = tristar.daily(newest.contents, newest.zone)
    return tristar.daily_sentence(newest.sources, newest.zone), _values(sections, newest, "arb-values-one")


def _values(sections: Iterable[Section], newest: Newest, css: str = "arb-values") -> list[Any]:
    return [html.Div(tables.body(sections, newest.columns, newest.where), className=css)]


BMS_AHEAD = "They appear with the first document of the battery manager."
TRISTAR_AHEAD = "They appear with the first document of a charge controller."
DAILY_AHEAD = (
    "They come with the first daily document of a controller, which the collector sends shortly before midnight."
)
VALUE_PAGES = (
    ValuePage(ids.BMS_INSTANTANEOUS, "bms", "bms", bms_values, "all the battery manager's values", BMS_AHEAD),
    ValuePage(ids.BMS_PINS, "bms", "bms", bms_pins, "the battery manager's active pins", BMS_AHEAD),
    ValuePage(
        ids.TRISTAR_INSTANTANEOUS, "tristar", "tristar", tristar_values, "all the controllers' values", TRISTAR_AHEAD
    ),
    ValuePage(
        ids.CHARGE_SETTINGS,
        "tristar",
        "tristar_daily",
        charge_settings,
        "the controllers' charge settings",
        DAILY_AHEAD,
    ),
    ValuePage(
        ids.DAILY_VALUES, "tristar", "tristar_daily", daily_values, "the controllers' daily records", DAILY_AHEAD
    ),
)


def read(session: Session, page: ValuePage, viewer: Viewer, now: datetime, zone: ZoneInfo) -> Newest:
    """The newest documents this visitor may see: of one battery manager the newest, of each controller its own."""
    seen = seen_by(viewer, queries.devices(session, page.kind))
    visible = {device.id for device in seen}
    rows = [
        row
        for row in queries.latest_all(session, [page.kind])
        if row.family == page.family and row.device.id in visible and row.device.slug != IMPORTED
    ]
    sources = sources_of(rows, queries.spacings(session, rows), now)
    if page.kind == "bms":
        return Newest(tuple(sorted(sources, key=lambda source: source.age)[:1]), (), now, zone)
    string_sources = [source for source in sources if source.latest.device.string is not None]
    shown = [
        source for source in sources if source.latest.device.slug != UNTOLD or not string_sources or not source.silent
    ]
    heard = {source.latest.device.id for source in shown}
    silent = [device for device in seen if device.string is not None and device.id not in heard]
    return Newest(tuple(shown), tuple(map(device_name, silent)) if shown else (), now, zone)


def notices(newest: Newest, page: ValuePage) -> list[Any]:
    """Who has fallen silent, or has never sent such a document."""
    parts = []
    for source in newest.sources:
        if source.silent and page.family == "tristar_daily":
            words = f"of a later day from {source.name}: its newest record is {formatting.span(source.age)} old."
            parts.append(notice("nodata", "No record ", words))
        elif source.silent:
            warning = silence(source)
            parts.append(notice(warning.kind, warning.prefix, warning.text))
    what = "No daily record " if page.family == "tristar_daily" else "No data "
    return parts + [notice("nodata", what, f"from {formatting.in_sentence(name)} yet.") for name in newest.without]


def nothing_yet(page: ValuePage) -> list[Any]:
    """What stands in place of the values before the first document."""
    words = [html.H2(f"Here will be {page.nothing}"), html.P(page.ahead)]
    return [html.Div(words, className="arb-empty arb-hatched")]


def answer(newest: Newest, page: ValuePage) -> tuple[Any, ...]:
    """The sentence, who was heard, who was not, the values."""
    if not newest.sources:
        return "Nothing has been sent yet.", [], [], nothing_yet(page)
    words, values = page.shown(newest)
    return words, heard(newest, page.family), notices(newest, page), values


def register(dash_app: Dash, sessions: sessionmaker[Session], viewer: Viewers, site: Site, clock: Clock) -> None:
    """Wire every value page."""
    for page in VALUE_PAGES:
        _wire(dash_app, sessions, viewer, site, clock, page)


def _wire(
    dash_app: Dash, sessions: sessionmaker[Session], viewer: Viewers, site: Site, clock: Clock, page: ValuePage
) -> None:
    @dash_app.callback(
        Output(page.ids.say, "children"),
        Output(page.ids.heard, "children"),
        Output(page.ids.notices, "children"),
        Output(page.ids.body, "children"),
        Output(page.ids.seen, "data"),
        Input(page.ids.clock, "n_intervals"),
        State(page.ids.seen, "data"),
    )
    def show(_tick: int | None, before: str | None) -> tuple[Any, ...]:
        with sessions() as session:
            newest = read(session, page, viewer(), clock(), site.zone)
        mark = fingerprint(newest)
        if mark == before:
            raise PreventUpdate
        return (*answer(newest, page), mark)
