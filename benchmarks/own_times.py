"""Documents that say their own time beside those that do not: bytes a document, and how many are sealed a second."""

from __future__ import annotations

import json
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.config import Config
from app.runtime.installation import open_database, prepare
from benchmarks.figures import Figure
from data.ingest import batch
from data.ingest.batch import Posted
from data.store.sealed import sealing

DAYS, A_DAY = 4, 2_880
START = datetime(2026, 3, 2, tzinfo=UTC)
NOW = START + timedelta(days=30)
BATCH = 240
FIELDS = 40


def documents(own_time: bool) -> Iterator[Posted]:
    """A battery manager's, every thirty seconds."""
    for place in range(DAYS * A_DAY):
        at = START + timedelta(seconds=place * 30)
        values = {f"value {field}": round(20 + (place * (field + 3) % 977) / 100, 2) for field in range(FIELDS)}
        content = {"timestamp": at.isoformat(), **values} if own_time else values
        yield Posted("bms", "bms", json.dumps(content), at, "synced")


def measure(own_time: bool) -> tuple[float, float, float]:
    """Bytes of the sealed store a document, documents stored and documents sealed a second."""
    with tempfile.TemporaryDirectory() as folder:
        config = Config(data_dir=Path(folder))
        engine, sessions = open_database(config)
        prepare(config, engine, sessions)
        posted = list(documents(own_time))
        began = time.perf_counter()
        for first in range(0, len(posted), BATCH):
            with sessions() as session:
                batch.store(session, posted[first : first + BATCH], NOW)
                session.commit()
        stored = time.perf_counter() - began
        began = time.perf_counter()
        count = sealing.seal(sessions, NOW, everything=True)
        sealed = time.perf_counter() - began
        engine.dispose()
        with sqlite3.connect(Path(folder) / "arboretum.db") as raw:
            (templates,) = raw.execute("SELECT coalesce(sum(length(text)), 0) FROM skeleton").fetchone()
        return (count.bytes + templates) / count.documents, len(posted) / stored, count.documents / sealed


def figures() -> Iterator[Figure]:
    """Both kinds side by side: `reference` is the kind without a time."""
    plain, timed = measure(own_time=False), measure(own_time=True)
    names = (("bytes a document", "bytes"), ("stored", "documents/s"), ("sealed", "documents/s"))
    for (name, unit), value, reference in zip(names, timed, plain, strict=True):
        yield Figure(
            f"documents with their own time: {name}", value, unit, reference=reference, ratio=value / reference
        )
