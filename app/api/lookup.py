"""The device and the metrics of a request, and values as the answers write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.security.identity import may_see, unauthorized
from data import queries
from data.catalogue import ALIASES
from data.errors import NotFoundError
from data.families import KINDS
from data.queries import DeviceRow
from data.ranges import TimeRange, to_milliseconds

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
