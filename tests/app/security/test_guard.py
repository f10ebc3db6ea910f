"""Who comes in: denied unless it was opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_login import login_user
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.exceptions import Forbidden

from app import create_app
from app.audience import Audience, audience_of
from app.config import Config
from app.security.guard import check_role, local_target
from app.security.identity import SignedIn
from app.services import parts_of
from data.accounts import users
from data.database.models import User
from data.roles import ROLES
from tests.builders import bms_document, csrf_header, fire, form_token, line, ndjson, sign_in, tristar_document

POSTS = (
    "/BMS/post-json",
    "/Tristar/post-json",
    "/Tristar/post-json/daily",
    "/sensors/post-json/admin/VEML7700",
    "/api/v1/documents",
)
AFAR = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture
def private(config: Config) -> Iterator[FlaskClient]:
    """A stranger before a private site."""
    made = create_app(replace(config, site_private=True))
    yield made.test_client()
    parts_of(made).engine.dispose()


def test_every_endpoint_declares_its_audience(server: Flask) -> None:
    endpoints = {rule.endpoint for rule in server.url_map.iter_rules()}
    assert [endpoint for endpoint in sorted(endpoints) if audience_of(server, endpoint) is None] == []


def test_each_role_is_let_through_to_its_audiences_and_no_other(server: Flask) -> None:
    admitted: dict[Audience, list[str]] = {}
    for people in Audience:
        for role in ROLES:
            user = User(id=1, username="ada", email="", password="", role=role, session_stamp="")
            with server.test_request_context("/"):
                login_user(SignedIn(user))
                with suppress(Forbidden):
                    check_role(people)
                    admitted.setdefault(people, []).append(role)
    everybody = ["administrator", "member", "viewer"]
    assert admitted == {
        **dict.fromkeys(Audience, everybody),
        Audience.MEMBERS: ["administrator", "member"],
        Audience.ADMINISTRATORS: ["administrator"],
    }


def test_an_endpoint_without_an_audience_is_for_administrators_only(
    server: Flask, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(server.view_functions["accounts.account"], "audience")
    with sessions.begin() as session:
        users.create_user(session, "ada", "ada@example.org", "a long password")
    ada = server.test_client()
    sign_in(ada, "ada", "a long password")
    assert ada.get("/account").status_code == 403


def key_of(sessions: sessionmaker[Session], username: str | None = None, device: str | None = None) -> str:
    """A key for that user, made if need be, or for that device."""
    with sessions() as session:
        user = None
        if username is not None:
            user = users.user_by_name(session, username) or users.create_user(
                session, username, f"{username}@example.org", "a long password"
            )
        _, token = users.create_key(session, "test", user, device)
        session.commit()
    return token


# Posting


@pytest.mark.parametrize("route", POSTS)
def test_a_stranger_from_afar_is_told_how_to_get_a_key(client: FlaskClient, route: str) -> None:
    answer = client.post(route, json={"lux": 1}, environ_base=AFAR)
    assert answer.status_code == 401
    assert set(answer.get_json()) == {"error", "reference"}
    assert "create-key" in answer.get_json()["error"]
    assert answer.headers["WWW-Authenticate"].lower().startswith("bearer")


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
@pytest.mark.parametrize("route", POSTS)
def test_a_forwarded_request_is_not_taken_for_one_of_this_machine(client: FlaskClient, route: str, header: str) -> None:
    value = "for=127.0.0.1" if header == "Forwarded" else "127.0.0.1"
    assert client.post(route, json={"lux": 1}, headers={header: value}).status_code == 401


def test_the_body_of_a_stranger_is_not_even_looked_at(client: FlaskClient) -> None:
    assert client.post("/BMS/post-json", data=b"x" * 2_000_000, environ_base=AFAR).status_code == 401


@pytest.mark.parametrize(
    "scheme", [("Authorization", "Bearer {}"), ("Authorization", "bearer {}"), ("X-API-Key", "{}")]
)
def test_a_key_opens_from_anywhere_in_either_header(
    client: FlaskClient, sessions: sessionmaker[Session], scheme: tuple[str, str]
) -> None:
    headers = {scheme[0]: scheme[1].format(key_of(sessions, username="admin"))}
    for route in POSTS[:-1]:
        assert client.post(route, json={"lux": 1}, headers=headers, environ_base=AFAR).status_code == 200


@pytest.mark.parametrize("token", ["arb_wrong", "", " "])
def test_a_wrong_key_is_401_even_from_this_machine(client: FlaskClient, token: str) -> None:
    expected = 401 if token.strip() else 200  # an empty header is no key
    assert client.post("/BMS/post-json", json={}, headers={"X-API-Key": token}).status_code == expected


def test_a_revoked_key_is_401(client: FlaskClient, sessions: sessionmaker[Session]) -> None:
    token = key_of(sessions, username="admin")
    with sessions() as session:
        for key in users.keys(session):
            users.revoke_key(session, key.id)
        session.commit()
    assert client.post("/BMS/post-json", json={}, headers={"X-API-Key": token}).status_code == 401


def test_a_devices_key_posts_that_device_only(client: FlaskClient, sessions: sessionmaker[Session]) -> None:
    headers = {"X-API-Key": key_of(sessions, device="tristar-1")}

    def post(route: str, document: dict[str, Any]) -> int:
        return client.post(route, json=document, headers=headers, environ_base=AFAR).status_code

    assert post("/Tristar/post-json", tristar_document(1)) == 200
    assert post("/Tristar/post-json/daily", tristar_document(1)) == 200
    assert post("/Tristar/post-json", tristar_document()) == 200  # an untold document is the key's device's
    assert post("/Tristar/post-json", tristar_document(2)) == 403
    assert post("/BMS/post-json", bms_document()) == 403
    assert post("/sensors/post-json/admin/VEML7700", {"lux": 1}) == 403

    def batch(*lines: dict[str, Any]) -> tuple[int, str]:
        answer = client.post("/api/v1/documents", data=ndjson(lines), headers=headers, environ_base=AFAR)
        return answer.status_code, answer.get_data(as_text=True)

    own, other = line(tristar_document(1), "tristar", "tristar-1"), line(bms_document())
    # 403 for the whole: the sender keeps what a mended key lets in, where a refused line would be given up.
    code, text = batch(own, other)
    assert code == 403
    assert "may not post for bms" in text
    code, text = batch(own)
    assert '"line": 1, "result": "stored"' in text


def test_a_users_key_posts_that_users_sensors_only(client: FlaskClient, sessions: sessionmaker[Session]) -> None:
    headers = {"X-API-Key": key_of(sessions, username="ada")}
    with sessions() as session:
        ada = users.user_by_name(session, "ada")
        assert ada is not None
        users.register_sensor(session, ada, "moisture")
        session.commit()

    def post(route: str) -> int:
        return client.post(route, json={"m": 1}, headers=headers, environ_base=AFAR).status_code

    assert post("/sensors/post-json/ada/moisture") == 200
    assert post("/sensors/post-json/ada/other") == 404
    assert post("/sensors/post-json/admin/VEML7700") == 403
    assert post("/BMS/post-json") == 403


# Pages and callbacks


@pytest.mark.parametrize("path", ["/sensors", "/sensors/", "/sensors/register"])
def test_a_strangers_way_to_a_page_of_accounts_is_the_login(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sensors/users/login?next=/sensors")


def test_a_strangers_post_to_such_a_page_is_401(client: FlaskClient) -> None:
    assert client.post("/sensors/register", data={"sensor_name": "x"}).status_code == 401


def test_a_strangers_callback_of_a_public_page_passes(client: FlaskClient) -> None:
    strip = "..jobs-strip.children...jobs-clock.interval.."
    answer = fire(client, strip, [{"id": "jobs-clock", "property": "n_intervals", "value": 1}])
    assert answer.status_code == 200


def test_a_callback_without_the_token_is_400(client: FlaskClient) -> None:
    client.get("/")
    answer = client.post("/_dash-update-component", json={"output": "x.children"})
    assert answer.status_code == 400
    assert "CSRF" in answer.get_json()["error"]


def test_a_form_without_the_token_is_400(client: FlaskClient) -> None:
    answer = client.post("/sensors/users/login", data={"username": "admin", "password": "x"})
    assert answer.status_code == 400


def test_a_private_site_shows_strangers_nothing(private: FlaskClient, sessions: sessionmaker[Session]) -> None:
    for path in ("/", "/BMS", "/BMS/pins", "/Tristar", "/Tristar/DailyValues", "/about", "/sensors"):
        assert private.get(path).headers["Location"].startswith("/sensors/users/login?next=")
    for path in ("/_dash-layout", "/_dash-dependencies", "/BMS/api/single_point/2019-12-03 19:40:00/state_of_charge"):
        answer = private.get(path)
        assert answer.status_code == 401
        assert set(answer.get_json()) == {"error", "reference"}
    private.get("/sensors/users/login")
    assert private.post("/_dash-update-component", json={}, headers=csrf_header(private)).status_code == 401
    assert private.get("/sensors/users/register").status_code == 302
    assert private.get("/healthz").status_code == 200
    with private.get("/assets/view/arboretum.css") as answer:
        assert answer.status_code == 200


def test_a_private_site_answers_a_devices_key_for_that_device_alone(
    private: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        for name, public in (("ada", True), ("bob", True)):
            user = users.create_user(session, name, f"{name}@example.org", "a long password")
            users.register_sensor(session, user, "soil", public=public)
    private.post("/BMS/post-json", json=bms_document())
    key = {"X-API-Key": key_of(sessions, device="ada/soil")}
    latest = "/api/v1/devices/{}/latest"
    codes = [private.get(latest.format(name), headers=key).status_code for name in ("ada/soil", "bob/soil", "bms")]
    assert codes == [200, 401, 401]
    listed = private.get("/api/v1/devices", headers=key).get_json()["devices"]
    assert [one["device"] for one in listed] == ["ada/soil"]
    with sessions.begin() as session:
        _, posts = users.create_key(session, "posts", device_slug="ada/soil", scopes=("post",))
    assert private.get(latest.format("ada/soil"), headers={"X-API-Key": posts}).status_code == 401


def test_a_private_site_still_takes_documents_and_answers_a_users_key(
    private: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    path = "/BMS/api/single_point/2019-12-03 19:40:00/state_of_charge"
    assert private.post("/BMS/post-json", json=bms_document()).status_code == 200
    assert private.get(path, headers={"X-API-Key": key_of(sessions, username="ada")}).status_code == 404
    assert private.get("/api/v1/devices/bms/latest", headers={"X-API-Key": key_of(sessions, "ada")}).status_code == 200
    assert private.get(path, headers={"X-API-Key": "arb_wrong"}).status_code == 401
    assert private.get("/", headers={"X-API-Key": key_of(sessions, username="ada")}).status_code == 302


def test_a_private_site_opens_after_the_login(private: FlaskClient, admin_password: str) -> None:
    sign_in(private, "admin", admin_password)
    assert private.get("/BMS").status_code == 200
    assert private.get("/_dash-layout").status_code == 200


@pytest.mark.parametrize(
    ("target", "leads"),
    [
        ("/BMS?units=total_voltage", "/BMS?units=total_voltage"),
        (None, "/sensors"),
        ("", "/sensors"),
        ("//evil.example.org", "/sensors"),
        ("/\\evil.example.org", "/sensors"),
        ("\\\\evil.example.org", "/sensors"),
        ("http://evil.example.org", "/sensors"),
        ("javascript:alert(1)", "/sensors"),
        ("/\t/evil.example.org", "/sensors"),
        ("/ok\r\nSet-Cookie: x=1", "/sensors"),
    ],
)
def test_a_login_leads_to_this_site_only(target: str | None, leads: str) -> None:
    assert local_target(target, "/sensors") == leads


def test_the_token_of_a_form_is_not_that_of_another_visitor(server: Flask) -> None:
    first, second = server.test_client(), server.test_client()
    token = form_token(first, "/sensors/users/login")
    second.get("/sensors/users/login")
    answer = second.post("/sensors/users/login", data={"username": "a", "password": "b", "csrf_token": token})
    assert answer.status_code == 400
