"""What is stored, looked at: the entries of a sensor for its owner, of any device for administrators, and the store."""

from __future__ import annotations

import html
import json
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from app.views import admin_documents, sensor_documents
from data import queries
from data.accounts import audit, users
from data.accounts.audit import Criteria
from data.queries import corrections
from data.store.sealed import sealing
from tests.builders import DATABASES, form_token, line, ndjson, sign_in, tristar_document

NASTY = '<img src=x onerror=alert(1)>"'
START, MINUTE = datetime(2026, 3, 1, tzinfo=UTC), timedelta(minutes=1)
MILLISECONDS = 1_772_323_200_000  # START


@pytest.fixture
def ada(server: Flask, sessions: sessionmaker[Session]) -> FlaskClient:
    """A member with the sensor soil, logged in."""
    with sessions.begin() as session:
        users.create_user(session, "ada", "ada@example.org", "a long password")
        users.create_user(session, "bob", "bob@example.org", "a long password")
    client = server.test_client()
    sign_in(client, "ada", "a long password")
    return client


@pytest.fixture
def soil(ada: FlaskClient, sessions: sessionmaker[Session]) -> int:
    """Her sensor's number."""
    with sessions.begin() as session:
        user = users.user_by_name(session, "ada")
        assert user is not None
        return users.register_sensor(session, user, "soil").id


def post(client: FlaskClient, *lines: dict[str, object]) -> None:
    answer = client.post("/api/v1/documents", data=ndjson(lines))
    assert answer.get_data(as_text=True).count('"stored"') == len(lines), answer.get_data(as_text=True)


def device_id(sessions: sessionmaker[Session], slug: str) -> int:
    with sessions() as session:
        return queries.device(session, slug).id


def send(client: FlaskClient, address: str, **fields: str) -> str:
    """Send a form; the page that follows."""
    answer = client.post(
        address, data={**fields, "csrf_token": form_token(client, "/account/password")}, follow_redirects=True
    )
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_owner_sees_every_entry_of_a_sensor_page_by_page(
    server: Flask, ada: FlaskClient, soil: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sensor_documents, "PAGE", 2)
    address = f"/sensors/get-data-by-sensor-id/{soil}"
    assert "has posted nothing yet" in ada.get(address).get_data(as_text=True)
    posts = [
        line({"wet": {"value": 0, "unit": "%"}, "at": {NASTY: minute}}, "sensor", "ada/soil", START + minute * MINUTE)
        for minute in range(5)
    ]  # fmt: skip
    post(server.test_client(), *posts)
    found, pages = [], 0
    page = ada.get(address).get_data(as_text=True)
    assert "0 %" in page
    assert "Owned by ada" in page
    assert "<img src=x" not in page
    assert "at / &lt;img" in page
    while True:
        pages += 1
        found += [minute for minute in range(4, -1, -1) if f"2026-03-01 00:0{minute}:00</time></h2>" in page]
        _, more, rest = page.partition(f'href="{address}?before=')
        if not more:
            break
        page = ada.get(address, query_string={"before": rest.partition('"')[0]}).get_data(as_text=True)
    assert (found, pages) == ([4, 3, 2, 1, 0], 3)


def test_nobody_else_sees_them_and_an_unknown_sensor_is_404(
    server: Flask, ada: FlaskClient, soil: int, signed_in: FlaskClient
) -> None:
    address = f"/sensors/get-data-by-sensor-id/{soil}"
    other = server.test_client()
    sign_in(other, "bob", "a long password")
    assert [client.get(address).status_code for client in (ada, signed_in, other, server.test_client())] == [
        200, 200, 404, 302,
    ]  # fmt: skip
    assert ada.get("/sensors/get-data-by-sensor-id/99999").status_code == 404
    assert ada.get(f"/sensors/get-data-by-sensor-id/{'9' * 40}").status_code == 404
    assert ada.get(f"/sensors/GET-data-by-sensor-id/{soil}/").status_code == 200
    for odd in ("x", "9" * 30, "-" * 5, "-99999999999999", "٣"):
        assert ada.get(address, query_string={"before": odd}).status_code == 200


