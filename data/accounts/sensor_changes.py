"""Changes of a sensor: name, owner, visibility, archiving, deletion."""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.accounts.users import find_sensor, user_by_name
from data.database.engine import begin_write
from data.database.models import ApiKey, Base, Device, Sensor, User, now
from data.errors import DocumentError, NotFoundError
from data.names import NAME, NAME_RULE, checked_sensor_name
from data.roles import ROLES


def sensor_to_change(session: Session, sensor_id: int) -> tuple[Sensor, Device, User]:
    """The sensor of that id with its device and owner, in a transaction that writes.  Raises NotFoundError."""
    begin_write(session)
    row = session.execute(
        select(Sensor, Device, User)
        .join(Device, Device.sensor_id == Sensor.id)
        .join(User, User.id == Sensor.user_id)
        .where(Sensor.id == sensor_id)
    ).first()
    if row is None:
        raise NotFoundError(f"no sensor with the id {sensor_id}")
    return row[0], row[1], row[2]


def rename(session: Session, sensor_id: int, name: str) -> Sensor:
    """Give the sensor another name; the address it posts to changes with it, and so do its own keys."""
    sensor, device, owner = sensor_to_change(session, sensor_id)
    name = checked_sensor_name(name)
    if name != sensor.name and not NAME.fullmatch(name):
        raise DocumentError(NAME_RULE)
    if name != sensor.name and find_sensor(session, owner.username, name) is not None:
        raise DocumentError(f"there is a sensor named {name} already: choose another name")
    sensor.name = device.name = name
    try:
        _move(session, device, f"{owner.username}/{name}")
    except IntegrityError as cause:  # of two at the same instant one is first
        raise DocumentError(f"there is a sensor named {name} already: choose another name") from cause
    return sensor


def set_public(session: Session, sensor_id: int, public: bool) -> Sensor:
    """Show the sensor's data to everybody, or to its owner only."""
    sensor, device, _ = sensor_to_change(session, sensor_id)
    sensor.public = device.public = public
    session.flush()
    return sensor


def set_archived(session: Session, sensor_id: int, archived: bool) -> Sensor:
    """Keep the sensor's data and refuse its posts, or take posts again."""
    sensor, _, _ = sensor_to_change(session, sensor_id)
    sensor.archived_at = now() if archived else None
    session.flush()
    return sensor


def hand_over(session: Session, sensor_id: int, username: str) -> Sensor:
    """Make somebody else the owner of the sensor and its data; its own keys are revoked."""
    sensor, device, owner = sensor_to_change(session, sensor_id)
    receiver = user_by_name(session, username.strip())
    if receiver is None or not ROLES[receiver.role].has_sensors:
        raise DocumentError(f"no member named {username.strip()!r}: a sensor needs an owner who may have sensors")
    if receiver.id == owner.id:
        raise DocumentError(f"the sensor is {owner.username}'s already: name somebody else")
    if find_sensor(session, receiver.username, sensor.name) is not None:
        raise DocumentError(f"{receiver.username} has a sensor named {sensor.name} already: rename it first")
    session.execute(
        update(ApiKey).where(ApiKey.device_slug == device.slug, ApiKey.revoked_at.is_(None)).values(revoked_at=now())
    )
    sensor.user_id = receiver.id
    name, whose = sensor.name, receiver.username
    try:
        _move(session, device, f"{whose}/{name}")
    except IntegrityError as cause:  # of two at the same instant one is first
        raise DocumentError(f"{whose} has a sensor named {name} already: rename it first") from cause
    return sensor


def _move(session: Session, device: Device, slug: str) -> None:
    session.execute(update(ApiKey).where(ApiKey.device_slug == device.slug).values(device_slug=slug))
    device.slug = slug
    session.flush()


def delete_sensor(session: Session, sensor_id: int) -> None:
    """Delete the sensor with every document and number it posted, and its own keys."""
    _, device, _ = sensor_to_change(session, sensor_id)
    # Every table that hangs on a device, so that a new one cannot be forgotten.
    for table in reversed(Base.metadata.sorted_tables):
        for column in table.columns:
            if any(key.column.table.name == "device" for key in column.foreign_keys):
                session.execute(delete(table).where(column == device.id))
    session.execute(delete(ApiKey).where(ApiKey.device_slug == device.slug))
    session.execute(delete(Device).where(Device.id == device.id))
    session.execute(delete(Sensor).where(Sensor.id == sensor_id))
    session.expire_all()
