"""/api/v1: the values of a device nearest to a moment."""

from __future__ import annotations

from datetime import timedelta

from flask import Response

from app.api.lookup import code_text, moment, readable, units_of
from app.audience import Audience
from app.routes import schemas
from app.routes.parameters import (
    INSTANT_SCHEMA,
    INSTANT_TEXT,
    METRICS,
    TIMES,
    TZ,
    Parameter,
    instant,
    number_schema,
    seconds,
)
from app.routes.routing import Arguments, Example, route, written
from app.services import parts
from data import queries
from data.catalogue import ALIASES

NEAREST = schemas.thing(
    device=schemas.DEVICE,
    at=schemas.AT,
    metrics=schemas.by_metric(
        schemas.thing(**schemas.READING, distance_seconds=schemas.maybe("number", "How far from `at` it was measured."))
    ),
)


@route(
    "/devices/<device>/nearest",
    "The values nearest to a moment",
    NEAREST,
    (
        Parameter("at", f"The moment. {INSTANT_TEXT}.", INSTANT_SCHEMA, instant, required=True),
        METRICS,
        Parameter(
            "tolerance",
            "How many seconds from the moment a document may lie; as the site is set when left out.",
            number_schema(0, 31_536_000),
            seconds,
        ),
        TZ,
        TIMES,
    ),
    example=Example(
        """\
{"device": "tristar-1", "at": "2019-12-03T19:41:20Z", "metrics": {
  "bat_voltage": {"value": 13.42, "text": null, "unit": "V", "recorded_at": "2019-12-03T19:41:00Z",
                  "distance_seconds": 20.0}
}}""",
        "at=2019-12-03T19:41:20&metric=bat_voltage&times=iso",
    ),
    audience=Audience.READERS,
)
def nearest(arguments: Arguments) -> Response:
    """The values of the nearest document, of two equally near the earlier; null when none is near enough."""
    with parts().sessions() as session:
        device = readable(session, arguments["device"])
        units = units_of(session, device, arguments["metric"])
        documents = {
            family: queries.nearest(
                session, family, [device.id], arguments["at"], reach(family, arguments["tolerance"])
            )
            for family in {queries.family_of(device.kind, metric) for metric in units}
        }
    metrics = {}
    for metric, unit in units.items():
        row = documents[queries.family_of(device.kind, metric)]
        value = row.readings.get(ALIASES.get(metric, metric)) if row else None
        at = row.recorded_at if row and value is not None else None
        metrics[metric] = {
            "value": value,
            "text": code_text(device, metric, value),
            "unit": unit,
            "recorded_at": moment(at, arguments["times"]),
            "distance_seconds": None if at is None else abs((at - arguments["at"]).total_seconds()),
        }
    return written({"device": device.slug, "at": moment(arguments["at"], arguments["times"]), "metrics": metrics})


def reach(family: str, stated: timedelta | None) -> timedelta:
    """The largest distance of a document from the moment: as requested, else from the settings."""
    return parts().config.tolerance_of(family) if stated is None else stated
