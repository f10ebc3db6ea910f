"""Keys of one's own: made, shown once, limited to what they are for."""

from __future__ import annotations

import html
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from app import create_app
from app.config import Config
from app.services import parts_of
from collector.config import read_config
from data.accounts import users
from data.accounts.post_rates import PostRates
from data.roles import VIEWER
from tests.app.v1 import put
from tests.builders import form_token, line, sign_in

AFAR = {"REMOTE_ADDR": "203.0.113.9"}
POST = "/sensors/post-json/ada/soil"
NEW = "/account/keys/new"


@pytest.fixture
def ada(server: Flask, sessions: sessionmaker[Session]) -> FlaskClient:
    """A member with a sensor, logged in."""
    with sessions.begin() as session:
        user = users.create_user(session, "ada", "ada@example.org", "a long password")
        users.register_sensor(session, user, "soil")
    client = server.test_client()
    sign_in(client, "ada", "a long password")
    return client


def make(client: FlaskClient, **fields: str) -> tuple[str, str]:
    """Make a key in the form: the key ("" when it was refused), and the page."""
    sent = {"label": "pi", "bound": "", "days": "0", **fields, "csrf_token": form_token(client, NEW)}
    page = client.post(NEW, data=sent).get_data(as_text=True)
    found = re.search(r"arb_[\w-]{40,}", page)
    return (found[0] if found else ""), page


def post(client: FlaskClient, key: str) -> int:
    """Post from afar with that key."""
    return client.post(POST, json={"wet": 1}, headers={"X-API-Key": key}, environ_base=AFAR).status_code


def test_a_new_key_is_shown_once_with_a_line_and_settings_to_copy(ada: FlaskClient) -> None:
    key, page = make(ada, post="y", bound="ada/soil")
    assert f"Authorization: Bearer {key}" in page
    assert "/sensors/post-json/ada/soil" in page
    assert "[uplink]" in page
    assert "no-store" in ada.get("/account/keys").headers["Cache-Control"]
    assert key not in ada.get("/account/keys").get_data(as_text=True)
    assert post(ada, key) == 200
    assert "from 203.0.113.9" in ada.get("/account/keys").get_data(as_text=True)


def test_a_key_does_what_it_is_for(ada: FlaskClient, sessions: sessionmaker[Session], server: Flask) -> None:
    reads, writes = make(ada, read="y")[0], make(ada, post="y")[0]
    stranger = server.test_client()
    assert (post(stranger, reads), post(stranger, writes)) == (403, 200)
    with sessions() as session:
        sensor = users.find_sensor(session, "ada", "soil")
        assert sensor is not None
    address = f"/sensors/get-sensor-json-data-by-id/{sensor.id}/2026-03-01 12:00:00"
    codes = [stranger.get(address, headers={"X-API-Key": key}).status_code for key in (reads, writes)]
    assert codes == [200, 401]
    key, page = make(ada)  # for nothing at all
    assert key == ""
    assert "Tick what the key may do: post, read, or both." in page


def test_a_key_ends_when_it_expires_or_is_revoked(
    ada: FlaskClient, sessions: sessionmaker[Session], server: Flask
) -> None:
    key = make(ada, post="y", days="30")[0]
    with sessions.begin() as session:
        found = users.key_for(session, key)
        assert found is not None
        assert found.expires_at is not None
        assert timedelta(days=29) < found.expires_at - datetime.now(UTC) <= timedelta(days=30)
        found.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    assert post(server.test_client(), key) == 401
    key = make(ada, post="y")[0]
    with sessions() as session:
        found = users.key_for(session, key)
        assert found is not None
    token = form_token(ada, NEW)
    assert ada.post(f"/account/keys/{found.id}/revoke", data={"csrf_token": token}).status_code == 303
    assert post(server.test_client(), key) == 401


def test_a_member_gets_no_key_for_the_sensor_of_another(ada: FlaskClient) -> None:
    assert make(ada, post="y", bound="admin/VEML7700")[0] == ""


def test_the_key_of_a_viewer_posts_no_more(ada: FlaskClient, sessions: sessionmaker[Session], server: Flask) -> None:
    made = [make(ada, post="y", bound=bound)[0] for bound in ("", "ada/soil")]
    assert [post(server.test_client(), key) for key in made] == [200, 200]
    with sessions.begin() as session:
        user = users.user_by_name(session, "ada")
        assert user is not None
        user.role = VIEWER
    assert [post(server.test_client(), key) for key in made] == [403, 403]


@pytest.fixture
def slow(config: Config) -> Iterator[Flask]:
    """A site that takes three posts a minute of each key."""
    made = create_app(replace(config, posts_per_minute=3))
    yield made
    parts_of(made).engine.dispose()


def test_a_key_that_posts_too_often_is_429_with_the_seconds_to_wait(
    ada: FlaskClient, slow: Flask, sessions: sessionmaker[Session]
) -> None:
    key = make(ada, post="y")[0]
    client = slow.test_client()
    codes = [post(client, key) for _ in range(8)]
    assert set(codes) == {200, 429}
    assert codes.count(200) <= 6  # a minute may end in between
    answers = [client.post(POST, json={}, headers={"X-API-Key": key}, environ_base=AFAR) for _ in range(4)]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60


