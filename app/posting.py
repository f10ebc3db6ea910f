"""The four posting routes of the first site: same addresses, same bodies, same text."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, abort, request

from app.auth import Poster, poster
from app.body import LIMIT, as_text, read_body
from app.parts import parts
from data import ingest
from data.document import controller_string, parse_content
from data.errors import DocumentError

posting = Blueprint("posting", __name__)

RECEIVED = "your data has been received."
# What ingest calls an unknown user or sensor, in the words the first site's posters know.
UNKNOWN = {"unknown user": "Username is incorrect.", "unknown sensor": "Sensor not found."}
JSON_TYPES = ("", "application/json", "text/json")
NOT_AN_OBJECT = "The body must be a JSON object"


@posting.post("/BMS/post-json")
def bms() -> Response:
    """A document of the battery manager."""
    sender = poster()
    return stored(sender, ingest.Posted("bms", device_for(sender, "bms"), posted_text(), own_time=True))


@posting.post("/Tristar/post-json")
def tristar() -> Response:
    """A document of a charge controller, as it is now."""
    sender = poster()
    text = posted_text()
    return stored(sender, ingest.Posted("tristar", controller(sender, text), text, own_time=True))


@posting.post("/Tristar/post-json/daily")
def tristar_daily() -> Response:
    """A charge controller's log of the day."""
    sender = poster()
    text = posted_text()
    return stored(sender, ingest.Posted("tristar_daily", controller(sender, text), text, own_time=True))


@posting.post("/sensors/post-json/<username>/<sensor_name>")
def sensor(username: str, sensor_name: str) -> Response:
    """Any object of readings, for a registered sensor."""
    sender = poster()
    return stored(sender, ingest.Posted("sensor", f"{username}/{sensor_name}", posted_text(), own_time=True))


def posted_text() -> str:
    """The body as it came; 415 for one that neither says it is JSON nor looks like it.  `ingest.store` parses it."""
    text = as_text(read_body(LIMIT))
    says_json = request.mimetype in JSON_TYPES or request.mimetype.endswith("+json")
    if not says_json and not text.lstrip().startswith(("{", "[", '"')):
        abort(415, description=f"{NOT_AN_OBJECT}, and this one is neither named so nor looks like it.")
    return text


def controller(sender: Poster, text: str) -> str:
    """The controller: by `string` in the body or the query, else by its name, else the key's, else unknown."""
    try:
        string = controller_string(parse_content(text), request.args.get("string"))
    except DocumentError as problem:
        abort(400, description=f"{NOT_AN_OBJECT}: {problem}")
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
        outcome = ingest.store(session, [document], datetime.now(UTC))[0]
        if outcome.result != "refused":
            session.commit()
            return Response(RECEIVED, mimetype="text/html")
    reason = outcome.reason or "refused"
    if reason in UNKNOWN:
        abort(404, description=UNKNOWN[reason])
    if reason.startswith("conflict"):
        abort(409, description=f"{reason}: another document of this device has the same time.")
    if reason == ingest.ARCHIVED:
        abort(410, description=f"{reason[0].upper()}{reason[1:]}.")
    return abort(400, description=f"{NOT_AN_OBJECT}: {reason}" if reason.startswith("body ") else reason)
