"""Several sealers at once, as processes, while documents keep coming: the work is done once, and nobody waits long."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from app.config import Config
from data import queries
from data.database.engine import default_url
from data.ingest import batch
from data.ranges import TimeRange
from data.store import integrity
from tests.data.writer import NOW, START, document

ROOT = Path(__file__).parents[3]
SEALER = """
import sys
from data.database.engine import open_engine, session_factory
from data.store.sealed import sealing
from tests.data.writer import NOW
sessions = session_factory(open_engine(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
total = sum(sealing.seal(sessions, NOW, everything=True).documents for _ in range(6))
print(total, flush=True)
"""
POSTS = 60
LONGEST_WAIT = 5.0  # seconds; a busy test machine is slower than a server


def test_three_sealers_and_a_poster_share_one_database(config: Config, sessions: sessionmaker[Session]) -> None:
    numbers = list(range(3_000))
    store(sessions, numbers)
    url = config.database_url or default_url(config.data_dir)
    command = [sys.executable, "-c", SEALER, url]
    sealers = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for one in sealers:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in sealers:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    waits = []
    for _ in range(POSTS):
        start = time.monotonic()
        late = [len(numbers), len(numbers) + 1]
        store(sessions, late)
        waits.append(time.monotonic() - start)
        numbers += late
    sealed = 0
    for one in sealers:
        assert one.stdout is not None
        sealed += int(one.stdout.read())
        one.communicate()
        assert one.returncode == 0
    assert 2_999 <= sealed < len(numbers)
    assert max(waits) < LONGEST_WAIT
    with sessions() as session:
        device = queries.device(session, "tristar-1").id
        frame = queries.samples(session, device, ["hourmeter"], TimeRange(START, NOW + timedelta(days=900)))
    assert frame["hourmeter"].tolist() == [float(number) for number in numbers]
    assert integrity.check(sessions, repair=False).problems == []


def store(sessions: sessionmaker[Session], numbers: list[int]) -> None:
    """Store the documents of these numbers."""
    with sessions() as session:
        outcomes = batch.store(session, [document(number) for number in numbers], NOW + timedelta(days=900))
        session.commit()
    assert {one.result for one in outcomes} == {"stored"}
