"""The tables.  The owner's names: User, Sensor, and an entry, one posted document, by family.

Instants are aware UTC in Python and whole milliseconds in the database.
"""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from data.document import parse_content
from data.ranges import from_milliseconds, to_milliseconds
from data.roles import MEMBER, ROLES
from data.templates.splitting import fill

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
# SQLite counts rows up by itself only in a column declared INTEGER.
Id = BigInteger().with_variant(Integer(), "sqlite")


def now() -> datetime:
    """The present instant, in whole milliseconds as the database keeps it."""
    return from_milliseconds(to_milliseconds(datetime.now(UTC)))


def fresh_stamp() -> str:
    """A random text that nobody had before."""
    return secrets.token_hex(16)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, stored as milliseconds since 1970.  A naive one is refused."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        """Aware datetime to milliseconds."""
        return None if value is None else to_milliseconds(value)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> datetime | None:
        """Milliseconds to aware UTC."""
        return None if value is None else from_milliseconds(value)


class Base(DeclarativeBase):
    """All tables of the database."""

    metadata = MetaData(naming_convention=NAMES)


class Site(Base):
    """A place with one time zone."""

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    timezone: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Instant, default=now)


class User(Base):
    """Somebody with an account."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    username: Mapped[str] = mapped_column(String(60), unique=True)
    email: Mapped[str] = mapped_column(String(60), unique=True)
    password: Mapped[str] = mapped_column(String(255))  # a salted hash, see data.accounts.passwords
    role: Mapped[str] = mapped_column(String(20), default=MEMBER)  # one of ROLES
    session_stamp: Mapped[str] = mapped_column(String(32), default=fresh_stamp)  # in each session; a new one ends them
    created_at: Mapped[datetime] = mapped_column(Instant, default=now)
    last_login_at: Mapped[datetime | None] = mapped_column(Instant)
    sensorlist: Mapped[list[Sensor]] = relationship(back_populates="master", cascade="all, delete-orphan")

    @property
    def admin(self) -> bool:
        """Whether this user may administer the site."""
        return ROLES[self.role].administers


class Sensor(Base):
    """A sensor that a user registered; its data hangs on its device."""

    __tablename__ = "sensor"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    name: Mapped[str] = mapped_column(String(20))
    type: Mapped[str] = mapped_column(String(20), default="")
    units: Mapped[str] = mapped_column(String(20), default="")
    protocol: Mapped[str] = mapped_column(String(20), default="")
    public: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant, default=now)
    archived_at: Mapped[datetime | None] = mapped_column(Instant)  # kept and shown, but posts are refused
    master: Mapped[User] = relationship(back_populates="sensorlist")
    device: Mapped[Device] = relationship(back_populates="sensor", cascade="all, delete-orphan", single_parent=True)
    dataset: AssociationProxy[list[SensorDataEntry]] = association_proxy("device", "sensor_entries")


class Device(Base):
    """One charge controller, battery manager or registered sensor at a site."""

    __tablename__ = "device"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    kind: Mapped[str] = mapped_column(String(20))
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    string: Mapped[int | None]
    public: Mapped[bool] = mapped_column(default=True)
    sensor_id: Mapped[int | None] = mapped_column(ForeignKey("sensor.id"), unique=True)
    expected_interval_seconds: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(Instant, default=now)
    sensor: Mapped[Sensor | None] = relationship(back_populates="device")
    sensor_entries: Mapped[list[SensorDataEntry]] = relationship(viewonly=True)


class Series(Base):
    """One metric of one device, known from the first document that carried it."""

    __tablename__ = "series"
    __table_args__ = (UniqueConstraint("device_id", "key"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    key: Mapped[str] = mapped_column(String(200))
    label: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(40), default="")
    first_seen_at: Mapped[datetime] = mapped_column(Instant)


class ApiKey(Base):
    """A key to post or read with, kept as a hash; bound to a device or to a user."""

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    label: Mapped[str] = mapped_column(String(80))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    device_slug: Mapped[str | None] = mapped_column(String(100))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    scopes: Mapped[str] = mapped_column(String(20), default="post,read")
    created_at: Mapped[datetime] = mapped_column(Instant, default=now)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)
    last_used_from: Mapped[str | None] = mapped_column(String(45))
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class RateCount(Base):
    """How often somebody did something within one window of time; all workers count in the same row."""

    __tablename__ = "rate_count"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    start_at: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    count: Mapped[int]


