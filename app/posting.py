"""The four posting routes of the first site: same addresses, same bodies, same text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, abort, request

from app.auth import Poster, poster
from app.body import LIMIT, as_text, read_body
from app.parts import parts
from data import ingest, sensor_changes
from data.document import controller_string, parse_content, stated_instant
from data.errors import DocumentError

posting = Blueprint("posting", __name__)

RECEIVED = "your data has been received."
# What ingest calls an unknown user or sensor, in the words the first site's posters know.
UNKNOWN = {"unknown user": "Username is incorrect.", "unknown sensor": "Sensor not found."}
ARCHIVED = "This sensor is archived: its owner can make it take posts again."
JSON_TYPES = ("", "application/json", "text/json")
# A poster without a clock says 1970; such a time is no time.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)


@posting.post("/BMS/post-json")
def bms() -> Response:
    """A document of the battery manager."""
    sender = poster()
    text, content = posted_object()
    return stored(sender, ingest.Posted("bms", device_for(sender, "bms"), text, when(content)))


@posting.post("/Tristar/post-json")
def tristar() -> Response:
    """A document of a charge controller, as it is now."""
    sender = poster()
    text, content = posted_object()
    return stored(sender, ingest.Posted("tristar", controller(sender, content), text, when(content)))


@posting.post("/Tristar/post-json/daily")
def tristar_daily() -> Response:
    """A charge controller's log of the day."""
    sender = poster()
    text, content = posted_object()
    return stored(sender, ingest.Posted("tristar_daily", controller(sender, content), text, when(content)))


@posting.post("/sensors/post-json/<username>/<sensor_name>")
def sensor(username: str, sensor_name: str) -> Response:
    """Any object of readings, for a registered sensor."""
    sender = poster()
    text, content = posted_object()
    return stored(sender, ingest.Posted("sensor", f"{username}/{sensor_name}", text, when(content)))


def posted_object() -> tuple[str, dict[str, Any]]:
    """The body as it came and the object in it: 400 for invalid JSON and for anything that is not an object, 415 for
    a body that neither says it is JSON nor looks like it."""
    text = as_text(read_body(LIMIT))
    try:
        return text, parse_content(text)
    except DocumentError as problem:
        says_json = request.mimetype in JSON_TYPES or request.mimetype.endswith("+json")
        looks_json = text.lstrip().startswith(("{", "[", '"'))
        abort(400 if says_json or looks_json else 415, description=f"The body must be a JSON object: {problem}")


def when(content: dict[str, Any]) -> datetime | None:
    """When it was measured, if the document says so and can be believed."""
    stated = stated_instant(content)
    if stated is None or not EARLIEST <= stated <= datetime.now(UTC) + AHEAD:
        return None
    return stated


def controller(sender: Poster, content: dict[str, Any]) -> str:
    """The controller: by `string` in the body or the query, else by its name, else the key's, else unknown."""
    string = controller_string(content, request.args.get("string"))
    return device_for(sender, "tristar") if string is None else f"tristar-{string}"


def device_for(sender: Poster, kind: str) -> str:
    """The device of a document that names none: the key's, when the key is bound to one of that kind."""
    bound = sender.device_slug or ""
    return bound if bound == kind or bound.startswith(f"{kind}-") else kind


def stored(sender: Poster, document: ingest.Posted) -> Response:
    """Store it and answer after the commit; nothing is stored on an error."""
    if not sender.may_post(document.device):
        abort(
            403, description=f"This key may not post for {document.device}: use the key of that device or of its owner."
        )
    with parts().sessions() as session:
        if document.family == "sensor" and sensor_changes.archived_slugs(session, [document.device]):
            abort(410, description=ARCHIVED)
        session.rollback()
        outcome = ingest.store(session, [document], datetime.now(UTC))[0]
        if outcome.result != "refused":
            session.commit()
            return Response(RECEIVED, mimetype="text/html")
    reason = outcome.reason or "refused"
    if reason in UNKNOWN:
        abort(404, description=UNKNOWN[reason])
    if reason.startswith("conflict"):
        abort(409, description=f"{reason}: another document of this device has the same time.")
    return abort(400, description=reason)
