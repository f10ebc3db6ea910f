"""The sealed store on workload W: bytes a sample, sealing, and the five questions, in process and over HTTP."""

from __future__ import annotations

import gc
import http.client
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from app.config import Config
from app.installation import open_database, prepare
from benchmarks import narrow, workload
from benchmarks.figures import Figure, median_seconds
from benchmarks.site import ROOT, free_port
from data import accounts, devices, ingest, queries, sealing
from data.ingest import Posted
from data.locks import device_lock
from data.models import Sensor
from data.ranges import TimeRange
from data.sheets import Row

SAMPLES = 150 * workload.DOCUMENTS
START, END = (datetime.fromtimestamp(at, UTC) for at in (workload.START, workload.END))
START_2 = datetime.fromtimestamp(workload.START_2, UTC)
NOW = END + timedelta(days=2)
MONTH, DAY = TimeRange(START, END), TimeRange(START + timedelta(days=10), START + timedelta(days=11))
YEARS = TimeRange(START_2, END)
BATCH = 100
CLIENTS = 8
SERIES = workload.key(workload.NAMES.index("pack_voltage"))
TEN = [workload.key(place) for place in range(120, 130)]
REFERENCE_SERIES = 11  # D2 and ten of D1: the reference is not made to hold 39 million rows
MEASURES = ("mean", "min", "max")


def sensor(session: Session, name: str) -> int:
    """A registered sensor of admin's; the id of its device."""
    owner = accounts.user_by_name(session, "admin")
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
                ingest.store(session, documents[start : start + BATCH], NOW)
                session.commit()
        seconds += time.perf_counter() - began
    return workload.DOCUMENTS / seconds


def fill_years(sessions: sessionmaker[Session], device: int) -> None:
    """Load D2, a history of one series."""
    values = workload.arrays()[1]
    with device_lock(sealing.engine_of(sessions), device) as mine:
        assert mine
        per_turn = 60 * 1_440
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
            sealing.load_rows(sessions, device, "sensor", rows, NOW)
    # The newest document of a device is an entry; this one is the next minute's.
    with sessions() as session:
        last = Posted("sensor", "admin/w2", '{"name":"D2, one series of five years","volts":52.8}', END, "synced")
        ingest.store(session, [last], NOW)
        session.commit()