class AuditEntry(Base):
    """Who did what, when, from where.  No foreign keys: it outlives whom and what it names."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant, default=now, index=True)
    username: Mapped[str] = mapped_column(String(60))
    address: Mapped[str] = mapped_column(String(45))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(120))
    detail: Mapped[str] = mapped_column(String(400), default="")


class OutgoingMail(Base):
    """A letter that waits for the worker."""

    __tablename__ = "outgoing_mail"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant, default=now)
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(Instant, default=now)


LEVEL_JOB = "level "  # and the width in milliseconds: the name of the job that gives old days to a new level


class Job(Base):
    """How far a long piece of work has come."""

    __tablename__ = "job"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    label: Mapped[str] = mapped_column(String(200))
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    message: Mapped[str] = mapped_column(String(200), default="")
    started_at: Mapped[datetime] = mapped_column(Instant, default=now)
    updated_at: Mapped[datetime] = mapped_column(Instant, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)


class Template(Base):
    """What the documents of a device have in common: their text without its numbers (data.templates.splitting)."""

    __tablename__ = "skeleton"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)  # data.templates.splitting.digest
    text: Mapped[str] = mapped_column(Text)


class SealedBlock(Base):
    """The sealed documents of one device, family and UTC day: when they were, and where they are to be had back.

    Columns of bytes are written and read by data.store.blocks alone.
    """

    __tablename__ = "sealed_block"

    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), primary_key=True, autoincrement=False)
    family: Mapped[str] = mapped_column(String(20), primary_key=True)
    start_at: Mapped[datetime] = mapped_column(Instant, primary_key=True)  # midnight UTC
    version: Mapped[int]  # counts up each time the day is sealed again
    documents: Mapped[int]
    first_at: Mapped[datetime] = mapped_column(Instant)
    last_at: Mapped[datetime] = mapped_column(Instant)
    in_levels: Mapped[bool]  # whether the levels above 0 have this day
    damage: Mapped[str] = mapped_column(String(200), default="")  # why the block is isolated; empty: sound
    checksum: Mapped[int] = mapped_column(BigInteger)  # of times, stamps and notices
    times: Mapped[bytes | None] = mapped_column(LargeBinary)  # None: expired
    stamps: Mapped[bytes] = mapped_column(LargeBinary)  # when received, and by which clock
    notices: Mapped[bytes] = mapped_column(LargeBinary)
    originals: Mapped[bytes | None] = mapped_column(LargeBinary)  # None: expired


class SealedColumns(Base):
    """Columns of neighbouring series of one device, family, level and period (data.store.column_groups)."""

    __tablename__ = "sealed_columns"

    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), primary_key=True, autoincrement=False)
    family: Mapped[str] = mapped_column(String(20), primary_key=True)
    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    start_at: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    part: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    first_series: Mapped[int]
    last_series: Mapped[int]
    samples: Mapped[int] = mapped_column(BigInteger)  # how many this row stands for
    body: Mapped[bytes] = mapped_column(LargeBinary)


class Correction(Base):
    """What an administrator changed in the past: both texts, who, when and why; None is no document."""

    __tablename__ = "correction"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    family: Mapped[str] = mapped_column(String(20))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
    username: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(String(400))
    corrected_at: Mapped[datetime] = mapped_column(Instant, default=now)


class JSONDataEntry(Base):
    """One posted document as it came, under the time it was measured, until it is sealed; an abstract base.

    `content` is the posted text; `json_content` the dictionary in it.  In the table stands the text, or, where the
    document has a known template, only its numbers (data.templates.splitting).
    """

    __abstract__ = True
    family: ClassVar[str]
    default_device: ClassVar[tuple[str, str] | None] = None  # (kind, slug) of entries made without a device

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    date_posted: Mapped[datetime] = mapped_column(Instant, default=now)
    clock: Mapped[str] = mapped_column(String(10), default="server")
    body: Mapped[str] = mapped_column(Text)

    @declared_attr
    def skeleton_id(cls) -> Mapped[int | None]:  # noqa: N805 - SQLAlchemy calls it with the class
        return mapped_column(ForeignKey("skeleton.id"))

    @declared_attr
    def template(cls) -> Mapped[Template | None]:  # noqa: N805
        return relationship(Template, lazy="joined", viewonly=True)

    @declared_attr
    def device_id(cls) -> Mapped[int]:  # noqa: N805
        return mapped_column(ForeignKey("device.id"), sort_order=-1)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[UniqueConstraint, ...]:  # noqa: N805
        return (UniqueConstraint("device_id", "recorded_at"),)

    @property
    def content(self) -> str:
        """The posted text."""
        return self.body if self.skeleton_id is None else fill(_text(self.template), self.body)

    @content.setter
    def content(self, text: str) -> None:
        self.body, self.skeleton_id = text, None

    @property
    def json_content(self) -> dict[str, Any]:
        """The document as a dictionary; a change is stored by assigning a new one."""
        return parse_content(self.content)

    @json_content.setter
    def json_content(self, document: dict[str, Any] | None) -> None:
        self.content = json.dumps({} if document is None else document, separators=(",", ":"), allow_nan=False)


def _text(template: Template | None) -> str:
    assert template is not None, "the foreign key says that it is there"
    return template.text


class BMSDataentry(JSONDataEntry):
    """A document of a battery manager."""

    __tablename__ = "bms_data_entry"
    family = "bms"
    default_device = ("bms", "bms")


BMSDataEntry = BMSDataentry


class TristarDataEntry(JSONDataEntry):
    """A charge controller's document of an instant."""

    __tablename__ = "tristar_data_entry"
    family = "tristar"
    default_device = ("tristar", "tristar")


class TristarDailyDataEntry(JSONDataEntry):
    """A charge controller's document of a day."""

    __tablename__ = "tristar_daily_data_entry"
    family = "tristar_daily"
    default_device = ("tristar", "tristar")


class SensorDataEntry(JSONDataEntry):
    """A document of a registered sensor."""

    __tablename__ = "sensor_data_entry"
    family = "sensor"


class DeviceDataEntry(JSONDataEntry):
    """A document of a device that has no family of its own."""

    __tablename__ = "device_data_entry"
    family = "device"


ENTRIES: dict[str, type[JSONDataEntry]] = {
    entry.family: entry
    for entry in (BMSDataentry, TristarDataEntry, TristarDailyDataEntry, SensorDataEntry, DeviceDataEntry)
}
