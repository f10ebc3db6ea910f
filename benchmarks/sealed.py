"""The sealed store on workload W: bytes a sample, ingest, sealing, the five questions in process; then over HTTP."""

from __future__ import annotations

import gc
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from app.config import Config
from app.runtime.installation import open_database, prepare
from benchmarks import narrow, over_http, workload
from benchmarks.figures import Figure, median_seconds
from data import queries
from data.accounts import users
from data.database.engine import engine_of
from data.database.locks import device_lock
from data.database.models import Sensor
from data.ingest import batch, devices
from data.ingest.batch import Posted
from data.ranges import TimeRange
from data.store import blocks, document_table
from data.store.document_table import Row
from data.store.sealed import sealing

SAMPLES = 150 * workload.DOCUMENTS
START, END = (datetime.fromtimestamp(at, UTC) for at in (workload.START, workload.END))
START_2 = datetime.fromtimestamp(workload.START_2, UTC)
NOW = END + timedelta(days=2)
MONTH, DAY = TimeRange(START, END), TimeRange(START + timedelta(days=10), START + timedelta(days=11))
YEARS = TimeRange(START_2, END)
BATCH = 100
PLAIN_DOCUMENTS = 2_000
SERIES_OF_D1 = 150
SERIES = workload.key(workload.NAMES.index("pack_voltage"))
TEN = [workload.key(place) for place in range(120, 130)]
MEASURES = ("mean", "min", "max")


def sensor(session: Session, name: str) -> int:
    """A registered sensor of admin's; the id of its device."""
    owner = users.user_by_name(session, "admin")
    assert owner is not None, "a site that is set up has one"
    made = Sensor(user_id=owner.id, name=name, public=True)
    session.add(made)
    session.flush()
    device = devices.make(session, "sensor", f"admin/{name}")
    device.sensor_id = made.id
    session.commit()
    return device.id


def posted(first: int, last: int) -> list[Posted]:
    """Documents of D1 as a sensor posts them."""
    return [
        Posted("sensor", "admin/w", content, datetime.fromtimestamp(at, UTC), "synced")
        for at, content in workload.documents(first, last)
    ]


def fill(sessions: sessionmaker[Session]) -> float:
    """Post D1 in batches; the documents a second, without making them."""
    seconds = 0.0
    per_turn = 8_640
    for first in range(0, workload.DOCUMENTS, per_turn):
        documents = posted(first, min(workload.DOCUMENTS, first + per_turn))
        began = time.perf_counter()
        for start in range(0, len(documents), BATCH):
            with sessions() as session:
                batch.store(session, documents[start : start + BATCH], NOW)
                session.commit()
        seconds += time.perf_counter() - began
    return workload.DOCUMENTS / seconds


def fill_years(sessions: sessionmaker[Session], device: int) -> None:
    """Load D2, a history of one series."""
    values = workload.arrays()[1]
    with device_lock(engine_of(sessions), device) as mine:
        assert mine
        per_turn = 8 * 1_440
        for first in range(0, len(values), per_turn):
            some = (values[first : first + per_turn] / 1000).tolist()
            at = (workload.START_2 + first * 60) * 1000
            rows = [
                Row(
                    at + place * 60_000,
                    at + place * 60_000,
                    "synced",
                    None,
                    f'{{"name":"D2, one series of five years","volts":{value}}}',
                )
                for place, value in enumerate(some)
            ]
            late = {
                day: document_table.from_rows("sensor", list(group))
                for day, group in groupby(rows, lambda row: blocks.day_of(row.recorded_at))
            }
            sealing.seal_days(sessions, device, "sensor", list(late), NOW, late)
    # The newest document of a device is an entry; this one is the next minute's.
    with sessions() as session:
        last = Posted("sensor", "admin/w2", '{"name":"D2, one series of five years","volts":52.8}', END, "synced")
        batch.store(session, [last], NOW)
        session.commit()


