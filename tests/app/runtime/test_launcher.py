"""`python -m app up` as a real process: ready, password, busy port, and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.config import PROJECT
from tests.builders import runs, wait_until

START_SECONDS = 90


class Launcher:
    """A launcher and the lines it has printed."""

    def __init__(self, port: int, data_dir: Path, **settings: str) -> None:
        data_dir.parent.mkdir(parents=True, exist_ok=True)
        empty = data_dir.parent / "empty.json"
        empty.write_text("{}", encoding="utf-8")
        environment = {
            **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SECRET_KEY")},
            "ARBORETUM_CONFIG": str(empty),
            "PORT": str(port),
            "DATA_DIR": str(data_dir),
            "WORKERS": "1",
            **settings,
        }
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app", "up"],
            cwd=PROJECT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def said(self, beginning: str) -> bool:
        return any(line.startswith(beginning) for line in self.lines)

    def wait_for(self, beginning: str) -> str:
        assert wait_until(lambda: self.said(beginning) or self.process.poll() is not None, START_SECONDS), self.lines
        found = [line for line in self.lines if line.startswith(beginning)]
        assert found, self.lines
        return found[0]

    def descendants(self) -> set[int]:
        """The processes it has started, and those they have."""
        parents: dict[int, list[int]] = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents.setdefault(parent, []).append(int(folder.name))
        found: set[int] = set()
        waiting = [self.process.pid]
        while waiting:
            children = parents.get(waiting.pop(), [])
            found.update(children)
            waiting.extend(children)
        return found

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
        self.reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def port() -> int:
    """A port nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@contextmanager
def launched(port: int, data_dir: Path, **settings: str) -> Iterator[Launcher]:
    made = Launcher(port, data_dir, **settings)
    try:
        yield made
    finally:
        made.end()


def ask(port: int, path: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        return str(answer.read().decode())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_empty_site_starts_answers_and_ends_without_a_trace(port: int, tmp_path: Path, number: int) -> None:
    data_dir = tmp_path / "site"
    with launched(port, data_dir, DEMO="no") as site:
        assert site.wait_for("ready: ") == f"ready: http://127.0.0.1:{port}/"
        assert len(site.wait_for("admin password: ").removeprefix("admin password: ")) >= 12
        assert json.loads(ask(port, "/healthz"))["database"] == "ok"
        assert "Arboretum" in ask(port, "/")
        children = site.descendants()
        assert len(children) >= 3  # the web server, its worker process, the worker
        site.process.send_signal(number)
        assert site.process.wait(12) == 0
        assert not any(runs(pid) for pid in children)
    assert sorted(path.name for path in (data_dir / "log").iterdir()) == ["web.log", "worker.log"]
    with launched(port, data_dir, DEMO="no") as site:
        site.wait_for("ready: ")
        assert not site.said("admin password: ")


def test_the_demonstration_shows_what_virtual_devices_say_and_ends_without_a_trace(port: int, tmp_path: Path) -> None:
    data_dir = tmp_path / "site"

    def answered(path: str) -> bool:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        try:
            return "value" in json.loads(ask(port, path.format(now)))
        except urllib.error.HTTPError:
            return False

    with launched(port, data_dir) as site:
        site.wait_for("ready: ")
        for path in (
            "/BMS/api/single_point/{}/state_of_charge",
            "/Tristar/api/single_point/{}/bat_voltage?string=1",
            "/Tristar/api/single_point/{}/bat_voltage?string=2",
        ):
            assert wait_until(lambda path=path: answered(path), START_SECONDS), path
        site.wait_for("msview: done")
        assert wait_until(lambda: "history" in (data_dir / "log" / "history.log").read_text("utf-8"), START_SECONDS)
        children = site.descendants()
        site.process.terminate()
        assert site.process.wait(15) == 0
        assert not any(runs(pid) for pid in children)
    assert not [line for line in site.lines if "starts again" in line]


def test_nothing_survives_a_launcher_killed_with_9(port: int, tmp_path: Path) -> None:
    with launched(port, tmp_path / "site", DEMO="no") as site:
        site.wait_for("ready: ")
        assert wait_until(lambda: len(site.descendants()) >= 3)
        children = site.descendants()
        site.process.kill()
        site.process.wait()
        assert wait_until(lambda: not any(runs(pid) for pid in children), 30)


def test_a_part_that_dies_is_started_again(port: int, tmp_path: Path) -> None:
    with launched(port, tmp_path / "site", DEMO="no") as site:
        site.wait_for("ready: ")

        def worker() -> set[int]:
            return {pid for pid in site.descendants() if runs(pid) and b"worker" in command(pid)}

        assert wait_until(lambda: len(worker()) == 1)
        first = worker()
        os.kill(first.pop(), signal.SIGKILL)
        site.wait_for("worker: ended with code -9, starts again in 1 s")
        assert wait_until(lambda: len(worker()) == 1)


def command(pid: int) -> bytes:
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return b""
    return b" ".join(arguments) if b"-m" in arguments and b"app" in arguments else b""


def test_a_busy_port_is_told_with_the_way_out_and_nothing_is_started(port: int, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with launched(port, tmp_path / "site", DEMO="no") as site:
            assert site.process.wait(30) == 1
            site.reader.join()
            assert site.lines[0].startswith(f"port {port} is busy: ")
            assert "make run PORT=" in site.lines[1]
    assert not (tmp_path / "site").exists()


def test_a_second_launcher_on_the_same_data_is_refused(port: int, tmp_path: Path) -> None:
    with launched(port, tmp_path / "site", DEMO="no") as site:
        site.wait_for("ready: ")
        with socket.socket() as trial:
            trial.bind(("127.0.0.1", 0))
            free = int(trial.getsockname()[1])
        with launched(free, tmp_path / "site", DEMO="no") as second:
            assert second.process.wait(30) == 1
            second.reader.join()
            assert f"another Arboretum runs with the data in {tmp_path / 'site'}" in second.lines[0]


def test_wrong_settings_start_nothing(port: int, tmp_path: Path) -> None:
    with launched(port, tmp_path / "site", DEMO="maybe") as site:
        assert site.process.wait(30) == 1
        site.reader.join()
        assert site.lines == ["DEMO (environment): 'maybe': write yes or no"]
