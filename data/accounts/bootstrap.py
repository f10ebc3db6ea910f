"""The bootstrap of a new site: the site itself, the user admin, the faculty's sensors."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.accounts.passwords import NO_PEPPER, Peppers, good_once
from data.accounts.users import create_user, register_sensor, user_by_name
from data.database.engine import begin_write
from data.database.models import Site
from data.roles import ADMINISTRATOR

ADMIN = "admin"
ADMIN_EMAIL = "admin@localhost.localdomain"
# name, type, units, protocol: the sensors the collector on site posts as user admin.
FACULTY_SENSORS = (
    ("SI7020_A20", "temp. and humidity", "C, % RH", "I2C"),
    ("VEML7700", "light", "lux", "I2C"),
    ("BH1745NUC", "colour", "counts", "I2C"),
)


@dataclass(frozen=True, slots=True)
class Installation:
    """The result of `ensure_installation`; the password only the first time, as it cannot be read again."""

    admin_password: str | None


def ensure_installation(session: Session, site_name: str, timezone: str, peppers: Peppers = NO_PEPPER) -> Installation:
    """Make what every site has, where it is missing: the site, the user admin, its three faculty sensors."""
    begin_write(session)
    site = session.scalars(select(Site).order_by(Site.id).limit(1)).first()
    if site is None:
        session.add(Site(name=site_name, timezone=timezone))
    else:
        site.name, site.timezone = site_name, timezone
    session.flush()
    password = None
    admin = user_by_name(session, ADMIN)
    if admin is None:
        password = secrets.token_urlsafe(12)
        admin = create_user(session, ADMIN, ADMIN_EMAIL, password, ADMINISTRATOR, peppers)
        admin.password = good_once(admin.password)
        for name, type_, units, protocol in FACULTY_SENSORS:
            register_sensor(session, admin, name, type_, units, protocol, public=True)
    return Installation(password)
