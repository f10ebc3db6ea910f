"""A sensor renamed, handed over, deleted; an account ended: what hangs on them goes along."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from data import queries
from data.accounts import account_changes, sensor_changes, users
from data.database.models import Sensor, User
from data.errors import DocumentError, NotFoundError
from data.ingest import batch
from data.roles import VIEWER

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def ada(sessions: sessionmaker[Session]) -> User:
    """A member."""
    with sessions.begin() as session:
        return users.create_user(session, "ada", "ada@example.org", "a long password")


@pytest.fixture
def soil(sessions: sessionmaker[Session], ada: User) -> Sensor:
    """Her sensor, with a document and a key of its own."""
    with sessions.begin() as session:
        sensor = users.register_sensor(session, ada, "soil")
        batch.store(session, [batch.Posted("sensor", "ada/soil", '{"wet": 31.5}', AT)], AT)
        users.create_key(session, "pi", device_slug="ada/soil")
        return sensor


def test_a_new_name_is_a_new_address_with_the_old_data(sessions: sessionmaker[Session], soil: Sensor) -> None:
    with sessions.begin() as session:
        sensor_changes.rename(session, soil.id, "moisture")
    with sessions.begin() as session:
        device = queries.device(session, "ada/moisture")
        newest = queries.latest(session, device.id, "sensor")
        assert newest is not None
        assert newest.readings == {"wet": 31.5}
        assert users.keys(session)[0].device_slug == "ada/moisture"
        with pytest.raises(NotFoundError):
            queries.device(session, "ada/soil")


def test_a_name_that_is_taken_or_none_is_refused(sessions: sessionmaker[Session], ada: User, soil: Sensor) -> None:
    with sessions.begin() as session:
        users.register_sensor(session, ada, "light")
    for name in ("light", "", "a/b", "x" * 21):
        with sessions() as session, pytest.raises(DocumentError):
            sensor_changes.rename(session, soil.id, name)


def test_a_sensor_handed_over_is_the_receivers_with_its_data_and_without_its_keys(
    sessions: sessionmaker[Session], soil: Sensor
) -> None:
    with sessions.begin() as session:
        users.create_user(session, "bob", "bob@example.org", "a long password")
        users.create_user(session, "eve", "eve@example.org", "a long password", VIEWER)
        sensor_changes.hand_over(session, soil.id, "bob")
    with sessions.begin() as session:
        assert queries.device(session, "bob/soil").sensor_id == soil.id
        assert users.keys(session)[0].revoked_at is not None
    for nobody in ("bob", "eve", "nobody"):
        with sessions() as session, pytest.raises(DocumentError):
            sensor_changes.hand_over(session, soil.id, nobody)


def test_a_deleted_sensor_leaves_nothing_behind(sessions: sessionmaker[Session], soil: Sensor) -> None:
    with sessions.begin() as session:
        device_id = queries.device(session, "ada/soil").id
        sensor_changes.delete_sensor(session, soil.id)
    with sessions.begin() as session:
        for query in (
            f"select count(*) from sensor_data_entry where device_id = {device_id}",
            f"select count(*) from series where device_id = {device_id}",
            f"select count(*) from device where id = {device_id}",
            f"select count(*) from sensor where id = {soil.id}",
            "select count(*) from api_key where device_slug = 'ada/soil'",
        ):
            assert session.scalar(text(query)) == 0
        assert users.find_sensor(session, "admin", "VEML7700") is not None


def test_a_deleted_account_takes_its_sensors_and_keys_along(
    sessions: sessionmaker[Session], ada: User, soil: Sensor
) -> None:
    with sessions.begin() as session:
        users.create_key(session, "own", ada)
        account_changes.delete_user(session, ada.id)
    with sessions.begin() as session:
        assert users.user_by_name(session, "ada") is None
        assert users.find_sensor(session, "ada", "soil") is None
        assert users.keys(session) == []


def test_the_last_administrator_stays(sessions: sessionmaker[Session], ada: User) -> None:
    with sessions() as session:
        admin = users.user_by_name(session, "admin")
        assert admin is not None
    for change in (
        lambda session: account_changes.delete_user(session, admin.id),
        lambda session: account_changes.set_role(session, admin.id, "viewer"),
    ):
        with sessions() as session, pytest.raises(DocumentError, match="only administrator"):
            change(session)
    with sessions.begin() as session:
        account_changes.set_role(session, ada.id, "administrator")
        account_changes.set_role(session, admin.id, "viewer")


@pytest.mark.parametrize("change", ["register", "rename", "hand over"])
def test_of_two_who_want_a_name_at_the_same_instant_one_gets_it_and_one_is_told(
    sessions: sessionmaker[Session], change: str
) -> None:
    with sessions.begin() as session:
        ada, bob = (
            users.create_user(session, name, f"{name}@example.org", "a long password") for name in ("ada", "bob")
        )
        given = change == "hand over"
        other = users.register_sensor(session, bob if given else ada, "new" if given else "old")
    said: list[str] = []

    def second() -> None:
        try:
            with sessions.begin() as session:
                if change == "register":
                    users.register_sensor(session, ada, "new")
                elif change == "rename":
                    sensor_changes.rename(session, other.id, "new")
                else:
                    sensor_changes.hand_over(session, other.id, "ada")
        except DocumentError as problem:
            said.append(str(problem))

    with sessions() as first:
        users.register_sensor(first, ada, "new")
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.3)  # it waits for the first, or will find what it wrote
        first.commit()
    thread.join(30)
    assert len(said) == 1
    assert "named new already" in said[0]
