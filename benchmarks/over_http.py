"""The sealed store as gunicorn serves it: the five questions warm and cold, posts on disk, memory of a worker."""

from __future__ import annotations

import http.client
import os
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from app.config import Config
from app.runtime.gunicorn import gunicorn_command
from benchmarks import workload
from benchmarks.figures import Figure, median_seconds
from benchmarks.site import ROOT, free_port
from data.ranges import TimeRange

START, END = (datetime.fromtimestamp(at, UTC) for at in (workload.START, workload.END))
YEARS = TimeRange(datetime.fromtimestamp(workload.START_2, UTC), END)
MONTH, DAY = TimeRange(START, END), TimeRange(START + timedelta(days=10), START + timedelta(days=11))
SERIES = workload.key(workload.NAMES.index("pack_voltage"))
TEN = [workload.key(place) for place in range(120, 130)]
CLIENTS, SINGLES, PLAIN_SINGLES = 8, 400, 100  # posts of each client
BATCH, BATCHED, PLAIN_BATCHED = 100, 24_000, 2_000  # documents
EARLIER = 40 * 86_400  # the batches are of days that D1 does not have
BATCH_CLIENTS = 4
INFLUXDB_BATCHES, INFLUXDB_SINGLES = 9_960, 1_440


@dataclass(frozen=True, slots=True)
class Question:
    """One of the five: its name, what it may take in milliseconds, what the best peer takes, where it is asked."""

    name: str
    bar: float
    peer: float
    address: str
    plain: str


def ranged(device: str, metrics: list[str], window: TimeRange, rest: str) -> str:
    """The address of a window of a sensor."""
    names = "&".join(f"metric={quote(metric, safe='')}" for metric in metrics)
    start, end = (at.isoformat().replace("+00:00", "Z") for at in (window.start_at, window.end_at))
    return f"/api/v1/devices/admin/{device}/range?{names}&from={start}&to={end}{rest}"


QUESTIONS = (
    Question("Q1 last of 150 series", 4, 5.8, "/api/v1/devices/admin/w/latest", "Q1"),
    Question("Q2 one series, a day raw", 4, 1.9, ranged("w", [SERIES], DAY, ""), "Q2"),
    Question("Q3 one series, 30 days by 10 min", 5, 10, ranged("w", [SERIES], MONTH, "&interval=600"), "Q3"),
    Question("Q4 five years, 2,000 points", 6, 131, ranged("w2", ["volts"], YEARS, "&points=2000"), "Q4"),
    Question("Q5 ten series, 30 days by 10 min", 25, 56, ranged("w", TEN, MONTH, "&interval=600"), "Q5"),
)
PLAIN_ADDRESS = "/BMS/api/single_point/2026-10-01/"


