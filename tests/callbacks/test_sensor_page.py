"""The sensors' page as a browser fires it: every number a sensor posts is a trace, with its unit, a gap as a gap."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from data.accounts import users
from data.database.models import SealedColumns
from data.ingest.batch import Posted, store
from data.store.sealed import sealing
from pages import ids
from pages.graph.form import values_from_query
from pages.ids import GraphIds
from tests.builders import own_sensors, sign_in
from tests.callbacks import test_wiring
from tests.callbacks.test_wiring import names_of
from tests.pages.test_graph_form import as_dash_reads

NOW = datetime.now(UTC)
PASSWORD = "a long password"


def draw(client: FlaskClient, names: GraphIds, changed: str = "interval", **changes: Any) -> dict[str, Any]:
    """Fire the callback of the page."""
    return test_wiring.draw(client, names, changed, **changes)


def post(sessions: sessionmaker[Session], device: str, contents: list[Any], minutes: int = 10) -> None:
    """Store these documents at even steps up to now; None is a time without one."""
    first = NOW - timedelta(minutes=minutes * (len(contents) - 1))
    documents = [
        Posted("sensor", device, json.dumps(content), at, "synced", at)
        for at, content in ((first + n * timedelta(minutes=minutes), one) for n, one in enumerate(contents))
        if content is not None
    ]
    with sessions() as session:
        assert {one.result for one in store(session, documents, NOW)} == {"stored"}
        session.commit()


@pytest.fixture
def ada(server: Flask, sessions: sessionmaker[Session]) -> FlaskClient:
    """A member with the sensors `air` (4) and `soil` (5), logged in."""
    with sessions.begin() as session:
        user = users.create_user(session, "ada", "ada@example.org", PASSWORD)
        users.register_sensor(session, user, "air")
        users.register_sensor(session, user, "soil", "moisture", "%")
    client = server.test_client()
    sign_in(client, "ada", PASSWORD)
    return client


AIR = {"temperature": {"value": 21.37, "unit": "C"}, "humidity": {"value": 54.5, "unit": "%"}, "count": 7, "note": "x"}


def test_every_number_a_sensor_posts_is_a_trace_with_its_unit(
    ada: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    post(sessions, "ada/air", [AIR] * 6)
    shown = draw(ada, ids.SENSORS)
    figure = shown["sensors-figure"]["figure"]
    assert names_of(figure) == ["Temperature", "Humidity", "Count"]
    titles = [figure["layout"][axis]["title"]["text"] for axis in ("yaxis", "yaxis2", "yaxis3")]
    assert titles == ["Temperature (°C)", "Humidity (%)", "Count"]
    assert shown["sensors-say"]["children"].startswith("air: Temperature 21.37\u202f°C")
    assert shown["sensors-controller"]["value"] == "4"
    assert shown["sensors-address"]["data"]["search"] == "?sensor=4"
    assert [one["label"] for one in shown["sensors-units"]["options"]] == ["Temperature (°C)", "Humidity (%)", "Count"]
    table = json.dumps(shown["sensors-table"]["children"], ensure_ascii=False)
    assert "/sensors/get-sensor-json-data-range/4/" in table
    assert "data-age" in table


def test_a_hole_in_the_readings_is_a_gap(ada: FlaskClient, sessions: sessionmaker[Session]) -> None:
    post(sessions, "ada/soil", [{"wet": 31.5}] * 5 + [None] * 5 + [{"wet": 30.5}] * 5)
    (trace,) = draw(ada, ids.SENSORS, controller="5")["sensors-figure"]["figure"]["data"]
    assert trace["connectgaps"] is False
    assert len(trace["x"]) == 11


def test_fields_are_chosen_and_another_sensor_begins_with_all_of_its_own(
    ada: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    post(sessions, "ada/air", [AIR] * 3)
    post(sessions, "ada/soil", [{"wet": 31.5}] * 3)
    one = draw(ada, ids.SENSORS, "units", controller="4", units=["humidity"])
    assert names_of(one["sensors-figure"]["figure"]) == ["Humidity"]
    assert one["sensors-address"]["data"]["search"] == "?fields=humidity&sensor=4"
    other = draw(ada, ids.SENSORS, "controller", controller="5", units=["humidity"])
    assert other["sensors-units"]["value"] == ["wet"]
    assert other["sensors-say"]["children"].startswith("soil: Wet 31.5\u202f%")  # the unit it was registered with
    none = draw(ada, ids.SENSORS, "units", controller="5", units=[])
    assert none["sensors-units-error"]["children"] == "Choose at least one field to draw."
    assert "sensors-figure" not in none


def test_many_fields_are_eight_at_first_and_too_many_are_refused(
    ada: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    post(sessions, "ada/air", [{f"f{n}": n for n in range(30)}] * 2)
    shown = draw(ada, ids.SENSORS, controller="4")
    assert len(names_of(shown["sensors-figure"]["figure"])) == 8
    assert shown["sensors-note"]["children"].endswith("22 more fields can be chosen under Fields.")
    refused = draw(ada, ids.SENSORS, "units", controller="4", units=[f"f{n}" for n in range(30)])
    assert refused["sensors-units-error"]["children"].startswith("30 fields are too many")


@pytest.mark.parametrize("key", ["a,b", "50 %", "a%2Cb", "größe/innen", "<b>x</b>", "%{y}", "&fields=x"])
def test_a_field_of_any_name_goes_through_the_address(
    ada: FlaskClient, sessions: sessionmaker[Session], key: str
) -> None:
    post(sessions, "ada/air", [{key: 1.5, "other": 2}] * 2)
    shown = draw(ada, ids.SENSORS, "units", controller="4", units=[key])
    address = shown["sensors-address"]["data"]["search"]
    assert values_from_query("sensors", as_dash_reads(address))["units"] == [key]
    assert not {"<", "%{"} & set(names_of(shown["sensors-figure"]["figure"])[0])


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([1e-7, 2e-7], "2.00e-07 or 0.0000002"),
        ([1e300, 2e300], "2e+300"),
        ([-3.25, -3.5], "\u22123.50"),
        ([0, 0], "0"),
        ([12345.678, 12345.7], "12\u202f345.7"),
        ([True, False], "has not posted yet"),
    ],
)
def test_numbers_of_any_size_are_written_as_finely_as_they_come(
    ada: FlaskClient, sessions: sessionmaker[Session], values: list[float], shown: str
) -> None:
    post(sessions, "ada/air", [{"x": value} for value in values])
    said = json.dumps(draw(ada, ids.SENSORS, controller="4"), ensure_ascii=False)
    assert any(one in said for one in shown.split(" or "))


def test_a_sensor_that_never_posted_says_how_to(ada: FlaskClient, sessions: sessionmaker[Session]) -> None:
    shown = draw(ada, ids.SENSORS, controller="4")
    assert shown["sensors-empty-frame"]["hidden"] is False
    assert "/sensors/4" in json.dumps(shown["sensors-empty"]["children"])
    assert "error" not in json.dumps(shown["sensors-units-error"]["children"])
    post(sessions, "ada/air", [{"note": "no numbers"}])
    assert "sensors-empty" in draw(ada, ids.SENSORS, controller="4")


def test_an_old_window_leads_to_where_there_is_data(ada: FlaskClient, sessions: sessionmaker[Session]) -> None:
    post(sessions, "ada/air", [AIR] * 3)
    asked = {"range": "custom", "start": "2019-01-01T00:00", "end": "2019-01-02T00:00"}
    shown = draw(ada, ids.SENSORS, controller="4", **asked)
    assert shown["sensors-go-there"]["hidden"] is False
    assert shown["sensors-suggestion"]["data"]["range"] == "custom"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"interval": "25"}, "interval", "Must be a multiple of 10, above 0: try 20 or 30."),
        ({"interval": "1010"}, "interval", "At most 1000 minutes."),
        ({"controller": "987"}, "controller", "There is no such sensor among those you may see: choose another."),
        ({"controller": "x'--"}, "controller", "There is no such sensor among those you may see: choose another."),
        (
            {"range": "custom", "start": "2019-01-02T00:00", "end": "2019-01-01T00:00"},
            "end",
            "The end must come after the start.",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    ada: FlaskClient, sessions: sessionmaker[Session], changes: dict[str, Any], field: str, words: str
) -> None:
    post(sessions, "ada/air", [AIR] * 3)
    shown = draw(ada, ids.SENSORS, **changes)
    assert shown[f"sensors-{field}-error"]["children"] == words
    assert "sensors-figure" not in shown


def test_shared_sensors_are_there_for_everybody_and_own_ones_first(
    ada: FlaskClient, client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    post(
        sessions,
        "admin/BH1745NUC",
        [{"red_light": {"value": 5, "unit": "lux"}, "blue_light": {"value": 6, "unit": "lux"}}] * 3,
    )
    options = [one["label"] for one in draw(ada, ids.SENSORS, controller="4")["sensors-controller"]["options"]]
    assert options == ["air", "soil", "admin/BH1745NUC", "admin/SI7020_A20", "admin/VEML7700"]
    stranger = draw(client, ids.SENSORS)
    assert names_of(stranger["sensors-figure"]["figure"]) == ["Red light", "Blue light"]
    assert stranger["sensors-figure"]["figure"]["layout"]["yaxis"]["title"]["text"] == "Light (lux)"
    assert "ada" not in json.dumps(stranger["sensors-controller"])
    assert "Log in to see your sensors" in own_sensors(client)


def test_the_list_shows_what_the_own_sensors_say(ada: FlaskClient, sessions: sessionmaker[Session]) -> None:
    post(sessions, "ada/air", [AIR] * 2)
    said = own_sensors(ada)
    for words in (
        "Temperature 21.37\u202f°C, Humidity 54.5\u202f%, Count 7",
        "never posted",
        "moisture, %",
        "2 of them",
    ):
        assert words in said
    assert "/sensors/post-json/ada/soil" in said
    assert "VEML7700" not in said


def test_blocks_that_cannot_be_read_are_left_out_and_the_page_lives(
    ada: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    post(sessions, "ada/air", [AIR] * 1500, minutes=10)
    sealing.seal(sessions, NOW)
    assert "sensors-figure" in draw(ada, ids.SENSORS, controller="4", range="all")
    with sessions.begin() as session:
        assert session.execute(update(SealedColumns).values(body=b"rubbish")).rowcount > 0
    shown = draw(ada, ids.SENSORS, controller="4", range="all")
    assert shown["sensors-say"]["children"].startswith("air: Temperature 21.37\u202f°C")  # the last day is not sealed
    assert shown["sensors-controller-error"]["children"] == ""
