"""The four posting routes of the first site: same addresses, same bodies, same text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from flask import Blueprint, Response, abort, request

from app.audience import Audience
from app.http.body import LIMIT, as_text, read_body
from app.routes import schemas
from app.routes.parameters import Parameter
from app.routes.routing import JSON, Arguments, Body, Example, Route, View, route, serve_routes
from app.security.identity import Poster, poster
from app.services import parts
from data.errors import DocumentError
from data.ingest import batch, texts
from data.ingest.holders import ARCHIVED

RECEIVED = "your data has been received."
# What ingest calls an unknown user or sensor, in the words the first site's posters know.
UNKNOWN = {"unknown user": "Username is incorrect.", "unknown sensor": "Sensor not found."}
JSON_TYPES = ("", "application/json", "text/json")
NOT_AN_OBJECT = "The body must be a JSON object"

STORED = Body("The document is on disk.", {"text/html": schemas.of("string", enum=[RECEIVED])})
STRING = Parameter(
    "string",
    "Which string of panels the controller has, 1 or 2, where the document does not say it. Anything else is passed "
    "over.",
    schemas.of("string", examples=["1"]),
    loose=True,
)


def posted_to(
    name: str,
    address: str,
    summary: str,
    example: str,
    parameters: tuple[Parameter, ...] = (),
    *failures: int,
    query: str = "",
) -> Callable[[View], Route]:
    """A decorator that makes a function the view of a posting route."""
    document = schemas.of("object", "Extra keys are kept, never refused.")
    words = f"A JSON object of at most {LIMIT:,} bytes, plain or packed (`Content-Encoding: gzip` or `zstd`)."
    return route(
        {name: address},
        summary,
        STORED,
        parameters,
        (403, 409, 413, 415, 429, *failures),
        example=Example(RECEIVED, query),
        audience=Audience.POSTERS,
        method="POST",
        takes=Body(words, {JSON: document}, example),
        group="Posting as on the first site",
        strict=False,
    )


@posted_to(
    "post_bms",
    "/BMS/post-json",
    "Post a document of the battery manager",
    '{"Battery Charge": {"state of charge": 72.4}}',
)
def bms(_arguments: Arguments) -> Response:
    """Stored under the time of measurement (`timestamp` or `date`, ISO 8601 with a time of day), else the current time.

    The same document at the same time is stored once.
    """
    sender = poster()
    return stored(sender, batch.Posted("bms", device_for(sender, "bms"), posted_text(), own_time=True))


@posted_to(
    "post_tristar",
    "/Tristar/post-json",
    "Post a document of a charge controller",
    '{"string": 1, "ADC data": {"battery voltage": 13.41}}',
    (STRING,),
    query="string=1",
)
def tristar(arguments: Arguments) -> Response:
    """The current state of a controller: `string` in the document or the address says which one, else its name."""
    return stored_controller("tristar", arguments)


@posted_to(
    "post_tristar_daily",
    "/Tristar/post-json/daily",
    "Post a charge controller's log of the day",
    '{"string": 1, "Daily Logger Values": {"Battery Voltage Maximum Daily": 14.4}}',
    (STRING,),
)
def tristar_daily(arguments: Arguments) -> Response:
    """The values of a whole day; the controller is named as in its other documents."""
    return stored_controller("tristar_daily", arguments)


@posted_to(
    "post_sensor",
    "/sensors/post-json/<username>/<sensor_name>",
    "Post readings of a registered sensor",
    '{"lux": 812.5}',
    (),
    404,
    410,
)
def sensor(arguments: Arguments) -> Response:
    """Any JSON object: each number in it becomes a metric of the sensor, whatever its name and however deep."""
    sender = poster()
    for name, unknown in (("username", "unknown user"), ("sensor_name", "unknown sensor")):
        if not arguments[name].isprintable():  # nobody is called so, and PostgreSQL takes no NUL
            abort(404, description=UNKNOWN[unknown])
    slug = f"{arguments['username']}/{arguments['sensor_name']}"
    return stored(sender, batch.Posted("sensor", slug, posted_text(), own_time=True))


ROUTES = (bms, tristar, tristar_daily, sensor)
posting = Blueprint("posting", __name__)
serve_routes(posting, ROUTES)


def posted_text() -> str:
    """The body as it came; 415 for one that neither says it is JSON nor looks like it.  `ingest.store` parses it."""
    text = as_text(read_body(LIMIT))
    says_json = request.mimetype in JSON_TYPES or request.mimetype.endswith("+json")
    if not says_json and not text.lstrip().startswith(("{", "[", '"')):
        abort(415, description=f"{NOT_AN_OBJECT}, and this one is neither named so nor looks like it.")
    return text


def stored_controller(family: str, arguments: Arguments) -> Response:
    """Store a controller's document: which one says its `string` or the query's, its name, or the key; else unknown."""
    sender = poster()
    content = posted_text()
    try:
        with parts().sessions() as session:
            text = texts.read(session, content)
        string = text.controller_string(arguments["string"])
    except DocumentError as problem:
        abort(400, description=f"{NOT_AN_OBJECT}: {problem}")
    slug = device_for(sender, "tristar") if string is None else f"tristar-{string}"
    return stored(sender, batch.Posted(family, slug, content, own_time=True, text=text))


def device_for(sender: Poster, kind: str) -> str:
    """The device of a document that names none: the key's, when the key is bound to one of that kind."""
    bound = sender.device_slug or ""
    return bound if bound == kind or bound.startswith(f"{kind}-") else kind


def stored(sender: Poster, document: batch.Posted) -> Response:
    """Store it and answer after the commit; nothing is stored on an error."""
    if not sender.may_post(document.device):
        abort(
            403, description=f"This key may not post for {document.device}: use the key of that device or of its owner."
        )
    outcome = parts().committer.store(replace(document, received_at=datetime.now(UTC)))
    if outcome.result != batch.REFUSED:
        return Response(RECEIVED, mimetype="text/html")
    reason = outcome.reason or "refused"
    if reason in UNKNOWN:
        abort(404, description=UNKNOWN[reason])
    if reason.startswith("conflict"):
        abort(409, description=f"{reason}: another document of this device has the same time.")
    if reason == ARCHIVED:
        abort(410, description=f"{reason[0].upper()}{reason[1:]}.")
    return abort(400, description=f"{NOT_AN_OBJECT}: {reason}" if reason.startswith("body ") else reason)
