"""The visitor's own sensors, under the graph of the sensors' page: newest values, age, where each posts to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from dash import Dash, Input, Output, dcc, html
from sqlalchemy.orm import Session, sessionmaker

from callbacks.common import formatting
from callbacks.common.context import Clock, Site, Viewer, Viewers, device_page
from callbacks.common.sensor_fields import decimals_of, label_of, unit_of
from data import document, queries
from data.accounts import users
from data.database.models import Sensor
from data.queries import Latest
from pages import ids
from pages.components import age, table

COLUMNS = ("Name", "Newest values", "Age", "What it is", "Seen by", "Posts to")
REGISTER = "/sensors/register"
VALUES_SHOWN = 4
USUAL_SECONDS = 600  # what a sensor is expected to keep to, as long as nobody has said otherwise


def own_sensors(session: Session, viewer: Viewer) -> list[tuple[Sensor, Latest | None]]:
    """The viewer's own sensors with the newest document of each."""
    user = None if viewer.user_id is None else users.user_by_id(session, viewer.user_id)
    if user is None:
        return []
    newest = {row.device.sensor_id: row for row in queries.latest_all(session, ["sensor"])}
    return [(sensor, newest.get(sensor.id)) for sensor in users.sensors_of(session, user)]


def sensor_list(rows: Sequence[tuple[Sensor, Latest | None]], viewer: Viewer, now: datetime) -> list[Any]:
    """The table of the viewer's sensors; in its place what to do for who has none."""
    register = html.A("Register a sensor", href=REGISTER, className="arb-button" if not rows else "arb-button-quiet")
    if viewer.user_id is None:
        words = [html.H2("Log in to see your sensors"), html.P("Here are the sensors that are shared with everybody.")]
        login = html.A("Log in", href="/sensors/users/login?next=/sensors", className="arb-button")
        return [html.Div([*words, html.P(login)], className="arb-empty arb-quiet")]
    if not rows:
        words = [html.H2("No sensor of yours yet."), html.P("Each will be here with its newest values and their age.")]
        if not viewer.is_member:
            words[1] = html.P("Your account is for looking only: an administrator can make you a member.")
            return [html.Div(words, className="arb-empty arb-quiet")]
        return [html.Div([*words, html.P(register)], className="arb-empty arb-quiet")]
    heard = sum(newest is not None for _, newest in rows)
    counted = f"{len(rows)} of them, {'all' if heard == len(rows) else heard or 'none'} with data"
    return [
        html.Div(
            [
                html.H2(["Your sensors", html.Small(counted)], className="arb-h2"),
                *([register] if viewer.is_member else []),
            ],
            className="arb-headed",
        ),
        table(COLUMNS, [_row(sensor, newest, viewer, now) for sensor, newest in rows], len(COLUMNS), "Your sensors"),
    ]


def _row(sensor: Sensor, newest: Latest | None, viewer: Viewer, now: datetime) -> list[Any]:
    words = [word for word in (sensor.type, sensor.units, sensor.protocol) if word]
    seen = "everybody" if sensor.public else "you"
    address = f"/sensors/post-json/{quote(viewer.username or '')}/{quote(sensor.name)}"
    page = device_page(f"{viewer.username}/{sensor.name}")
    return [
        [html.A(sensor.name, href=f"/sensors/{sensor.id}"), " ", dcc.Link("Page", href=page, className="arb-kin-way")],
        dcc.Link(newest_values(newest, sensor.units), href=f"/sensors?sensor={sensor.id}", title=f"Draw {sensor.name}")
        if newest is not None
        else formatting.NOTHING,
        _age(newest, now),
        ", ".join(words) or formatting.NOTHING,
        f"{seen}, archived" if sensor.archived_at is not None else seen,
        html.Code(address, className="arb-code text-nowrap"),
    ]


def newest_values(newest: Latest, registered_unit: str = "") -> str:
    """The first numbers of a document with their units: the posted one, else the registered one of a single number."""
    units = document.sensor_units(newest.content)
    alone = registered_unit.strip() if len(newest.readings) == 1 else ""
    texts = []
    for key, value in list(newest.readings.items())[:VALUES_SHOWN]:
        number = formatting.number(value, decimals_of([value]))
        texts.append(f"{label_of(key)} {formatting.with_unit(number, unit_of(key, units.get(key) or alone))}")
    more = len(newest.readings) - len(texts)
    return ", ".join(texts) + (f" and {more} more" if more > 0 else "") if texts else "no numbers"


def _age(newest: Latest | None, now: datetime) -> Any:
    if newest is None:
        return "never posted"
    seconds = max(0.0, (now - newest.recorded_at).total_seconds())
    late = 2 * (newest.device.expected_interval_seconds or USUAL_SECONDS)
    return age(seconds, late, formatting.ago(now - newest.recorded_at))


def register(dash_app: Dash, sessions: sessionmaker[Session], viewer: Viewers, _site: Site, clock: Clock) -> None:
    """Wire the list: at once, and with every tick of the page's clock."""

    @dash_app.callback(
        Output(ids.SENSORS_LIST, "children"),
        Output(ids.SENSORS_LIST, "className"),
        Input(ids.SENSORS.clock, "n_intervals"),
    )
    def tell(_tick: int | None) -> tuple[list[Any], str]:
        who = viewer()
        with sessions() as session:
            rows = own_sensors(session, who)
        # Who has none yet should see first what to do; the graph of a shared sensor comes after it.
        return sensor_list(rows, who, clock()), "arb-section" if rows else "arb-section arb-first"
