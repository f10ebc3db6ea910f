"""Every one of the seventeen codes that the site can give, given for real: a page with a next step, or JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from app import create_app
from app.audience import Audience, audience
from app.config import Config
from app.http.error_texts import ERROR_TEXTS
from app.http.headers import LONGEST_ADDRESS
from app.services import parts_of
from data.accounts import sensor_changes, users
from data.roles import VIEWER
from tests.app.http.test_disk_full import full_disk
from tests.builders import form_token, sign_in

AFAR = {"REMOTE_ADDR": "203.0.113.9"}
HTML = {"Accept": "text/html"}
PASSWORD = "four tall green tomatoes"
LONG = "x" * LONGEST_ADDRESS
BIG = json.dumps({"lux": "x" * 1_300_000})
# What only a proxy or a lawyer answers is drawn by the same handler: tests/app/http/test_errors.py.
NOT_OURS = {408, 451, 502, 504}
# The store's own statements stand in a traceback, and so do files.
INSIDES = ("Traceback", 'File "', "sqlalchemy", "werkzeug", ".py")


@pytest.fixture
def site(config: Config, sessions: sessionmaker[Session]) -> Iterator[Flask]:
    """A site of two names that takes three posts a minute, with a viewer and an archived sensor."""
    with sessions.begin() as session:
        ada = users.create_user(session, "ada", "ada@example.org", PASSWORD)
        sensor = users.register_sensor(session, ada, "old")
        sensor_changes.set_archived(session, sensor.id, True)
        users.create_user(session, "vera", "vera@example.org", PASSWORD, VIEWER)
    made = create_app(replace(config, posts_per_minute=3, allowed_hosts=("arboretum.example.org",)))
    yield made
    parts_of(made).engine.dispose()


def key(site: Flask, device: str) -> dict[str, str]:
    """The header of a new key of that device."""
    with parts_of(site).sessions.begin() as session:
        return {"X-API-Key": users.create_key(session, "test", device_slug=device)[1]}


def viewer(site: Flask) -> FlaskClient:
    """Somebody who may look."""
    client = site.test_client()
    sign_in(client, "vera", PASSWORD)
    return client


def often(site: Flask) -> TestResponse:
    """The fourth post of a minute."""
    headers = key(site, "bms")
    client = site.test_client()
    return [client.post("/BMS/post-json", json={"n": n}, headers=headers, environ_base=AFAR) for n in range(9)][-1]


def many_tries(site: Flask) -> TestResponse:
    """A log-in with the wrong password, again and again."""
    client = site.test_client()
    address = "/sensors/users/login"
    sent = {"username": "ada", "password": "wrong", "csrf_token": form_token(client, address)}
    return [client.post(address, data=sent, headers=HTML) for _ in range(40)][-1]


def without_room(site: Flask) -> TestResponse:
    """A post that the disk has no room for."""
    with full_disk(parts_of(site).engine):
        return site.test_client().post("/BMS/post-json", json={"n": "x" * 900_000})


def broken(site: Flask, name: str, address: str) -> TestResponse:
    """A view with a bug in it."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the bug itself")

    site.view_functions[name] = audience(Audience.READERS)(fail)
    return site.test_client().get(address, headers=HTML)


def big_form(site: Flask) -> TestResponse:
    """A log-in with a password of a million letters."""
    return site.test_client().post("/sensors/users/login", data={"password": LONG * 20}, headers=HTML)


