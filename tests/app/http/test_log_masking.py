"""What no log and no error text ever has: the link of a reset, and what goes into the database."""

from __future__ import annotations

import http.client
import logging
import threading
from dataclasses import replace
from ipaddress import ip_network

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.serving import make_server

from app import create_app
from app.config import Config
from app.security import reset_links
from app.services import parts_of
from data.accounts import users
from data.database.engine import open_engine
from data.database.models import User
from data.errors import ConfigError
from tests.builders import DATABASES, form_token

SECRET = "WzEsImFiYyJd.aBcDeF.the-secret-of-a-link"


def test_the_server_of_run_and_flask_run_does_not_write_the_link_of_a_reset(
    server: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "werkzeug")
    site = make_server("127.0.0.1", 0, server)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    connection = http.client.HTTPConnection("127.0.0.1", site.server_port, timeout=20)
    for path in ("/sensors/users/reset/", "/Sensors/Users/RESET/", "/sensors/users/reset/x/"):
        connection.request("GET", path + SECRET)
        connection.getresponse().read()
    connection.close()
    site.shutdown()
    site.server_close()
    assert SECRET not in caplog.text
    assert caplog.text.count("GET /sensors/users/reset/… HTTP/1.1") == 2


@pytest.mark.usefixtures("server")
def test_the_access_log_of_gunicorn_does_not_have_it_either(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "gunicorn.access")
    atoms = {"r": f"POST /sensors/users/reset/{SECRET} HTTP/1.1", "f": f"https://x.org/sensors/users/reset/{SECRET}"}
    logging.getLogger("gunicorn.access").info('"%(r)s" "%(f)s"', atoms)
    assert caplog.messages[-1] == '"POST /sensors/users/reset/… HTTP/1.1" "https://x.org/sensors/users/reset/…"'


def test_what_the_page_of_a_reset_asks_for_does_not_name_its_address_and_its_form_still_works(
    config: Config, sessions: sessionmaker[Session]
) -> None:
    made = create_app(replace(config, trusted_proxies=(ip_network("127.0.0.1"),)))
    with sessions.begin() as session:
        ada = users.create_user(session, "ada", "ada@example.org", "a long password")
    path = f"/sensors/users/reset/{reset_links.token_for(str(made.secret_key), ada)}"
    client = made.test_client()
    client.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
    page = client.get(path)
    assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "strict-origin")
    assert client.get("/about").headers["Referrer-Policy"] == "same-origin"
    fields = {"password": "four tall green tomatoes", "confirm_password": "four tall green tomatoes"}
    # With that policy a browser names the origin alone.
    answer = client.post(
        path, data={**fields, "csrf_token": form_token(client, path)}, headers={"Referer": "https://localhost/"}
    )
    assert answer.status_code == 303
    parts_of(made).engine.dispose()


@pytest.mark.parametrize("config", DATABASES, indirect=True)
def test_what_goes_into_a_statement_is_in_no_error_text(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        for _ in range(2):
            session.add(User(username="ada", email="ada@example.org", password="scrypt:a-hash-of-hers"))
        with pytest.raises(IntegrityError) as raised:
            session.flush()
    assert "a-hash-of-hers" not in str(raised.value)


def test_an_address_of_a_database_that_cannot_be_read_is_told_without_its_password() -> None:
    with pytest.raises(ConfigError) as raised:
        open_engine("postgresql//ada:hunter2@db.example.org/arboretum")
    assert "hunter2" not in str(raised.value)
    assert "//ada:***@db.example.org" in str(raised.value)
