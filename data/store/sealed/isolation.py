"""Blocks whose bytes have changed: isolated, until all their documents have come again."""

from __future__ import annotations

import logging

import numpy as np
from sqlalchemy.orm import Session, sessionmaker

from data.database.engine import begin_write
from data.database.models import SealedBlock
from data.errors import CorruptError
from data.ranges import from_milliseconds, to_milliseconds
from data.store import blocks
from data.store.document_table import DocumentTable

log = logging.getLogger(__name__)


def isolate(sessions: sessionmaker[Session], device_id: int, family: str, start: int, problem: str) -> None:
    """Mark a block as damaged: its documents count as missing until they have come again."""
    log.error("device %s, %s, %s: %s", device_id, family, from_milliseconds(start).date(), problem)
    with sessions() as session:
        begin_write(session)
        block = session.get(SealedBlock, (device_id, family, from_milliseconds(start)))
        if block is not None and not block.damage:
            block.damage = problem[:200]
            session.commit()


def have_come_again(block: SealedBlock, fresh: DocumentTable) -> bool:
    """Whether all documents of an isolated block are there again: by their times if these are sound, else by number."""
    try:
        blocks.check(block.checksum, block.times or b"", block.stamps, block.notices)
        times = blocks.unpack_times(block.times or b"", to_milliseconds(block.start_at))
    except CorruptError:
        return len(fresh) >= block.documents
    return bool(np.isin(times, fresh.times).all())