@pytest.mark.parametrize("config", DATABASES, indirect=True)
def test_an_administrator_looks_at_a_document_replaces_it_and_takes_it_out(
    server: Flask, signed_in: FlaskClient, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin_documents, "PAGE", 3)
    stranger = server.test_client()
    post(
        stranger,
        *(line(tristar_document(1, 12.0 + minute, note=NASTY), "tristar", "tristar-1", START + minute * MINUTE)
          for minute in range(8)),
        line({"Daily Logger Values": {}}, "tristar_daily", "tristar-1", START + timedelta(minutes=5)),
    )  # fmt: skip
    sealing.seal(sessions, datetime.now(UTC), True)
    number = device_id(sessions, "tristar-1")
    address = f"/admin/devices/{number}/entries"
    page = signed_in.get(address).get_data(as_text=True)
    # Both documents of 00:05 stand on the first page: none of one instant is lost between two pages.
    assert page.count("00:05:00</time></a>") == 2
    assert "00:04:00</time></a>" not in page
    page = signed_in.get(f"{address}?until=2026-03-01T00:03").get_data(as_text=True)
    assert "00:03:00</time></a>" in page
    assert "00:04:00</time></a>" not in page
    one = f"{address}/tristar/{MILLISECONDS + 60_000}"
    page = signed_in.get(one).get_data(as_text=True)
    assert "<img src=x" not in page
    assert json.dumps(tristar_document(1, 13.0, note=NASTY)) in html.unescape(page)
    assert "needs a reason" in send(signed_in, f"{one}/replace", content='{"a": 1}', reason=" ")
    assert "not JSON" in send(signed_in, f"{one}/replace", content="{", reason="a slip")
    changed = json.dumps(tristar_document(1, 13.5), indent=1)
    assert "has been replaced" in send(signed_in, f"{one}/replace", content=changed, reason=f"{NASTY} shunt")
    page = signed_in.get(one).get_data(as_text=True)
    assert "13.5" in page
    assert "Corrected before" in page
    assert "<img src=x" not in page
    assert "has been taken out" in send(signed_in, f"{one}/remove", reason="made at the bench")
    assert signed_in.get(one).status_code == 404
    with sessions() as session:
        log = audit.entries(session, Criteria(action="correction"))
        trail = corrections.corrections(session)
    assert {(entry.username, entry.subject, entry.address) for entry in log} == {("admin", "tristar-1", "127.0.0.1")}
    assert log[0].detail == "tristar of 2026-03-01T00:01:00+00:00 taken out: made at the bench"
    assert [entry.after is None for entry in trail] == [True, False]


def test_a_document_as_long_as_a_posted_one_can_be_corrected(
    server: Flask, signed_in: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    post(server.test_client(), line({"a": 1}, at=START))
    address = f"/admin/devices/{device_id(sessions, 'bms')}/entries/bms/{MILLISECONDS}/replace"
    long = json.dumps({f"key {number}": '"' * 20 for number in range(20_000)})
    assert 1_000_000 < len(long) < 1_200_000
    assert "has been replaced" in send(signed_in, address, content=long, reason="long")


def test_what_is_not_there_is_404(signed_in: FlaskClient, sessions: sessionmaker[Session]) -> None:
    number = device_id(sessions, "admin/VEML7700")
    for path in (
        "999999/entries",
        f"{number}/entries/sensor/1",
        f"{number}/entries/bms/1",
        f"{number}/entries/sensor/{'9' * 30}",
        f"{number}/entries/sensor/now",
        f"{'9' * 40}/entries",
    ):
        assert signed_in.get(f"/admin/devices/{path}").status_code == 404, path
    for odd in ("yesterday", "9999-12-31T23:59", "0001-01-01", "2026-03-01"):
        assert signed_in.get(f"/admin/devices/{number}/entries", query_string={"until": odd}).status_code == 200


def test_the_page_of_the_store_says_what_is_there_and_what_it_costs(
    server: Flask, signed_in: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    assert "Nothing is stored yet" in signed_in.get("/admin/store").get_data(as_text=True)
    post(
        server.test_client(),
        *(line(tristar_document(2, 12.0), "tristar", "tristar-2", START + minute * timedelta(minutes=1))
          for minute in range(300)),
    )  # fmt: skip
    sealing.seal(sessions, datetime.now(UTC), True)
    page = signed_in.get("/admin/store").get_data(as_text=True)
    assert "1 document not sealed yet" in page
    assert "299 samples are sealed" in page
    assert page.count(">tristar-2<") >= 2
    assert "2026-03-01 00:00" in page
    assert "2026-03-01 04:59" in page