def database_bytes(sessions: sessionmaker[Session]) -> int:
    """What the database takes on disk after VACUUM."""
    engine = engine_of(sessions)
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("VACUUM")
        size = connection.execute(text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"))
        return int(size.scalar_one())


def original_bytes(sessions: sessionmaker[Session]) -> int:
    """What of it is there for the original documents alone."""
    with sessions() as session:
        found = session.execute(text("SELECT sum(length(originals)) FROM sealed_block")).scalar_one()
        templates = session.execute(text("SELECT sum(length(text)) FROM skeleton")).scalar_one()
        return int(found) + int(templates)


def questions(sessions: sessionmaker[Session], first: int, second: int) -> dict[str, tuple[float, Callable[[], Any]]]:
    """Name -> bar in milliseconds, and the question in process."""

    def asked(question: Callable[[Session], Any]) -> Callable[[], Any]:
        def ask() -> Any:
            with sessions() as session:
                return question(session)

        return ask

    ten_minutes = timedelta(minutes=10)
    return {
        "Q1 last of 150 series": (1.5, asked(lambda s: queries.latest(s, first, "sensor"))),
        "Q2 one series, a day raw": (1.5, asked(lambda s: queries.sample_arrays(s, first, [SERIES], DAY))),
        "Q3 one series, 30 days by 10 min": (
            2,
            asked(lambda s: queries.bucket_arrays(s, first, [SERIES], MONTH, ten_minutes, measures=MEASURES)),
        ),
        "Q4 five years, 2,000 points": (
            4,
            asked(lambda s: queries.bucket_arrays(s, second, ["volts"], YEARS, points=2_000, measures=MEASURES)),
        ),
        "Q5 ten series, 30 days by 10 min": (
            15,
            asked(lambda s: queries.bucket_arrays(s, first, TEN, MONTH, ten_minutes, measures=MEASURES)),
        ),
    }


def reference(folder: Path) -> tuple[sqlite3.Connection, float, float]:
    """The plain table with D2 and ten series of D1; its bytes a sample, and the samples a second it rolls up."""
    first, second = workload.arrays()
    path = folder / "narrow.db"
    connection = narrow.opened(path)
    narrow.fill(
        connection,
        ((narrow.YEARS, workload.START_2 + place * 60, value / 1000) for place, value in enumerate(second.tolist())),
    )
    for number, place in enumerate(range(120, 130), start=narrow.FIRST_OF_D1):
        divisor = 10.0 ** workload.DECIMALS[place]
        narrow.fill(
            connection,
            (
                (number, workload.START + at * workload.STEP, value / divisor)
                for at, value in enumerate(first[place].tolist())
            ),
        )
    samples = connection.execute("SELECT count(*) FROM sample").fetchone()[0]
    began = time.perf_counter()
    narrow.roll_up(connection)
    rolled = samples / (time.perf_counter() - began)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return connection, path.stat().st_size / samples, rolled


def plain_ingest(folder: Path) -> float:
    """Documents a second in batches into the plain table."""
    connection = narrow.opened(folder / "narrow-ingest.db")
    documents = [orjson.loads(content) for _, content in workload.documents(0, PLAIN_DOCUMENTS)]
    began = time.perf_counter()
    for start in range(0, PLAIN_DOCUMENTS, BATCH):
        narrow.store(connection, documents[start : start + BATCH])
    return PLAIN_DOCUMENTS / (time.perf_counter() - began)


def figures() -> Iterator[Figure]:
    """Everything of the store's table; some minutes."""
    folder = Path(tempfile.mkdtemp(prefix="arboretum-bench-"))
    try:
        yield from _figures(folder)
    finally:
        shutil.rmtree(folder)


def _figures(folder: Path) -> Iterator[Figure]:
    config = Config(data_dir=folder)
    engine, sessions = open_database(config)
    prepare(config, engine, sessions)
    with sessions() as session:
        first, second = sensor(session, "w"), sensor(session, "w2")
    ours, plain = fill(sessions), plain_ingest(folder)
    yield Figure("batches of 100, in process", ours, "documents/s", None, plain, ours / plain, 9_960)
    began, used = time.perf_counter(), time.process_time()
    count = sealing.seal(sessions, NOW)
    assert count.documents == workload.DOCUMENTS - 1
    seconds = min(time.perf_counter() - began, time.process_time() - used)
    connection, narrow_bytes, rolled = reference(folder)
    yield _against("sealing, one core", count.documents / seconds, "documents/s", 8_000, rolled / SERIES_OF_D1)
    size, originals = database_bytes(sessions), original_bytes(sessions)
    without = (size - originals) / SAMPLES
    yield _against("bytes a sample, levels, no originals", without, "bytes", 0.40, narrow_bytes, 0.41)
    yield _against("bytes a sample, with every original", size / SAMPLES, "bytes", 0.50, narrow_bytes)
    fill_years(sessions, second)
    for name, (bar, question) in questions(sessions, first, second).items():
        plain = 1000 * median_seconds(lambda name=name: narrow.QUESTIONS[name[:2]](connection), 5)
        yield _against(name, 1000 * median_seconds(question, 25, 3), "ms", bar, plain)
    connection.close()
    short = TimeRange(END - timedelta(days=1), END)

    def thousand(window: TimeRange) -> Callable[[], Any]:
        def ask() -> Any:
            with sessions() as session:
                return queries.bucket_arrays(session, second, ["volts"], window, points=1_000, measures=MEASURES)

        return ask

    day, years = (median_seconds(thousand(window), 15) for window in (short, YEARS))
    yield Figure("Q4 at 1,000 points: five years / one day", years / day, "x", 2, peer=41)
    engine.dispose()
    gc.collect()
    yield from over_http.figures(folder)


def _against(name: str, value: float, unit: str, bar: float, plain: float, peer: float | None = None) -> Figure:
    return Figure(name, value, unit, bar, plain, value / plain, peer)
