"""The four posting routes: contract 1.2, row by row."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import zstandard
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from data import queries
from data.errors import NotFoundError
from data.ingest import batch
from data.ranges import TimeRange
from tests.builders import DATABASES, bms_document, tristar_document

RECEIVED = "your data has been received."
ROUTES = {
    "/BMS/post-json": "bms",
    "/Tristar/post-json": "tristar",
    "/Tristar/post-json/daily": "tristar",
    "/sensors/post-json/admin/VEML7700": "admin/VEML7700",
}
ALWAYS = TimeRange(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
Stored = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def stored(sessions: sessionmaker[Session]) -> Stored:
    """The documents of a device, newest first; none for a device that does not exist."""

    def ask(slug: str) -> list[dict[str, Any]]:
        with sessions() as session:
            try:
                device = queries.device(session, slug)
            except NotFoundError:
                return []
            return [found.content for found in queries.documents(session, device.id, ALWAYS, 100)]

    return ask


@pytest.mark.parametrize("config", DATABASES, indirect=True)
@pytest.mark.parametrize(("route", "slug"), ROUTES.items())
def test_a_document_is_answered_in_the_old_words_and_stored_whole(
    client: FlaskClient, stored: Stored, route: str, slug: str
) -> None:
    document = {"anything": {"lux": 12.5}, "note": "kept"}
    answer = client.post(route, json=document)
    assert (answer.status_code, answer.get_data(as_text=True), answer.mimetype) == (200, RECEIVED, "text/html")
    assert stored(slug) == [document]


@pytest.mark.parametrize(
    "headers", [{}, {"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}]
)
@pytest.mark.parametrize("route", ROUTES)
def test_a_json_object_is_taken_whatever_its_content_type_says(
    client: FlaskClient, stored: Stored, route: str, headers: dict[str, str]
) -> None:
    answer = client.post(route, data=json.dumps({"lux": 1}), headers=headers)
    assert answer.get_data(as_text=True) == RECEIVED
    assert stored(ROUTES[route]) == [{"lux": 1}]


WRONG = [
    (b'{"lux": ', "application/json", 400),
    (b"", "application/json", 400),
    (b"[1, 2]", "application/json", 400),
    (b'"text"', "application/json", 400),
    (b"12", "application/json", 400),
    (b"null", "application/json", 400),
    (b'{"lux": NaN}', "application/json", 400),
    (b'{"lux": \xff}', "application/json", 400),
    (b"[" * 50_000, "application/json", 400),
    (b'{"lux": ', "text/plain", 400),
    (b"[1, 2]", "application/x-www-form-urlencoded", 400),
    (b"lux=12", "application/x-www-form-urlencoded", 415),
    (b"lux 12", "text/plain", 415),
    (b"<lux>12</lux>", "application/xml", 415),
]


@pytest.mark.parametrize(("body", "content_type", "code"), WRONG)
@pytest.mark.parametrize("route", ROUTES)
def test_what_is_no_json_object_is_refused_and_not_stored(
    client: FlaskClient, stored: Stored, route: str, body: bytes, content_type: str, code: int
) -> None:
    answer = client.post(route, data=body, content_type=content_type)
    assert answer.status_code == code
    assert set(answer.get_json()) == {"error", "reference"}
    assert stored(ROUTES[route]) == []


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nobody/VEML7700", "Username is incorrect."),
        ("admin/nothing", "Sensor not found."),
        ("Admin/VEML7700", "Username is incorrect."),
        ("admin/veml7700", "Sensor not found."),
    ],
)
def test_an_unknown_user_or_sensor_is_404_in_the_old_words(client: FlaskClient, path: str, said: str) -> None:
    answer = client.post(f"/sensors/post-json/{path}", json={"lux": 1})
    assert (answer.status_code, answer.get_json()["error"]) == (404, said)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_other_methods_are_405(client: FlaskClient, route: str, method: str) -> None:
    answer = client.open(route, method=method)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert set(answer.get_json()) == {"error", "reference"}


@pytest.mark.parametrize(
    "route", ["/bms/POST-json/", "/tristar/post-json", "/TRISTAR/Post-Json/Daily", "/Sensors/Post-Json/admin/VEML7700/"]
)
def test_the_spelling_of_the_address_does_not_matter(client: FlaskClient, route: str) -> None:
    assert client.post(route, json={"lux": 1}).get_data(as_text=True) == RECEIVED


@pytest.mark.parametrize("route", ROUTES)
def test_a_body_above_the_limit_is_413_and_one_at_the_limit_is_taken(
    client: FlaskClient, stored: Stored, route: str
) -> None:
    frame = len('{"x": ""}')
    assert client.post(route, data='{"x": "%s"}' % ("x" * (1_200_001 - frame))).status_code == 413
    assert stored(ROUTES[route]) == []
    assert client.post(route, data='{"x": "%s"}' % ("x" * (1_200_000 - frame))).status_code == 200


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("zstd", zstandard.compress)])
def test_a_packed_body_is_unpacked_and_a_bomb_is_413(
    client: FlaskClient, stored: Stored, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    packed = {"Content-Encoding": encoding}
    assert client.post("/BMS/post-json", data=pack(b'{"lux": 1}'), headers=packed).status_code == 200
    assert client.post("/BMS/post-json", data=pack(b" " * 5_000_000), headers=packed).status_code == 413
    assert client.post("/BMS/post-json", data=pack(b"{}")[:-2], headers=packed).status_code == 400
    assert client.post("/BMS/post-json", data=b"not packed", headers=packed).status_code == 400
    assert client.post("/BMS/post-json", data=b"{}", headers={"Content-Encoding": "br"}).status_code == 415
    assert stored("bms") == [{"lux": 1}]


@pytest.mark.parametrize(
    ("query", "document", "slug"),
    [
        ("", {"string": 1}, "tristar-1"),
        ("", {"string": "2"}, "tristar-2"),
        ("?string=2", {}, "tristar-2"),
        ("", {"name": "tristar_1"}, "tristar-1"),
        ("", {"name": "Tristar 2"}, "tristar-2"),
        ("", {"string": 1, "name": "tristar_2"}, "tristar-1"),
        ("", {"name": "tristar"}, "tristar"),
        ("", {}, "tristar"),
        ("", {"string": 7}, "tristar"),
    ],
)
@pytest.mark.parametrize("route", ["/Tristar/post-json", "/Tristar/post-json/daily"])
def test_the_controller_is_told_by_string_then_by_name(
    client: FlaskClient, stored: Stored, route: str, query: str, document: dict[str, Any], slug: str
) -> None:
    assert client.post(route + query, json=document).status_code == 200
    assert stored(slug) == [document]


@pytest.mark.parametrize("config", DATABASES, indirect=True)
def test_a_stated_time_is_the_time_of_the_row_and_the_same_document_is_stored_once(
    client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    document = bms_document(timestamp="2019-12-03T11:40:00-08:00")
    for _ in range(2):
        assert client.post("/BMS/post-json", json=document).get_data(as_text=True) == RECEIVED
    other = client.post("/BMS/post-json", json={**document, "more": 1})
    assert other.status_code == 409
    assert "same time" in other.get_json()["error"]
    with sessions() as session:
        found = queries.documents(session, queries.device(session, "bms").id, ALWAYS, 10)
    assert [(one.recorded_at, one.clock) for one in found] == [(datetime(2019, 12, 3, 19, 40, tzinfo=UTC), "stated")]


@pytest.mark.parametrize("stated", ["12/03/2019", "1970-01-01T00:00:12Z", "2999-01-01T00:00:00Z", "soon", None, 12])
def test_an_unusable_time_gives_way_to_the_time_of_receipt(
    client: FlaskClient, sessions: sessionmaker[Session], stated: Any
) -> None:
    before = datetime.now(UTC)
    assert client.post("/BMS/post-json", json=bms_document(date=stated)).status_code == 200
    with sessions() as session:
        [found] = queries.documents(session, queries.device(session, "bms").id, ALWAYS, 10)
    assert found.clock == "server"
    assert found.content["date"] == stated
    assert timedelta(milliseconds=-1) <= found.recorded_at - before <= timedelta(minutes=1)


def test_posts_without_a_time_never_replace_each_other(client: FlaskClient, stored: Stored) -> None:
    for number in range(5):
        client.post("/Tristar/post-json", json=tristar_document(1, battery_voltage=13 + number / 10))
    assert len(stored("tristar-1")) == 5


@pytest.mark.parametrize("words", ["database is locked", "database or disk is full"])
def test_a_store_that_cannot_write_is_503_with_a_time_to_come_back(
    client: FlaskClient, stored: Stored, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    import sqlite3

    real = batch.store

    def full(session: Session, *arguments: Any) -> Any:
        real(session, *arguments)
        raise OperationalError("INSERT", {}, sqlite3.OperationalError(words))

    monkeypatch.setattr(batch, "store", full)
    answer = client.post("/BMS/post-json", json={"lux": 1})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert set(answer.get_json()) == {"error", "reference"}
    assert stored("bms") == []
