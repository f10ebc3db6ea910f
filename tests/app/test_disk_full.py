"""A full disk: 503, nothing half stored, and all well again by itself when there is room."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app.parts import parts_of
from app.worker import Duty, Rota, seal
from data import queries, scrubbing
from data.models import SensorDataEntry
from data.ranges import TimeRange
from tests.builders import NOON, bms_document, line, ndjson

DAY = timedelta(days=1)
SENSOR, SLUG = "sensor", "admin/VEML7700"


@contextmanager
def full_disk(server: Flask) -> Iterator[None]:
    """SQLite may not take another page: it answers as it does when the disk has none."""
    engine = parts_of(server).engine

    def no_more(connection: Any, _record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    engine.dispose()
    event.listen(engine, "connect", no_more)
    yield
    event.remove(engine, "connect", no_more)
    engine.dispose()


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
    with full_disk(server):
        refused = client.post("/api/v1/documents", data=batch(100, 200))
        assert refused.status_code == 503
        assert "nothing was stored" in refused.get_data(as_text=True)
        assert stored(server) == 5
    answers = client.post("/api/v1/documents", data=batch(100, 200))
    assert answers.status_code == 200
    assert {json.loads(one)["result"] for one in answers.get_data(as_text=True).splitlines()} == {"stored"}
    assert stored(server) == 205


def test_a_full_disk_is_503_for_a_single_document(server: Flask, client: FlaskClient) -> None:
    with full_disk(server):
        codes = [client.post("/BMS/post-json", json=bms_document(text="y" * 200_000)).status_code for _ in range(3)]
    assert codes == [503, 503, 503]
    assert client.post("/BMS/post-json", json=bms_document(text="y" * 200_000)).status_code == 200


def test_a_disk_that_fills_while_sealing_stops_the_sealer_alone_and_it_goes_on_by_itself(
    server: Flask, client: FlaskClient
) -> None:
    # Few documents a day of many numbers: their columns and levels need more room than the documents gave back.
    spread = [
        line({f"key {key}": number * key / 7 for key in range(100)}, SENSOR, SLUG, NOON + timedelta(hours=9 * number))
        for number in range(60)
    ]
    assert client.post("/api/v1/documents", data=ndjson(spread)).status_code == 200
    engine = parts_of(server).engine
    rota = Rota([Duty("seal", timedelta(minutes=1), seal)], now=0.0)
    with full_disk(server):
        assert rota.turn(engine, 60.0) == ["seal"]
        assert contents(server) == [one["content"] for one in spread][::-1]
    assert rota.turn(engine, 120.0) == []
    sessions = parts_of(server).sessions
    with sessions() as session:
        assert session.query(SensorDataEntry).count() == 1
    assert contents(server) == [one["content"] for one in spread][::-1]
    assert scrubbing.check(sessions, repair=False).problems == []


def contents(server: Flask) -> list[dict[str, Any]]:
    with parts_of(server).sessions() as session:
        device = queries.device(session, SLUG)
        window = TimeRange(NOON - DAY, NOON + 100 * DAY)
        return [one.content for one in queries.documents(session, device.id, window, 10_000)]
