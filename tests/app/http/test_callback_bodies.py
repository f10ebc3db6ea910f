"""Whatever is sent in a page's place, a callback answers it or says that it is no page's word: never a failure."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from tests.app.callback_walk import Callback, body, every_callback, page_values
from tests.browser.sunny_day import fill
from tests.builders import csrf_header

ADDRESS = "/_dash-update-component"
JUNK: tuple[Any, ...] = (None, 5, True, "x", ["x"], [5], {"a": 1}, "\x00" * 300)


@pytest.fixture
def visitor(client: FlaskClient) -> FlaskClient:
    """Somebody who has opened the first page."""
    client.get("/")
    return client


def usual(one: Callback) -> list[Any]:
    """What the page of a callback sends."""
    return [page_values().get((part["id"], part["property"])) for part in [*one["inputs"], *one["state"]]]


def test_no_value_of_any_control_is_a_failure(
    server: Flask, visitor: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    with sessions() as session:
        fill(session, datetime.now(UTC))
    headers, codes = csrf_header(visitor), Counter[int]()
    for one in every_callback(server):
        held = usual(one)
        places = range(len(held)) if "tristar" not in one["output"] else ()  # wired as the battery's page is
        rows = [held, *([value] * len(held) for value in JUNK)]
        rows += [[*held[:place], value, *held[place + 1 :]] for place in places for value in JUNK]
        for row in rows:
            fired = body(one, row)
            pressed = [name for name in fired["changedPropIds"] if name.endswith("go-there.n_clicks")]
            for changed in (fired["changedPropIds"], pressed)[: 1 + bool(pressed)]:
                answer = visitor.post(ADDRESS, json={**fired, "changedPropIds": changed}, headers=headers)
                assert answer.status_code in (200, 204, 400, 404), (one["output"], row)
                codes[answer.status_code] += 1
    assert min(codes[200], codes[400]) > 50


@pytest.mark.parametrize(
    "sent",
    [b"", b"nonsense", b"[]", b"{}", b"null", b"[" * 5_000, b'{"output":"x.children","outputs":[],"inputs":[]}'],
)
def test_a_body_of_no_page_is_told_to_load_the_page(visitor: FlaskClient, sent: bytes) -> None:
    answer = visitor.post(ADDRESS, data=sent, content_type="application/json", headers=csrf_header(visitor))
    assert answer.status_code == 400
    assert "load the page again" in answer.get_json()["error"]


@pytest.mark.parametrize(
    "change",
    [
        {"output": "theme.nothing"},
        {"outputs": []},
        {"outputs": {"id": "theme", "property": "other"}},
        {"inputs": []},
        {"inputs": [{"id": "theme-switch", "property": "value"}]},
        {"state": [{"id": "theme", "property": "data"}]},
        {"changedPropIds": [5]},
    ],
)
def test_other_parts_than_a_callback_has_are_refused(
    server: Flask, visitor: FlaskClient, change: dict[str, Any]
) -> None:
    one = next(one for one in every_callback(server) if "jobs-strip" in one["output"])
    fired = body(one, usual(one))
    headers = csrf_header(visitor)
    assert visitor.post(ADDRESS, json=fired, headers=headers).status_code == 200
    assert visitor.post(ADDRESS, json={**fired, **change}, headers=headers).status_code == 400


def test_another_kind_of_body_is_415(visitor: FlaskClient) -> None:
    answer = visitor.post(ADDRESS, data="output=x", content_type="text/plain", headers=csrf_header(visitor))
    assert answer.status_code == 415
