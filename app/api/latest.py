"""/api/v1: the newest value of each metric of a device."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Response

from app.api.lookup import code_text, moment, readable, unit_of
from app.audience import Audience
from app.routes import schemas
from app.routes.parameters import METRICS, TIMES
from app.routes.routing import Arguments, Example, route, written
from app.services import parts
from data import queries
from data.catalogue import ALIASES
from data.families import KINDS

UNKNOWN: Mapping[str, Any] = {"recorded_at": None, "age_seconds": None}  # of a value that is not there

LATEST = schemas.thing(
    device=schemas.DEVICE,
    metrics=schemas.by_metric(
        schemas.thing(
            label=schemas.of("string"),
            **schemas.READING,
            age_seconds=schemas.maybe("number", "How long ago it was measured."),
        )
    ),
)


@route(
    "/devices/<device>/latest",
    "The newest value of each metric",
    LATEST,
    (METRICS, TIMES),
    example=Example(
        """\
{"device": "tristar-1", "metrics": {
  "bat_voltage": {"label": "Battery Voltage", "value": 13.43, "text": null, "unit": "V",
                  "recorded_at": "2019-12-03T19:42:00Z", "age_seconds": 8.1}
}}""",
        "metric=bat_voltage&times=iso",
    ),
    audience=Audience.READERS,
)
def latest(arguments: Arguments) -> Response:
    """Each metric with its value, unit, time of measurement and age.

    A metric that the newest document lacks has its last value of the day before that document, else null.
    """
    now = datetime.now(UTC)
    with parts().sessions() as session:
        device = readable(session, arguments["device"])
        rows = {row.key: row for row in queries.series(session, device.id)}
        stored_units = {key: row.unit for key, row in rows.items()}
        units = {metric: unit_of(device, metric, stored_units) for metric in arguments["metric"] or rows}
        newest = [queries.latest(session, device.id, family) for family in KINDS[device.kind]]
        values = queries.newest_values(
            session, device, units, [document for document in newest if document is not None]
        )
    ages = {at: _age(at, now, arguments["times"]) for at in {at for _, at in values.values()}}
    metrics = {}
    for metric, unit in units.items():
        value, at = values.get(metric, (None, None))
        stored = rows.get(ALIASES.get(metric, metric))
        entry = queries.listed_metric(device, metric) if stored is None else None
        metrics[metric] = {
            "label": stored.label if stored else entry.label if entry else metric,
            "value": value,
            "text": code_text(device, metric, value),
            "unit": unit,
            **(UNKNOWN if at is None else ages[at]),
        }
    return written({"device": device.slug, "metrics": metrics})


def _age(at: datetime, now: datetime, times: str | None) -> Mapping[str, Any]:
    return {"recorded_at": moment(at, times), "age_seconds": round((now - at).total_seconds(), 3)}
