"""Documents out of sealed blocks: single ones by their times, and whole days."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from sqlalchemy import BigInteger, ColumnElement, bindparam, select, type_coerce
from sqlalchemy.orm import Session

from data.arrays import Integers
from data.database.compiled import Statement, integer, stored
from data.database.models import SealedBlock
from data.errors import CorruptError
from data.ranges import from_milliseconds
from data.store import blocks, documents, template_rows
from data.store.blocks import DAY
from data.store.document_table import DocumentTable
from data.store.sealed import rows
from data.templates.splitting import digest

log = logging.getLogger(__name__)

EXPIRED = "the documents of that day have expired: nothing can be added to it any more"


def texts(session: Session, device_id: int, family: str, times: Sequence[int]) -> dict[int, str]:
    """The sealed documents of these times; EXPIRED for a time of a day whose documents are gone for good.

    Those of a day whose bytes have changed count as not there: they may come again, and the day is built from them.
    """
    days: dict[int, list[int]] = defaultdict(list)
    for at in times:
        days[blocks.day_of(at)].append(at)
    text_of: dict[int, str] = {}
    for start, day_times in days.items():
        try:
            there, expired = _there(session, device_id, family, start, day_times)
            if expired:
                text_of.update(dict.fromkeys(day_times, EXPIRED))
            elif there:
                table = day(session, device_id, family, start)
                places = np.searchsorted(table.times, there).tolist()
                text_of.update({at: table.text(place) for at, place in zip(there, places, strict=True)})
        except CorruptError as problem:
            report(device_id, family, start, problem)
    return text_of


def report(device_id: int, family: str, start: int, problem: CorruptError) -> None:
    """Tell of a sealed day whose bytes have changed; `check-store` and the sealer isolate it."""
    log.error("device %s, %s, %s: %s", device_id, family, from_milliseconds(start).date(), problem)


def _there(
    session: Session, device_id: int, family: str, start: int, day_times: Sequence[int]
) -> tuple[list[int], bool]:
    """Those of the times that the block of that day has, and whether it has been expired."""
    first, last = type_coerce(SealedBlock.first_at, BigInteger), type_coerce(SealedBlock.last_at, BigInteger)
    row = session.execute(
        select(first, last, SealedBlock.damage, SealedBlock.times.is_(None) | SealedBlock.originals.is_(None)).where(
            *_key(device_id, family, start)
        )
    ).first()
    if row is None or row[2]:
        return [], False
    if row[3]:
        return [], True
    near = [at for at in day_times if row[0] <= at <= row[1]]
    if not near:
        return [], False
    return np.array(near)[np.isin(near, times(session, device_id, family, start))].tolist(), False


def times(session: Session, device_id: int, family: str, start: int) -> Integers:
    """The times of that day's sealed documents, milliseconds; empty where there are none, or they are isolated."""
    packed = session.scalar(select(SealedBlock.times).where(*_key(device_id, family, start), SealedBlock.damage == ""))
    return np.empty(0, dtype=np.int64) if packed is None else blocks.unpack_times(packed, start)


def days_until(session: Session, device_id: int, family: str, first: int, last: int) -> list[int]:
    """The days with sealed documents that may lie between these times, both included, milliseconds."""
    parameters = {"device": device_id, "family": family, "first": first, "last": last}
    return [start for (start,) in _touching().rows(session, parameters)]


@lru_cache(maxsize=1)
def _touching() -> Statement:
    block: Any = SealedBlock.__table__.c
    start = stored(block.start_at)
    return Statement(
        select(start).where(
            block.device_id == bindparam("device"),
            block.family == bindparam("family"),
            start.between(integer("first") - DAY, integer("last")),
            stored(block.last_at) >= integer("first"),
        )
    )


def day(session: Session, device_id: int, family: str, start: int) -> DocumentTable:
    """The sealed documents of that day; none where there is no block or it is expired.  Raises CorruptError."""
    block = session.execute(
        select(
            SealedBlock.checksum, SealedBlock.times, SealedBlock.stamps, SealedBlock.notices, SealedBlock.originals
        ).where(*_key(device_id, family, start))
    ).first()
    if block is None or block.times is None or block.originals is None:
        return DocumentTable(family, *(np.empty(0, dtype=np.int64),) * 2, np.empty(0, dtype=np.uint8))
    blocks.check(block.checksum, block.times, block.stamps, block.notices)
    query = rows.bodies((device_id, family, start), 0)
    bodies = session.scalars(query).all() if documents.series_in(block.originals) else []
    template_texts = template_rows.texts(session, documents.templates_in(block.originals))

    def template(number: int) -> str:
        text = template_texts.get(number)
        if text is None or digest(text) != number:
            raise CorruptError(f"the template {number} of documents of that day is not there, or has changed")
        return text

    return blocks.table(family, start, block.times, block.stamps, block.originals, bodies, template)


def _key(device_id: int, family: str, start: int) -> tuple[ColumnElement[bool], ...]:
    return (
        SealedBlock.device_id == device_id,
        SealedBlock.family == family,
        SealedBlock.start_at == from_milliseconds(start),
    )
