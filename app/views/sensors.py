"""A user's own sensors: registration, and one page each with how to post and what can be changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.audience import Audience, audience
from app.http.answers import site_address
from app.security.identity import actor
from app.services import parts
from app.views.forms import SensorForm
from app.views.snippets import curl_line, device_address
from callbacks.common.context import device_page
from callbacks.sensors import newest_values
from data import queries
from data.accounts import audit, sensor_changes, users
from data.database.models import Sensor, User
from data.errors import DocumentError, NotFoundError
from data.names import LONGEST_SENSOR_NAME
from data.queries import Latest

sensors_pages = Blueprint("sensors", __name__)

SENSORS_PAGE = "/sensors"  # the graph of their data and the list of the user's own, a page of Dash


@dataclass(frozen=True, slots=True)
class SensorRow:
    """One sensor as its page shows it."""

    id: int
    name: str
    type: str
    units: str
    protocol: str
    public: bool
    archived: bool
    address: str
    age: str | None
    values: str


def sensor_row(sensor: Sensor, owner: User, newest: Latest | None, now: datetime) -> SensorRow:
    """What the pages show of a sensor."""
    return SensorRow(
        sensor.id,
        sensor.name,
        sensor.type or "",
        sensor.units or "",
        sensor.protocol or "",
        sensor.public,
        sensor.archived_at is not None,
        device_address(f"{owner.username}/{sensor.name}"),
        *newest_text(newest, sensor.units, now),
    )


@sensors_pages.route("/sensors/register", methods=("GET", "POST"))
@audience(Audience.MEMBERS)
def register() -> Any:
    """Register a sensor; all four fields are kept."""
    form = SensorForm()
    if form.validate_on_submit():
        try:
            with parts().sessions() as session:
                user = users.user_by_id(session, int(current_user.id))
                if user is None:
                    abort(401)
                session.rollback()
                sensor = users.register_sensor(
                    session,
                    user,
                    str(form.sensor_name.data),
                    form.type.data or "",
                    form.units.data or "",
                    form.protocol.data or "",
                )
                audit.record(session, actor(), "sensor registered", f"{user.username}/{sensor.name}")
                session.commit()
        except DocumentError as problem:
            form.sensor_name.errors = [as_sentence(problem)]
        else:
            flash(f"{sensor.name} has been registered: it may post now.", "success")
            return redirect(url_for("sensors.one", sensor_id=sensor.id), 303)
    return render_template("register_sensor.html", form=form)


@sensors_pages.get("/sensors/<int:sensor_id>")
@audience(Audience.OWNERS)
def one(sensor_id: int) -> Any:
    """One sensor: whether it posts, how to post to it, and what can be changed."""
    return sensor_page(sensor_id, {})


def sensor_page(sensor_id: int, errors: Mapping[str, str]) -> str:
    """The page of that sensor; `errors` (change -> words) stand at the fields that were sent."""
    with parts().sessions() as session:
        sensor, owner = own_sensor(session, sensor_id)
        row = sensor_row(sensor, owner, newest_of(session, sensor.id), datetime.now(UTC))
    return render_template(
        "sensor.html",
        row=row,
        owner=owner.username,
        page=device_page(f"{owner.username}/{row.name}"),
        host=site_address(),
        curl=curl_line("KEY", site_address() + row.address, row.type),
        errors=errors,
        sent=request.form if errors else {},
        name_length=LONGEST_SENSOR_NAME,
    )


@sensors_pages.get("/sensors/<int:sensor_id>/state")
@audience(Audience.OWNERS)
def state(sensor_id: int) -> Response:
    """Whether the sensor has posted, for the page that waits for its first post."""
    with parts().sessions() as session:
        sensor, _ = own_sensor(session, sensor_id)
        age, values = newest_text(newest_of(session, sensor.id), sensor.units, datetime.now(UTC))
    return jsonify(heard=age is not None, age=age, values=values)


@sensors_pages.post("/sensors/<int:sensor_id>/<any(rename, share, archive, handover, delete):change>")
@audience(Audience.OWNERS)
def alter(sensor_id: int, change: str) -> Response | str:
    """Change one thing of a sensor; then back to its page.  What is wrong with a field is said at that field."""
    with parts().sessions() as session:
        sensor, owner = own_sensor(session, sensor_id)
        before = f"{owner.username}/{sensor.name}"
    try:
        with parts().sessions.begin() as session:
            sentence, action, detail = CHANGES[change](session, sensor)
            audit.record(session, actor(), action, before, detail)
    except DocumentError as problem:
        return sensor_page(sensor_id, {change: as_sentence(problem)})
    flash(sentence, "success")
    gone = change == "delete" or (change == "handover" and not current_user.admin)
    return redirect(SENSORS_PAGE if gone else url_for("sensors.one", sensor_id=sensor_id), 303)


def rename(session: Session, sensor: Sensor) -> tuple[str, str, str]:
    """Another name, and with it another address to post to."""
    name = sensor_changes.rename(session, sensor.id, request.form.get("name", "")).name
    return f"It is {name} now, and posts to an address with that name.", "sensor changed", f"renamed to {name}"


def share(session: Session, sensor: Sensor) -> tuple[str, str, str]:
    """Show the data to everybody, or to the owner only."""
    public = request.form.get("public") == "yes"
    sensor_changes.set_public(session, sensor.id, public)
    whom = "everybody" if public else "its owner only"
    return f"Its data is seen by {whom} now.", "sensor changed", f"seen by {whom}"


def archive(session: Session, sensor: Sensor) -> tuple[str, str, str]:
    """Keep the data and refuse posts, or take posts again."""
    archived = request.form.get("archived") == "yes"
    sensor_changes.set_archived(session, sensor.id, archived)
    if archived:
        return "It is archived: its data is kept, and its posts are refused.", "sensor changed", "archived"
    return "It takes posts again.", "sensor changed", "taken from the archive"


def handover(session: Session, sensor: Sensor) -> tuple[str, str, str]:
    """Make somebody else the owner."""
    receiver = request.form.get("username", "").strip()
    sensor_changes.hand_over(session, sensor.id, receiver)
    return f"{sensor.name} is {receiver}'s now, with all its data.", "sensor handed over", f"to {receiver}"


def delete(session: Session, sensor: Sensor) -> tuple[str, str, str]:
    """Delete the sensor and all it posted, once its name has been written."""
    if request.form.get("name", "").strip() != sensor.name:
        raise DocumentError(f"nothing was deleted: write {sensor.name} to confirm it")
    sensor_changes.delete_sensor(session, sensor.id)
    return f"{sensor.name} and all its data have been deleted.", "sensor deleted", "with its data"


CHANGES = {"rename": rename, "share": share, "archive": archive, "handover": handover, "delete": delete}


def own_sensor(session: Session, sensor_id: int) -> tuple[Sensor, User]:
    """The sensor and its owner, when it is the user's own or the user is an administrator; else there is none."""
    row = users.sensor_by_id(session, sensor_id)
    if row is None or not (row[1].id == int(current_user.id) or current_user.admin):
        raise NotFoundError(f"you have no sensor with the id {sensor_id}")
    return row


def newest_of(session: Session, sensor_id: int) -> Latest | None:
    """The newest document of that sensor."""
    return queries.latest(session, queries.sensor_device(session, sensor_id).id, "sensor")


def newest_text(newest: Latest | None, units: str, now: datetime) -> tuple[str | None, str]:
    """The age and the values of a sensor's newest document; (None, "") for a sensor that never posted."""
    if newest is None:
        return None, ""
    return age_text(now - newest.recorded_at), newest_values(newest, units)


def as_sentence(problem: DocumentError) -> str:
    """The problem as a sentence, for a field of a form."""
    text = str(problem)
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def age_text(age: timedelta) -> str:
    """An age in the largest unit that says enough."""
    seconds = max(0, int(age.total_seconds()))
    for limit, unit, name in ((120, 1, "s"), (7_200, 60, "min"), (172_800, 3_600, "h")):
        if seconds < limit:
            return f"{seconds // unit} {name} ago"
    return f"{seconds // 86_400} days ago"
