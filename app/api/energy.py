"""/api/v1: the energy of a window."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response

from app.api.lookup import moment, readable, units_of
from app.audience import Audience
from app.routes import schemas
from app.routes.parameters import (
    FROM,
    INSTANT_SCHEMA,
    TIMES,
    TO,
    TZ,
    Parameter,
    instant,
    number_schema,
    seconds,
    text_schema,
)
from app.routes.routing import TWENTY_MINUTES, Arguments, Example, route, written
from app.services import parts
from data import queries
from data.errors import RangeError
from data.ranges import TimeRange

ENERGY = schemas.thing(
    device=schemas.DEVICE,
    metric=schemas.of("string"),
    **{"from": schemas.AT, "to": schemas.AT},
    watt_hours=schemas.maybe("number", "null: nothing of the window was measured."),
    coverage=schemas.of("number", "The part of the elapsed window that was measured.", minimum=0, maximum=1),
)


@route(
    "/devices/<device>/energy",
    "The energy of a window",
    ENERGY,
    (
        Parameter("metric", "The power to integrate, in W.", text_schema(examples=["p_out"]), required=True),
        Parameter("from", FROM.description, INSTANT_SCHEMA, instant, required=True),
        Parameter("to", f"{TO.description} The present when left out.", INSTANT_SCHEMA, instant),
        Parameter(
            "max_gap",
            "The longest time between two samples, in seconds, that is no gap; as everywhere for the device when left "
            "out: 2.5 times its usual spacing, 1,500 at least.",
            number_schema(1, 86_400),
            seconds,
        ),
        TZ,
        TIMES,
    ),
    example=Example(
        """\
{"device": "tristar-1", "metric": "p_out", "from": "2019-12-03T19:40:00Z", "to": "2019-12-03T20:00:00Z",
 "watt_hours": 13.733333333333333, "coverage": 0.1}""",
        f"metric=p_out&{TWENTY_MINUTES}&times=iso",
    ),
    audience=Audience.READERS,
)
def energy(arguments: Arguments) -> Response:
    """The integral of a power over the window, never across a gap, and how much of the window was measured."""
    now = datetime.now(UTC)
    metric = arguments["metric"]
    window = TimeRange(arguments["from"], max(now, arguments["from"]) if arguments["to"] is None else arguments["to"])
    with parts().sessions() as session:
        device = readable(session, arguments["device"])
        unit = units_of(session, device, [metric])[metric]
        if unit not in ("W", ""):
            raise RangeError(f"{metric} is measured in {unit}: energy is the integral of a power in W")
        [integral] = queries.energy(session, [device.id], metric, window, now, arguments["max_gap"])
    return written(
        {
            "device": device.slug,
            "metric": metric,
            "from": moment(window.start_at, arguments["times"]),
            "to": moment(window.end_at, arguments["times"]),
            "watt_hours": integral.watt_hours if integral.coverage else None,
            "coverage": integral.coverage,
        }
    )
