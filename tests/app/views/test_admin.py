"""The administrators' pages: what they say is words and numbers, what is wrong is told, and every change is noted."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from app.config import Config
from data import queries
from data.accounts import audit, users
from data.accounts.audit import Criteria
from tests.builders import form_token, sign_in

PASSWORD = "four tall green tomatoes"
PLACES = ("", "/users", "/devices", "/keys", "/store", "/audit")


def words(client: FlaskClient, path: str) -> str:
    """What a page says, without its marks."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def send(client: FlaskClient, path: str, **fields: str) -> int:
    """Send a form of the pages."""
    # Letters go once the answer has been read to its end.
    with client.post(path, data={**fields, "csrf_token": form_token(client, "/admin/users")}) as answer:
        return answer.status_code


@pytest.mark.parametrize("place", PLACES)
def test_no_page_shows_what_the_program_is_made_of(
    signed_in: FlaskClient, sessions: sessionmaker[Session], place: str
) -> None:
    with sessions.begin() as session:
        admin = users.user_by_name(session, "admin")
        users.create_key(session, "pi", admin)
        users.create_key(session, "old", admin)
    said = words(signed_in, f"/admin{place}")
    assert not re.search(r"<|built-in|object at|None|True|False|scrypt|pepper=", said)


def test_the_first_page_counts_the_keys_that_are_good(signed_in: FlaskClient, sessions: sessionmaker[Session]) -> None:
    assert "1 user, 3 devices, 0 keys in use." in words(signed_in, "/admin")
    with sessions.begin() as session:
        admin = users.user_by_name(session, "admin")
        users.create_key(session, "pi", admin)
        old, _ = users.create_key(session, "old", admin)
        users.revoke_key(session, old.id)
    assert "1 user, 3 devices, 1 key in use." in words(signed_in, "/admin")


@pytest.mark.parametrize("interval", ["0", "86401", "-1", "1.5", "0000000018640100", "000000001" + "9" * 30, "٣"])
def test_an_interval_that_cannot_be_is_refused_in_words(
    signed_in: FlaskClient, sessions: sessionmaker[Session], interval: str
) -> None:
    with sessions() as session:
        device = queries.devices(session)[0]
    assert send(signed_in, f"/admin/devices/{device.id}", name="x", public="yes", interval=interval) == 303
    assert "write whole seconds, 1 to 86400" in words(signed_in, "/admin/devices")
    with sessions() as session:
        assert queries.devices(session)[0] == device


def test_a_change_of_a_device_is_told_in_words(signed_in: FlaskClient, sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        device = queries.devices(session)[0]
    address = f"/admin/devices/{device.id}"
    send(signed_in, address, name=device.name, public="no", interval="60")
    send(signed_in, address, name=device.name, public="no", interval="60")
    with sessions() as session:
        told = [one.detail for one in audit.entries(session, Criteria(action="device changed"))]
    assert told == [
        "nothing changed",
        "seen by its owner, before seen by everybody; expected every 60 s, before expected as it posts",
    ]


def test_the_letter_of_a_new_account_says_what_it_is(signed_in: FlaskClient, config: Config) -> None:
    assert send(signed_in, "/admin/users", username="vera", email="vera@example.org", role="viewer") == 303
    (letter,) = (config.data_dir / "mail").glob("*.eml")
    text = letter.read_text(encoding="utf-8")
    assert "Subject: Your account for Arboretum" in text
    assert "An administrator has made an account for you at Arboretum. Your username is vera." in text
    assert "old password" not in text
    assert "/sensors/users/forgotten" in text


def test_who_may_not_is_led_home_and_not_to_a_login_that_sends_them_on(
    server: Flask, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        users.create_user(session, "bob", "bob@example.org", PASSWORD)
    client = server.test_client()
    sign_in(client, "bob", PASSWORD)
    answer = client.get("/admin")
    assert answer.status_code == 403
    page = answer.get_data(as_text=True)
    assert "To the home page" in page
    assert "/sensors/users/login" not in page


def test_the_list_of_keys_says_what_each_is_good_for(
    server: Flask, signed_in: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        bob = users.create_user(session, "bob", "bob@example.org", PASSWORD)
        for user in (bob, users.user_by_name(session, "admin")):
            users.create_key(session, "pi", user)
        users.create_key(session, "post", device_slug="bms")
    said = words(signed_in, "/admin/keys")
    assert [good in said for good in ("everything, as admin", "bob\u2019s sensors", "bms")] == [True] * 3
    assert "everything on this site" in words(signed_in, "/account/keys")
    client = server.test_client()
    sign_in(client, "bob", PASSWORD)
    assert "all your sensors" in words(client, "/account/keys")
