"""From the bytes of virtual devices to the answers of the real site, while processes are killed on the way."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import create_app
from app.config import Config
from app.services import parts_of
from collector.daemon.spool import Spool
from collector.daemon.spool_file import Ledger
from data.catalogue import metric
from data.database.engine import default_url, open_engine, session_factory
from data.database.models import BMSDataentry, Device, DeviceDataEntry, TristarDailyDataEntry, TristarDataEntry
from pages import ids
from tests.builders import wait_until
from tests.callbacks.device.test_newest import newest
from tests.callbacks.test_wiring import draw, names_of

LIMIT_SECONDS = 60
VICTRON = "victron_vedirect"
# What its virtual charger says, as numbers in the units of the catalogue.
CHARGING = {"bat_voltage": 13.79, "bat_current": 4.2, "array_voltage": 38.64, "operation_state": 3, "charge_state": 5}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


class Place:
    """A folder with a site, a collector and virtual devices; each is a process that can be started and killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.data_dir = folder / "site"
        empty = folder / "empty.json"
        empty.write_text("{}", encoding="utf-8")
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SECRET_KEY")},
            "ARBORETUM_CONFIG": str(empty),
            "DATA_DIR": str(self.data_dir),
            "PORT": str(self.port),
            "WORKERS": "1",
        }
        device = '[[device]]\nname = "{}"\ndriver = "{}"\nport = "{}"\ninterval_seconds = {}\n{}\n'
        self.config = folder / "collector.toml"
        self.config.write_text(
            f'[site]\ntimezone = "America/Los_Angeles"\n[uplink]\nurl = "http://127.0.0.1:{self.port}"\nbatch = 20\n'
            '[spool]\npath = "spool.db"\n[clock]\ntrust = true\n'
            + device.format("tristar-1", "tristar_mppt", folder / "dev" / "tristar_1", 0.2, "string = 1")
            + device.format("tristar-2", "tristar_mppt", folder / "dev" / "tristar_2", 0.2, "string = 2")
            + device.format("bms", "emus_g1", folder / "dev" / "emus", 1, "")
            + device.format("victron-1", VICTRON, folder / "dev" / VICTRON, 1, ""),
            encoding="utf-8",
        )

    @contextmanager
    def process(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        command = [sys.executable, "-m", *words]
        quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True, "env": self.environment}
        with subprocess.Popen(command, start_new_session=True, stdin=subprocess.DEVNULL, **quiet) as started:
            yield started
            os.killpg(started.pid, 9)  # a web server has workers

    @contextmanager
    def devices(self) -> Iterator[None]:
        with self.process(
            "collector", "simulate", "--links", str(self.folder / "dev"), "--with", VICTRON
        ) as simulating:
            assert simulating.stdout is not None
            assert simulating.stdout.readline().startswith("simulating: ")
            yield

    @contextmanager
    def site(self) -> Iterator[None]:
        with self.process("app", "serve"):
            assert wait_until(lambda: self.answers("/healthz"), LIMIT_SECONDS)
            yield

    def collector(self) -> Any:
        return self.process("collector", "run", "--config", str(self.config))

    def answers(self, address: str) -> bool:
        try:
            self.get(address)
        except (OSError, urllib.error.HTTPError):
            return False
        return True

    def get(self, address: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{address}", timeout=10) as answer:
            text: str = answer.read().decode()
            return text

    def now(self, family: str, parameter: str) -> float | None:
        moment = quote(datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S"))
        value: float | None = json.loads(self.get(f"/{family}/api/single_point/{moment}/{parameter}"))["value"]
        return value

    def of(self, device: str, part: str) -> dict[str, Any]:
        """What /api/v1 answers of a device."""
        answer: dict[str, Any] = json.loads(self.get(f"/api/v1/devices/{device}/{part}"))
        return answer

    @contextmanager
    def browser(self) -> Iterator[FlaskClient]:
        """A client of an app in this process, on the database of the site."""
        app = create_app(Config(data_dir=self.data_dir))
        yield app.test_client()
        parts_of(app).engine.dispose()

    def ledger(self) -> Ledger:
        spool = Spool(self.folder / "spool.db")
        ledger = spool.ledger()
        spool.close()
        return ledger

    def stored(self) -> dict[str, int]:
        """How many documents the site's database has, by device."""
        engine = open_engine(default_url(self.data_dir))
        counts: dict[str, int] = {}
        with session_factory(engine)() as session:
            for entry in (BMSDataentry, TristarDataEntry, TristarDailyDataEntry, DeviceDataEntry):
                rows = select(Device.slug, func.count()).join(entry, entry.device_id == Device.id).group_by(Device.slug)
                for slug, count in session.execute(rows):
                    counts[slug] = counts.get(slug, 0) + count
        engine.dispose()
        return counts


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_what_the_devices_say_is_what_the_site_answers(place: Place) -> None:
    with place.devices(), place.site(), place.collector():
        assert wait_until(lambda: len(place.stored()) == 4, LIMIT_SECONDS), place.ledger()
        assert place.now("BMS", "state_of_charge") == 72.4
        assert place.now("BMS", "total_current") == 32.3
        assert place.now("Tristar", "bat_voltage") == pytest.approx(13.41, abs=0.003)
        assert place.now("Tristar", "kwhr_total") == 496
        answers = {part: place.of("victron-1", part) for part in ("latest", "series", "range")}
    latest = answers["latest"]["metrics"]
    assert {key: latest[key]["value"] for key in CHARGING} == CHARGING
    assert latest["operation_state"]["text"] == "bulk"
    series = {row["metric"] for row in answers["series"]["series"]}
    assert series == latest.keys() >= CHARGING.keys()
    assert "firmware" not in series
    samples = answers["range"]["metrics"]
    assert {key: set(samples[key]["value"]) for key in CHARGING} == {key: {value} for key, value in CHARGING.items()}
    with place.browser() as client:
        page = newest(client, "victron-1")
        figure = draw(client, ids.DEVICES, "interval", controller="victron-1")["devices-figure"]["figure"]
    labels = {metric(key).label for key in CHARGING}
    assert [text for text in (*labels, "13.79", "4.2", "38.6", "bulk", "MPPT") if text not in page] == []
    assert {"Battery Voltage", "Battery Current", "Array Voltage"} <= set(names_of(figure))


def test_whoever_is_killed_the_site_has_every_document_that_was_made_once(place: Place) -> None:
    chance = random.Random(2)
    with place.devices():
        for turn in range(4):
            made = place.ledger().made
            with ExitStack() as running:
                if turn != 1:
                    running.enter_context(place.site())
                running.enter_context(place.collector())
                assert wait_until(lambda before=made: place.ledger().made > before + 10, LIMIT_SECONDS)
                moment = time.monotonic() + chance.uniform(0.0, 0.5)
                wait_until(lambda at=moment: time.monotonic() > at, LIMIT_SECONDS)
    with place.site(), place.collector():
        assert wait_until(lambda: place.ledger().waiting == 0, LIMIT_SECONDS), place.ledger()
    ledger = place.ledger()
    assert (ledger.rejected, ledger.dropped, ledger.missing) == (0, 0, 0)
    assert ledger.made == ledger.stored + ledger.repeated == sum(place.stored().values())
