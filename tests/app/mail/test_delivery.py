"""E-mails by real SMTP: over TLS, with credentials, and what is said when they cannot go."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from app import create_app
from app.cli.main import main
from app.config import Config
from app.mail import delivery
from app.services import parts_of
from data.accounts import audit, outbox, users
from data.accounts.audit import Criteria
from data.errors import ConfigError
from tests.app.mail.test_passwords_by_mail import FORGOTTEN, ask, link_in, set_password
from tests.app.smtp_server import Office, certificate, post_office
from tests.builders import form_token, sign_in

SITE = "https://arboretum.example.org"
LATER = datetime(9000, 1, 1, tzinfo=UTC)
USER = ("arboretum@example.org", "the-password-of-the-relay")


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of the mail server."""
    return certificate(tmp_path_factory.mktemp("mail"))


@pytest.fixture
def trusted(pem: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, known to this machine as an authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    return pem


def settings(config: Config, office: Office, **more: str) -> Config:
    """The settings of a site whose letters go there."""
    return replace(config, mail_server="127.0.0.1", mail_port=office.port, site_url=SITE, **more)


@pytest.fixture
def ada(sessions: sessionmaker[Session]) -> None:
    """A member who has lost her password."""
    with sessions.begin() as session:
        users.create_user(session, "ada", "ada@example.org", "a long password")


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("tls", ["auto", "starttls", "tls"])
def test_a_lost_password_is_set_anew_by_a_letter_over_tls_with_credentials(
    config: Config, trusted: Path, tls: str
) -> None:
    with post_office(Office(user=USER, at_once=tls == "tls"), trusted) as office:
        own = settings(config, office, mail_username=USER[0], mail_password=USER[1], mail_tls=tls)
        site = create_app(own)
        client = site.test_client()
        assert ask(client, "ada@example.org")[0] == 303
        assert office.letters == []  # it is the worker that sends it
        assert delivery.deliver(own, parts_of(site).engine) == 1
    [text] = office.letters
    assert (office.over_tls, office.logins) == ([True], [USER])
    assert not any(b"ada@" in line for line in office.lines)
    letter = email.message_from_string(text, policy=email.policy.default)
    assert (letter["To"], letter["From"]) == ("ada@example.org", "Arboretum <arboretum@example.org>")
    path = link_in(letter).removeprefix(SITE)
    assert path.startswith("/sensors/users/reset/")
    assert set_password(client, path) == 303
    assert set_password(client, path) == 0
    sign_in(client, "ada", "four tall green tomatoes")
    parts_of(site).engine.dispose()


@pytest.mark.parametrize(
    ("office", "more", "why"),
    [
        (Office(starttls=False, user=USER), {"mail_username": USER[0], "mail_password": USER[1]}, "STARTTLS"),
        (Office(starttls=False), {"mail_tls": "starttls"}, "STARTTLS"),
        (Office(), {}, "certificate verify failed"),
    ],
)
def test_nothing_is_said_where_others_could_listen(
    server: Flask, config: Config, sessions: sessionmaker[Session], pem: Path, caplog: pytest.LogCaptureFixture,
    office: Office, more: dict[str, str], why: str,
) -> None:  # fmt: skip
    with sessions.begin() as session:
        outbox.post(session, "ada@example.org", "A link", "the secret link\n")
    with post_office(office, pem) as there:
        assert delivery.deliver(settings(config, there, **more), parts_of(server).engine) == 0
    assert (there.letters, there.logins) == ([], [])
    assert not any(b"secret" in line or b"AUTH" in line for line in there.lines)
    assert why in caplog.text
    assert USER[1] not in caplog.text


def test_a_relay_of_this_machine_may_be_told_to_do_without_tls(
    server: Flask, config: Config, sessions: sessionmaker[Session], pem: Path
) -> None:
    with sessions.begin() as session:
        outbox.post(session, "ada@example.org", "A link", "the link\n")
    with post_office(Office(), pem) as office:
        assert delivery.deliver(settings(config, office, mail_tls="no"), parts_of(server).engine) == 1
    assert office.over_tls == [False]


def test_credentials_never_go_without_tls(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    stated = {"MAIL_SERVER": "localhost", "SITE_URL": SITE, "MAIL_USERNAME": "a@example.org",
              "MAIL_PASSWORD": USER[1], "ARBORETUM_CONFIG": str(tmp_path / "config.json")}  # fmt: skip
    assert Config.from_env({**stated, "MAIL_TLS": "STARTTLS"}).mail_tls == "starttls"
    for word, said in (("no", "for all to read"), ("yes", "one of auto, starttls, tls, no")):
        with pytest.raises(ConfigError, match=said) as raised:
            Config.from_env({**stated, "MAIL_TLS": word})
        assert USER[1] not in str(raised.value)


@pytest.mark.usefixtures("ada")
def test_who_asks_is_told_the_same_while_letters_cannot_go_and_an_administrator_is_told_that(
    config: Config, sessions: sessionmaker[Session], admin_password: str, caplog: pytest.LogCaptureFixture
) -> None:
    own = settings(config, Office(port=1))
    site = create_app(own)
    codes, pages = zip(*(ask(site.test_client(), who) for who in ("ada@example.org", "x@example.org")), strict=True)
    assert codes == (303, 303)
    assert all("an administrator can see whether e-mails go out" in page for page in pages)
    assert delivery.deliver(own, parts_of(site).engine) == 0
    assert "could not be sent: " in caplog.text
    assert ask(site.test_client(), "x@example.org")[0] == ask(site.test_client(), "ada@example.org")[0] == 303
    admin = site.test_client()
    sign_in(admin, "admin", admin_password)
    assert "1 e-mail could not be sent yet" in admin.get("/admin").get_data(as_text=True)
    assert "could not be sent" not in admin.get("/account").get_data(as_text=True)
    parts_of(site).engine.dispose()


def test_a_letter_that_is_given_up_is_in_the_audit_log(
    server: Flask, config: Config, sessions: sessionmaker[Session], pem: Path
) -> None:
    with sessions.begin() as session:
        outbox.post(session, "ada@example.org", "A link", "the link\n")
        outbox.post(session, "bob@example.org", "A link", "the link\n")
    with post_office(Office(starttls=False, refused="ada@"), pem) as office:
        own = settings(config, office)
        assert delivery.deliver(own, parts_of(server).engine) == 1  # the one behind it goes
        with sessions.begin() as session:
            for letter in outbox.due(session, LATER):
                letter.tries, letter.next_try_at = outbox.MOST_TRIES - 1, letter.created_at
        assert delivery.deliver(own, parts_of(server).engine) == 0
    with sessions() as session:
        [entry] = audit.entries(session, Criteria(action="letter given up"))
    assert (entry.username, entry.subject, entry.detail) == ("(worker)", "A link", "to ada@example.org")


def test_of_several_workers_one_sends_a_letter(server: Flask, config: Config, sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        outbox.post(session, "ada@example.org", "A link", "the link\n")
    engine, sent = parts_of(server).engine, []

    def slow(own: Config, letter: object) -> None:
        sent.append(letter)
        assert delivery.deliver(own, engine, slow) == 0  # another one, while this one is at it

    assert delivery.deliver(config, engine, slow) == 1
    assert len(sent) == 1


@pytest.mark.usefixtures("ada")
def test_without_the_worker_the_mailbox_still_fills(config: Config, client: FlaskClient) -> None:
    fields = {"email": "ada@example.org", "csrf_token": form_token(client, FORGOTTEN)}
    with client.post(FORGOTTEN, data=fields) as answer:  # a server closes an answer once it has gone
        assert answer.status_code == 303
    [file] = (config.data_dir / "mail").glob("*.eml")
    assert file.stat().st_mode & 0o777 == 0o600
    letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert "/sensors/users/reset/" in link_in(letter)


def test_a_command_tries_the_settings_and_says_what_is_wrong(
    config: Config, trusted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    monkeypatch.setenv("ARBORETUM_CONFIG", str(tmp_path / "config.json"))
    monkeypatch.setenv("DATA_DIR", str(config.data_dir))
    assert main(["try-mail", "ada@example.org"]) == 0
    assert str(config.data_dir / "mail") in capsys.readouterr().out
    with post_office(Office(user=USER), trusted) as office:
        for name, value in (("SERVER", "localhost"), ("PORT", str(office.port)), ("USERNAME", USER[0]),
                            ("PASSWORD", "a wrong one")):  # fmt: skip
            monkeypatch.setenv(f"MAIL_{name}", value)
        monkeypatch.setenv("SITE_URL", SITE)
        assert main(["try-mail", "ada@example.org"]) == 1
        said = capsys.readouterr().err
        assert "535" in said
        assert "check the MAIL_ settings" in said
        assert "a wrong one" not in said
        monkeypatch.setenv("MAIL_PASSWORD", USER[1])
        assert main(["try-mail", "ada@example.org"]) == 0
    assert "localhost took it" in capsys.readouterr().out
    assert len(office.letters) == 1
