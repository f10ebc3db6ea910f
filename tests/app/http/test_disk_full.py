"""A full disk: 503, nothing half stored, and all well again by itself when there is room."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from app.cli.main import SEE_TO_IT, main
from app.config import Config
from app.runtime.worker import Schedule, Task, seal
from app.services import parts_of
from data import queries
from data.database.models import SensorDataEntry
from data.ranges import TimeRange
from data.store import integrity
from tests.builders import NOON, bms_document, line, ndjson

DAY = timedelta(days=1)
SENSOR, SLUG = "sensor", "admin/VEML7700"


@contextmanager
def full_disk(engine: Engine | type[Engine]) -> Iterator[None]:
    """SQLite may not take another page: it answers as it does when the disk has none.  For one engine, or for all."""

    def no_more(connection: Any, _record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    if isinstance(engine, Engine):
        engine.dispose()
    event.listen(engine, "connect", no_more)
    yield
    event.remove(engine, "connect", no_more)
    if isinstance(engine, Engine):
        engine.dispose()


def spread() -> list[dict[str, Any]]:
    """Few documents a day of many numbers: their columns and levels need more room than the documents gave back."""
    return [
        line({f"key {key}": number * key / 7 for key in range(100)}, SENSOR, SLUG, NOON + timedelta(hours=9 * number))
        for number in range(60)
    ]


def stored(server: Flask) -> int:
    with parts_of(server).sessions() as session:
        devices = [one.id for one in queries.devices(session, "bms")]
        window = TimeRange(NOON - DAY, NOON + DAY)
        return sum(len(queries.documents(session, one, window, 10_000)) for one in devices)


def batch(first: int, count: int) -> bytes:
    filling = {"filling": "x" * 3_000}
    return ndjson([line(bms_document(**filling), at=NOON + timedelta(seconds=first + i)) for i in range(count)])


def test_a_full_disk_is_503_and_nothing_of_the_batch_is_there(server: Flask, client: FlaskClient) -> None:
    assert client.post("/api/v1/documents", data=batch(0, 5)).status_code == 200
    with full_disk(parts_of(server).engine):
        refused = client.post("/api/v1/documents", data=batch(100, 200))
        assert refused.status_code == 503
        assert "nothing was stored" in refused.get_data(as_text=True)
        assert stored(server) == 5
    answers = client.post("/api/v1/documents", data=batch(100, 200))
    assert answers.status_code == 200
    assert {json.loads(one)["result"] for one in answers.get_data(as_text=True).splitlines()} == {"stored"}
    assert stored(server) == 205


def test_a_full_disk_is_503_for_a_single_document(server: Flask, client: FlaskClient) -> None:
    with full_disk(parts_of(server).engine):
        codes = [client.post("/BMS/post-json", json=bms_document(text="y" * 200_000)).status_code for _ in range(3)]
    assert codes == [503, 503, 503]
    assert client.post("/BMS/post-json", json=bms_document(text="y" * 200_000)).status_code == 200


def test_a_disk_that_fills_while_sealing_stops_the_sealer_alone_and_it_goes_on_by_itself(
    server: Flask, client: FlaskClient
) -> None:
    assert client.post("/api/v1/documents", data=ndjson(spread())).status_code == 200
    engine = parts_of(server).engine
    schedule = Schedule([Task("seal", timedelta(minutes=1), seal)], now=0.0)
    with full_disk(parts_of(server).engine):
        assert schedule.turn(engine, 60.0) == ["seal"]
        assert contents(server) == [one["content"] for one in spread()][::-1]
    assert schedule.turn(engine, 120.0) == []
    sessions = parts_of(server).sessions
    with sessions() as session:
        assert session.query(SensorDataEntry).count() == 1
    assert contents(server) == [one["content"] for one in spread()][::-1]
    assert integrity.check(sessions, repair=False).problems == []


def test_a_command_that_finds_the_disk_full_says_so(
    server: Flask,
    client: FlaskClient,
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ARBORETUM_CONFIG", str(config.data_dir / "none.json"))
    (config.data_dir / "none.json").write_text("{}", encoding="utf-8")
    monkeypatch.setenv("DATA_DIR", str(config.data_dir))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert client.post("/api/v1/documents", data=ndjson(spread())).status_code == 200
    with full_disk(Engine):
        assert main(["seal", "--all"]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"the database cannot be used (database or disk is full): {SEE_TO_IT}"
    )
    assert main(["seal", "--all"]) == 0


def contents(server: Flask) -> list[dict[str, Any]]:
    with parts_of(server).sessions() as session:
        device = queries.device(session, SLUG)
        window = TimeRange(NOON - DAY, NOON + 100 * DAY)
        return [one.content for one in queries.documents(session, device.id, window, 10_000)]
