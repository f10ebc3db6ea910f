"""Blocks and periods of levels as rows of the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.orm import Session

from data.database.models import SealedBlock, SealedColumns
from data.ranges import from_milliseconds
from data.store import levels
from data.store.blocks import Block
from data.store.column_groups import ColumnGroup
from data.store.levels import Aggregates, Level

Key = tuple[int, str, int]  # device, family, start of the day or of the period


def bodies(key: Key, level: int) -> Select[bytes]:
    """The bodies of the rows of a day (level 0) or of a period of a level, in their order."""
    device, family, start = key
    return (
        select(SealedColumns.body)
        .where(
            SealedColumns.device_id == device,
            SealedColumns.family == family,
            SealedColumns.level == level,
            SealedColumns.start_at == from_milliseconds(start),
        )
        .order_by(SealedColumns.part)
    )


def put_block(session: Session, device_id: int, family: str, version: int, block: Block, in_levels: bool) -> None:
    """Write a block and its columns; the row of the day must be gone."""
    start_at = from_milliseconds(block.start)
    session.execute(
        insert(SealedBlock),
        {
            "device_id": device_id,
            "family": family,
            "start_at": start_at,
            "version": version,
            "documents": block.documents,
            "first_at": from_milliseconds(block.first),
            "last_at": from_milliseconds(block.last),
            "in_levels": in_levels,
            "damage": "",
            "checksum": block.checksum,
            "times": block.times,
            "stamps": block.receive_times,
            "notices": block.flags,
            "originals": block.packed_documents,
        },
    )
    clear_columns(session, device_id, family, 0, block.start)
    if block.column_groups:
        session.execute(
            insert(SealedColumns), _rows(device_id, family, 0, block.start, block.column_groups, block.samples)
        )


def clear_columns(session: Session, device_id: int, family: str, level: int, start: int) -> None:
    """Remove the columns of one period of a level."""
    session.execute(
        delete(SealedColumns).where(
            SealedColumns.device_id == device_id,
            SealedColumns.family == family,
            SealedColumns.level == level,
            SealedColumns.start_at == from_milliseconds(start),
        )
    )


def _rows(
    device_id: int, family: str, level: int, start: int, packed: Sequence[ColumnGroup], samples: int
) -> list[dict[str, object]]:
    return [
        {
            "device_id": device_id,
            "family": family,
            "level": level,
            "start_at": from_milliseconds(start),
            "part": part,
            "first_series": pack.first,
            "last_series": pack.last,
            "samples": samples if part == 0 else 0,
            "body": pack.body,
        }
        for part, pack in enumerate(packed)
    ]


def of_period(key: Key, level: Level, series: Mapping[int, Aggregates]) -> list[dict[str, object]]:
    """One period of a level as rows of `SealedColumns`."""
    device_id, family, period = key
    samples = sum(int(aggregates.count.sum()) for aggregates in series.values())
    return _rows(device_id, family, level.number, period, levels.pack(series, level, period), samples)


def put_period(session: Session, key: Key, level: Level, rows: Sequence[Mapping[str, object]]) -> None:
    """Write these rows of a period of a level in the place of those that are there."""
    device_id, family, period = key
    clear_columns(session, device_id, family, level.number, period)
    session.execute(insert(SealedColumns), list(rows))
