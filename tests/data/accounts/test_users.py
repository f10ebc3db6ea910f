"""Users, sensors and keys: nothing in clear text, nothing shown twice, plain words for what cannot be."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from data.accounts import bootstrap, users
from data.errors import DocumentError


def test_admin_and_the_faculty_sensors_are_made_once_and_the_password_shown_once(
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session:
        assert bootstrap.ensure_installation(session, "Arboretum", "America/Los_Angeles").admin_password is None
        admin = users.user_by_name(session, "admin")
        assert admin is not None
        names = [sensor.name for sensor in users.sensors_of(session, admin)]
    assert names == ["BH1745NUC", "SI7020_A20", "VEML7700"]
    assert admin.admin


def test_a_password_is_kept_as_a_salted_hash(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        user = users.create_user(session, "student1", "s@example.org", "tomatoes-grow")
        assert user.password.startswith("scrypt:")
        assert "tomatoes" not in user.password
        other = users.create_user(session, "student2", "t@example.org", "tomatoes-grow")
        assert other.password != user.password
        assert users.verify(session, "student1", "tomatoes-grow") is user
        assert users.verify(session, "student1", "tomatoes-rot") is None
        assert users.verify(session, "nobody", "tomatoes-grow") is None


@pytest.mark.parametrize(
    ("username", "email", "password", "said"),
    [
        ("", "a@b.cc", "long enough", "username"),
        ("a/b", "a@b.cc", "long enough", "no slash"),
        ("x" * 61, "a@b.cc", "long enough", "1 to 60"),
        ("admin", "a@b.cc", "long enough", "taken"),
        ("new", "not-an-address", "long enough", "e-mail"),
        ("new", "ada@example..org", "long enough", "e-mail"),
        ("new", bootstrap.ADMIN_EMAIL.upper(), "long enough", "taken"),
        ("new", "a@b.cc", "short", "At least 8"),
    ],
)
def test_what_cannot_be_a_user_is_told_why(
    sessions: sessionmaker[Session], username: str, email: str, password: str, said: str
) -> None:
    with sessions() as session, pytest.raises(DocumentError, match=said):
        users.create_user(session, username, email, password)


def test_two_users_may_have_sensors_of_one_name_and_one_user_may_not(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        one = users.create_user(session, "student1", "s@example.org", "tomatoes-grow")
        two = users.create_user(session, "student2", "t@example.org", "tomatoes-grow")
        for user in (one, two):
            sensor = users.register_sensor(session, user, "soil", "moisture", "%", "I2C")
            assert (sensor.type, sensor.units, sensor.protocol, sensor.public) == ("moisture", "%", "I2C", False)
        with pytest.raises(DocumentError, match="already"):
            users.register_sensor(session, one, "soil")
        with pytest.raises(DocumentError, match="1 to 20"):
            users.register_sensor(session, one, "a name of twenty-one c")


def test_a_key_is_shown_once_kept_as_a_hash_and_can_be_revoked(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        key, token = users.create_key(session, "the Pi", device_slug="bms")
    with sessions.begin() as session:
        stored = " ".join(map(str, session.execute(text("select * from api_key")).one()))
        assert token not in stored
        found = users.key_for(session, token)
        assert found is not None
        assert found.device_slug == "bms"
        assert users.is_use_worth_noting(found)
        users.note_use(session, found.id, "203.0.113.9")
        session.refresh(found)
        assert found.last_used_from == "203.0.113.9"
        assert not users.is_use_worth_noting(found)
        assert users.key_for(session, token + "x") is None
        users.revoke_key(session, key.id)
        assert users.key_for(session, token) is None
    with sessions() as session, pytest.raises(DocumentError, match="bound to a user or to a device"):
        users.create_key(session, "nobody's")


@pytest.mark.parametrize("kept", ["!", "", "pepper=gone$scrypt:32768:8:1$salt$00", "md5$1$2"])
def test_a_hash_that_nothing_can_match_costs_a_login_as_much_as_any(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    counted = []
    real = hashlib.scrypt
    monkeypatch.setattr(hashlib, "scrypt", lambda *given, **named: (counted.append(1), real(*given, **named))[1])
    with sessions.begin() as session:
        user = users.create_user(session, "ada", "ada@example.org", "tomatoes-grow")
        user.password = kept
        session.flush()
        counted.clear()
        assert users.verify(session, "ada", "tomatoes-grow") is None
        assert users.verify(session, "nobody", "tomatoes-grow") is None
    assert len(counted) == 2


def test_what_is_written_of_a_sensor_or_a_key_stands_on_one_line_and_can_be_seen(
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session:
        ada = users.create_user(session, "ada", "ada@example.org", "tomatoes-grow")
        sensor = users.register_sensor(session, ada, "air", " light\tand\nheat ", "%\u00a0RH")
        assert (sensor.type, sensor.units) == ("light and heat", "% RH")
        key, _ = users.create_key(session, " my\npi ", ada)
        assert key.label == "my pi"
        for unseen in ("\x1b[31mred", "a\x00b", "a\u202eb"):
            with pytest.raises(DocumentError, match="nobody can see"):
                users.register_sensor(session, ada, "soil", unseen)
            with pytest.raises(DocumentError, match="nobody can see"):
                users.create_key(session, unseen, ada)
