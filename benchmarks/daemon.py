"""The daemon: its memory and its share of a core, reading three virtual devices every 10 s over real protocols."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks.figures import Figure

ROOT = Path(__file__).parents[1]
PROC = Path("/proc")
INTERVAL_SECONDS = 10
SETTLE_SECONDS = 15.0  # the start and the first poll are not the daemon's life
MEASURED_SECONDS = 40.0  # four polls of each device
MEMORY_BAR_MB = 40.0
CORE_BAR_PERCENT = 2.0
DEVICES = (("tristar-1", "tristar_mppt"), ("tristar-2", "tristar_mppt"), ("bms", "emus_g1"))
LINES = {"tristar-1": "tristar_1", "tristar-2": "tristar_2", "bms": "emus"}


class Taker(BaseHTTPRequestHandler):
    """A server that stores nothing and says that it did: the site's own work is measured elsewhere."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Every line of the batch is stored."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        answers = [
            json.dumps({"line": number, "result": "stored", "reason": None})
            for number, _ in enumerate(body.splitlines(), start=1)
        ]
        said = "\n".join(answers).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *arguments: object) -> None:
        """Nothing on the screen."""


@contextmanager
def started(*words: str, **settings: object) -> Iterator[subprocess.Popen[str]]:
    """A command of the collector, ended with SIGTERM."""
    command = [sys.executable, "-m", "collector", *words]
    process = subprocess.Popen(command, cwd=ROOT, text=True, **settings)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@contextmanager
def running(folder: Path, url: str) -> Iterator[subprocess.Popen[str]]:
    """Virtual devices and a daemon that reads them."""
    config = folder / "collector.toml"
    config.write_text(
        f'[site]\ntimezone = "UTC"\n[uplink]\nurl = "{url}"\n[spool]\npath = "spool.db"\n[clock]\ntrust = true\n'
        + "".join(
            f'[[device]]\nname = "{name}"\ndriver = "{driver}"\nport = "{folder / "dev" / LINES[name]}"\n'
            f"interval_seconds = {INTERVAL_SECONDS}\n"
            for name, driver in DEVICES
        ),
        encoding="utf-8",
    )
    with started("simulate", "--links", str(folder / "dev"), stdout=subprocess.PIPE) as simulator:
        assert simulator.stdout is not None
        simulator.stdout.readline()
        with started("run", "--config", str(config), stderr=subprocess.DEVNULL) as daemon:
            yield daemon


def memory_mb(pid: int) -> tuple[float, float]:
    """Resident memory now and at most, in megabytes of 10^6 bytes."""
    status = dict(line.split(":", 1) for line in (PROC / str(pid) / "status").read_text().splitlines())
    now, most = (int(status[key].split()[0]) * 1024 / 1e6 for key in ("VmRSS", "VmHWM"))
    return now, most


def core_seconds(pid: int) -> float:
    """Time on a core of all threads so far."""
    fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def stored(folder: Path) -> int:
    """Documents that the daemon has delivered, by its own ledger."""
    command = [sys.executable, "-m", "collector", "status", "--config", str(folder / "collector.toml")]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return int(json.loads(said)["stored"])


def figures() -> Iterator[Figure]:
    """Let it settle, then measure over some polls."""
    if not PROC.is_dir():
        return  # not Linux: there is nothing to read the figures from
    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            with running(folder, f"http://127.0.0.1:{server.server_address[1]}") as daemon:
                time.sleep(SETTLE_SECONDS)
                before, delivered, began = core_seconds(daemon.pid), stored(folder), time.monotonic()
                time.sleep(MEASURED_SECONDS)
                used, took = core_seconds(daemon.pid) - before, time.monotonic() - began
                memory, most = memory_mb(daemon.pid)
                documents = stored(folder) - delivered
                if documents < len(DEVICES) * (MEASURED_SECONDS // INTERVAL_SECONDS - 1):
                    raise RuntimeError(f"only {documents} documents came in {took:.0f} s: the daemon was not at work")
                yield Figure("daemon, three devices every 10 s, memory", memory, "MB", MEMORY_BAR_MB)
                yield Figure("daemon, its most memory", most, "MB", MEMORY_BAR_MB)
                yield Figure("daemon, share of one core", 100 * used / took, "%", CORE_BAR_PERCENT)
    finally:
        server.shutdown()
        server.server_close()
