"""The commands as they are started: lines out, an orderly end, posts that the site takes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from werkzeug.serving import make_server

from app.services import parts_of
from collector.drivers.registers import decode
from collector.drivers.tristar.registers_table import REGISTERS, USUAL_SCALES
from collector.simulator.emus.device import VirtualEmus
from collector.simulator.tristar.device import VirtualTristar
from data import queries
from demo.launch import Launch, enter
from demo.live.poster import Poster
from demo.live.present import Present, state
from demo.live.sensing import Source, of_live, source
from demo.live.shared import measured
from demo.minutes import instant_of, minute_of

ANCHOR = datetime(2026, 11, 24, 20, 0, 30, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


def of_present() -> Source:
    """The sensors of a model that knows the anchor."""
    present = Present(Launch(ANCHOR, days=1), None, ANCHOR)
    return lambda now: measured(present.at(now))


def test_the_virtual_devices_take_the_state(tmp_path: Path) -> None:
    line = json.loads(json.dumps(state(Present(Launch(ANCHOR, days=1), None, ANCHOR).at(ANCHOR))))
    assert line["silent"] == []
    controller = VirtualTristar()
    controller.change(line["tristar"]["2"])
    values = decode(REGISTERS, controller.words(), USUAL_SCALES)
    assert abs(values["battery_voltage"] - line["tristar"]["2"]["battery_voltage"]) < 0.006
    assert values["charge_state"] == line["tristar"]["2"]["charge_state"]
    VirtualEmus().change(line["emus"])


def test_live_writes_a_line_a_second_and_ends_when_asked(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "demo", "live", "--state", str(tmp_path / "demo_state.json")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        found = [json.loads(running.stdout.readline()) for _ in range(2)]
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0
        assert running.stderr.read() == ""
    assert set(found[0]) == {"at", "tristar", "emus", "silent"}
    first, second = (datetime.fromisoformat(one["at"]) for one in found)
    assert 0 < (second - first).total_seconds() < 5


def test_live_ends_quietly_when_nobody_reads(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "demo", "live", "--state", str(tmp_path / "demo_state.json")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        assert running.wait(20) == 0
        assert running.stderr.read() == ""


def test_the_faculty_sensors_post_on_the_routes_of_the_first_site(server: Flask) -> None:
    site = make_server("127.0.0.1", 0, server, threaded=True)
    thread = threading.Thread(target=site.serve_forever)
    thread.start()
    try:
        poster = Poster(of_present(), f"http://127.0.0.1:{site.port}/", "", print)
        assert poster.turn(ANCHOR) == 3
    finally:
        site.shutdown()
        thread.join()
        site.server_close()
    with parts_of(server).sessions() as session:
        latest = {one.device.slug: one.readings for one in queries.latest_all(session, ["sensor"])}
    assert set(latest) == {"admin/SI7020_A20", "admin/VEML7700", "admin/BH1745NUC"}
    assert 5 < latest["admin/SI7020_A20"]["temperature"] < 40
    assert latest["admin/VEML7700"]["light"] > 1000


def test_a_site_that_is_away_is_asked_again_and_told_of_once() -> None:
    heard: list[str] = []
    poster = Poster(of_present(), "http://127.0.0.1:9", "", heard.append)
    assert [poster.turn(ANCHOR), poster.turn(ANCHOR)] == [0, 0]
    assert len(heard) == 1


def test_the_poster_takes_what_the_live_model_left_as_long_as_it_is_of_the_present(tmp_path: Path) -> None:
    path = tmp_path / "demo_state.json"
    now = datetime.now(UTC)
    present = Present(enter(path, now, days=1), path, now)
    left = of_live(path, now)
    assert left is not None
    assert left == json.loads(json.dumps(measured(present.at(instant_of(minute_of(now))))))
    assert of_live(path, now + timedelta(minutes=10)) is None
    taken = source(Launch(now, days=1), path, patience_seconds=0)
    assert taken(now) == left
    assert taken(now + timedelta(minutes=10)) == {}


def test_without_a_live_model_the_poster_has_one_of_its_own(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    taken = source(Launch(now, days=1), tmp_path / "demo_state.json", patience_seconds=0)
    assert set(taken(now + timedelta(seconds=5))) == {"SI7020_A20", "VEML7700", "BH1745NUC"}
