"""Devices as rows: found by slug, and made when one is first posted for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.database.engine import insert_unless_there
from data.database.models import Base, Device, Site, now

DEFAULT_SITE = ("Arboretum", "America/Los_Angeles")
NAMES = {
    "bms": "Battery",
    "tristar": "Charge controller",
    "tristar-1": "Charge controller, string 1",
    "tristar-2": "Charge controller, string 2",
    "tristar-msview": "MSView log",
}


def by_slug(session: Session, slugs: Iterable[str]) -> dict[str, Device]:
    """The devices that exist of these slugs."""
    wanted = set(slugs)
    if not wanted:
        return {}
    return {device.slug: device for device in session.scalars(select(Device).where(Device.slug.in_(wanted)))}


def site_id(session: Session) -> int:
    """The site's id; made with a default name and zone when the installation has not named it yet."""
    found = session.scalar(select(Site.id).order_by(Site.id).limit(1))
    if found is None:
        name, timezone = DEFAULT_SITE
        _insert(session, Site, name=name, timezone=timezone, created_at=now())
        found = session.scalars(select(Site.id).order_by(Site.id).limit(1)).one()
    return found


def make(session: Session, kind: str, slug: str) -> Device:
    """The device of that slug, made of that kind when it is not there yet."""
    string = re.fullmatch(r"tristar-([12])", slug)
    _insert(
        session,
        Device,
        site_id=site_id(session),
        kind=kind,
        slug=slug,
        name=NAMES.get(slug, slug),
        string=int(string[1]) if string else None,
        public=True,
        created_at=now(),
    )
    return session.scalars(select(Device).where(Device.slug == slug)).one()


def _insert(session: Session, table: type[Base], **values: Any) -> None:
    # Another process may make the same row at the same time; the unique key decides, and both go on with that row.
    # Written past the unit of work, because entries made at a prompt need their device in the middle of a flush.
    session.connection().execute(insert_unless_there(session, table).values(**values))
