"""Whole UTC days of the past: their documents as tables, and the tables sealed without being entries first."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.orm import Session, sessionmaker

from data import queries
from data.database.engine import engine_of, open_engine, session_factory
from data.database.locks import device_lock
from data.errors import NotFoundError
from data.ranges import to_milliseconds
from data.store import blocks, document_table
from data.store.document_table import DocumentTable, Row
from data.store.sealed import sealing
from demo.devices.recorder import Recorder
from demo.history import eras
from demo.history.batches import Batch, documents_of
from demo.launch import Launch
from demo.minutes import day_of, minute_of

# Another sealer holds a device for as long as some days of it take.
WAIT_SECONDS = 0.1
TURNS = 600
PROBE = ("tristar-1", "tristar")


DocumentTables = dict[tuple[str, str], dict[int, DocumentTable]]


@dataclass(slots=True)
class Stored:
    """What became of some days."""

    documents: int = 0
    refused: list[str] = field(default_factory=list)


def put_days(url: str, launch: Launch, parts: Sequence[tuple[Batch, bytes]], moved_by: eras.Totals) -> Stored:
    """Store days of one era in the database of that URL: their instants pickled, their counters to be moved.

    Documents of a device that the site does not know are left out.
    """
    engine = open_engine(url)
    sessions = session_factory(engine)
    result = Stored()
    # A day counts as loaded when the first controller's measurements are there: they come last.
    for (slug, family), late in sorted(tables_of(launch, parts, moved_by).items(), key=lambda table: table[0] == PROBE):
        try:
            with sessions() as session:
                device = queries.device(session, slug)
        except NotFoundError as problem:
            result.refused.append(str(problem))
            continue
        _seal(sessions, device.id, family, late)
        result.documents += sum(len(table) for table in late.values())
    engine.dispose()
    return result


def tables_of(launch: Launch, parts: Sequence[tuple[Batch, bytes]], moved_by: eras.Totals) -> DocumentTables:
    """The documents of these days, by device and family and by UTC day."""
    recorder = Recorder(day_of(minute_of(launch.anchor)))
    tables: DocumentTables = defaultdict(dict)
    for batch, packed in sorted(parts, key=lambda part: part[0].first):
        instants = dict(zip(batch.minutes, eras.opened(packed, moved_by), strict=True))
        rows: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for posted in documents_of(recorder, batch, instants):
            assert posted.recorded_at is not None
            assert posted.received_at is not None
            at, received = to_milliseconds(posted.recorded_at), to_milliseconds(posted.received_at)
            rows[posted.device, posted.family].append(Row(at, received, posted.clock or "", None, posted.content))
        for key, some in rows.items():
            tables[key][blocks.day_of(some[0].recorded_at)] = document_table.from_rows(key[1], some)
    return tables


def _seal(sessions: sessionmaker[Session], device_id: int, family: str, late: dict[int, DocumentTable]) -> None:
    """Seal them, also when another sealer is at work there.  Raises TimeoutError when that one never ends."""
    engine = engine_of(sessions)
    for _ in range(TURNS):
        with device_lock(engine, device_id) as mine:
            if mine:
                count = sealing.seal_days(sessions, device_id, family, sorted(late), datetime.now(UTC), late)
                if not count.postponed:
                    return
        time.sleep(WAIT_SECONDS)
    raise TimeoutError(f"device {device_id}, {family}: another sealer does not let go of it")
