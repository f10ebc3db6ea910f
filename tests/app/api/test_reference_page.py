"""/api/v1: the page of the routes for programs, and whether its examples are true."""

from __future__ import annotations

import json
import re
import shlex
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from sqlalchemy.orm import Session, sessionmaker

from app.api.reference_page import curl
from app.factory import ROUTES
from app.routes.routing import HTML, Route
from data.accounts import users
from tests.app.example_site import bootstrap

HOST = "http://localhost"
# What no example can know: how long ago it is, and when the site was asked.
PASSING = ("age_seconds", "received_at")
NAMES = [route.operation for route in ROUTES]


@pytest.fixture
def shown(client: FlaskClient) -> str:
    """What a stranger sees."""
    answer = client.get("/api/v1/")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    return answer.get_data(as_text=True)


def test_every_route_stands_on_the_page_with_its_question_and_answer(client: FlaskClient, shown: str) -> None:
    text = unescape(shown)
    for path, item in client.get("/api/v1/openapi.json").get_json()["paths"].items():
        assert f"<code>{path}</code>" in text
        for operation in item.values():
            assert operation["summary"] in text
            for parameter in operation["parameters"]:
                assert f"<code>{parameter['name']}</code>" in text
    for route in ROUTES:
        assert f'id="{route.operation}"' in shown
        assert curl(route, HOST) in text
        assert route.example.answer in text
        for code in route.codes:
            assert f'href="#error-{code}"' in shown
            assert f'id="error-{code}"' in shown


def test_the_page_needs_no_script_and_no_other_host(shown: str) -> None:
    main = shown.partition("<main")[2].partition("</main>")[0]
    assert "<script" not in main
    assert " style=" not in shown
    assert re.findall(r'(?:src|href)="(?!/|#)', shown) == []


def test_every_page_leads_to_it(client: FlaskClient, shown: str) -> None:
    assert 'href="/api/v1"' in shown
    assert '"href": "/api/v1"' in json.dumps(client.get("/_dash-layout").get_json())


def test_only_reading_it_is_possible(client: FlaskClient) -> None:
    assert client.post("/api/v1").status_code == 405
    assert client.get("/api/v1/nowhere").get_json()["error"] == "There is no such route: /api/v1 lists them."


def holds(whole: Any, part: Any) -> bool:
    """Whether all of `part` is in `whole`, but for what passes."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            name in whole and (name in PASSING or holds(whole[name], value)) for name, value in part.items()
        )
    if isinstance(part, list) and part and isinstance(part[0], dict):
        return isinstance(whole, list) and all(any(holds(one, value) for one in whole) for value in part)
    return bool(whole == part)


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_an_example_is_answered_as_the_page_shows(server: Flask, sessions: sessionmaker[Session], route: Route) -> None:
    client = server.test_client()
    bootstrap(client)
    with sessions.begin() as session:
        _, token = users.create_key(session, "example", users.user_by_name(session, "admin"))
    words = shlex.split(curl(route, HOST).replace("KEY", token))
    assert words[0] == "curl"
    headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
    bodies = [words[at + 1] for at, word in enumerate(words) if word.startswith("--data")]
    address = urlsplit(words[-1])
    answer = client.open(
        f"{address.path}?{address.query}",
        method="POST" if bodies else "GET",
        headers=headers,
        data="".join(bodies),
        environ_base={"REMOTE_ADDR": "203.0.113.9"},
    )
    if route.answers_in == HTML:  # for people, who log in
        assert (answer.status_code, answer.location.startswith("/sensors/users/login")) == (302, True)
        return
    assert answer.status_code == 200, answer.get_data(as_text=True)
    example = route.example.answer
    media, schema = next(iter(route.answer.content.items()))
    assert answer.mimetype == media
    if media == "text/html":
        assert answer.get_data(as_text=True) == example
        return
    told = json.loads(example)
    assert holds(json.loads(answer.get_data(as_text=True)), told), answer.get_data(as_text=True)
    if route.operation != "openapi_json":  # whose example is only its beginning
        assert list(Draft202012Validator(schema).iter_errors(told)) == []
