"""Every sealed row read again: what has changed since it was written is reported, isolated, or built again.

A level is built again from the samples; a block's columns from its documents, where these are whole.  A block whose
documents are damaged is isolated: it waits until they have been posted or imported again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import BigInteger, delete, select, type_coerce
from sqlalchemy.orm import Session, sessionmaker

from data.database import series as series_rows
from data.database.engine import begin_write, engine_of
from data.database.locks import device_lock
from data.database.models import SealedBlock, SealedColumns
from data.errors import CorruptError
from data.ranges import from_milliseconds
from data.store import blocks, column_groups, columns, levels
from data.store.levels import Level
from data.store.sealed import days as sealed
from data.store.sealed import isolation, rebuilding, rows
from data.store.sealed.rows import Key

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Report:
    """How many blocks and periods were read, what was wrong in words, and how many were built again."""

    checked: int = 0
    repaired: int = 0
    problems: list[str] = field(default_factory=list)


def check(sessions: sessionmaker[Session], repair: bool, progress: Progress = lambda _done, _total: None) -> Report:
    """Read everything that is sealed.  Damaged blocks are isolated; with `repair`, what can be is built again."""
    by_number = {level.number: level for level in levels.LEVELS}
    with sessions() as session:
        days = session.execute(
            select(SealedBlock.device_id, SealedBlock.family, type_coerce(SealedBlock.start_at, BigInteger))
        ).all()
        periods = session.execute(
            select(
                SealedColumns.device_id,
                SealedColumns.family,
                type_coerce(SealedColumns.start_at, BigInteger),
                SealedColumns.level,
            )
            .where(SealedColumns.level.in_(by_number))
            .distinct()
        ).all()
    report, total = Report(), len(days) + len(periods)
    for device, family, start in days:
        _check_block(sessions, (device, family, start), repair, report)
        progress(report.checked, total)
    for device, family, start, number in periods:
        _check_period(sessions, (device, family, start), by_number[number], repair, report)
        progress(report.checked, total)
    return report


def _say(report: Report, key: Key, what: str, problem: object) -> None:
    device, family, start = key
    report.problems.append(f"device {device}, {family}, {what} {from_milliseconds(start):%Y-%m-%d}: {problem}")


def _check_block(sessions: sessionmaker[Session], key: Key, repair: bool, report: Report) -> None:
    report.checked += 1
    device, family, start = key
    with sessions() as session:
        block = session.get(SealedBlock, (device, family, from_milliseconds(start)))
        if block is None:
            return
        if block.damage:
            _say(report, key, "day", f"isolated ({block.damage}); post or import its documents again")
            return
        try:
            _read_columns(session, key, block.documents)
            if block.originals is not None and block.times is not None:
                sealed.day(session, device, family, start)
            return
        except CorruptError as problem:
            _say(report, key, "day", problem)
            reason = str(problem)
    if repair and _rebuild_block(sessions, key):
        report.repaired += 1
    elif not _documents_are_whole(sessions, key):
        isolation.isolate(sessions, device, family, start, reason)


def _read_columns(session: Session, key: Key, documents: int) -> None:
    for body in session.scalars(rows.bodies(key, 0)):
        for _, column in column_groups.unpack(body):
            columns.decode(column.kind, column.packed, documents)


def _documents_are_whole(sessions: sessionmaker[Session], key: Key) -> bool:
    with sessions() as session:
        try:
            return len(sealed.day(session, *key)) > 0
        except CorruptError:
            return False


def _rebuild_block(sessions: sessionmaker[Session], key: Key) -> bool:
    """Write the columns of a day again from its documents; False when these are damaged, or the device is busy."""
    device, family, start = key
    with device_lock(engine_of(sessions), device) as mine, sessions() as session:
        if not mine:
            return False
        block = session.get(SealedBlock, (device, family, from_milliseconds(start)))
        try:
            table = sealed.day(session, device, family, start)
        except CorruptError:
            return False
        if block is None or not len(table):
            return False
        version, in_levels = block.version, block.in_levels
        built = blocks.build(table, table.readings(), series_rows.ids(session, device))
        session.rollback()
        begin_write(session)
        gone = session.connection().execute(
            delete(SealedBlock).where(
                SealedBlock.device_id == device,
                SealedBlock.family == family,
                SealedBlock.start_at == from_milliseconds(start),
                SealedBlock.version == version,
            )
        )
        if gone.rowcount != 1:
            session.rollback()
            return False
        rows.put_block(session, device, family, version + 1, built, in_levels)
        session.commit()
    return True


def _check_period(sessions: sessionmaker[Session], key: Key, level: Level, repair: bool, report: Report) -> None:
    report.checked += 1
    with sessions() as session:
        try:
            bodies = session.scalars(rows.bodies(key, level.number)).all()
            starts = levels.clock(bodies[:1], level, key[2])
            if starts is None:
                raise CorruptError("the rows of a level have no clock")
            levels.unpack(bodies[1:], starts)
            return
        except CorruptError as problem:
            _say(report, key, f"level {level.number} from", problem)
    if repair and rebuild_period(sessions, key, level):
        report.repaired += 1


def rebuild_period(sessions: sessionmaker[Session], key: Key, level: Level) -> bool:
    """Write one period of a level again from the samples; False when another has the device in hand."""
    with device_lock(engine_of(sessions), key[0]) as mine, sessions() as session:
        if not mine:
            return False
        whole = rebuilding.aggregates(session, key, level)
        built = rows.of_period(key, level, whole)
        session.rollback()
        begin_write(session)
        rows.put_period(session, key, level, built)
        session.commit()
    return True
