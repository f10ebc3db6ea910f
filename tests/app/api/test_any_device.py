"""A device without a family of its own posts metrics of the catalogue, and every reading route answers for it."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from data import document
from data.database.models import DeviceDataEntry
from data.store.sealed import sealing
from tests.app.v1 import at, got, ms, put
from tests.builders import line, ndjson

SLUG = "victron-1"


def shown(number: int) -> dict[str, Any]:
    """A document: metrics in the catalogue's units, a state as a text, an alarm, a number that the catalogue lacks."""
    return {
        "name": "a controller of another maker",
        "bat_voltage": 13 + number / 10_000,
        "p_in": float(number % 200),
        "charge_state": "Absorption" if number % 2 else "float",
        "cell_20_voltage": 3.3,
        "array voltage": "60.5",
        "alarms": ["low voltage"] if number < 10 else [],
        "relay": {"count": {"value": number, "unit": "times"}},
        "daily/yield": 5,
        "bat_current": 1e9,
    }


def test_the_keys_of_a_document_are_metrics_and_the_rest_are_series_of_their_own() -> None:
    assert document.readings("device", shown(1)) == {
        "bat_voltage": 13.0001,
        "p_in": 1,
        "charge_state": 6,
        "cell_20_voltage": 3.3,
        "array_voltage": 60.5,
        "relay/count": 1,
        "daily/yield": 5,
    }


def test_an_old_name_of_a_metric_is_that_metric() -> None:
    assert document.readings("device", {"a_current": 3}) == {"total_current": 3}


def test_every_reading_route_answers_before_and_after_sealing(
    client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    put(client, (line(shown(n), "device", SLUG, at(minutes=n)) for n in range(2000)))
    (device,) = [row for row in got(client, "/devices")["devices"] if row["device"] == SLUG]
    assert device["kind"] == "device"
    answers = []
    for _ in range(2):
        described = {row["metric"]: row for row in got(client, f"/devices/{SLUG}/series")["series"]}
        assert (described["bat_voltage"]["label"], described["bat_voltage"]["unit"]) == ("Battery Voltage", "V")
        assert (described["relay/count"]["label"], described["relay/count"]["unit"]) == ("relay/count", "times")
        newest = got(client, f"/devices/{SLUG}/latest")["metrics"]
        assert (newest["charge_state"]["value"], newest["charge_state"]["text"]) == (6, "ABSORPTION")
        near = got(client, f"/devices/{SLUG}/nearest", metric="bat_voltage", at=ms(minutes=100, seconds=7))
        assert near["metrics"]["bat_voltage"]["value"] == 13.01
        raw = got(client, f"/devices/{SLUG}/range", metric="charge_state", from_=ms(minutes=5), to=ms(minutes=8))
        assert raw["metrics"]["charge_state"]["value"] == [6, 7, 6]
        days = got(client, f"/devices/{SLUG}/range", metric="relay/count", interval=86_400, measures="max,count")
        assert sum(days["metrics"]["relay/count"]["count"]) == 2000
        posted = got(client, f"/devices/{SLUG}/documents", limit=1)["documents"]
        assert posted[0]["content"] == shown(1999)
        events = got(client, f"/devices/{SLUG}/events", from_=ms(), to=ms(days=2))["events"]
        assert [(event["kind"], event["name"]) for event in events] == [("alarms", "low voltage")]
        energy = got(client, f"/devices/{SLUG}/energy", metric="p_in", from_=ms(), to=ms(minutes=100))
        assert energy["coverage"] > 0.98
        answers.append([raw, days, events, energy, near])
        sealing.seal(sessions, at(days=9))
    assert answers[0] == answers[1]
    with sessions() as session:
        assert session.query(DeviceDataEntry).count() == 1  # the newest is never sealed


def test_a_device_of_another_kind_posts_no_such_document(client: FlaskClient) -> None:
    put(client, [line({"Battery Charge": {"state of charge": 50}}, "bms", "bms", at())])
    answer = client.post("/api/v1/documents", data=ndjson([line({"bat_voltage": 13}, "device", "bms", at(minutes=1))]))
    assert "device bms is a bms: it posts no documents of family device" in answer.text


def test_the_routes_of_the_first_site_know_nothing_of_it(client: FlaskClient) -> None:
    put(client, [line({"bat_voltage": 13}, "device", SLUG, at())])
    answer = client.get("/Tristar/request-json?parameter=bat_voltage&date=2026-11-24T00:00:00Z")
    assert answer.status_code == 404
