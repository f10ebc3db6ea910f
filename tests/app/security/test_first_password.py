"""The password of the first start: from elsewhere it opens nothing but the choice of another, and then nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.config import Config
from app.runtime.installation import open_database, prepare
from app.services import parts_of
from data.accounts import audit, users
from data.accounts.audit import Criteria
from data.accounts.passwords import hash_password, is_good_once
from tests.builders import fire, form_token, said_on_the_way, sign_in

LOGIN, CHOICE = "/sensors/users/login", "/account/password"
OWN = "four tall green tomatoes"
# Every part of the site that wants a login, by one of its addresses.
CLOSED = (
    "/sensors", "/sensors/register", "/sensors/1", "/sensors/1/state", "/sensors/get-data-by-sensor-id/1", "/account",
    "/account/keys", "/account/keys/new", "/account/export", "/account/delete", "/admin", "/admin/users",
    "/admin/audit", "/admin/audit.csv", "/admin/devices/1/entries", "/admin/store",
)  # fmt: skip


@pytest.fixture
def fresh(config: Config) -> Config:
    """The settings of a site that was never started."""
    return replace(config, data_dir=config.data_dir / "fresh", database_url="")


@pytest.fixture
def printed(fresh: Config) -> str:
    """What its first start prints."""
    engine, sessions = open_database(fresh)
    password = prepare(fresh, engine, sessions)
    engine.dispose()
    assert password is not None
    return password


@pytest.fixture
def site(fresh: Config, printed: str) -> Iterator[Flask]:
    """The site."""
    assert printed
    made = create_app(fresh)
    yield made
    parts_of(made).engine.dispose()


def elsewhere(site: Flask) -> FlaskClient:
    """A browser on another machine."""
    client = site.test_client()
    client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    return client


@pytest.fixture
def halfway(site: Flask, printed: str) -> FlaskClient:
    """Who has logged in with it from there."""
    client = elsewhere(site)
    sign_in(client, "admin", printed)
    return client


def choose(client: FlaskClient, present: str, new: str, address: str = CHOICE) -> tuple[int, str]:
    """Send the form: the status, and where it leads or what the page says."""
    sent = {"present": present, "password": new, "confirm_password": new, "csrf_token": form_token(client, address)}
    answer = client.post(address, data=sent)
    return answer.status_code, answer.headers.get("Location") or answer.get_data(as_text=True)


def test_the_login_leads_to_the_choice_and_the_choice_to_where_one_was_going(site: Flask, printed: str) -> None:
    client = elsewhere(site)
    address = f"{LOGIN}?next=/admin/users"
    sent = {"username": "admin", "password": printed, "remember": "y", "csrf_token": form_token(client, address)}
    answer = client.post(address, data=sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{CHOICE}?next=/admin/users")
    assert client.get_cookie("remember_token") is None
    assert "nothing else is open to you" in client.get(answer.headers["Location"]).get_data(as_text=True)
    assert choose(client, printed, OWN, answer.headers["Location"]) == (303, "/admin/users")
    assert client.get("/admin/users").status_code == 200


@pytest.mark.parametrize("path", CLOSED)
def test_nothing_else_is_open(halfway: FlaskClient, path: str) -> None:
    answer = halfway.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{CHOICE}?next={path}")


def test_nothing_can_be_changed_or_read_but_what_strangers_read(halfway: FlaskClient, site: Flask) -> None:
    with parts_of(site).sessions.begin() as session:
        ada = users.create_user(session, "ada", "ada@example.org", OWN)
        users.register_sensor(session, ada, "secret")
    token = form_token(halfway, CHOICE)
    for path in ("/admin/users", "/admin/users/1/link", "/sensors/1/share", "/account/keys/new", "/account/delete"):
        answer = halfway.post(path, data={"csrf_token": token})
        assert answer.status_code == 403, path
        assert CHOICE in answer.get_data(as_text=True)
    assert halfway.get("/api/v1/devices/ada/secret/latest").status_code == 401
    assert "secret" not in halfway.get("/api/v1/devices").get_data(as_text=True)
    tick = [{"id": "sensors-clock", "property": "n_intervals", "value": 0}]
    shown = fire(halfway, "..sensors-list.children...sensors-list.className..", tick)
    assert "Log in to see your sensors" in shown.get_data(as_text=True)
    assert "Logout" not in said_on_the_way(halfway)


def test_at_the_machine_one_may_go_on_and_is_asked_at_each_log_in(site: Flask, printed: str) -> None:
    for _ in range(2):
        client = site.test_client()
        sent = {"username": "admin", "password": printed, "csrf_token": form_token(client, LOGIN)}
        assert client.post(LOGIN, data=sent).headers["Location"] == "/sensors"
        assert "choose one of your own" in client.get("/admin/users").get_data(as_text=True)
        assert "only at the machine it runs on" in client.get(CHOICE).get_data(as_text=True)
    # What a proxy hands on comes from somewhere else.
    answer = client.get("/admin/users", headers={"X-Forwarded-For": "127.0.0.1"})
    assert answer.headers["Location"] == f"{CHOICE}?next=/admin/users"


def test_after_the_choice_it_opens_nothing(site: Flask, halfway: FlaskClient, printed: str) -> None:
    assert "This is your present password" in choose(halfway, printed, printed)[1]
    assert choose(halfway, printed, OWN) == (303, "/account")
    assert halfway.get("/admin").status_code == 200
    client = site.test_client()
    sent = {"username": "admin", "password": printed, "csrf_token": form_token(client, LOGIN)}
    assert client.post(LOGIN, data=sent).status_code == 200
    sign_in(client, "admin", OWN)
    assert client.get("/admin").status_code == 200
    with parts_of(site).sessions() as session:
        assert audit.entries(session, Criteria(action="password changed"))[0].username == "admin"


def test_a_site_of_before_asks_for_the_choice_too(site: Flask, printed: str) -> None:
    with parts_of(site).sessions.begin() as session:
        admin = users.user_by_name(session, "admin")
        assert admin is not None
        admin.password = hash_password(printed)  # without a mark, and no change of it in the log
    client = elsewhere(site)
    sign_in(client, "admin", printed)
    assert client.get("/admin").headers["Location"] == f"{CHOICE}?next=/admin"
    with parts_of(site).sessions() as session:
        admin = users.user_by_name(session, "admin")
        assert admin is not None
        assert is_good_once(admin.password)
