"""/api/v1: the documents of a device as they were posted, a page at a time, the newest first."""

from __future__ import annotations

import json
from datetime import datetime
from urllib.parse import quote, urlencode

from flask import Response, request
from sqlalchemy.orm import Session

from app.api.lookup import readable
from app.audience import Audience
from app.routes import schemas
from app.routes.parameters import FROM, INSTANT_SCHEMA, TIMES, TO, TZ, Parameter, instant, number_schema, whole
from app.routes.routing import JSON, Arguments, Example, route
from app.services import parts
from data import queries
from data.queries import Latest
from data.ranges import TimeRange, to_milliseconds

# Documents may be as long as 1.2 MB: a page ends when it is this long.
LONGEST_PAGE = 8_000_000


DOCUMENTS = schemas.thing(
    device=schemas.DEVICE,
    documents=schemas.many(
        schemas.thing(
            family=schemas.of("string"),
            recorded_at=schemas.AT,
            received_at=schemas.AT,
            clock=schemas.of("string"),
            content=schemas.of("object", "The document as it was posted."),
        )
    ),
    next=schemas.maybe("string", "The address of the page after this one."),
)


@route(
    "/devices/<device>/documents",
    "The documents as they were posted",
    DOCUMENTS,
    (
        FROM,
        TO,
        Parameter(
            "limit",
            "The most documents on a page, 1 to 1,000; 100 when left out.",
            number_schema(1, 1_000),
            whole,
            default=100,
        ),
        Parameter("before", "Only documents measured before this instant.", INSTANT_SCHEMA, instant),
        TZ,
        TIMES,
    ),
    example=Example(
        """\
{"device": "tristar-1", "documents": [
  {"family": "tristar", "recorded_at": "2019-12-03T19:42:00.000Z", "received_at": "2019-12-03T19:42:01.204Z",
   "clock": "synced", "content": {"ADC data": {"battery voltage": 13.43},
   "MPPT Data": {"output power": 412.0}, "Status": {"alarms": "RTS open"}}}
], "next": "http://localhost/api/v1/devices/tristar-1/documents?limit=1&times=iso&before=1575402120000"}""",
        "limit=1&times=iso",
    ),
    audience=Audience.READERS,
)
def documents(arguments: Arguments) -> Response:
    """The newest first; `next` is the address of the page after this one, null on the last.

    A page of long documents holds fewer than `limit`; one more when two documents share an instant.
    """
    window = TimeRange(
        arguments["from"] or queries.EVER.start_at,
        arguments["to"] or max(queries.EVER.end_at, arguments["from"] or queries.EVER.end_at),
    )
    with parts().sessions() as session:
        device = readable(session, arguments["device"])
        texts, last_at = page(session, device.id, window, arguments)
    # The slash of a sensor's name stays one: the address has a form for it.
    address = f"{request.root_url.rstrip('/')}/api/v1/devices/{quote(device.slug)}/documents"
    following = None
    if last_at is not None:
        kept = [(name, value) for name, value in request.args.items(multi=True) if name != "before"]
        following = f"{address}?{urlencode([*kept, ('before', to_milliseconds(last_at))])}"
    body = f'{{"device":{json.dumps(device.slug)},"documents":[{",".join(texts)}],"next":{json.dumps(following)}}}'
    return Response(body, mimetype=JSON)


def page(
    session: Session, device_id: int, window: TimeRange, arguments: Arguments
) -> tuple[list[str], datetime | None]:
    """The documents of one page in JSON, and the time of the last one when there is a next page."""
    texts: list[str] = []
    length = 0
    last_at: datetime | None = None
    for row in queries.newest_first(session, device_id, window, arguments["before"]):
        full = len(texts) >= arguments["limit"] or length > LONGEST_PAGE
        if full and row.recorded_at != last_at:
            return texts, last_at
        texts.append(document_text(row, arguments["times"]))
        length += len(texts[-1])
        last_at = row.recorded_at
    return texts, None


def document_text(row: Latest, times: str | None) -> str:
    """One document in JSON: its content exactly as it was posted (a key may occur twice)."""
    around = json.dumps(
        {
            "family": row.family,
            "recorded_at": written_at(row.recorded_at, times),
            "received_at": written_at(row.received_at, times),
            "clock": row.clock,
        },
        separators=(",", ":"),
    )
    return f'{around[:-1]},"content":{row.text}}}'


def written_at(at: datetime, times: str | None) -> int | str:
    """The instant in milliseconds, or as a text."""
    if times != "iso":
        return to_milliseconds(at)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
