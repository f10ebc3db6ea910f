"""/api/v1: the devices, and of one device its series and its newest values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from app.audience import Audience
from app.routes import schemas
from app.routes.parameters import METRICS, TIMES
from app.routes.routing import Arguments, Example, route, written
from app.security.identity import may_see, unauthorized
from app.services import parts
from data import queries
from data.catalogue import ALIASES
from data.errors import NotFoundError
from data.families import KINDS
from data.queries import DeviceRow
from data.ranges import TimeRange, to_milliseconds

UNKNOWN: Mapping[str, Any] = {"recorded_at": None, "age_seconds": None}  # of a value that is not there
LONGEST_NAME = 200


def readable(session: Session, slug: str) -> DeviceRow:
    """The device of that name: 404 when there is none, 401 when it is private and the sender may not read it."""
    if not slug.isprintable() or len(slug) > LONGEST_NAME:
        raise NotFoundError(f"no device named {slug[:LONGEST_NAME]!r}: /api/v1/devices lists them")
    device = queries.device(session, slug)
    if not may_see(device):
        unauthorized("This sensor's data is private: log in as its owner, or send the owner's key.")
    return device


def units_of(session: Session, device: DeviceRow, metrics: Sequence[str]) -> dict[str, str]:
    """Metric -> unit, for the requested metrics in that order, or for all metrics of the device.

    Raises NotFoundError for a metric that neither the device nor the catalogue has for its kind.
    """
    rows = {metric: queries.listed_metric(device, ALIASES.get(metric, metric)) for metric in metrics}
    if rows and all(rows.values()):
        return {metric: row.unit for metric, row in rows.items() if row is not None}
    stored = [ALIASES.get(metric, metric) for metric in metrics]
    units = {row.key: row.unit for row in queries.series(session, device.id, stored or None)}
    return units if not metrics else {metric: unit_of(device, metric, units) for metric in metrics}


def unit_of(device: DeviceRow, metric: str, units: Mapping[str, str]) -> str:
    """The unit of that metric of the device."""
    stored = ALIASES.get(metric, metric)
    if stored in units:
        return units[stored]
    row = queries.listed_metric(device, stored)
    if row is None:
        raise NotFoundError(f"{device.slug} has no metric {metric!r}: /api/v1/devices/{device.slug}/series lists them")
    return row.unit


def moment(at: datetime | None, times: str | None) -> int | datetime | None:
    """The instant as milliseconds, or as a datetime that is written as a text."""
    return at if at is None or times == "iso" else to_milliseconds(at)


def code_text(device: DeviceRow, metric: str, value: float | None) -> str | None:
    """The name of a value that is a code; None for any other value."""
    if device.kind == "sensor":
        return None
    row = queries.listed_metric(device, ALIASES.get(metric, metric))
    if row is None or row.codes is None or value is None:
        return None
    return row.codes.name(value)


def stored_span(session: Session, device: DeviceRow) -> TimeRange | None:
    """The time range from the first to the last measurement of the device; None without measurements."""
    families = KINDS[device.kind]
    spans = [span for family in families if (span := queries.span(session, device.id, family)) is not None]
    return TimeRange(min(span.start_at for span in spans), max(span.end_at for span in spans)) if spans else None


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
