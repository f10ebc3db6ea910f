"""GET /healthz: whether this site can answer, for launchers and monitors; and the icon browsers ask for."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, current_app, jsonify, send_from_directory
from sqlalchemy.exc import SQLAlchemyError

from app.config import PROJECT
from app.parts import parts
from app.version import VERSION
from data import queries
from data.housekeeping import INTEGRITY

health = Blueprint("health", __name__)
log = logging.getLogger(__name__)


@health.get("/healthz")
def healthz() -> Response:
    """200 when the database answers, 503 when it does not; `damage` says what the worker found at its start."""
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


@health.get("/favicon.ico")
def favicon() -> Response:
    """The icon, at the address where browsers look for it."""
    return send_from_directory(
        PROJECT / "app" / "assets", "favicon.ico", max_age=current_app.get_send_file_max_age(None)
    )
