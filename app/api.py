"""/api/v1: its routes in one list, from which they are served and described."""

from __future__ import annotations

from functools import cache

from flask import Blueprint, Response

from app import api_schemas as schemas
from app import batches
from app.api_devices import devices, latest, series
from app.api_document import openapi
from app.api_documents import documents
from app.api_events import events
from app.api_range import range_
from app.api_routes import Asked, Body, Route, route, written
from app.api_values import energy, nearest

NDJSON = "application/x-ndjson"


@route("/openapi.json", "This document", schemas.of("object"), failures=(400, 401, 500))
def openapi_json(_asked: Asked) -> Response:
    """The OpenAPI document of /api/v1."""
    return written(described())


POST = Route(
    "post_documents",
    "/documents",
    "Store documents",
    Body(
        "What became of each line, sent when all that is stored is on disk.",
        {NDJSON: schemas.RESULT},
    ),
    lambda _asked: batches.documents(),
    f"One JSON object a line, at most {batches.MOST_DOCUMENTS:,} lines and {batches.LIMIT:,} bytes. The body may be "
    "packed: `Content-Encoding: gzip` or `zstd`. Sending twice is harmless.",
    failures=(400, 401, 403, 413, 415, 500, 503),
    method="POST",
    takes=Body(
        "A document a line.",
        {
            NDJSON: {
                "type": "object",
                "properties": {
                    "family": schemas.of("string", enum=list(batches.FAMILIES)),
                    "device": schemas.of("string", "Its name; of a sensor `username/sensor_name`."),
                    "recorded_at": schemas.of("string", "When it was measured; UTC without an offset."),
                    "clock": schemas.of("string", enum=list(batches.CLOCKS), default="stated"),
                    "content": schemas.of("object", "The document."),
                },
                "required": ["family", "device", "recorded_at", "content"],
            }
        },
    ),
)
READING = (openapi_json, devices, series, latest, range_, nearest, documents, events, energy)
ROUTES = (*READING, POST)

api = Blueprint("api", __name__)
for found in READING:
    for rule in found.rules:
        api.add_url_rule(rule, found.name, found.serve)


@cache
def described() -> dict[str, object]:
    """The document, made once."""
    return openapi(ROUTES)
