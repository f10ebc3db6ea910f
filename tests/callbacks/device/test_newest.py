"""The page of a device as a browser fires it, for any device: its newest values, and a graph of its series."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from callbacks.device.newest import MOST_ROWS
from callbacks.graph.page import MOST_OFFERED
from data.accounts import users
from data.database.models import Device
from data.ingest.batch import Posted, store
from pages import ids
from tests.builders import bms_document, fire, sign_in, tristar_document
from tests.callbacks.test_wiring import draw, names_of, show

NOW = datetime.now(UTC)
PASSWORD = "a long password"
SLUG = "victron-1"
MPPT = {
    "bat_voltage": 13.21,
    "charge_state": "Absorption",
    "yield/today": {"value": 1.25, "unit": "kWh"},
    "alarms": ["low voltage"],
}


def post(
    sessions: sessionmaker[Session], family: str, slug: str, *contents: Mapping[str, Any], ended: timedelta
) -> None:
    """Store these documents, a minute apart, the last so long ago."""
    times = [NOW - ended - timedelta(minutes=n) for n in range(len(contents))][::-1]
    posted = [
        Posted(family, slug, json.dumps(content), at, "synced", at) for content, at in zip(contents, times, strict=True)
    ]
    with sessions.begin() as session:
        assert {outcome.result for outcome in store(session, posted, NOW)} == {"stored"}


def newest(client: FlaskClient, slug: str) -> str:
    """The newest values of that device as the browser is given them; empty for none."""
    inputs = [
        {"id": ids.DEVICES.clock, "property": "n_intervals", "value": 0},
        {"id": ids.DEVICES.of("controller"), "property": "value", "value": slug},
    ]
    answer = fire(client, f"{ids.DEVICES_NEWEST}.children", inputs)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    children = answer.get_json()["response"][ids.DEVICES_NEWEST]["children"]
    return json.dumps(children, ensure_ascii=False) if children else ""


def drawn(client: FlaskClient, slug: str, **changes: Any) -> dict[str, Any]:
    """What the graph's callback answers for that device."""
    return draw(client, ids.DEVICES, "interval", controller=slug, **changes)


@pytest.fixture
def ada(server: Flask, sessions: sessionmaker[Session]) -> FlaskClient:
    """A member with the sensor `air`, logged in."""
    with sessions.begin() as session:
        users.register_sensor(session, users.create_user(session, "ada", "ada@example.org", PASSWORD), "air")
    client = server.test_client()
    sign_in(client, "ada", PASSWORD)
    return client


