from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from collector.daemon.spool import Spool
from collector.daemon.spool_file import Ledger
from tests.collector.small_site import SmallSite

LIMIT_SECONDS = 30.0


def until(true: Callable[[], bool], what: str, limit_seconds: float = LIMIT_SECONDS) -> None:
    deadline = time.monotonic() + limit_seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {limit_seconds} s: {what}"
        time.sleep(0.01)  # between two looks at another process


class Installation:
    """A collector's settings and spool in a folder, three virtual devices, and a site of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = SmallSite()
        self.port = self.site.port
        self.config = folder / "collector.toml"
        device = '[[device]]\nname = "{}"\ndriver = "{}"\nport = "{}"\ninterval_seconds = {}\n{}\n'
        self.config.write_text(
            f'[site]\ntimezone = "America/Los_Angeles"\n[uplink]\nurl = "{self.site.url}"\nbatch = 7\n'
            '[spool]\npath = "spool.db"\n[clock]\ntrust = true\n'
            + device.format("tristar-1", "tristar_mppt", folder / "dev" / "tristar_1", 0.1, "string = 1")
            + device.format("tristar-2", "tristar_mppt", folder / "dev" / "tristar_2", 0.1, "string = 2")
            + device.format("bms", "emus_g1", folder / "dev" / "emus", 0.5, ""),
            encoding="utf-8",
        )

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "collector", *words]

    @contextmanager
    def simulating(self) -> Iterator[subprocess.Popen[str]]:
        command = self.command(
            "simulate", "--links", str(self.folder / "dev"), "--state", "-", "--every-seconds", "0.3"
        )
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("simulating: ")
            assert process.stdin is not None
            process.stdin.write("{}\n")  # a state that names nothing: answer as the devices stand
            process.stdin.flush()
            yield process
            process.kill()

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[str]]:
        command = self.command("run", "--config", str(self.config))
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            yield process
            process.kill()

    def status(self) -> subprocess.CompletedProcess[str]:
        command = self.command("status", "--config", str(self.config))
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def ledger(self) -> Ledger:
        spool = Spool(self.folder / "spool.db")
        ledger = spool.ledger()
        spool.close()
        return ledger

    def stop_site(self) -> None:
        self.site.close()

    def start_site(self) -> None:
        kept = self.site.documents
        self.site = SmallSite(self.port)
        self.site.documents = kept


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    yield made
    made.site.close()


def test_readings_arrive_as_documents_and_the_collector_ends_when_told(place: Installation) -> None:
    with place.simulating(), place.running() as collector:
        until(lambda: len({key[1] for key in place.site.documents}) == 3, "a document of each device")
        before = time.monotonic()
        collector.send_signal(signal.SIGTERM)
        _, log = collector.communicate(timeout=60)
        assert time.monotonic() - before < 5
    assert collector.returncode == 0
    assert "WARNING" not in log
    assert "Traceback" not in log
    by_device = {key[1]: line for key, line in place.site.documents.items()}
    assert by_device["tristar-1"]["family"] == "tristar"
    assert by_device["tristar-1"]["clock"] == "synced"
    assert by_device["tristar-2"]["content"]["string"] == 2
    assert by_device["bms"]["content"]["Battery Charge"]["state of charge"] == 72.4


def test_killed_again_and_again_with_a_server_that_comes_and_goes_every_document_is_held_once(
    place: Installation,
) -> None:
    chance = random.Random(1)
    with place.simulating():
        for turn in range(6):
            if turn == 2:
                place.stop_site()
            if turn == 4:
                place.start_site()
                place.site.lose_answers = 2
            made = place.ledger().made
            with place.running() as collector:
                until(lambda before=made: place.ledger().made > before + 5, "new documents")
                moment = time.monotonic() + chance.uniform(0.0, 0.4)  # a kill comes at any
                until(lambda at=moment: time.monotonic() > at, "the moment of the kill")
                collector.kill()
                collector.wait()
    with place.running() as collector:
        until(lambda: place.ledger().waiting == 0, "everything is sent")
        collector.send_signal(signal.SIGTERM)
        collector.wait(60)
    ledger = json.loads(place.status().stdout)
    assert ledger["made"] >= 36
    assert ledger["made"] == ledger["stored"] + ledger["repeated"] == len(place.site.documents)
    assert (ledger["rejected"], ledger["dropped"], ledger["missing"]) == (0, 0, 0)
    assert ledger["repeated"] >= 1


def test_a_port_that_vanishes_and_returns_is_read_again_and_both_are_logged_once(place: Installation) -> None:
    def count() -> int:
        return len(place.site.documents)

    with place.running() as collector:
        with place.simulating():
            until(lambda: count() > 5, "documents")
        gone = time.monotonic()
        until(lambda: time.monotonic() - gone > 0.5, "half a second without devices")
        before = count()
        with place.simulating():
            until(lambda: count() > before + 3, "documents again")
            collector.send_signal(signal.SIGTERM)
            _, log = collector.communicate(timeout=60)
    troubles = [line for line in log.splitlines() if "tristar-1:" in line]
    assert 1 <= sum("works again" in line for line in troubles) <= 2
    assert sum("WARNING" in line for line in troubles) <= 4


def test_a_second_collector_on_the_same_spool_is_refused(place: Installation) -> None:
    with place.simulating(), place.running():
        until(lambda: len(place.site.documents) > 0, "a document")
        second = subprocess.run(
            place.command("run", "--config", str(place.config)), capture_output=True, text=True, timeout=60, check=False
        )
    assert second.returncode == 2
    assert "another collector is at work" in second.stderr


def test_status_before_the_first_start_says_so(place: Installation) -> None:
    told = place.status()
    assert told.returncode == 2
    assert "no spool" in told.stderr


def test_status_is_a_table_when_a_person_asks_for_one(place: Installation) -> None:
    Spool(place.folder / "spool.db").close()
    told = subprocess.run(
        place.command("status", "--config", str(place.config), "--table"), capture_output=True, text=True, check=True
    )
    assert [cell.strip() for cell in told.stdout.splitlines()[4].split("│")[1:3]] == ["made", "0"]
