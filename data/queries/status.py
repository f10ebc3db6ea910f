"""What the store holds and what it costs: rows, documents, samples and bytes by device and level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, func, select, type_coerce
from sqlalchemy.orm import Session

from data.database.models import ENTRIES, Device, SealedBlock, SealedColumns
from data.ranges import from_milliseconds


@dataclass(frozen=True, slots=True)
class LevelStatus:
    """One level of one device and family: rows of columns, samples they stand for, bytes."""

    level: int
    rows: int
    samples: int
    bytes: int


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """One device and family; bytes are those of the contents, without the database's pages around them."""

    device: str
    family: str
    unsealed: int  # documents
    sealed: int  # documents
    days: int
    damaged_days: int
    oldest_at: datetime | None
    newest_at: datetime | None
    entry_bytes: int
    original_bytes: int
    levels: tuple[LevelStatus, ...]

    @property
    def samples(self) -> int:
        """Sealed samples as measured."""
        return sum(level.samples for level in self.levels if level.level == 0)

    @property
    def bytes_per_sample(self) -> float | None:
        """Sealed bytes, levels and originals included, for one sample; None while nothing is sealed."""
        size = self.original_bytes + sum(level.bytes for level in self.levels)
        return size / self.samples if self.samples else None


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """The whole store; `database_bytes` is what it takes on disk."""

    database_bytes: int
    devices: tuple[DeviceStatus, ...]

    @property
    def unsealed(self) -> int:
        """Documents that are not sealed yet."""
        return sum(device.unsealed for device in self.devices)


def store_status(session: Session) -> StoreStatus:
    """The contents of the store by device and family; those without documents are left out."""
    slugs = dict(session.execute(select(Device.id, Device.slug)).all())
    entries = _entries(session)
    blocks = _blocks(session)
    levels = _levels(session)
    statuses = []
    for key in sorted(entries.keys() | blocks.keys(), key=lambda key: (slugs[key[0]], key[1])):
        unsealed, size, *ends = entries.get(key, (0, 0, None, None))
        sealed, days, damaged, document_bytes, *others = blocks.get(key, (0, 0, 0, 0, None, None))
        oldest = min((at for at in (ends[0], others[0]) if at is not None), default=None)
        newest = max((at for at in (ends[1], others[1]) if at is not None), default=None)
        statuses.append(
            DeviceStatus(
                slugs[key[0]],
                key[1],
                unsealed,
                sealed,
                days,
                damaged,
                None if oldest is None else from_milliseconds(oldest),
                None if newest is None else from_milliseconds(newest),
                size,
                document_bytes,
                levels.get(key, ()),
            )
        )
    return StoreStatus(_database_bytes(session), tuple(statuses))


Key = tuple[int, str]


def _entries(session: Session) -> dict[Key, tuple[int, int, int | None, int | None]]:
    counts = {}
    for family, entry in ENTRIES.items():
        at = type_coerce(entry.recorded_at, BigInteger)
        query = select(
            entry.device_id, func.count(), func.sum(func.length(entry.body)), func.min(at), func.max(at)
        ).group_by(entry.device_id)
        for device, count, size, first, last in session.execute(query):
            counts[(device, family)] = (count, int(size or 0), first, last)
    return counts


def _blocks(session: Session) -> dict[Key, tuple[int, int, int, int, int | None, int | None]]:
    block = SealedBlock
    size = sum(
        (func.coalesce(func.length(part), 0) for part in (block.times, block.stamps, block.notices)),
        func.coalesce(func.length(block.originals), 0),
    )
    query = select(
        block.device_id,
        block.family,
        func.sum(block.documents),
        func.count(),
        func.count().filter(block.damage != ""),
        func.sum(size),
        func.min(type_coerce(block.first_at, BigInteger)),
        func.max(type_coerce(block.last_at, BigInteger)),
    ).group_by(block.device_id, block.family)
    return {
        (row[0], row[1]): (int(row[2]), row[3], row[4], int(row[5]), row[6], row[7]) for row in session.execute(query)
    }


def _levels(session: Session) -> Mapping[Key, tuple[LevelStatus, ...]]:
    row = SealedColumns
    query = (
        select(
            row.device_id,
            row.family,
            row.level,
            func.count(),
            func.sum(row.samples),
            func.sum(func.length(row.body)),
        )
        .group_by(row.device_id, row.family, row.level)
        .order_by(row.level)
    )
    levels: dict[Key, tuple[LevelStatus, ...]] = defaultdict(tuple)
    for device, family, level, rows, samples, size in session.execute(query):
        levels[(device, family)] += (LevelStatus(level, rows, int(samples), int(size)),)
    return levels


def _database_bytes(session: Session) -> int:
    if session.get_bind().dialect.name == "postgresql":
        return int(session.scalar(select(func.pg_database_size(func.current_database()))) or 0)
    pages = session.scalar(select(func.pragma_page_count().table_valued("page_count").c.page_count))
    size = session.scalar(select(func.pragma_page_size().table_valued("page_size").c.page_size))
    return int(pages or 0) * int(size or 0)


def as_text(status: StoreStatus) -> str:
    """The status as lines for a terminal."""
    lines = [f"database {megabytes(status.database_bytes)}, {status.unsealed:,} documents not sealed yet"]
    for device in status.devices:
        lines.append("")
        lines.append(f"{device.device} ({device.family})")
        if device.oldest_at is not None and device.newest_at is not None:
            lines.append(f"  from {device.oldest_at:%Y-%m-%d %H:%M} to {device.newest_at:%Y-%m-%d %H:%M} UTC")
        lines.append(f"  not sealed  {device.unsealed:>12,} documents {megabytes(device.entry_bytes):>12}")
        damaged = f", {device.damaged_days} damaged" if device.damaged_days else ""
        lines.append(
            f"  sealed      {device.sealed:>12,} documents {megabytes(device.original_bytes):>12} beside the columns, "
            f"{device.days} days{damaged}"
        )
        lines += [
            f"  level {level.level}     {level.samples:>12,} samples   "
            f"{megabytes(level.bytes):>12} in {level.rows:,} rows"
            for level in device.levels
        ]
        if device.bytes_per_sample is not None:
            lines.append(f"  {device.bytes_per_sample:.3f} bytes a sample, levels and originals included")
    return "\n".join(lines)


def megabytes(size: int) -> str:
    """A size for people."""
    return f"{size / 1e6:,.2f} MB"