def test_a_device_without_a_family_has_its_values_its_alarms_and_its_graph(
    client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    post(sessions, "device", SLUG, {"old": 3, **MPPT}, MPPT, MPPT, ended=timedelta(seconds=5))
    said = newest(client, SLUG)
    for words in ("Battery Voltage", "13.21", "ABSORPTION", "yield/today", "1.25", "kWh", "Alarms: ", "low voltage"):
        assert words in said
    assert "No data " not in said
    shown = drawn(client, SLUG)
    assert names_of(shown["devices-figure"]["figure"]) == ["Battery Voltage", "Charge State", "old", "yield/today"]
    assert shown["devices-say"]["children"].startswith(f"{SLUG}: Battery Voltage 13.21\u202fV")
    assert shown["devices-address"]["data"]["search"] == ""  # the path names the device
    assert "data-age" in json.dumps(shown["devices-table"]["children"])
    chosen = drawn(client, SLUG, units=["yield/today"])
    assert names_of(chosen["devices-figure"]["figure"]) == ["yield/today"]
    assert chosen["devices-address"]["data"]["search"] == "?fields=yield/today".replace("/", "%2F")


def test_a_series_that_is_sent_no_more_has_its_age_for_a_day_and_is_then_not_sent(
    client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    post(sessions, "device", SLUG, {"old": 3}, ended=timedelta(days=2))
    post(sessions, "device", SLUG, {"bat_voltage": 12.3}, ended=timedelta(hours=3))
    post(sessions, "device", SLUG, {"bat_voltage": 12}, {"array_voltage": 40}, ended=timedelta(seconds=5))
    said = newest(client, SLUG)
    assert said.count("not sent") == 1
    assert "12.00" in said


def test_a_silent_device_says_so_and_an_empty_one_too(client: FlaskClient, sessions: sessionmaker[Session]) -> None:
    post(sessions, "device", SLUG, MPPT, MPPT, ended=timedelta(hours=5))
    assert f"from {SLUG} for 5\u202fh: what it shows is that old." in newest(client, SLUG)
    with sessions.begin() as session:
        session.add(Device(slug="new", kind="device", name="new", site_id=1, public=True))
    assert "It has sent nothing yet." in newest(client, "new")
    shown = drawn(client, "new")
    assert "new has sent nothing yet" in json.dumps(shown["devices-empty"]["children"])
    assert "devices-units-error" not in shown or not shown["devices-units-error"]["children"]


def test_every_other_device_has_the_same_page_with_a_link_to_those_of_its_kind(
    client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    post(sessions, "bms", "bms", bms_document(Statistics={"cycles": 7}), ended=timedelta(seconds=5))
    post(sessions, "tristar", "tristar-1", tristar_document(1, extra=4), ended=timedelta(seconds=5))
    for slug, names, page in (
        ("bms", ["Battery Capacity", "Battery Charge", "State of Charge", "Statistics/cycles"], "/BMS"),
        ("tristar-1", ["Battery Voltage", "extra"], "/Tristar"),
    ):
        assert names_of(drawn(client, slug)["devices-figure"]["figure"]) == names
        assert f'"href": "{page}"' in newest(client, slug)


def test_names_that_are_markup_are_text_and_the_address_gives_them_back(
    ada: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    odd = {"<b>x</b>": 1, "a,b %": {"value": 20.5, "unit": "C"}, "a": {"b": 2}, "a/b": 3}
    post(sessions, "sensor", "ada/air", odd, odd, ended=timedelta(seconds=5))
    shown = drawn(ada, "ada/air")
    assert "<b>" not in json.dumps([shown["devices-figure"], shown["devices-say"]])
    assert len(names_of(shown["devices-figure"]["figure"])) == 4
    assert "/sensors?sensor=" in newest(ada, "ada/air")
    search = drawn(ada, "ada/air", units=["a,b %"])["devices-address"]["data"]["search"]
    assert search == "?fields=a%252Cb%20%2525"


def test_of_thousands_of_series_the_first_are_listed_and_the_rest_is_counted(
    ada: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    many = [{f"k{n}_{i}": i for i in range(400)} for n in range(3)]
    post(sessions, "sensor", "ada/air", *many, ended=timedelta(seconds=5))
    said = newest(ada, "ada/air")
    assert said.count("data-age") == MOST_ROWS
    assert f"and {1200 - MOST_ROWS} more: " in said
    options = drawn(ada, "ada/air")["devices-units"]["options"]
    assert (len(options), options[-1]["disabled"]) == (MOST_OFFERED + 1, True)
    last = drawn(ada, "ada/air", units=["k0_399"])
    assert names_of(last["devices-figure"]["figure"]) == ["K0 399"]
    assert "k0_399" in [option["value"] for option in last["devices-units"]["options"]]


@pytest.mark.parametrize("slug", ["nowhere", "", "VICTRON-1", "ada/air", "x" * 500, "nul\0"])
def test_what_is_not_there_or_not_for_the_visitor_is_told_alike(
    client: FlaskClient, ada: FlaskClient, sessions: sessionmaker[Session], slug: str
) -> None:
    post(sessions, "device", SLUG, MPPT, ended=timedelta(seconds=5))
    post(sessions, "sensor", "ada/air", {"hidden": 1}, ended=timedelta(seconds=5))
    assert newest(client, slug) == ""
    shown = drawn(client, slug)
    assert shown["devices-controller-error"]["children"] == "There is no such device among those you may see."
    assert "devices-figure" not in shown


def test_the_overview_leads_to_a_device_without_a_table_of_its_own(
    client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    post(sessions, "device", SLUG, MPPT, ended=timedelta(seconds=5))
    shown = show(client).get_json()["response"]
    said = json.dumps(shown["overview-raw"]["children"], ensure_ascii=False)
    assert f'"/devices/{SLUG}"' in said
    assert "Battery Voltage 13.21\u202fV, Charge State ABSORPTION" in said
    assert SLUG in shown["overview-seen"]["data"]
