"""A lost password: the letter, its link, and what nobody learns by asking."""

from __future__ import annotations

import email
import email.policy
import re
import threading
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from app.config import Config
from app.mail import delivery
from app.security import reset_links
from app.services import parts_of
from data.accounts import audit, outbox, users
from data.accounts.audit import Criteria
from data.errors import ConfigError
from tests.app.smtp_server import Office, post_office
from tests.builders import DATABASES, form_token, sign_in, statements_of

FORGOTTEN = "/sensors/users/forgotten"
NEW = "four tall green tomatoes"


@pytest.fixture
def ada(sessions: sessionmaker[Session]) -> None:
    """A member who has lost her password."""
    with sessions.begin() as session:
        users.create_user(session, "ada", "ada@example.org", "a long password")


def ask(client: FlaskClient, address: str) -> tuple[int, str]:
    """Ask for a link; the status and the page that follows."""
    fields = {"email": address, "csrf_token": form_token(client, FORGOTTEN)}
    answer = client.post(FORGOTTEN, data=fields)
    follow = client.get(answer.headers["Location"]) if answer.status_code == 303 else answer
    return answer.status_code, follow.get_data(as_text=True)


def letters(config: Config, server: Flask) -> list[EmailMessage]:
    """What the worker has put into the mailbox."""
    delivery.deliver(config, parts_of(server).engine)
    files = sorted((config.data_dir / "mail").glob("*.eml")) if (config.data_dir / "mail").exists() else []
    return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]


def link_in(letter: EmailMessage) -> str:
    """The link in a letter, whole."""
    found = re.search(r"https?://\S+", letter.get_content())
    assert found is not None
    return found[0]


def set_password(client: FlaskClient, path: str, password: str = NEW) -> int:
    """Send the form behind a link; 0 when there is none."""
    if client.get(path).status_code != 200:
        return 0
    fields = {"password": password, "confirm_password": password, "csrf_token": form_token(client, path)}
    return client.post(path, data=fields).status_code


@pytest.mark.usefixtures("ada")
def test_the_link_of_the_letter_sets_a_password_once_and_ends_all_sessions(
    server: Flask, config: Config, client: FlaskClient
) -> None:
    elsewhere = server.test_client()
    sign_in(elsewhere, "ada", "a long password")
    assert ask(client, "ADA@example.org")[0] == 303
    [letter] = letters(config, server)
    assert letter["To"] == "ada@example.org"
    path = link_in(letter).removeprefix("http://127.0.0.1:8050")
    assert set_password(client, path, "password1") == 200  # too easy: asked again
    assert set_password(client, path) == 303
    assert set_password(client, path) == 0
    assert elsewhere.get("/account").status_code == 302
    sign_in(client, "ada", NEW)


@pytest.mark.usefixtures("ada")
def test_the_answer_is_the_same_for_an_address_nobody_has(server: Flask, config: Config, client: FlaskClient) -> None:
    code, page = ask(client, "nobody@example.org")
    other_code, other_page = ask(client, "ada@example.org")
    without_token = re.compile(r'value="[^"]{40,}"')
    assert (code, without_token.sub("", page)) == (other_code, without_token.sub("", other_page))
    assert [letter["To"] for letter in letters(config, server)] == ["ada@example.org"]


def test_what_is_no_address_is_told_at_its_field(client: FlaskClient, signed_in: FlaskClient) -> None:
    for written in ("ada", "ada@", "ada@example", "a b@example.org"):
        code, page = ask(client, written)
        assert code == 200
        assert "This is not an e-mail address: write it like name@example.org." in page
    token = form_token(signed_in, "/admin/users")
    sent = {"username": "zed", "email": "zed@", "role": "member", "csrf_token": token}
    page = signed_in.post("/admin/users", data=sent).get_data(as_text=True)
    assert "This is not an e-mail address" in page


@pytest.mark.usefixtures("ada")
def test_the_database_does_as_much_for_an_address_nobody_has(
    server: Flask, client: FlaskClient, sessions: sessionmaker[Session]
) -> None:
    asked = []
    for address in ("ada@example.org", "nobody@example.org"):
        with statements_of(parts_of(server).engine) as made:
            ask(client, address)
        asked.append([re.sub(r"'[^']*'|\d+", "?", text) for text in made])
    assert asked[0] == asked[1]
    with sessions() as session:
        log = [one.subject for one in audit.entries(session, Criteria(action="password reset asked"))]
    assert log == ["", "ada"]


@pytest.mark.usefixtures("ada")
def test_a_link_can_be_followed_from_the_file_it_lies_in(server: Flask, config: Config, client: FlaskClient) -> None:
    for name in ("Arboretum", "Gewächshaus"):
        own = replace(config, site_name=name, data_dir=config.data_dir / name)
        ask(client, "ada@example.org")
        delivery.deliver(own, parts_of(server).engine)
        [file] = (own.data_dir / "mail").glob("*.eml")
        [link] = [line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("http")]
        assert client.get(link.removeprefix("http://127.0.0.1:8050")).status_code == 200


