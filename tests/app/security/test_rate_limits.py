"""Too many tries are 429 with the seconds to wait, all workers together; and what a key's use costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from app import create_app
from app.config import Config
from app.http.trust import one_sender
from app.runtime.installation import open_database
from app.services import parts_of
from data.accounts import rate_limits, users
from data.accounts.rate_limits import Limit
from tests.builders import form_token, statements_of

AFAR = {"REMOTE_ADDR": "203.0.113.9"}
MOST, FOR_EVER = 4, timedelta(days=20_000)  # no window ends within the test
PASSWORD = "four tall green tomatoes"


@pytest.fixture
def workers(config: Config) -> Iterator[list[FlaskClient]]:
    """A stranger's way to two workers of one site."""
    made = [create_app(config) for _ in range(2)]
    yield [one.test_client() for one in made]
    for one in made:
        parts_of(one).engine.dispose()


@pytest.mark.parametrize(
    ("limit", "address", "fields"),
    [
        ("LOGIN_OF_NAME", "/sensors/users/login", {"username": "ada", "password": "wrong"}),
        ("LOGIN_OF_ADDRESS", "/sensors/users/login", {"username": "{n}", "password": "wrong"}),
        ("LOGIN_FROM_ANYWHERE", "/sensors/users/login", {"username": "ada", "password": "wrong"}),
        (
            "REGISTER",
            "/sensors/users/register",
            {"username": "u{n}", "email": "u{n}@example.org", "password": PASSWORD, "confirm_password": PASSWORD},
        ),
        ("RESET_OF_ADDRESS", "/sensors/users/forgotten", {"email": "u{n}@example.org"}),
    ],
)
def test_workers_count_tries_together_and_say_how_long_to_wait(
    workers: list[FlaskClient], monkeypatch: pytest.MonkeyPatch, limit: str, address: str, fields: dict[str, str]
) -> None:
    monkeypatch.setattr(rate_limits, limit, Limit(getattr(rate_limits, limit).name, MOST, FOR_EVER))
    codes = []
    for n in range(MOST + 2):
        client = workers[n % 2]
        sent = {name: value.format(n=n) for name, value in fields.items()}
        answer = client.post(
            address, data={**sent, "csrf_token": form_token(client, address)}, environ_base={"REMOTE_ADDR": "192.0.2.1"}
        )
        codes.append(answer.status_code)
    assert codes[:MOST] == [codes[0]] * MOST
    assert codes[0] in (200, 303)
    assert codes[MOST:] == [429, 429]
    assert int(answer.headers["Retry-After"]) > 0
    assert "wait" in answer.get_data(as_text=True)


def test_who_tries_on_from_one_address_keeps_nobody_else_out(
    workers: list[FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, most in (("LOGIN_OF_NAME", MOST), ("LOGIN_FROM_ANYWHERE", 2 * MOST)):
        monkeypatch.setattr(rate_limits, name, Limit(getattr(rate_limits, name).name, most, FOR_EVER))

    def tried(address: str) -> int:
        sent = {"username": "ada", "password": "wrong", "csrf_token": form_token(workers[0], "/sensors/users/login")}
        return workers[0].post("/sensors/users/login", data=sent, environ_base={"REMOTE_ADDR": address}).status_code

    assert [tried("192.0.2.1") for _ in range(4 * MOST)] == [200] * MOST + [429] * 3 * MOST
    assert tried("192.0.2.2") == 200


def test_a_network_of_ipv6_is_one_sender() -> None:
    assert one_sender("2001:db8:1:2:3:4:5:6") == one_sender("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert one_sender("2001:db8:1:3::9") != one_sender("2001:db8:1:2::9")
    assert [one_sender(text) for text in ("192.0.2.1", "", "no address")] == ["192.0.2.1", "", "no address"]


def test_the_last_use_of_a_key_is_written_once_in_a_minute(server: Flask, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        _, token = users.create_key(session, "pi", device_slug="bms")
    client = server.test_client()
    with statements_of(parts_of(server).engine) as asked:
        for _ in range(20):
            code = client.post("/BMS/post-json", json={}, headers={"X-API-Key": token}, environ_base=AFAR).status_code
            assert code == 200
    assert sum(text.startswith("UPDATE api_key") for text in asked) == 1


def test_nobody_else_on_the_machine_reads_the_database(config: Config) -> None:
    fresh = replace(config, data_dir=config.data_dir / "fresh")
    made = create_app(fresh)
    with parts_of(made).engine.connect() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM site").scalar()
        for name in ("arboretum.db", "arboretum.db-wal", "peppers", "settings_seen"):
            assert (fresh.data_dir / name).stat().st_mode & 0o077 == 0, name
    parts_of(made).engine.dispose()
    engine, _ = open_database(fresh)  # and again, when it is there
    engine.dispose()
