"""POST /api/v1/documents: many documents in one request, an answer for each."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import orjson
from flask import Blueprint, Response, abort

from app.auth import Poster, poster
from app.body import as_text, read_body
from app.parts import parts
from data import ingest
from data.document import parse_content
from data.errors import DocumentError, RangeError
from data.ranges import parse_instant

batches = Blueprint("batches", __name__)

MOST_DOCUMENTS = 1_000
LIMIT = 16_000_000
FAMILIES = ("bms", "tristar", "tristar_daily", "sensor")
CLOCKS = ("synced", "unsynced", "restored", "server", "stated")


@batches.post("/api/v1/documents")
def documents() -> Response:
    """Store the documents, one JSON object a line, and say for each line what became of it, after the commit."""
    sender = poster()
    lines = numbered_lines(as_text(read_body(LIMIT)))
    read = [(number, read_line(line, sender)) for number, line in lines]
    accepted = [found for _, found in read if isinstance(found, ingest.Posted)]
    with parts().sessions() as session:
        outcomes = iter(ingest.store(session, accepted, datetime.now(UTC)))
        session.commit()
    answers = []
    for number, found in read:
        if isinstance(found, str):
            answers.append({"line": number, "result": "refused", "reason": found})
        else:
            outcome = next(outcomes)
            answers.append({"line": number, "result": outcome.result, "reason": outcome.reason})
    written = (orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE) for answer in answers)
    return Response(b"".join(written), mimetype="application/x-ndjson")


def numbered_lines(body: str) -> list[tuple[int, str]]:
    """The lines that are not blank, counted from 1 with the blank ones; 413 when there are too many."""
    # Not splitlines(): a JSON text may hold U+2028 and the like, which end no line of NDJSON.
    lines = [(number, line) for number, line in enumerate(body.split("\n"), start=1) if line.strip()]
    if len(lines) > MOST_DOCUMENTS:
        abort(
            413,
            description=f"{len(lines):,} documents came at once; the most is {MOST_DOCUMENTS:,}: send them in parts.",
        )
    return lines


class Envelope(msgspec.Struct):
    """What stands around a document; the document itself stays as it came."""

    family: str
    device: str
    recorded_at: str
    content: msgspec.Raw
    clock: str = "stated"


DECODER = msgspec.json.Decoder(Envelope)


def read_line(line: str, sender: Poster) -> ingest.Posted | str:
    """The document of one line, or the reason why it is refused."""
    found = opened(line)
    if found is None:
        found = explained(line)
    if isinstance(found, ingest.Posted) and not sender.may_post(found.device):
        # For the whole request: a document refused by its line is given up by its sender, and a wrongly bound key is
        # mended on the server, after which everything can still come.
        abort(403, description=f"This key may not post for {found.device}: use that device's key, or its owner's.")
    return found


def opened(line: str) -> ingest.Posted | None:
    """The document of a line that is as it should be; None for any other, which `explained` has words for."""
    try:
        stated = DECODER.decode(line)
        recorded_at = parse_instant(stated.recorded_at)
    except (msgspec.MsgspecError, RangeError, RecursionError):  # the last: nested a thousand levels deep
        return None
    content = bytes(stated.content)
    known = stated.family in FAMILIES and stated.clock in CLOCKS and bool(stated.device) and stated.device.isprintable()
    if not known or not content.startswith(b"{"):
        return None
    return ingest.Posted(stated.family, stated.device, content.decode(), recorded_at, stated.clock)


def explained(line: str) -> ingest.Posted | str:
    """The document of any line, or in words what is wrong with it."""
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
    return ingest.Posted(family, device, json.dumps(content), recorded_at, clock)


def text_field(stated: dict[str, Any], name: str) -> str:
    """That field of a line.  Raises DocumentError when it is missing or no text."""
    value = stated.get(name)
    if not isinstance(value, str) or not value or not value.isprintable():
        raise DocumentError(f"{name} is missing, or is not a text")
    return value
