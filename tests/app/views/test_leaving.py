"""What a user takes along is all there is, and what is left behind is nothing."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.http import parse_options_header

from data import queries
from data.accounts import account_changes, audit, outbox, users
from data.accounts.audit import Criteria
from data.database.models import ApiKey, Base, Device, OutgoingMail
from data.ingest import batch
from data.store.sealed import sealing
from tests.builders import DATABASES, form_token, sign_in

PASSWORD = "a long password"
COUNT = 2_300  # more than are read at once
START = datetime(2026, 3, 1, tzinfo=UTC)
ODD = "..\\..\\x"


@pytest.fixture
def ada(server: Flask, sessions: sessionmaker[Session]) -> FlaskClient:
    """A member with two sensors, sealed and unsealed documents, keys and a letter; bob has the like."""
    for name in ("ada", "bob"):
        with sessions.begin() as session:
            user = users.create_user(session, name, f"{name}@example.org", PASSWORD)
            users.register_sensor(session, user, "soil", units="%")
            users.register_sensor(session, user, ODD)
            users.create_key(session, "mine", user)
            users.create_key(session, "the sensor's", device_slug=f"{name}/soil")
            outbox.post(session, user.email, "A link", "the link")
        for start in range(0, COUNT, 500):
            with sessions.begin() as session:
                posted = [document(f"{name}/soil", n) for n in range(start, min(start + 500, COUNT))]
                outcomes = batch.store(session, posted, datetime.now(UTC))
                assert {one.result for one in outcomes} == {"stored"}
    sealing.seal(sessions, datetime.now(UTC), everything=True)
    with sessions.begin() as session:
        batch.store(session, [document("ada/soil", COUNT)], datetime.now(UTC))
    client = server.test_client()
    sign_in(client, "ada", PASSWORD)
    return client


def document(slug: str, number: int) -> batch.Posted:
    """One of a sensor's documents, ten minutes after the one before."""
    text = json.dumps({"wet": number / 7, "note": f"von {slug}"})
    return batch.Posted("sensor", slug, text, START + timedelta(minutes=10 * number))


def rows_of_devices(session: Session, ids: list[int]) -> dict[str, int]:
    """How many rows each table has that hang on these devices."""
    found = {}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table.name == "device" for key in column.foreign_keys):
                found[table.name] = session.scalar(select(func.count()).select_from(table).where(column.in_(ids))) or 0
    return found


@pytest.mark.parametrize("config", DATABASES, indirect=True)
def test_the_export_holds_every_document_key_and_entry_of_the_log(ada: FlaskClient) -> None:
    with ada.get("/account/export") as answer:
        content = answer.get_data()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        soil = next(name for name in names if name.endswith("-soil.ndjson"))
        documents = [json.loads(line) for line in archive.read(soil).splitlines()]
        log = [json.loads(line) for line in archive.read("log.ndjson").splitlines()]
        account = json.loads(archive.read("account.json"))
    assert [one["content"]["wet"] for one in documents] == [number / 7 for number in range(COUNT, -1, -1)]
    assert documents[0]["recorded_at"] == (START + timedelta(minutes=10 * COUNT)).isoformat()
    assert [key["label"] for key in account["keys"]] == ["the sensor's", "mine"]
    assert {sensor["name"] for sensor in account["sensors"]} == {"soil", ODD}
    assert [one["action"] for one in log] == ["login"]
    assert all("\\" not in name and ".." not in name for name in names)
    for secret in ("scrypt", "pepper=", "bob"):
        assert secret.encode() not in content


@pytest.mark.parametrize("config", DATABASES, indirect=True)
def test_an_account_that_ends_leaves_nothing_of_its_data_and_all_of_everybody_elses(
    ada: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    with sessions() as session:
        own = [one.id for one in queries.devices(session) if one.slug.startswith("ada/")]
        others = [one.id for one in queries.devices(session) if one.slug.startswith("bob/")]
        before, bobs = rows_of_devices(session, own), rows_of_devices(session, others)
    assert before["sealed_block"] > 10
    assert before["sealed_columns"] > 10
    assert before["sensor_data_entry"] > 0
    fields = {"present": PASSWORD, "csrf_token": form_token(ada, "/account/delete")}
    assert ada.post("/account/delete", data=fields).status_code == 303
    with sessions() as session:
        assert set(rows_of_devices(session, own).values()) == {0}
        assert rows_of_devices(session, others) == bobs
        assert not session.scalar(select(func.count()).where(Device.slug.startswith("ada/")))
        assert {key.label for key in session.scalars(select(ApiKey))} == {"mine", "the sensor's"}
        assert session.scalar(select(func.count()).select_from(ApiKey)) == 2
        assert [one.recipient for one in session.scalars(select(OutgoingMail))] == ["bob@example.org"]
        assert [one.subject for one in audit.entries(session, Criteria(action="account deleted"))] == ["ada"]


@pytest.mark.parametrize("name", ['x"; a=b', "a\\b", "..", "wärme", "=1+1"])
def test_the_name_of_a_file_is_one_name_whatever_the_sensor_is_called(
    server: Flask, sessions: sessionmaker[Session], name: str
) -> None:
    with sessions.begin() as session:
        user = users.create_user(session, "ada", "ada@example.org", PASSWORD)
        users.register_sensor(session, user, "odd")
        # As an import of the old site may have brought it before names were checked.
        device = session.scalars(select(Device).where(Device.slug == "ada/odd")).one()
        device.slug = f"ada/{name}"
    client = server.test_client()
    sign_in(client, "ada", PASSWORD)
    with client.get(f"/api/v1/devices/{quote(device.slug, safe='')}/range?format=csv") as answer:
        assert answer.status_code == 200
        said = answer.headers["Content-Disposition"]
    said.encode("ascii")
    kind, options = parse_options_header(said)
    assert kind == "attachment"
    assert options["filename"].endswith(".csv")
    assert not set(options["filename"]) & set('/\\"')
    assert not options["filename"].startswith(".")


def test_a_name_that_was_somebody_elses_brings_nothing_of_their_log(
    server: Flask, sessions: sessionmaker[Session]
) -> None:
    exported = []
    for email in ("first@example.org", "second@example.org"):
        with sessions.begin() as session:
            user = users.create_user(session, "dora", email, PASSWORD)
            audit.record(session, audit.Actor("dora", "192.0.2.7"), "account made", "dora", email)
        client = server.test_client()
        sign_in(client, "dora", PASSWORD)
        with client.get("/account/export") as answer, zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            exported.append(archive.read("log.ndjson").decode())
        with sessions.begin() as session:
            account_changes.delete_user(session, user.id)
    assert "first@example.org" in exported[0]
    assert "second@example.org" in exported[1]
    assert "first@example.org" not in exported[1]
