"""The site as a whole: how soon it is ready, and how fast it answers, over HTTP on loopback."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.figures import Figure, median_seconds

ROOT = Path(__file__).parents[1]
DOCUMENTS = ROOT / "tests/captures/documents"
SINGLES = 300
BATCHES = 10


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running(data_dir: str, port: int) -> Iterator[float]:
    """An empty site as `make run DEMO=no` starts it; gives the seconds until it was ready."""
    settings = os.environ | {"DATA_DIR": data_dir, "PORT": str(port), "DEMO": "no"}
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "up"], cwd=ROOT, env=settings, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        if not any(line.startswith("ready:") for line in process.stdout):
            raise RuntimeError("the site did not start; see the log folder in its data directory")
        yield time.perf_counter() - began
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def ask(connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None = None) -> bytes:
    """The body of one answer, which must be a 200."""
    connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{method} {path}: {answer.status} {content[:200]!r}")
    return content


def figures() -> Iterator[Figure]:
    """Start twice, post, read."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        with running(folder, port) as seconds:
            yield Figure("first start of an empty site", seconds, "s", 180)
        with running(folder, port) as seconds:
            yield Figure("second start", seconds, "s", 15)
            yield from questions(http.client.HTTPConnection("127.0.0.1", port, timeout=60))


def questions(connection: http.client.HTTPConnection) -> Iterator[Figure]:
    """Posts and reads over one connection that is kept open."""
    body = (DOCUMENTS / "bms.json").read_bytes()
    seconds = median_seconds(
        lambda: [ask(connection, "POST", "/BMS/post-json", body) for _ in range(SINGLES)], runs=1, warm=0
    )
    yield Figure("POST /BMS/post-json, one client, on disk", SINGLES / seconds, "documents/s")
    now = datetime.now(UTC).replace(microsecond=0)
    content = json.loads(body)
    batches = [
        "\n".join(
            json.dumps(
                {
                    "family": "bms",
                    "device": "bms",
                    "recorded_at": (now - timedelta(minutes=10 * (batch * 100 + n + 1))).isoformat(),
                    "clock": "synced",
                    "content": content,
                }
            )
            for n in range(100)
        ).encode()
        for batch in range(BATCHES)
    ]
    seconds = median_seconds(
        lambda: [ask(connection, "POST", "/api/v1/documents", batch) for batch in batches], runs=1, warm=0
    )
    yield Figure("POST /api/v1/documents, batches of 100", 100 * BATCHES / seconds, "documents/s")
    start, end = (at.strftime("%Y-%m-%d%%20%H:%M:%S") for at in (now - timedelta(days=6), now))
    reads = {
        "GET single point": f"/BMS/api/single_point/{end}/total_voltage",
        "GET range of six days, 865 ticks": f"/BMS/api/{start}/{end}/10/total_voltage",
        "GET the overview's shell": "/",
    }
    for name, path in reads.items():
        yield Figure(name, 1000 * median_seconds(lambda path=path: ask(connection, "GET", path), 15), "ms")