@contextmanager
def serving(folder: Path, application: str = "benchmarks.server:server") -> Iterator[tuple[int, list[int]]]:
    """gunicorn on that data folder, as a server runs it: its port, and the process ids of its workers."""
    port = free_port()
    settings = os.environ | {"DATA_DIR": str(folder), "PORT": str(port), "DEMO": "no"}
    command = [*gunicorn_command(Config(data_dir=folder, port=port))[:-1], application]
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
        yield port, workers_of(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def workers_of(master: int) -> list[int]:
    """The process ids of gunicorn's workers, once all are there."""
    number = Config.from_env().workers
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split()
        if len(found) == number:
            return [int(child) for child in found]
        time.sleep(0.1)
    raise RuntimeError(f"gunicorn has not started {number} workers")


def get(connection: http.client.HTTPConnection, path: str) -> bytes:
    """The body of a 200."""
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")
    return body


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


def in_parallel(port: int, path: str, parts: Sequence[list[bytes]], kind: str = "application/json") -> float:
    """The seconds until all clients, each a process, have posted their part."""
    with ProcessPoolExecutor(len(parts)) as pool:
        list(pool.map(time.sleep, [0.2] * len(parts)))  # the processes are there
        began = time.perf_counter()
        list(pool.map(post_many, [port] * len(parts), [path] * len(parts), parts, [kind] * len(parts)))
        return time.perf_counter() - began


def batches(first: int, number: int) -> list[bytes]:
    """Documents of D1, some weeks earlier, as bodies of POST /api/v1/documents."""
    lines = [
        b'{"family":"sensor","device":"admin/w","recorded_at":"%s","clock":"synced","content":%s}'
        % (datetime.fromtimestamp(at - EARLIER, UTC).isoformat().encode(), content.encode())
        for at, content in workload.documents(first, first + number)
    ]
    return [b"\n".join(lines[start : start + BATCH]) for start in range(0, len(lines), BATCH)]


def shared_out(bodies: list[bytes], clients: int) -> list[list[bytes]]:
    """The bodies by client."""
    return [bodies[start::clients] for start in range(clients)]


def figures(folder: Path) -> Iterator[Figure]:
    """Everything over HTTP, on the data folder with D1, D2 and the plain reference."""
    yield from _cold_and_warm(folder)
    with serving(folder, "wsgi:server") as (port, workers):
        yield Figure("memory of a web worker, idle", _resident(workers), "MB", 170, 147)
    with serving(folder) as (port, workers):
        idle = _resident(workers)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for question in QUESTIONS:
            get(connection, question.address)
        yield from _batches(port)
        yield from _singles(port)
        most = max(resident(worker) for worker in workers)
        yield Figure("memory of a web worker, more under load", most - idle, "MB", 60)


def _resident(workers: Sequence[int]) -> float:
    return statistics.mean(resident(worker) for worker in workers)


def _cold_and_warm(folder: Path) -> Iterator[Figure]:
    cold: dict[str, float] = {}
    warm: dict[str, float] = {}
    forget(folder)
    with serving(folder) as (port, _):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for question in QUESTIONS:
            began = time.perf_counter()
            get(connection, question.address)
            cold[question.name] = 1000 * (time.perf_counter() - began)
        for question in QUESTIONS:
            asked = [question.address, PLAIN_ADDRESS + question.plain]
            ours, plain = (
                1000 * median_seconds(lambda path=path: get(connection, path), 25, 5)  # type: ignore[misc]
                for path in asked
            )
            warm[question.name] = ours
            yield Figure(f"{question.name}, HTTP", ours, "ms", question.bar, plain, ours / plain, question.peer)
    for name in warm:
        yield Figure(f"{name}, HTTP, cold / warm", cold[name] / warm[name], "x", 5)


def forget(folder: Path) -> None:
    """Drop the files of the folder from the page cache."""
    os.sync()
    for path in folder.iterdir():
        if path.is_file():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _batches(port: int) -> Iterator[Figure]:
    kind = "application/x-ndjson"
    plain = PLAIN_BATCHED / in_parallel(
        port, "/Tristar/post-json/daily", shared_out(batches(0, PLAIN_BATCHED), BATCH_CLIENTS), kind
    )
    ours = BATCHED / in_parallel(port, "/api/v1/documents", shared_out(batches(0, BATCHED), BATCH_CLIENTS), kind)
    yield Figure("batches of 100, HTTP", ours, "documents/s", 8_000, plain, ours / plain, INFLUXDB_BATCHES)


def _singles(port: int) -> Iterator[Figure]:
    number = SINGLES * CLIENTS
    bodies = [content.replace('"time":', '"when":').encode() for _, content in workload.documents(0, number)]
    parts = shared_out(bodies, CLIENTS)
    in_parallel(port, "/sensors/post-json/admin/w2", [part[:10] for part in parts])  # the template is known
    parsed = number / in_parallel(port, "/BMS/post-json", parts)
    stored = number / in_parallel(port, "/sensors/post-json/admin/w2", parts)
    plain = PLAIN_SINGLES * CLIENTS / in_parallel(port, "/Tristar/post-json", [part[:PLAIN_SINGLES] for part in parts])
    yield Figure("single posts that are parsed and not stored, 8 clients", parsed, "documents/s")
    name = "single posts, 8 clients, on disk"
    yield Figure(name, stored, "documents/s", None, plain, stored / plain, INFLUXDB_SINGLES)
    yield Figure("the same as a share of those not stored", stored / parsed, "x", 0.4)
