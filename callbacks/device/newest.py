"""The newest values of any device, over its graph: each with its unit and its age, or that it was not sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from dash import Dash, Input, Output, dcc, html
from sqlalchemy.orm import Session, sessionmaker

from callbacks.common import formatting
from callbacks.common.condition import Source, sources_of
from callbacks.common.context import Clock, Site, Viewer, Viewers, seen_by
from callbacks.common.sensor_fields import decimals_of, metrics_of
from callbacks.common.site_warnings import silence
from data import queries
from data.catalogue import Metric
from data.families import FAMILIES, KINDS
from data.queries import DeviceRow
from pages import ids
from pages.components import age, attributes, notice, quantity, table

MOST_ROWS = 200
COLUMNS = ("Series", "Newest value", "Age")
GRAVE = ("faults", "power_errors", "protection_errors")


@dataclass(frozen=True, slots=True)
class Newest:
    """A device, its newest document of each family, and the first MOST_ROWS of its metrics with what they last said."""

    device: DeviceRow
    sources: Sequence[Source]
    metrics: Sequence[Metric]
    more: int  # metrics beyond those
    values: dict[str, tuple[float, datetime]]
    now: datetime


def read(session: Session, slug: str, viewer: Viewer, now: datetime) -> Newest | None:
    """What that device last said; None where there is none that the viewer may see."""
    seen = [device for device in seen_by(viewer, queries.devices(session)) if device.slug == slug]
    if not seen:
        return None
    device = seen[0]
    newest = [queries.latest(session, device.id, family) for family in KINDS[device.kind]]
    rows = [latest for latest in newest if latest is not None]
    offered = metrics_of(session, device)
    metrics = offered[:MOST_ROWS]
    values = queries.newest_values(session, device, [metric.key for metric in metrics], rows)
    sources = sources_of(rows, queries.spacings(session, rows), now)
    return Newest(device, sources, metrics, len(offered) - len(metrics), values, now)


def section(newest: Newest | None, viewer: Viewer) -> list[Any]:
    """The heading with the ways from here, what is wrong, and the table."""
    if newest is None:
        return []
    links = html.Nav(ways(newest.device, viewer), className="arb-kin", **attributes(aria_label="More of this device"))
    heading = html.Div([html.H2("Newest values", className="arb-h2"), links], className="arb-headed")
    if not newest.sources:
        return [heading, html.P("It has sent nothing yet.", className="arb-sub")]
    rows = [row(metric, newest) for metric in newest.metrics]
    shown: list[Any] = [table(COLUMNS, rows, caption="Newest values")] if rows else [html.P("It has sent no number.")]
    if newest.more:
        shown.append(html.P([f"and {newest.more} more: ", *every_series(newest.device)], className="arb-note"))
    return [heading, *notices(newest), *shown]


def ways(device: DeviceRow, viewer: Viewer) -> list[Any]:
    """Links to the pages of the device's kind, and to what it posted."""
    families = [FAMILIES[family] for family in KINDS[device.kind]]
    pages = {family.page: family.heading for family in reversed(families) if family.page}
    if device.sensor_id is not None:
        pages = {f"/sensors?sensor={device.sensor_id}": "Among the sensors"} if viewer.user_id is not None else {}
    posted = f"/api/v1/devices/{quote(device.slug, safe='')}/documents?limit=1&times=iso"
    return [
        *(dcc.Link(heading, href=address, className="arb-kin-way") for address, heading in pages.items()),
        html.A("As it was posted", href=posted, className="arb-kin-way"),
    ]


def every_series(device: DeviceRow) -> list[Any]:
    """Where the rest is."""
    return [html.A("all of them", href=f"/api/v1/devices/{quote(device.slug, safe='')}/latest?times=iso"), "."]


def notices(newest: Newest) -> list[Any]:
    """What the newest documents warn of, and silence."""
    shown = []
    for source in newest.sources:
        if source.silent:
            words = silence(replace(source, name=newest.device.name))
            shown.append(notice(words.kind, words.prefix, words.text))
        for kind in fields(source.latest.flags):
            names = getattr(source.latest.flags, kind.name)
            label = kind.name.replace("_", " ").capitalize()
            if names and kind.name not in ("pins", "daily_flags"):
                grave = kind.name.removeprefix("daily_") in GRAVE
                shown.append(notice("danger" if grave else "warning", f"{label}: ", ", ".join(names)))
    return shown


def row(metric: Metric, newest: Newest) -> list[Any]:
    """A metric, its newest value and the age of that."""
    label = html.Span(metric.label, title=metric.explanation or metric.key)
    if metric.key not in newest.values:
        return [label, html.Span("not sent", className="arb-unit"), formatting.NOTHING]
    value, measured_at = newest.values[metric.key]
    shown = metric if metric.is_listed else replace(metric, decimals=decimals_of([value]))
    elapsed = newest.now - measured_at
    late = max(source.late_after_seconds for source in newest.sources)
    return [
        label,
        quantity(*formatting.reading(shown, value)),
        age(max(0.0, elapsed.total_seconds()), late, formatting.ago(elapsed)),
    ]


def register(dash_app: Dash, sessions: sessionmaker[Session], viewer: Viewers, _site: Site, clock: Clock) -> None:
    """Wire the newest values: at once, and with every tick of the page's clock."""

    @dash_app.callback(
        Output(ids.DEVICES_NEWEST, "children"),
        Input(ids.DEVICES.clock, "n_intervals"),
        Input(ids.DEVICES.of("controller"), "value"),
    )
    def tell(_tick: int | None, slug: str | None) -> list[Any]:
        who = viewer()
        with sessions() as session:
            return section(read(session, str(slug or ""), who, clock()), who)
