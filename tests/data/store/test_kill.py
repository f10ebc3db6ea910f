"""Killed at any moment of storing and sealing, a writer has lost nothing it committed, and doubled nothing.

KILLS says how often; `make long` sets it to 500 for each database.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from app.config import Config
from data import queries
from data.database.engine import default_url
from data.ranges import TimeRange
from data.store import integrity
from data.store.sealed import sealing
from tests.data.writer import NOW, START, document

KILLS = int(os.environ.get("KILLS", "4"))
ROOT = Path(__file__).parents[3]
# From the first import to well into the sealing.
SOONEST, LATEST = 0.02, 0.7


def run_and_kill(url: str, first: int, chance: random.Random) -> int:
    """Run a writer from document `first` on and kill it; the number after the last document it said was committed."""
    command = [sys.executable, "-m", "tests.data.writer", url, str(first), str(chance.randrange(10**6))]
    said = first
    timer: threading.Timer | None = None
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if timer is None:  # it works: from now on at any moment
                timer = threading.Timer(chance.uniform(SOONEST, LATEST), process.send_signal, (signal.SIGKILL,))
                timer.start()
            said = int(line) if line.endswith("\n") else said
    assert process.returncode == -signal.SIGKILL
    return said


def test_a_writer_killed_at_any_moment_has_lost_and_doubled_nothing(
    config: Config, sessions: sessionmaker[Session]
) -> None:
    url = config.database_url or default_url(config.data_dir)
    chance = random.Random(20260301)
    committed = 0
    for _ in range(KILLS):
        committed = run_and_kill(url, committed, chance)
        check(sessions, committed)
    sealing.seal(sessions, NOW, everything=True)
    check(sessions, committed)
    assert integrity.check(sessions, repair=False).problems == []


def check(sessions: sessionmaker[Session], committed: int) -> None:
    """Every committed document is there once, and answers; a batch more may be there whose answer was cut off."""
    with sessions() as session:
        device = queries.device(session, "tristar-1").id
        there = queries.span(session, device, "tristar")
        assert there is not None
        whole = TimeRange(START, NOW)
        rows = queries.documents(session, device, whole, 1_000_000)
        found = [round((row.recorded_at - START).total_seconds() / 1200) for row in rows][::-1]
        frame = queries.samples(session, device, ["bat_voltage", "hourmeter"], whole)
    assert found == list(range(len(found)))
    assert committed <= len(found) <= committed + 40
    assert [row.content for row in rows[::-1]] == [json.loads(document(number).content) for number in found]
    assert frame["hourmeter"].tolist() == [float(number) for number in found]
