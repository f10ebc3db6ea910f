"""A sealed day back to entries, so that its documents can be changed; the sealer seals it again later."""

from __future__ import annotations

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session, sessionmaker

from data.database.engine import begin_write
from data.database.models import ENTRIES, SealedBlock
from data.errors import NotFoundError
from data.ranges import from_milliseconds
from data.store import document_table, levels
from data.store.blocks import DAY
from data.store.sealed import days, periods, rows
from data.templates import splitting


def unseal_day(sessions: sessionmaker[Session], device_id: int, family: str, start: int) -> int:
    """Make entries of a day's sealed documents and take the day out of every level; how many there were.

    The caller holds the device's lock.  Raises NotFoundError when nothing of that day is sealed, and CorruptError.
    """
    entry = ENTRIES[family]
    with sessions() as session:
        begin_write(session)
        table = days.day(session, device_id, family, start)
        if not len(table):
            raise NotFoundError(f"nothing of {from_milliseconds(start):%Y-%m-%d} is sealed")
        names = {group.template: splitting.digest(group.template) for group in table.groups}
        entries = []
        for place, text in enumerate(table.texts()):
            split = splitting.split(text)
            number = None if split is None else names.get(split.template)
            entries.append(
                {
                    "device_id": device_id,
                    "recorded_at": from_milliseconds(int(table.times[place])),
                    "date_posted": from_milliseconds(int(table.received[place])),
                    "clock": document_table.CLOCKS[int(table.clocks[place])],
                    "skeleton_id": number,
                    "body": text if number is None or split is None else split.numbers,
                }
            )
        session.execute(
            delete(SealedBlock).where(
                SealedBlock.device_id == device_id,
                SealedBlock.family == family,
                SealedBlock.start_at == from_milliseconds(start),
            )
        )
        rows.clear_columns(session, device_id, family, 0, start)
        _leave_levels(session, device_id, family, start)
        session.execute(insert(entry), entries)
        session.commit()
    return len(entries)


def _leave_levels(session: Session, device_id: int, family: str, start: int) -> None:
    for level in levels.LEVELS:
        key = (device_id, family, levels.period_start(level, start))
        before = periods.stored(session, key, level)
        if before is None:
            continue
        kept = {
            series: aggregates.taken((aggregates.start < start) | (aggregates.start >= start + DAY))
            for series, aggregates in before.items()
        }
        rows.put_period(session, key, level, rows.of_period(key, level, kept))