def database_bytes(sessions: sessionmaker[Session]) -> int:
    """What the database takes on disk after VACUUM."""
    engine = sealing.engine_of(sessions)
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("VACUUM")
        size = connection.execute(text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"))
        return int(size.scalar_one())


def original_bytes(sessions: sessionmaker[Session]) -> int:
    """What of it is there for the original documents alone."""
    with sessions() as session:
        found = session.execute(text("SELECT sum(length(originals)) FROM sealed_block")).scalar_one()
        skeletons = session.execute(text("SELECT sum(length(text)) FROM skeleton")).scalar_one()
        return int(found) + int(skeletons)


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


def reference(folder: Path) -> tuple[dict[str, Callable[[], Any]], float]:
    """The same questions to the plain table, and its bytes a sample."""
    first, second = workload.arrays()
    path = folder / "narrow.db"
    connection = narrow.opened(path)
    narrow.fill(
        connection,
        ((0, workload.START_2 + place * 60, value / 1000) for place, value in enumerate(second.tolist())),
    )
    for number, place in enumerate(range(120, 130), start=1):
        divisor = 10.0 ** workload.DECIMALS[place]
        narrow.fill(
            connection,
            (
                (number, workload.START + at * workload.STEP, value / divisor)
                for at, value in enumerate(first[place].tolist())
            ),
        )
    samples = connection.execute("SELECT count(*) FROM sample").fetchone()[0]
    narrow.roll_up(connection)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    size = path.stat().st_size / samples
    start, end = workload.START, workload.END

    def many() -> list[Any]:
        return [narrow.rolled(connection, "ten_minutes", one, start, end) for one in range(1, 11)]

    return {
        "Q1 last of 150 series": lambda: narrow.latest(connection, REFERENCE_SERIES),
        "Q2 one series, a day raw": lambda: narrow.raw(connection, 1, start + 864_000, start + 950_400),
        "Q3 one series, 30 days by 10 min": lambda: narrow.rolled(connection, "ten_minutes", 1, start, end),
        "Q4 five years, 2,000 points": lambda: narrow.rolled(connection, "days", 0, workload.START_2, end),
        "Q5 ten series, 30 days by 10 min": many,
    }, size


@contextmanager
def serving(folder: Path) -> Iterator[tuple[int, list[int]]]:
    """gunicorn on that data folder, as a server runs it: its port, and the process ids of its workers."""
    port = free_port()
    settings = os.environ | {"DATA_DIR": str(folder), "PORT": str(port), "DEMO": "no"}
    command = [sys.executable, "-m", "app", "serve"]
    process = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while True:
            try:
                get(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "/healthz")
                break
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
        yield port, [int(child) for child in children]
    finally:
        process.terminate()
        process.wait(30)


def get(connection: http.client.HTTPConnection, path: str) -> bytes:
    """The body of a 200."""
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")
    return body


def addresses() -> dict[str, tuple[float, str]]:
    """Name -> bar in milliseconds, and the address that asks the same over HTTP."""

    def ranged(device: str, metrics: list[str], window: TimeRange, rest: str) -> str:
        from urllib.parse import quote

        names = "&".join(f"metric={quote(metric, safe='')}" for metric in metrics)
        start, end = (at.isoformat().replace("+00:00", "Z") for at in (window.start_at, window.end_at))
        return f"/api/v1/devices/admin%2F{device}/range?{names}&from={start}&to={end}{rest}"

    return {
        "Q1 last of 150 series": (4, "/api/v1/devices/admin%2Fw/latest"),
        "Q2 one series, a day raw": (4, ranged("w", [SERIES], DAY, "")),
        "Q3 one series, 30 days by 10 min": (5, ranged("w", [SERIES], MONTH, "&interval=600")),
        "Q4 five years, 2,000 points": (6, ranged("w2", ["volts"], YEARS, "&points=2000")),
        "Q5 ten series, 30 days by 10 min": (25, ranged("w", TEN, MONTH, "&interval=600")),
    }


def resident(process: int) -> float:
    """Megabytes that a process has in memory."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1000
    raise RuntimeError(f"no VmRSS of process {process}")


def post_many(port: int, path: str, bodies: list[bytes], kind: str) -> float:
    """Post all of these over one connection; the seconds it took."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.connect()
    began = time.perf_counter()
    for body in bodies:
        connection.request("POST", path, body, {"Content-Type": kind})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {content[:200]!r}")
    return time.perf_counter() - began


def in_parallel(port: int, path: str, parts: list[list[bytes]], kind: str) -> float:
    """The seconds until all clients, each a process, have posted their part."""
    with ProcessPoolExecutor(len(parts)) as pool:
        list(pool.map(time.sleep, [0.2] * len(parts)))  # the processes are there
        began = time.perf_counter()
        list(pool.map(post_many, [port] * len(parts), [path] * len(parts), parts, [kind] * len(parts)))
        return time.perf_counter() - began


def batch_bodies(first: int, documents: int) -> list[bytes]:
    """Documents of D1 a year later, as bodies of POST /api/v1/documents."""
    lines = [
        b'{"family":"sensor","device":"admin/w","recorded_at":"%s","clock":"synced","content":%s}'
        % (datetime.fromtimestamp(at - 40 * 86_400, UTC).isoformat().encode(), content.encode())
        for at, content in workload.documents(first, first + documents)
    ]
    return [b"\n".join(lines[start : start + BATCH]) for start in range(0, len(lines), BATCH)]


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
    yield Figure("ingest, batches of 100, in process", fill(sessions), "documents/s", None, 9_960)
    began, used = time.perf_counter(), time.process_time()
    count = sealing.seal(sessions, NOW)
    assert count.documents == workload.DOCUMENTS - 1
    seconds = min(time.perf_counter() - began, time.process_time() - used)
    yield Figure("sealing, one core", count.documents / seconds, "documents/s", 8_000)
    size, originals = database_bytes(sessions), original_bytes(sessions)
    plain, narrow_bytes = reference(folder)
    yield _against("bytes a sample, levels, no originals", (size - originals) / SAMPLES, "bytes", 0.40, narrow_bytes)
    yield _against("bytes a sample, with every original", size / SAMPLES, "bytes", 0.50, narrow_bytes)
    fill_years(sessions, second)
    for name, (bar, question) in questions(sessions, first, second).items():
        yield _against(name, 1000 * median_seconds(question, 15), "ms", bar, 1000 * median_seconds(plain[name], 5))
    short = TimeRange(END - timedelta(days=1), END)

    def thousand(window: TimeRange) -> Callable[[], Any]:
        def ask() -> Any:
            with sessions() as session:
                return queries.bucket_arrays(session, second, ["volts"], window, points=1_000, measures=MEASURES)

        return ask

    day, years = (median_seconds(thousand(window), 15) for window in (short, YEARS))
    yield Figure("Q4 at 1,000 points: five years / one day", years / day, "x", 2, 41)
    engine.dispose()
    gc.collect()
    yield from _over_http(folder)


def _against(name: str, value: float, unit: str, bar: float, reference_value: float) -> Figure:
    return Figure(name, value, unit, bar, reference_value, value / reference_value)


def _over_http(folder: Path) -> Iterator[Figure]:
    os.sync()
    for path in folder.iterdir():
        if path.is_file():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    warm: dict[str, float] = {}
    cold: dict[str, float] = {}
    with serving(folder) as (port, workers):
        idle = statistics.mean(resident(worker) for worker in workers)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for name, (bar, address) in addresses().items():
            began = time.perf_counter()
            get(connection, address)
            cold[name] = 1000 * (time.perf_counter() - began)
            warm[name] = 1000 * median_seconds(lambda address=address: get(connection, address), 25, 5)
            yield Figure(f"{name}, HTTP", warm[name], "ms", bar)
        for name in warm:
            yield Figure(f"{name}, HTTP, cold / warm", cold[name] / warm[name], "x", 5)
        orjson.loads(get(connection, addresses()["Q4 five years, 2,000 points"][1]))
        bodies = batch_bodies(0, 24_000)
        seconds = in_parallel(port, "/api/v1/documents", [bodies[:120], bodies[120:]], "application/x-ndjson")
        yield Figure("batches of 100, HTTP", 24_000 / seconds, "documents/s", 8_000, 9_960)
        singles = [
            content.replace('"time":', '"when":').encode() for _, content in workload.documents(0, 400 * CLIENTS)
        ]
        parts = [singles[start::CLIENTS] for start in range(CLIENTS)]
        stored = 400 * CLIENTS / in_parallel(port, "/sensors/post-json/admin/w2", parts, "application/json")
        yield Figure("single documents, 8 clients, on disk", stored, "documents/s", None, 1_440)
        loaded = max(resident(worker) for worker in workers)
        yield Figure("memory of a web worker, idle", idle, "MB", 170)
        yield Figure("memory of a web worker, more under load", loaded - idle, "MB", 60)
