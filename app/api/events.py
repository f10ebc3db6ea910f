"""/api/v1: the events of a device: faults, alarms, flags and the like, from their beginning to their end."""

from __future__ import annotations

from flask import Response

from app.api.lookup import moment, readable
from app.api.range import window_or_span
from app.audience import Audience
from app.routes import schemas
from app.routes.parameters import FROM, TIMES, TO, TZ, Parameter, text_schema
from app.routes.routing import Arguments, Example, route, written
from app.services import parts
from data import queries

EVENTS = schemas.thing(
    device=schemas.DEVICE,
    events=schemas.many(
        schemas.thing(
            kind=schemas.of("string", "faults, alarms …"),
            name=schemas.of("string", "As the device names it."),
            started_at=schemas.AT,
            last_seen_at=schemas.AT,
            ended_at=schemas.MAYBE_AT,
        )
    ),
)


@route(
    "/devices/<device>/events",
    "What the device reported, from when to when",
    EVENTS,
    (
        Parameter("from", f"{FROM.description} The first measurement when left out.", FROM.schema, FROM.read),
        Parameter("to", f"{TO.description} The last measurement, included, when left out.", TO.schema, TO.read),
        Parameter(
            "kind",
            "A kind of event, such as faults or alarms; repeat it for several. All of them when left out.",
            text_schema(40, examples=["faults"]),
            many=True,
        ),
        TZ,
        TIMES,
    ),
    example=Example(
        """\
{"device": "tristar-1", "events": [
  {"kind": "alarms", "name": "RTS open", "started_at": "2019-12-03T19:41:00Z",
   "last_seen_at": "2019-12-03T19:42:00Z", "ended_at": null}
]}""",
        "kind=alarms&times=iso",
    ),
    audience=Audience.READERS,
)
def events(arguments: Arguments) -> Response:
    """The events that overlap the window, by start; `ended_at` is null for what the newest document still reports.

    An event ends with the first document that does not report it.
    """
    with parts().sessions() as session:
        device = readable(session, arguments["device"])
        window = window_or_span(session, device, arguments["from"], arguments["to"])
        stored = queries.events(session, device.id, window, arguments["kind"])
    rows = [
        {
            "kind": event.kind,
            "name": event.name,
            "started_at": moment(event.started_at, arguments["times"]),
            "last_seen_at": moment(event.last_seen_at, arguments["times"]),
            "ended_at": moment(event.ended_at, arguments["times"]),
        }
        for event in stored
    ]
    return written({"device": device.slug, "events": rows})