@pytest.mark.usefixtures("ada")
def test_the_link_never_leads_to_the_host_that_a_request_names(
    server: Flask, config: Config, client: FlaskClient
) -> None:
    evil = "http://evil.example.org"
    page = client.get(FORGOTTEN, base_url=evil).get_data(as_text=True)
    token = page.partition('name="csrf_token" type="hidden" value="')[2].partition('"')[0]
    fields = {"email": "ada@example.org", "csrf_token": token}
    assert client.post(FORGOTTEN, data=fields, base_url=evil).status_code == 303
    assert link_in(letters(config, server)[0]).startswith("http://127.0.0.1:8050/sensors/users/reset/")
    config = replace(config, site_url="https://arboretum.example.org")
    assert delivery.site_url(config) == "https://arboretum.example.org"


@pytest.mark.usefixtures("ada")
def test_a_link_is_too_old_after_an_hour_and_a_forged_one_is_none(
    server: Flask, sessions: sessionmaker[Session], client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sessions() as session:
        user = users.user_by_name(session, "ada")
        assert user is not None
    good = reset_links.token_for(str(server.secret_key), user)
    assert client.get(f"/sensors/users/reset/{good}").status_code == 200
    for bad in (good[:-1], good + "x", "x", reset_links.token_for("another key", user)):
        assert client.get(f"/sensors/users/reset/{bad}").status_code == 303
    monkeypatch.setattr(reset_links, "GOOD_FOR_SECONDS", -1)
    assert client.get(f"/sensors/users/reset/{good}").status_code == 303


@pytest.mark.parametrize("config", DATABASES, indirect=True)
@pytest.mark.usefixtures("ada")
def test_of_two_who_use_a_link_at_the_same_instant_one_sets_the_password(
    server: Flask, sessions: sessionmaker[Session]
) -> None:
    with sessions() as session:
        user = users.user_by_name(session, "ada")
        assert user is not None
    path = f"/sensors/users/reset/{reset_links.token_for(str(server.secret_key), user)}"
    wishes = ["four tall green tomatoes", "nine small blue pumpkins", "two round red radishes"]
    leads: list[str] = []
    ready = threading.Barrier(len(wishes))

    def use(password: str) -> None:
        client = server.test_client()
        fields = {"password": password, "confirm_password": password, "csrf_token": form_token(client, path)}
        ready.wait()
        leads.append(client.post(path, data=fields).headers["Location"])

    using = [threading.Thread(target=use, args=(wish,)) for wish in wishes]
    for one in using:
        one.start()
    for one in using:
        one.join()
    assert sorted(leads) == [FORGOTTEN, FORGOTTEN, "/sensors/users/login"]
    with sessions() as session:
        found = [users.verify(session, "ada", wish, parts_of(server).peppers) is not None for wish in wishes]
    assert found.count(True) == 1


@pytest.mark.usefixtures("ada")
def test_one_account_gets_three_letters_an_hour_and_nobody_is_told(
    server: Flask, config: Config, client: FlaskClient
) -> None:
    assert [ask(client, "ada@example.org")[0] for _ in range(5)] == [303] * 5
    assert len(letters(config, server)) == 3


def test_a_letter_goes_to_the_mail_server_and_stays_when_there_is_none(
    server: Flask, config: Config, sessions: sessionmaker[Session]
) -> None:
    engine = parts_of(server).engine
    with sessions.begin() as session:
        outbox.post(session, "ada@example.org", "Grüße", "Zeile eins\n")
        outbox.post(session, "no address at all", "x", "y")
    with post_office(Office(starttls=False)) as office:
        there = replace(config, mail_server="127.0.0.1", mail_port=office.port, site_url="https://site.example.org")
        assert delivery.deliver(replace(there, mail_port=1), engine) == 0
        with sessions.begin() as session:
            outbox.post(session, "ada@example.org", "Second", "Zeile zwei\n")
        assert delivery.deliver(there, engine) == 1
        assert delivery.deliver(there, engine) == 0
    [taken] = office.letters
    assert "To: ada@example.org" in taken
    assert "Zeile zwei" in taken


def test_a_mail_server_needs_the_address_of_the_site(tmp_path: Path) -> None:
    settings = tmp_path / "config.json"
    settings.write_text("{}", encoding="utf-8")
    with pytest.raises(ConfigError, match="SITE_URL"):
        Config.from_env({"MAIL_SERVER": "mail.example.org", "ARBORETUM_CONFIG": str(settings)})