def test_workers_that_count_in_memory_agree_in_the_end(sessions: sessionmaker[Session]) -> None:
    at = datetime(2026, 3, 1, 12, 0, 1, tzinfo=UTC)
    one, other = PostRates(sessions, 120), PostRates(sessions, 120)
    waits = [worker.wait_seconds(7, at) for _ in range(100) for worker in (one, other)]
    assert waits[:100] == [0] * 100
    assert waits[-1] == 59
    assert other.wait_seconds(8, at) == 0
    assert one.wait_seconds(7, at + timedelta(minutes=1)) == 0


def shown_toml(page: str) -> str:
    """The configuration that stands beside a new key."""
    return html.unescape(page.partition('id="toml">')[2].partition("</pre>")[0])


def shown_curl(page: str, which: str = "curl") -> list[str]:
    """The command beside a new key that posts (or that reads, `read`), as a shell takes it apart."""
    return shlex.split(html.unescape(page.partition(f'id="{which}">')[2].partition("</code>")[0]))


@pytest.mark.parametrize(("bound", "names"), [("", ["tristar-1", "tristar-2", "bms"]), ("tristar-2", ["tristar-2"])])
def test_a_collector_starts_with_the_configuration_beside_a_new_key(
    signed_in: FlaskClient, bound: str, names: list[str], tmp_path: Path
) -> None:
    assert signed_in.post("/Tristar/post-json?string=2", json={}).status_code == 200
    key, page = make(signed_in, post="y", bound=bound)
    path = tmp_path / "collector.toml"
    path.write_text(shown_toml(page), encoding="utf-8")
    found = read_config(path)
    assert (found.uplink.key, found.uplink.url) == (key, "http://localhost")
    assert found.zone.key == "America/Los_Angeles"
    assert [device.name for device in found.devices] == names
    assert [device.string for device in found.devices] == [{"tristar-1": 1, "tristar-2": 2}.get(name) for name in names]


def test_the_command_beside_a_new_key_posts_with_it(signed_in: FlaskClient, ada: FlaskClient, server: Flask) -> None:
    signed_in.post("/Tristar/post-json?string=2", json={})
    signed_in.post("/BMS/post-json", json={})
    put(signed_in, [line({"bat_voltage": 13}, "device", "victron-1")])
    bounds = ("", "tristar-2", "bms", "victron-1")
    for client, bound in ((ada, ""), (ada, "ada/soil"), *((signed_in, bound) for bound in bounds)):
        _, page = make(client, post="y", bound=bound)
        command, *words = shown_curl(page)
        assert command == "curl"
        headers = dict(one.split(": ", 1) for flag, one in pairwise(words) if flag == "-H")
        body, url = words[words.index("-d") + 1], words[-1]
        answer = server.test_client().post(
            url.removeprefix("http://localhost"), data=body, headers=headers, environ_base=AFAR
        )
        assert answer.status_code == 200, (bound, answer.get_data())
        assert bound != "victron-1" or b'"stored"' in answer.get_data()
        assert bound != "victron-1" or "[[device]]" not in shown_toml(page)


def test_the_command_that_reads_reads_with_a_key_that_only_reads(ada: FlaskClient, server: Flask) -> None:
    assert ada.post(POST, json={"wet": 7}).status_code == 200
    for bound, held in (("ada/soil", '"wet"'), ("", '"ada/soil"')):
        _, page = make(ada, read="y", bound=bound)
        assert "Post with it" not in page
        command, flag, header, url = shown_curl(page, "read")
        assert (command, flag) == ("curl", "-H")
        answer = server.test_client().get(
            url.removeprefix("http://localhost"), headers=[tuple(header.split(": ", 1))], environ_base=AFAR
        )
        assert answer.status_code == 200
        assert held in answer.get_data(as_text=True)


def test_who_has_no_sensor_is_told_to_register_one_for_the_command(
    server: Flask, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        users.create_user(session, "bob", "bob@example.org", "a long password")
    client = server.test_client()
    sign_in(client, "bob", "a long password")
    page = make(client, post="y")[1]
    assert "You have no sensor yet" in page
    assert shown_curl(page)[-1].endswith("/sensors/post-json/bob/SENSOR")


def test_the_command_posts_the_field_that_the_sensors_own_page_names(
    ada: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        user = users.user_by_name(session, "ada")
        assert user is not None
        sensor = users.register_sensor(session, user, "air", "humidity")
    page = ada.get(f"/sensors/{sensor.id}").get_data(as_text=True)
    field = '{"humidity": 1.5}'
    assert field in shown_curl(page)
    key, page = make(ada, post="y", bound="ada/air")
    assert key
    assert field in shown_curl(page)
    assert "This posts one reading, 1.5, for ada/air" in page


def test_a_key_for_sensors_says_that_a_collector_needs_another(ada: FlaskClient) -> None:
    assert "until an administrator has put a key" in make(ada, post="y", bound="ada/soil")[1]
