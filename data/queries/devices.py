"""Devices, the metrics they have posted, and how far long work has come."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from data import catalogue, document
from data.catalogue import ALIASES, Metric
from data.database.compiled import named
from data.database.models import LEVEL_JOB, Device, Job, Sensor
from data.errors import NotFoundError
from data.families import KINDS
from data.queries import statements


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One device; `owner_id` and `sensor_id` only of a registered sensor."""

    id: int
    slug: str
    kind: str
    name: str
    string: int | None
    public: bool
    expected_interval_seconds: int | None
    owner_id: int | None
    sensor_id: int | None

    def is_visible_to(self, user_id: int | None, is_admin: bool) -> bool:
        """Whether that user, a stranger without an id, may see its data on a site that is open to them."""
        return self.public or is_admin or (user_id is not None and self.owner_id == user_id)


@dataclass(frozen=True, slots=True)
class JobRow:
    """A long piece of work and how far it has come."""

    name: str
    label: str
    done: int
    total: int
    message: str
    started_at: datetime
    updated_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A metric that a device has posted."""

    key: str
    label: str
    unit: str


def _device_query() -> Select[Device, int]:
    return select(Device, Sensor.user_id).outerjoin(Sensor, Device.sensor_id == Sensor.id)


def _device_row(device: Device, owner_id: int | None) -> DeviceRow:
    return DeviceRow(
        device.id,
        device.slug,
        device.kind,
        device.name,
        device.string,
        device.public,
        device.expected_interval_seconds,
        owner_id,
        device.sensor_id,
    )


def devices(session: Session, kind: str | None = None) -> list[DeviceRow]:
    """The devices (of that kind), controllers by string, then by slug."""
    query = _device_query()
    if kind is not None:
        query = query.where(Device.kind == kind)
    rows = [_device_row(*cells) for cells in session.execute(query)]
    return sorted(rows, key=lambda row: (row.kind, _rank(row), row.slug))


def _rank(device: DeviceRow) -> int:
    return device.string if device.string is not None else 99


def device(session: Session, slug: str) -> DeviceRow:
    """The device of that slug.  Raises NotFoundError."""
    return _one(session, "slug", slug, f"no device named {slug!r}: /api/v1/devices lists them")


def sensor_device(session: Session, sensor_id: int) -> DeviceRow:
    """The device of a registered sensor.  Raises NotFoundError."""
    return _one(session, "sensor_id", sensor_id, f"no sensor with the id {sensor_id}")


def by_id(session: Session, device_id: int) -> DeviceRow:
    """The device of that id.  Raises NotFoundError."""
    return _one(session, "id", device_id, f"no device with the id {device_id}")


def _one(session: Session, column: str, value: object, missing: str) -> DeviceRow:
    for row in statements.device(column).rows(session, {"value": value}):
        number, slug, kind, name, string, public, interval, owner_id, sensor_id = row
        return DeviceRow(number, slug, kind, name, string, bool(public), interval, owner_id, sensor_id)
    raise NotFoundError(missing)


def series(session: Session, device_id: int, keys: Collection[str] | None = None) -> list[SeriesRow]:
    """The metrics this device has posted, by key; or those of them among `keys`, in any order."""
    if keys is None:
        rows = statements.series(None).rows(session, {"device": device_id})
    else:
        unique = dict.fromkeys(keys)
        rows = statements.series(len(unique)).rows(session, {"device": device_id, **named("k", unique)})
    return [SeriesRow(*row) for row in rows]


def listed_metric(device: DeviceRow, key: str) -> Metric | None:
    """What the catalogue says of a metric of that device; None where it says nothing."""
    if device.kind == "sensor":
        return None  # a sensor's metrics are its own, whatever their names
    try:
        metric = catalogue.metric(key)
    except NotFoundError:
        return None
    return metric if device.kind == "device" or metric.family in KINDS[device.kind] else None


def family_of(kind: str, metric: str) -> str:
    """The family of documents in which devices of that kind post a metric."""
    if len(KINDS[kind]) == 1:
        return KINDS[kind][0]
    try:
        return catalogue.metric(ALIASES.get(metric, metric)).family
    except NotFoundError:
        return document.family_of_unlisted(kind, metric)


def jobs(session: Session) -> list[JobRow]:
    """Long pieces of work, running and done, the newest first; of levels that are filled only what is under way."""
    shown = Job.name.not_like(f"{LEVEL_JOB}%") | Job.finished_at.is_(None)
    return [
        JobRow(job.name, job.label, job.done, job.total, job.message, job.started_at, job.updated_at, job.finished_at)
        for job in session.scalars(select(Job).where(shown).order_by(Job.started_at.desc()))
    ]
