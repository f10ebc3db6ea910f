"""/api/v1: its routes, and the list of all routes for programs, from which they are served and described."""

from __future__ import annotations

from functools import cache

from flask import Blueprint, Response

from app.api import batches, health
from app.api.devices import devices, latest, series
from app.api.documents import documents
from app.api.events import events
from app.api.openapi import openapi
from app.api.range import range_
from app.api.values import energy, nearest
from app.legacy import posting, reading, sensor_entries
from app.routes import schemas
from app.routes.routing import Asked, route, serve_routes, written


@route("/openapi.json", "The OpenAPI document", schemas.of("object"), failures=())
def openapi_json(_asked: Asked) -> Response:
    """The OpenAPI document of every route for programs, made from what serves them."""
    return written(described())


OWN = (devices, series, latest, range_, nearest, documents, events, energy, openapi_json)
ROUTES = (*batches.ROUTES, *OWN, *posting.ROUTES, *reading.ROUTES, *sensor_entries.ROUTES, health.healthz)

api = Blueprint("api", __name__)
serve_routes(api, OWN)


@cache
def described() -> dict[str, object]:
    """The document, made once."""
    return openapi(ROUTES)
