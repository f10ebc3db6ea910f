"""/api/v1: the devices, and the series of a device."""

from __future__ import annotations

from flask import Response

from app.api.lookup import moment, readable, stored_span
from app.audience import Audience
from app.routes import schemas
from app.routes.parameters import TIMES
from app.routes.routing import Arguments, Example, route, written
from app.security.identity import may_see
from app.services import parts
from data import queries
from data.families import KINDS

DEVICES = schemas.thing(
    devices=schemas.many(
        schemas.thing(
            device=schemas.DEVICE,
            kind=schemas.of("string", enum=list(KINDS)),
            name=schemas.of("string", "As the pages show it."),
            string=schemas.maybe("integer", "Which string of panels, for a charge controller."),
            public=schemas.of("boolean", "Whether strangers may read it."),
            expected_interval_seconds=schemas.maybe("integer", "How often it should send."),
        )
    )
)


@route(
    "/devices",
    "The devices that the sender may read",
    DEVICES,
    failures=(),
    example=Example(
        """\
{"devices": [
  {"device": "bms", "kind": "bms", "name": "Battery", "string": null, "public": true,
   "expected_interval_seconds": null},
  {"device": "admin/VEML7700", "kind": "sensor", "name": "VEML7700", "string": null, "public": true,
   "expected_interval_seconds": null}
]}"""
    ),
    audience=Audience.READERS,
)
def devices(_arguments: Arguments) -> Response:
    """Controllers by string, then by name; private sensors only for those who may read them."""
    with parts().sessions() as session:
        rows = queries.devices(session)
    names = ("kind", "name", "string", "public", "expected_interval_seconds")
    return written(
        {
            "devices": [
                {"device": row.slug} | {name: getattr(row, name) for name in names} for row in rows if may_see(row)
            ]
        }
    )


SERIES = schemas.thing(
    device=schemas.DEVICE,
    **{"from": schemas.MAYBE_AT, "to": schemas.MAYBE_AT},
    series=schemas.many(
        schemas.thing(
            metric=schemas.of("string", "Its key."),
            label=schemas.of("string"),
            unit=schemas.UNIT,
            quantity=schemas.maybe("string", "What is measured: voltage, current …"),
            aggregate=schemas.maybe("string", "How samples are joined: mean, last or counter."),
            explanation=schemas.maybe("string", "What it is, in a sentence."),
            codes={"type": ["object", "null"], "additionalProperties": {"type": "string"}},
        )
    ),
)


@route(
    "/devices/<device>/series",
    "The metrics of a device",
    SERIES,
    (TIMES,),
    example=Example(
        """\
{"device": "tristar-1", "from": "2019-12-03T19:40:00Z", "to": "2019-12-03T19:42:00Z", "series": [
  {"metric": "bat_voltage", "label": "Battery Voltage", "unit": "V", "quantity": "voltage", "aggregate": "mean",
   "explanation": "The battery voltage that the controller regulates by.", "codes": null}
]}""",
        "times=iso",
    ),
    audience=Audience.READERS,
)
def series(arguments: Arguments) -> Response:
    """Every metric that the device has sent, and from when to when it has sent anything."""
    with parts().sessions() as session:
        device = readable(session, arguments["device"])
        rows = queries.series(session, device.id)
        span = stored_span(session, device)
    described = []
    for row in rows:
        entry = queries.listed_metric(device, row.key)
        described.append(
            {
                "metric": row.key,
                "label": row.label,
                "unit": row.unit,
                "quantity": entry.quantity if entry else None,
                "aggregate": entry.aggregate.value if entry else None,
                "explanation": entry.explanation if entry else None,
                "codes": {str(code): text for code, text in entry.codes.names.items()}
                if entry and entry.codes
                else None,
            }
        )
    return written(
        {
            "device": device.slug,
            "from": moment(span.start_at if span else None, arguments["times"]),
            "to": moment(span.end_at if span else None, arguments["times"]),
            "series": described,
        }
    )
