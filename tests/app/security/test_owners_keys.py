"""Every reading and posting route, from the application's own map, asked with each kind of key."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from data import queries
from data.accounts import users
from data.ranges import TimeRange
from data.roles import VIEWER
from tests.app.security.test_owners import READING, SAFE, SECRET_METRIC, SECRET_NAME, SECRET_VALUE, address_of
from tests.builders import line, ndjson

AFAR = {"REMOTE_ADDR": "203.0.113.9"}
SLUG = f"ada/{SECRET_NAME}"
NOW = datetime.now(UTC)


@pytest.fixture
def keys(server: Flask, sessions: sessionmaker[Session]) -> dict[str, str]:
    """Keys by what they are, for ada's private sensor with one document, or for others."""
    made = {}
    with sessions.begin() as session:
        ada = users.create_user(session, "ada", "ada@example.org", "a long password")
        bob = users.create_user(session, "bob", "bob@example.org", "a long password")
        vera = users.create_user(session, "vera", "vera@example.org", "a long password", VIEWER)
        # Names that begin as hers do are other people's.
        adam = users.create_user(session, "ada.m", "adam@example.org", "a long password")
        admin = users.user_by_name(session, "admin")
        users.register_sensor(session, ada, SECRET_NAME)
        users.register_sensor(session, ada, f"{SECRET_NAME}2")
        for name, user, slug, scopes in (
            ("owner", ada, None, ["post", "read"]),
            ("own sensor", None, SLUG, ["post", "read"]),
            ("admin", admin, None, ["post", "read"]),
            ("owner posts", ada, None, ["post"]),
            ("owner reads", ada, None, ["read"]),
            ("other sensor", None, f"{SLUG}2", ["post", "read"]),
            ("other", bob, None, ["post", "read"]),
            ("other like her", adam, None, ["post", "read"]),
            ("viewer", vera, None, ["post", "read"]),
            ("battery", None, "bms", ["post", "read"]),
            ("her name alone", None, "ada", ["post", "read"]),
        ):
            made[name] = users.create_key(session, name, user, slug, scopes)[1]
    answer = server.test_client().post(f"/sensors/post-json/{SLUG}", json={SECRET_METRIC: SECRET_VALUE})
    assert answer.status_code == 200
    return made


READERS = ("owner", "own sensor", "admin", "owner reads")
POSTERS = ("owner", "own sensor", "admin", "owner posts")


def test_every_reading_route_answers_the_keys_that_may_read_the_sensor_and_no_others(
    server: Flask, keys: dict[str, str], sessions: sessionmaker[Session]
) -> None:
    with sessions() as session:
        device = queries.device(session, SLUG)
    values = {"device": SLUG, "username": "ada", "sensor_name": SECRET_NAME, "sensor_id": str(device.sensor_id),
              "date": f"{NOW:%Y-%m-%d %H:%M:%S}", "start": f"{NOW:%Y-%m-%d %H:%M:%S}",
              "end": f"{NOW:%Y-%m-%d %H:%M:%S}", "interval": "10"}  # fmt: skip
    wrong, asked = [], 0
    for rule in server.url_map.iter_rules():
        if not rule.endpoint.startswith(READING) or not rule.arguments:
            continue
        for method in sorted((rule.methods or set()) - SAFE):
            address = address_of(server, rule, values)
            forms = {address, address.replace(SLUG.replace("/", "%2F"), str(device.id)), address.replace("%2F", "/")}
            for form in forms:
                for name, key in keys.items():
                    asked += 1
                    with server.test_client().open(
                        form, method=method, headers={"X-API-Key": key}, environ_base=AFAR
                    ) as answer:
                        said = answer.get_data(as_text=True)
                    told = str(SECRET_VALUE) in said
                    refused = answer.status_code in (401, 403, 404)
                    if name in READERS and answer.status_code >= 401 and form == address:
                        wrong.append(f"{form} with {name}: {answer.status_code}")
                    if name not in READERS and (told or not refused):
                        wrong.append(f"{form} with {name}: {answer.status_code} {said[:80]}")
    assert asked > 100
    assert wrong == []


def test_the_list_of_devices_names_a_private_sensor_to_its_readers_only(server: Flask, keys: dict[str, str]) -> None:
    for name, key in keys.items():
        listed = server.test_client().get("/api/v1/devices", headers={"X-API-Key": key}, environ_base=AFAR)
        assert listed.status_code == 200
        found = [row["device"] for row in listed.get_json()["devices"]]
        assert (SLUG in found) == (name in READERS), name
    assert SECRET_NAME not in server.test_client().get("/api/v1/devices").get_data(as_text=True)


def test_a_document_is_taken_from_the_keys_that_may_post_for_the_sensor_and_no_others(
    server: Flask, keys: dict[str, str], sessions: sessionmaker[Session]
) -> None:
    for place, (name, key) in enumerate(keys.items()):
        client = server.test_client()
        at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=place)
        single = client.post(
            f"/sensors/post-json/{SLUG}", json={"by": place}, headers={"X-API-Key": key}, environ_base=AFAR
        )
        # The sensor's document stands behind one that may be the key's own: it is refused with its whole batch.
        own = line({"by": place}, "sensor", SLUG, at)
        for lines in ([own], [line({}, "bms", "bms", at), own]):
            batch = client.post(
                "/api/v1/documents", data=ndjson(lines), headers={"Authorization": f"Bearer {key}"}, environ_base=AFAR
            )
            first = json.loads(batch.get_data(as_text=True).splitlines()[0])
            if name in POSTERS and len(lines) == 1:
                assert (batch.status_code, first["result"]) == (200, "stored"), name
            elif name != "admin":
                assert batch.status_code == 403, (name, batch.get_data())
        assert single.status_code == (200 if name in POSTERS else 403), name
    with sessions() as session:
        device = queries.device(session, SLUG)
        window = TimeRange(NOW - timedelta(days=2_000), NOW + timedelta(days=1))
        found = queries.documents(session, device.id, window, 99)
    by = {one.content["by"] for one in found if "by" in one.content}
    assert by == {place for place, name in enumerate(keys) if name in POSTERS}
