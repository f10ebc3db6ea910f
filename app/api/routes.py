"""/api/v1: the blueprint of its routes, and the document that describes every route for programs."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from app.api.devices import devices, series
from app.api.documents import documents
from app.api.energy import energy
from app.api.events import events
from app.api.latest import latest
from app.api.nearest import nearest
from app.api.openapi import OPENAPI
from app.api.range import range_
from app.audience import Audience
from app.routes import schemas
from app.routes.routing import Arguments, Example, route, serve_routes, written


@route(
    "/openapi.json",
    "The OpenAPI document",
    schemas.of("object"),
    failures=(),
    example=Example('{"openapi": "3.1.0", "info": {"title": "Arboretum"}}'),
    audience=Audience.READERS,
)
def openapi_json(_arguments: Arguments) -> Response:
    """The OpenAPI document of every API route, generated from the routes themselves."""
    return written(current_app.extensions[OPENAPI])


ROUTES = (devices, series, latest, range_, nearest, documents, events, energy, openapi_json)
api = Blueprint("api", __name__)
serve_routes(api, ROUTES)
