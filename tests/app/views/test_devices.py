"""The addresses of devices: each is there for who may see it, in one spelling, and nobody is told of another's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from app import create_app
from app.config import Config
from data.accounts import users
from tests.app.v1 import put
from tests.builders import line, sign_in

PASSWORD = "a long password"


@pytest.fixture
def posted(client: FlaskClient, sessions: sessionmaker[Session]) -> None:
    """The device victron-1, and the private sensor `ada/soil`."""
    with sessions.begin() as session:
        ada = users.create_user(session, "ada", "ada@example.org", PASSWORD)
        users.create_user(session, "bob", "bob@example.org", PASSWORD)
        users.register_sensor(session, ada, "soil")
    put(client, [line({"bat_voltage": 13}, "device", "victron-1")])


@pytest.mark.parametrize("path", ["/devices/victron-1", "/Devices/victron-1/", "/DEVICES/victron-1"])
def test_the_page_of_a_device_is_there_in_any_spelling_of_the_first_word(
    posted: None, client: FlaskClient, path: str
) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert client.post(path).status_code == 405


@pytest.mark.parametrize(
    "path", ["/devices", "/devices/", "/devices/Victron-1", "/devices/nowhere", "/devices/victron-1/x", "/devices/%00"]
)
def test_any_other_address_below_is_not_found(posted: None, client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_private_sensor_is_there_for_its_owner_alone(posted: None, server: Flask) -> None:
    stranger, owner, other = (server.test_client() for _ in range(3))
    sign_in(owner, "ada", PASSWORD)
    sign_in(other, "bob", PASSWORD)
    address = "/devices/ada/soil"
    answer = stranger.get(address)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sensors/users/login?next=/devices/ada/soil")
    assert (owner.get(address).status_code, other.get(address).status_code) == (200, 404)


def test_a_private_site_sends_strangers_to_the_login(posted: None, config: Config) -> None:
    private = create_app(replace(config, site_private=True)).test_client()
    for slug in ("victron-1", "nowhere"):
        answer = private.get(f"/devices/{slug}")
        assert (answer.status_code, "/sensors/users/login" in answer.headers["Location"]) == (302, True)
