"""POST /api/v1/documents: many documents in one request, an answer for each."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
from flask import Blueprint, Response, abort

from app.audience import Audience
from app.http.body import read_body
from app.routes import schemas
from app.routes.routing import NDJSON, Arguments, Body, Example, route, serve_routes
from app.security.identity import Poster, poster
from app.services import parts
from data.document import parse_content
from data.errors import DocumentError, RangeError
from data.families import FAMILIES
from data.ingest import batch
from data.ranges import parse_instant

MOST_DOCUMENTS = 1_000
LIMIT = 16_000_000
# What stands for a byte that is no UTF-8, from the first to the last.
BYTE, LAST_BYTE = "\udc80", "\udcff"
CLOCKS = ("synced", "unsynced", "restored", "server", "stated")


LINES = Body(
    f"A document a line, at most {MOST_DOCUMENTS:,} lines and {LIMIT:,} bytes, plain or packed "
    "(`Content-Encoding: gzip` or `zstd`).",
    {
        NDJSON: {
            "type": "object",
            "properties": {
                "family": schemas.of("string", "Which kind of document.", enum=list(FAMILIES)),
                "device": schemas.of("string", "Its name; of a sensor `username/sensor_name`.", examples=["bms"]),
                "recorded_at": schemas.of(
                    "string", "When it was measured; UTC without an offset.", examples=["2026-11-24T02:40:00.000Z"]
                ),
                "clock": schemas.of("string", "What that time is worth.", enum=list(CLOCKS), default="stated"),
                "content": schemas.of("object", "The document."),
            },
            "required": ["family", "device", "recorded_at", "content"],
        }
    },
    '{"family": "tristar", "device": "tristar-1", "recorded_at": "2026-11-24T02:40:00Z", '
    '"content": {"ADC data": {"battery voltage": 13.41}}}',
)


RESULT = schemas.thing(
    "One line for each line sent that was not blank.",
    line=schemas.of("integer", "The line, counted from 1."),
    result=schemas.of("string", enum=["stored", "repeated", "refused"]),
    reason=schemas.maybe("string", "Why it was refused."),
)


@route(
    {"post_documents": "/api/v1/documents"},
    "Post many documents at once",
    Body("What became of each line, sent when all that is stored is on disk.", {NDJSON: RESULT}),
    failures=(403, 413, 415, 429),
    method="POST",
    takes=LINES,
    group="Posting",
    strict=False,
    example=Example('{"line": 1, "result": "stored", "reason": null}'),
    audience=Audience.POSTERS,
)
def documents(_arguments: Arguments) -> Response:
    """Each line gets its own result: a refused line does not affect the others.

    Sending twice is harmless. An error refuses the whole request, and then nothing of it is stored.
    """
    sender = poster()
    lines = numbered_lines(read_body(LIMIT))
    read = [(number, read_line(line, sender)) for number, line in lines]
    accepted = [document for _, document in read if isinstance(document, batch.Posted)]
    with parts().sessions.begin() as session:
        outcomes = iter(batch.store(session, accepted, datetime.now(UTC)))
    answers = []
    for number, document in read:
        if isinstance(document, str):
            answers.append(answer(number, batch.REFUSED, document))
        else:
            outcome = next(outcomes)
            answers.append(answer(number, outcome.result, outcome.reason))
    return Response("".join(answers), mimetype="application/x-ndjson")


def answer(number: int, result: str, reason: str | None) -> str:
    """The result of one line, as a line of JSON."""
    return f'{{"line": {number}, "result": "{result}", "reason": {"null" if reason is None else json.dumps(reason)}}}\n'


ROUTES = (documents,)
batches = Blueprint("batches", __name__)
serve_routes(batches, ROUTES)


def numbered_lines(body: bytes) -> list[tuple[int, str]]:
    """The lines that are not blank, counted from 1 with the blank ones; 413 when there are too many."""
    # Not splitlines(): a JSON text may hold U+2028 and the like, which end no line of NDJSON.  Half a character that a
    # line holds is found when it is read: it costs that line.
    text = body.decode("utf-8-sig", "surrogateescape")
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    if len(lines) > MOST_DOCUMENTS:
        abort(
            413,
            description=f"{len(lines):,} documents came at once; the most is {MOST_DOCUMENTS:,}: send them in parts.",
        )
    return lines


class Envelope(msgspec.Struct):
    """The fields around a document; the document itself stays as it was sent."""

    family: str
    device: str
    recorded_at: str
    content: msgspec.Raw
    clock: str = "stated"


DECODER = msgspec.json.Decoder(Envelope)


def read_line(line: str, sender: Poster) -> batch.Posted | str:
    """The document of one line, or the reason why it is refused."""
    document = opened(line) or explained(line)
    if isinstance(document, batch.Posted) and not sender.may_post(document.device):
        # For the whole request: a document refused by its line is given up by its sender, and a wrongly bound key is
        # corrected on the server, after which everything can still come.
        abort(403, description=f"This key may not post for {document.device}: use that device's key, or its owner's.")
    return document


def opened(line: str) -> batch.Posted | None:
    """The document of a valid line; None for an invalid one, which `explained` gives the reason for."""
    try:
        stated = DECODER.decode(line.encode())
        recorded_at = parse_instant(stated.recorded_at)
    except (msgspec.MsgspecError, RangeError, RecursionError, UnicodeEncodeError):  # the third: very deep
        return None
    content = bytes(stated.content)
    valid = stated.family in FAMILIES and stated.clock in CLOCKS and bool(stated.device) and stated.device.isprintable()
    if not valid or not content.startswith(b"{"):
        return None
    return batch.Posted(stated.family, stated.device, content.decode(), recorded_at, stated.clock)


def explained(line: str) -> batch.Posted | str:
    """The document of any line, or the reason why it is refused."""
    if any(BYTE <= character <= LAST_BYTE for character in line):
        return "the line is not UTF-8: send JSON in UTF-8"
    try:
        stated = parse_content(line)
        family = text_field(stated, "family")
        if family not in FAMILIES:
            return f"family is {family!r}: it is one of {', '.join(FAMILIES)}"
        device = text_field(stated, "device")
        clock = text_field(stated, "clock") if "clock" in stated else "stated"
        if clock not in CLOCKS:
            return f"clock is {clock!r}: it is one of {', '.join(CLOCKS)}"
        recorded_at = parse_instant(text_field(stated, "recorded_at"))
        content = stated.get("content")
        if not isinstance(content, dict):
            return "content is missing, or is not an object"
    except (DocumentError, RangeError) as problem:
        return str(problem)
    return batch.Posted(family, device, json.dumps(content), recorded_at, clock)


def text_field(stated: dict[str, Any], name: str) -> str:
    """The text of one field of a line.  Raises DocumentError when it is missing or no text."""
    value = stated.get(name)
    if not isinstance(value, str) or not value or not value.isprintable():
        raise DocumentError(f"{name} is missing, or is not a text")
    return value
