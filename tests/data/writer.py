"""A process that stores and seals until it is killed: `python -m tests.data.writer URL NUMBER SEED`.

It says on standard output what has been committed: a line of times after each batch.
"""

from __future__ import annotations

import json
import random
import sys
from datetime import UTC, datetime, timedelta

from data.database.engine import open_engine, session_factory
from data.ingest import batch as ingest
from data.ingest.batch import Posted
from data.store.sealed import sealing

START = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def document(number: int) -> Posted:
    """The document of that number; 20 minutes apart, so that a few hundred make some days."""
    content = {"ADC data": {"battery voltage": round(12 + number % 100 / 100, 2)}, "Status": {"hourmeter": number}}
    return Posted("tristar", "tristar-1", json.dumps(content), START + timedelta(minutes=20 * number), "synced")


def main(url: str, first: int, seed: int) -> None:
    """Store from document `first` on, out of order within a batch, with repeats; seal between batches."""
    chance = random.Random(seed)
    engine = open_engine(url)
    sessions = session_factory(engine)
    number = first
    while True:
        batch = [document(one) for one in range(max(0, number - chance.randrange(8)), number + chance.randrange(1, 30))]
        last = START + timedelta(minutes=20 * (number + 40))
        number = max(
            number, round((max(one.recorded_at or START for one in batch) - START) / timedelta(minutes=20)) + 1
        )
        chance.shuffle(batch)
        with sessions() as session:
            outcomes = ingest.store(session, batch, last)
            session.commit()
        assert all(outcome.result in ("stored", "repeated") for outcome in outcomes), outcomes
        print(number, flush=True)
        if chance.random() < 0.5:
            sealing.seal(sessions, NOW, everything=chance.random() < 0.5)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
