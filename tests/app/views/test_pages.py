"""Addresses of pages, and what every answer carries."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.version import VERSION


@pytest.mark.parametrize(
    "path", ["/", "/home", "/Home/", "/about", "/BMS", "/bms", "/BMS/", "/Tristar", "/tristar", "/TRISTAR/"]
)
def test_a_page_answers_in_any_spelling(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")


@pytest.mark.parametrize(
    "path",
    [
        "/BMS/Instantaneous",
        "/BMS/instantaneous",
        "/bms/INSTANTANEOUS/",
        "/BMS/pins",
        "/BMS/Pins",
        "/Tristar/Instantaneous",
        "/Tristar/ChargeSettings",
        "/tristar/ChargeSettings",
        "/tristar/chargesettings/",
        "/Tristar/DailyValues",
    ],
)
def test_a_page_of_values_answers_in_any_spelling_and_to_get_alone(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert client.post(path).status_code == 405
    assert client.get(f"{path.rstrip('/')}/more").status_code == 404


@pytest.mark.parametrize("path", ["/BMS", "/bms/", "/Tristar"])
def test_a_post_of_the_old_forms_leads_to_the_page(client: FlaskClient, path: str) -> None:
    answer = client.post(path, data={"units": "battery_charge"})
    assert answer.status_code == 303
    assert answer.headers["Location"] in ("/BMS", "/Tristar")


def test_the_icon_is_served_where_browsers_look(client: FlaskClient) -> None:
    with client.get("/favicon.ico") as answer:
        assert answer.status_code == 200
        assert answer.mimetype.startswith("image/")


def test_health_names_the_database_and_the_version(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"database": "ok", "version": VERSION})


def test_health_is_503_when_the_database_does_not_answer(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3

    from sqlalchemy.exc import OperationalError

    from data import queries

    def fail(_session: object) -> None:
        raise OperationalError("SELECT", {}, sqlite3.OperationalError("unable to open database file"))

    monkeypatch.setattr(queries, "jobs", fail)
    assert client.get("/healthz").status_code == 503


def test_the_version_is_that_of_the_project() -> None:
    import tomllib
    from pathlib import Path

    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == VERSION


@pytest.mark.parametrize("path", ["/", "/BMS", "/sensors/users/login", "/nowhere"])
def test_a_page_may_load_nothing_from_elsewhere_and_be_framed_by_nobody(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
    assert policy.count("'sha256-") >= 2
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_the_policy_knows_every_inline_script_of_the_page(client: FlaskClient) -> None:
    import base64
    import hashlib
    import re

    answer = client.get("/")
    inline = re.findall(
        r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>(.*?)</script>", answer.get_data(as_text=True), re.S
    )
    assert inline
    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/BMS", "/sensors/users/login"])
def test_the_first_page_sets_the_token_of_callbacks(client: FlaskClient, path: str) -> None:
    client.get(path)
    token, session = client.get_cookie("_csrf_token"), client.get_cookie("session")
    assert token is not None
    assert session is not None
    assert (token.http_only, token.same_site) == (False, "Lax")
    assert (session.http_only, session.same_site) == (True, "Lax")


def test_two_applications_in_one_process_both_have_their_callbacks(server: Flask, config: object) -> None:
    from dataclasses import replace

    from app import create_app
    from app.config import Config
    from app.services import parts_of

    assert isinstance(config, Config)
    other = create_app(replace(config, site_name="Other"))
    try:
        counts = [len(one.test_client().get("/_dash-dependencies").get_json()) for one in (server, other)]
        assert counts[0] == counts[1] > 3
    finally:
        parts_of(other).engine.dispose()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/nonsense", "/BMS/post_json", "/about/us", "/sensors/post"])
def test_an_unknown_address_is_404_whatever_is_done_there(client: FlaskClient, method: str, path: str) -> None:
    assert client.open(path, method=method).status_code == 404


@pytest.mark.parametrize(("method", "path"), [("POST", "/about"), ("PUT", "/"), ("DELETE", "/BMS"), ("PUT", "/logout")])
def test_a_known_address_is_405_to_what_cannot_be_done_there(client: FlaskClient, method: str, path: str) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
