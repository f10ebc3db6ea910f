"""Sessions: they end when they should, on every device; and cookies are what they should be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network

import bcrypt
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from app import create_app
from app.config import Config
from app.services import parts_of
from data.accounts import account_changes, audit, users
from data.accounts.audit import Criteria
from data.roles import VIEWER
from tests.builders import fire, form_token, sign_in

OLD, NEW = "a long password", "four tall green tomatoes"
LOGIN = "/sensors/users/login"
STRIP = "..jobs-strip.children...jobs-clock.interval.."
TICK = [{"id": "jobs-clock", "property": "n_intervals", "value": 1}]


@pytest.fixture
def ada(sessions: sessionmaker[Session]) -> int:
    """A member."""
    with sessions.begin() as session:
        return users.create_user(session, "ada", "ada@example.org", OLD).id


def try_login(client: FlaskClient, username: str, password: str, address: str = "127.0.0.1") -> int:
    """The status of one try."""
    fields = {"username": username, "password": password, "csrf_token": form_token(client, LOGIN)}
    return client.post(LOGIN, data=fields, environ_base={"REMOTE_ADDR": address}).status_code


@pytest.mark.usefixtures("ada")
def test_logout_ends_the_sessions_of_every_device(server: Flask) -> None:
    phone, laptop = server.test_client(), server.test_client()
    for device in (phone, laptop):
        sign_in(device, "ada", OLD)
    kept = laptop.get_cookie("session")
    phone.get("/logout", headers={"Sec-Fetch-Site": "cross-site"})
    assert phone.get("/account").status_code == 200  # a link on another site logs nobody out
    phone.get("/logout")
    assert laptop.get("/account").status_code == 302
    thief = server.test_client()
    assert kept is not None
    thief.set_cookie("session", kept.value)
    assert thief.get("/account").status_code == 302


@pytest.mark.usefixtures("ada")
def test_a_new_password_ends_all_sessions_but_this_one(server: Flask) -> None:
    here, elsewhere = server.test_client(), server.test_client()
    for device in (here, elsewhere):
        sign_in(device, "ada", OLD)

    def change(present: str) -> int:
        token = form_token(here, "/account/password")
        fields = {"present": present, "password": NEW, "confirm_password": NEW, "csrf_token": token}
        return here.post("/account/password", data=fields).status_code

    assert change("wrong") == 200
    assert change(OLD) == 303
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    assert try_login(elsewhere, "ada", OLD) == 200
    assert try_login(elsewhere, "ada", NEW) == 303


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("end", ["logout", "password", "role"])
def test_a_cookie_that_remembers_somebody_ends_with_the_sessions(
    server: Flask, sessions: sessionmaker[Session], end: str
) -> None:
    owner = server.test_client()
    fields = {"username": "ada", "password": OLD, "remember": "y", "csrf_token": form_token(owner, LOGIN)}
    assert owner.post(LOGIN, data=fields).status_code == 303
    remembered = owner.get_cookie("remember_token")
    assert remembered is not None
    thief = server.test_client()
    thief.set_cookie("remember_token", remembered.value)
    assert thief.get("/account").status_code == 200  # the cookie alone logs in, as it should
    with sessions.begin() as session:
        user = users.user_by_name(session, "ada")
        assert user is not None
        if end == "role":
            account_changes.set_role(session, user.id, VIEWER)
    if end == "logout":
        owner.get("/logout")
        assert owner.get_cookie("remember_token") is None
    elif end == "password":
        token = form_token(owner, "/account/password")
        new = {"present": OLD, "password": NEW, "confirm_password": NEW, "csrf_token": token}
        assert owner.post("/account/password", data=new).status_code == 303
        assert owner.get("/account").status_code == 200
    for cookies in (["session"], ["remember_token"], ["session", "remember_token"]):
        other = server.test_client()
        for name in cookies:
            kept = thief.get_cookie(name)
            assert kept is not None
            other.set_cookie(name, kept.value)
        assert other.get("/account").status_code == 302


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("remember", ["y", ""])
def test_a_browser_that_was_to_be_remembered_is_after_a_new_password_and_no_other(server: Flask, remember: str) -> None:
    owner = server.test_client()
    fields = {"username": "ada", "password": OLD, "csrf_token": form_token(owner, LOGIN)}
    assert owner.post(LOGIN, data=fields | ({"remember": remember} if remember else {})).status_code == 303
    if not remember:
        owner.set_cookie("remember_token", "7.of-somebody-before|0000")
    new = {
        "present": OLD,
        "password": NEW,
        "confirm_password": NEW,
        "csrf_token": form_token(owner, "/account/password"),
    }
    assert owner.post("/account/password", data=new).status_code == 303
    owner.delete_cookie("session")
    assert owner.get("/account").status_code == (200 if remember else 302)


@pytest.mark.usefixtures("ada")
def test_what_is_answered_to_somebody_is_kept_by_nobody_in_between(server: Flask) -> None:
    client = server.test_client()
    assert "Cache-Control" not in client.get("/api/v1/devices").headers
    assert client.get("/api/v1/devices", headers={"X-API-Key": "x"}).headers["Cache-Control"] == "private, no-store"
    sign_in(client, "ada", OLD)
    assert client.get("/api/v1/devices").headers["Cache-Control"] == "private, no-store"
    with client.get("/account/export") as zipped:
        assert zipped.headers["Cache-Control"] == "private, no-store"
    with client.get("/assets/theme.js") as file:
        assert "no-store" not in file.headers.get("Cache-Control", "")


@pytest.mark.usefixtures("ada")
def test_a_login_begins_a_session_of_its_own(client: FlaskClient) -> None:
    with client.session_transaction() as before:
        before["planted"] = "by somebody else"
    sign_in(client, "ada", OLD)
    with client.session_transaction() as after:
        assert "planted" not in after
    # The callbacks of a page in another tab go on with the cookie of the new session.
    assert fire(client, STRIP, TICK).status_code == 200


def test_a_page_left_open_can_tell_that_its_session_has_ended(
    server: Flask, sessions: sessionmaker[Session], ada: int
) -> None:
    client = server.test_client()
    sign_in(client, "ada", OLD)
    client.get("/")
    said = [fire(client, STRIP, TICK).headers["X-Signed-In"]]
    with sessions.begin() as session:
        account_changes.end_sessions(session, ada)
    said.append(fire(client, STRIP, TICK).headers["X-Signed-In"])
    assert said == ["yes", "no"]


def test_an_old_hash_is_renewed_at_login_and_every_try_is_in_the_audit_log(
    client: FlaskClient, sessions: sessionmaker[Session], ada: int
) -> None:
    with sessions.begin() as session:
        account_changes.user_to_change(session, ada).password = bcrypt.hashpw(OLD.encode(), bcrypt.gensalt(4)).decode()
    assert try_login(client, "ada", "wrong") == 200
    assert try_login(client, "hunter2, typed into the wrong field", "x") == 200
    assert try_login(client, "ada", OLD) == 303
    with sessions() as session:
        user = users.user_by_id(session, ada)
        assert user is not None
        assert user.password.startswith("pepper=")
        log = [(one.username, one.action, one.subject) for one in audit.entries(session, Criteria(), most=3)]
    assert log == [("ada", "login", "ada"), ("(stranger)", "login refused", ""), ("ada", "login refused", "ada")]


@pytest.mark.usefixtures("ada")
def test_a_new_secret_key_locks_nobody_out(
    server: Flask, config: Config, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    assert try_login(client, "ada", OLD) == 303  # the hash has the first key's pepper now
    later = create_app(replace(config, secret_key="another secret key"))
    fresh = later.test_client()
    assert fresh.get("/account").status_code == 302
    assert try_login(fresh, "ada", OLD) == 303
    (config.data_dir / "peppers").unlink()
    assert "a secret key that is not known" not in caplog.text
    lost = create_app(replace(config, secret_key="a third secret key"))
    assert try_login(lost.test_client(), "ada", OLD) == 200
    assert "the passwords of 2 users were hashed under a secret key that is not known here" in caplog.text
    told = create_app(replace(config, secret_key="a third secret key", old_secret_keys=("another secret key",)))
    assert try_login(told.test_client(), "ada", OLD) == 303
    for made in (later, lost, told):
        parts_of(made).engine.dispose()


@pytest.mark.usefixtures("ada")
def test_too_many_tries_are_429_with_the_seconds_to_wait_for_that_name_and_address(server: Flask) -> None:
    client = server.test_client()
    codes = [try_login(client, "ada", f"wrong {number}") for number in range(11)]
    assert codes in ([200] * 10 + [429], [200] * 9 + [429] * 2, [200] * 11)  # a window may end in between
    fields = {"username": "ada", "password": OLD, "csrf_token": form_token(client, LOGIN)}
    answer = client.post(LOGIN, data=fields)
    if codes[-1] == 429:
        assert answer.status_code == 429
        assert 0 < int(answer.headers["Retry-After"]) <= 300
        assert "Too many log-ins were tried: wait" in answer.get_data(as_text=True)
    assert try_login(client, "ada", OLD, "203.0.113.7") == 303


@pytest.fixture
def behind(config: Config) -> Iterator[FlaskClient]:
    """A stranger behind a proxy of ours."""
    made = create_app(replace(config, trusted_proxies=(ip_network("127.0.0.1"),)))
    yield made.test_client()
    parts_of(made).engine.dispose()


@pytest.mark.usefixtures("ada")
def test_behind_tls_every_cookie_is_secure_and_the_browser_is_told_to_stay(behind: FlaskClient) -> None:
    tls = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    page = behind.get(LOGIN, headers=tls)
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    cookies = page.headers.getlist("Set-Cookie")
    assert cookies
    assert all("; Secure" in cookie and "SameSite=Lax" in cookie for cookie in cookies)
    assert all("HttpOnly" in cookie for cookie in cookies if cookie.startswith("session="))
    plain = behind.get(LOGIN)
    assert "Strict-Transport-Security" not in plain.headers
    assert not any("Secure" in cookie for cookie in plain.headers.getlist("Set-Cookie"))


def test_nobody_else_may_say_that_the_line_was_tls(client: FlaskClient) -> None:
    page = client.get(LOGIN, headers={"X-Forwarded-Proto": "https"})
    assert "Strict-Transport-Security" not in page.headers


def test_under_a_name_that_is_not_the_sites_it_answers_421(config: Config) -> None:
    made = create_app(replace(config, allowed_hosts=("arboretum.example.org",)))
    client = made.test_client()
    for host, code in (
        ("arboretum.example.org", 200), ("Arboretum.example.org:8050", 200), ("localhost", 200), ("[::1]:8050", 200),
        ("evil.example.org", 421), ("arboretum.example.org.evil.org", 421),
    ):  # fmt: skip
        assert client.get("/healthz", headers={"Host": host}).status_code == code
    parts_of(made).engine.dispose()


def test_a_form_of_more_than_64_kb_is_not_read(client: FlaskClient) -> None:
    fields = {"username": "ada", "password": "x" * 70_000, "csrf_token": form_token(client, LOGIN)}
    assert client.post(LOGIN, data=fields).status_code == 413
