"""The demonstration's year: how long it takes to load into a fresh SQLite file, and how large the file is then."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import Figure

ANCHOR = datetime(2026, 11, 24, 20, tzinfo=UTC)
MOST_SECONDS, MOST_MEGABYTES = 60, 50


def figures() -> Iterator[Figure]:
    """Load the whole history as `python -m demo history` does, on a site that has its sensors."""
    from app.config import Config
    from app.runtime.installation import open_database, prepare
    from demo.history.loading import load
    from demo.launch import Launch

    with tempfile.TemporaryDirectory() as folder:
        config = Config(data_dir=Path(folder))
        engine, sessions = open_database(config)
        prepare(config, engine, sessions)
        began, busy = time.perf_counter(), _cpu_seconds()
        stored = load(sessions, Launch(ANCHOR), None, lambda _line: None)
        seconds, cpu_seconds = time.perf_counter() - began, _cpu_seconds() - busy
        engine.dispose()
        size = sum(path.stat().st_size for path in Path(folder).glob("*.db*"))
    yield Figure("a year of the demonstration, loaded", seconds, "s", MOST_SECONDS)
    yield Figure("the same, of all cores together", cpu_seconds, "CPU s")
    yield Figure("the year in the database", size / 1e6, "MB", MOST_MEGABYTES)
    yield Figure("documents of the year", stored, "documents")


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
