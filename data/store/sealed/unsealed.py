"""What is to be sealed of a day: its entries and loaded documents, joined with what is sealed of it already."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, func, select, type_coerce
from sqlalchemy.orm import Session, sessionmaker

from data.database.models import ENTRIES, SealedBlock
from data.errors import CorruptError
from data.ranges import from_milliseconds
from data.store import document_table, template_rows
from data.store.blocks import DAY
from data.store.document_table import DocumentTable, Row
from data.store.sealed import days, isolation


@dataclass(frozen=True, slots=True)
class UnsealedDay:
    """A day to be sealed: its documents, the version of the block they replace (0 for none), and their entries' ids."""

    start: int
    table: DocumentTable
    version: int
    ids: list[int]


def unsealed_day(
    sessions: sessionmaker[Session], device_id: int, family: str, start: int, late: DocumentTable | None
) -> UnsealedDay | None:
    """The day's documents, sealed and not; None where there is nothing to do, or it has to wait."""
    with sessions() as session:
        ids, rows = _entries(session, device_id, family, start)
        stored = _sealed(session, device_id, family, start)
    if not ids and late is None:
        return None
    fresh = document_table.from_rows(family, rows)
    if late is not None:
        fresh = document_table.joined(family, (fresh, late)) if rows else late
    if stored is None:
        return UnsealedDay(start, fresh, 0, ids)
    block, sealed = stored
    if sealed is None:  # isolated: it waits until all its documents have come again
        return UnsealedDay(start, fresh, block.version, ids) if isolation.have_come_again(block, fresh) else None
    return UnsealedDay(start, document_table.joined(family, (sealed, fresh)), block.version, ids)


def _entries(session: Session, device_id: int, family: str, start: int) -> tuple[list[int], list[Row]]:
    entry = ENTRIES[family]
    at = type_coerce(entry.recorded_at, BigInteger)
    newest = select(func.max(at)).where(entry.device_id == device_id).scalar_subquery()
    query = (
        select(entry.id, at, type_coerce(entry.date_posted, BigInteger), entry.clock, entry.skeleton_id, entry.body)
        .where(entry.device_id == device_id, at >= start, at < start + DAY, at < newest)
        .order_by(at)
    )
    records = session.execute(query).all()
    texts = template_rows.texts(session, {record.skeleton_id for record in records if record.skeleton_id is not None})
    rows = [
        Row(recorded, received, clock, None if template is None else texts[template], body)
        for _, recorded, received, clock, template, body in records
    ]
    return [record.id for record in records], rows


def _sealed(
    session: Session, device_id: int, family: str, start: int
) -> tuple[SealedBlock, DocumentTable | None] | None:
    """The block of a day and its documents (None where it is isolated); None when there is no block.

    Raises CorruptError when its bytes have changed, or its documents have expired.
    """
    block = session.get(SealedBlock, (device_id, family, from_milliseconds(start)))
    if block is None:
        return None
    if block.damage:
        return block, None
    if block.times is None or block.originals is None:
        raise CorruptError(days.EXPIRED)
    return block, days.day(session, device_id, family, start)
