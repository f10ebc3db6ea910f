"""GET /healthz: whether this site can answer, for launchers and monitors; and the icon browsers ask for."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, current_app, jsonify, send_from_directory
from sqlalchemy.exc import SQLAlchemyError

from app.audience import Audience, audience
from app.config import PROJECT
from app.routes import schemas
from app.routes.routing import JSON, Arguments, Body, Example, route, serve_routes
from app.services import parts
from app.version import VERSION
from data import queries
from data.database.housekeeping import INTEGRITY

log = logging.getLogger(__name__)

RELEASE = schemas.of("string", "The release that answers.", examples=[VERSION])
WELL = {
    "type": "object",
    "properties": {
        "database": schemas.of("string", enum=["ok", "damaged"]),
        "damage": schemas.of("string", "What is damaged; only when something is."),
        "version": RELEASE,
    },
    "required": ["database", "version"],
    "additionalProperties": False,
}
NO_ANSWER = schemas.thing(database=schemas.of("string", enum=["no answer"]), version=RELEASE)


@route(
    {"healthz": "/healthz"},
    "Whether the site can answer",
    WELL,
    failures=(),
    others={503: Body("The database does not answer.", {JSON: NO_ANSWER})},
    group="Is it well?",
    strict=False,
    example=Example('{"database": "ok", "version": "0.2.0"}'),
    audience=Audience.EVERYBODY,
)
def healthz(_arguments: Arguments) -> Response:
    """For monitors: 200 when the database answers. `damage` says what the worker found when it started."""
    try:
        with parts().sessions() as session:
            jobs = queries.jobs(session)
    except SQLAlchemyError as problem:
        log.error("the database does not answer: %s", problem)
        response = jsonify(database="no answer", version=VERSION)
        response.status_code = 503
        response.headers["Retry-After"] = "30"
        return response
    damage = next((job.message for job in jobs if job.name == INTEGRITY and job.message), None)
    if damage is not None:
        return jsonify(database="damaged", damage=damage, version=VERSION)
    return jsonify(database="ok", version=VERSION)


ROUTES = (healthz,)
health = Blueprint("health", __name__)
serve_routes(health, ROUTES)


@health.get("/favicon.ico")
@audience(Audience.EVERYBODY)
def favicon() -> Response:
    """The icon, at the address where browsers look for it."""
    return send_from_directory(
        PROJECT / "app" / "assets", "favicon.ico", max_age=current_app.get_send_file_max_age(None)
    )