Provoke = Callable[[Flask], TestResponse]
PAGES: dict[int, Provoke] = {
    400: lambda site: site.test_client().post("/sensors/users/login", data={"username": "ada"}, headers=HTML),
    401: lambda site: site.test_client().post("/sensors/register", headers=HTML),
    403: lambda site: viewer(site).get("/admin/", headers=HTML),
    404: lambda site: site.test_client().get("/nowhere", headers=HTML),
    405: lambda site: site.test_client().delete("/about", headers=HTML),
    413: big_form,
    414: lambda site: site.test_client().get(f"/BMS?title={LONG}", headers=HTML),
    421: lambda site: site.test_client().get("/about", headers={**HTML, "Host": "elsewhere.example.org"}),
    429: many_tries,
    500: lambda site: broken(site, "/<path:path>", "/about"),
}
PROGRAMS: dict[int, Provoke] = {
    400: lambda site: site.test_client().post("/BMS/post-json", data="{"),
    401: lambda site: site.test_client().post("/Tristar/post-json", json={}, environ_base=AFAR),
    403: lambda site: site.test_client().post("/Tristar/post-json", json={}, headers=key(site, "bms")),
    404: lambda site: site.test_client().get("/api/v1/devices/nobody/latest"),
    405: lambda site: site.test_client().get("/Tristar/post-json/daily"),
    410: lambda site: site.test_client().post("/sensors/post-json/ada/old", json={"wet": 1}),
    413: lambda site: site.test_client().post("/BMS/post-json", data=BIG),
    414: lambda site: site.test_client().get(f"/api/v1/devices/bms/range?metric={LONG}"),
    415: lambda site: site.test_client().post("/BMS/post-json", data="voltage=13", content_type="text/plain"),
    421: lambda site: site.test_client().get("/api/v1/devices", headers={"Host": "elsewhere.example.org"}),
    429: often,
    500: lambda site: broken(site, "api.devices", "/api/v1/devices"),
    503: without_room,
}


def test_every_code_is_provoked_or_a_proxys() -> None:
    assert PAGES.keys() | PROGRAMS.keys() | NOT_OURS == ERROR_TEXTS.keys()


@pytest.mark.parametrize("code", PAGES)
def test_a_page_in_the_sites_look_says_what_happened_and_what_to_do(site: Flask, code: int) -> None:
    answer = PAGES[code](site)
    page = answer.get_data(as_text=True)
    words = ERROR_TEXTS[code]
    assert (answer.status_code, answer.mimetype) == (code, "text/html")
    for part in (f"{words.title} ({code})", words.sentence, words.next_step, f'href="{words.address}"', words.link):
        assert part in page
    for part in ("arb-bar", "/assets/view/arboretum.css", "Reference"):
        assert part in page
    main = page.partition("<main")[2]
    assert [inside for inside in (*INSIDES, "the bug itself") if inside in main] == []


@pytest.mark.parametrize("code", PROGRAMS)
def test_a_program_gets_one_shape_that_says_what_to_do(site: Flask, code: int) -> None:
    answer = PROGRAMS[code](site)
    assert (answer.status_code, answer.mimetype) == (code, "application/json"), answer.get_data(as_text=True)
    found = answer.get_json()
    assert set(found) == {"error", "reference"}
    assert len(found["error"]) > 20
    assert [inside for inside in (*INSIDES, "the bug itself") if inside in found["error"]] == []
    if code in (429, 503):
        assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    "address", ["/nowhere", "/BMS/nowhere", "/sensors/nowhere", "/admin/nowhere", "/%2e%2e/etc", "/a%00b"]
)
def test_an_unknown_address_is_404_for_every_method(site: Flask, address: str) -> None:
    for method in ("GET", "HEAD", "OPTIONS"):
        assert site.test_client().open(address, method=method).status_code == 404, method


def test_who_asks_for_nothing_but_json_gets_it_on_a_page_too(site: Flask) -> None:
    for accept, mimetype in (
        ("application/json", "application/json"),
        ("application/json, text/plain;q=0.5", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("*/*", "text/html"),
    ):
        answer = site.test_client().get("/nowhere", headers={"Accept": accept})
        assert (answer.status_code, answer.mimetype) == (404, mimetype), accept


@pytest.mark.parametrize("path", ["os/path.py", "dash/..%2f..%2fx", "dash/deps/nothing.js", "dash/version.py"])
def test_a_file_that_dash_does_not_serve_is_not_there(site: Flask, path: str) -> None:
    address = f"/_dash-component-suites/{path}"
    answer = site.test_client().get(address, headers={"Host": "arboretum.example.org"})
    assert (answer.status_code, answer.mimetype) == (404, "application/json")


def test_who_must_wait_is_told_how_long(site: Flask) -> None:
    client = site.test_client()
    for _ in range(11):
        fields = {"username": "ada", "password": "wrong", "csrf_token": form_token(client, "/sensors/users/login")}
        answer = client.post("/sensors/users/login", data=fields)
    assert answer.status_code == 429
    page = answer.get_data(as_text=True)
    assert re.search(r"wait \d+ (seconds|minutes), then try again", page)
    assert "if this comes back, wait an hour" in page
