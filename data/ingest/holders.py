"""The devices of posted documents: found together, made where they are new, refused where they take no posts."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.database.compiled import Statement, among, named, stored
from data.database.models import Device, Sensor, User
from data.errors import DocumentError
from data.families import FAMILIES
from data.ingest import devices
from data.names import SLUG

ARCHIVED = "this sensor is archived: its owner can make it take posts again"


class Holder(NamedTuple):
    """The device of a document."""

    id: int
    slug: str
    kind: str
    archived_at: int | None = None


class Holders:
    """The devices of a batch: `addresses` are the families and slugs of its documents."""

    def __init__(self, session: Session, addresses: Collection[tuple[str, str]]) -> None:
        self._session = session
        slugs = {slug for _, slug in addresses}
        rows = _of_slugs(len(slugs)).rows(session, named("s", slugs))
        self._by_slug = {holder.slug: holder for holder in map(Holder._make, rows)}
        self._users = {slug.partition("/")[0] for slug in self._by_slug}
        owners = {slug.partition("/")[0] for family, slug in addresses if family == "sensor"} - self._users
        if owners:
            self._users.update(session.scalars(select(User.username).where(User.username.in_(owners))))

    def holder(self, family: str, slug: str) -> Holder:
        """The device of that slug.  Raises DocumentError when it cannot take documents of that family."""
        kind = FAMILIES[family].kind
        holder = self._by_slug.get(slug)
        if holder is None:
            if kind == "sensor":
                raise DocumentError("unknown sensor" if slug.partition("/")[0] in self._users else "unknown user")
            if not SLUG.fullmatch(slug):
                raise DocumentError(f"device is {slug!r}: use up to 40 small letters, digits, dots and dashes")
            device = devices.make(self._session, kind, slug)
            holder = self._by_slug[slug] = Holder(device.id, device.slug, device.kind)
        if holder.kind != kind:
            raise DocumentError(f"device {slug} is a {holder.kind}: it posts no documents of family {family}")
        if holder.archived_at is not None:
            raise DocumentError(ARCHIVED)
        return holder


@lru_cache(maxsize=64)
def _of_slugs(number: int) -> Statement:
    device, sensor = Device.__table__, Sensor.__table__
    return Statement(
        select(device.c.id, device.c.slug, device.c.kind, stored(sensor.c.archived_at))
        .select_from(device.outerjoin(sensor, device.c.sensor_id == sensor.c.id))
        .where(among(device.c.slug, "s", number))
    )
