"""The old site's file: everything in it arrives once, however often and however badly the import is run."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from data import queries
from data.accounts import users as accounts
from data.errors import DocumentError
from data.importing.counting import Count
from data.importing.first_site.accounts import NO_PASSWORD, load_sensors, load_users
from data.importing.first_site.entries import SiteEntries
from data.importing.first_site.file import opened
from data.importing.running import quiet, run
from data.ranges import TimeRange
from tests.data.importing import old_site

NOW = datetime(2026, 11, 1, tzinfo=UTC)
AT = datetime(2019, 12, 3, 19, 40, tzinfo=UTC)
ALWAYS = TimeRange(datetime(2019, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC))
MILLISECOND = timedelta(milliseconds=1)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old site.db"
    old_site.bootstrap(path)
    return path


def imported(
    sessions: sessionmaker[Session],
    path: Path,
    said: list[str],
    zone: str = "UTC",
    show: Callable[[int, int], None] = quiet,
    batch: int = 3,
) -> tuple[Count, Count, Count]:
    with opened(path) as site:
        with sessions.begin() as session:
            users, by_id = load_users(session, site, said.append)
            sensors, slugs = load_sensors(session, site, by_id, said.append)
        return users, sensors, run(sessions, SiteEntries(site, path, zone, slugs, NOW), NOW, show, said.append, batch)


def times(sessions: sessionmaker[Session], slug: str) -> list[datetime]:
    with sessions() as session:
        device = queries.device(session, slug)
        return sorted(one.recorded_at for one in queries.documents(session, device.id, ALWAYS, 5000))


def test_every_good_row_is_imported_and_every_other_told_with_its_table_and_id(
    sessions: sessionmaker[Session], old: Path
) -> None:
    said: list[str] = []
    users, sensors, documents = imported(sessions, old, said)
    assert (users.stored, users.repeated, users.refused) == (2, 1, 1)
    assert (sensors.stored, sensors.repeated, sensors.refused) == (1, 1, 2)
    assert (documents.stored, documents.repeated, documents.refused) == (13, 0, 9)
    places = [line.split(": ")[1] for line in said if line.startswith("refused: ")]
    assert places == [
        "user 3",
        "sensor 3",
        "sensor 4",
        *(f"json_data_entry {n}" for n in range(11, 18)),
        "sensor_data_entry 4",
        "sensor_data_entry 5",
    ]


def test_documents_of_one_frozen_time_take_the_milliseconds_after_it_in_their_order(
    sessions: sessionmaker[Session], old: Path
) -> None:
    imported(sessions, old, [])
    assert times(sessions, "bms") == [
        AT,
        AT + MILLISECOND,
        AT + 2 * MILLISECOND,
        datetime(2019, 12, 5, 19, 50, tzinfo=UTC),
    ]
    assert times(sessions, "tristar-2") == [AT]
    assert times(sessions, "student1/water_temp") == [AT, AT + MILLISECOND]
    assert times(sessions, "admin/VEML7700") == [AT]


def test_imported_twice_everything_is_there_once(sessions: sessionmaker[Session], old: Path) -> None:
    imported(sessions, old, [])
    users, sensors, documents = imported(sessions, old, [])
    assert (users.stored, users.repeated) == (0, 3)
    assert (sensors.stored, sensors.repeated) == (0, 2)
    assert (documents.stored, documents.repeated, documents.refused) == (0, 13, 9)


def test_times_without_a_zone_are_read_in_the_zone_that_is_named(sessions: sessionmaker[Session], old: Path) -> None:
    imported(sessions, old, [], "America/Los_Angeles")
    assert times(sessions, "tristar-2") == [AT + timedelta(hours=8)]


def test_hashes_of_passwords_are_kept_and_a_password_in_plain_text_is_not(
    sessions: sessionmaker[Session], old: Path
) -> None:
    said: list[str] = []
    with sessions() as session:
        admin = accounts.user_by_name(session, "admin")
        assert admin is not None
    imported(sessions, old, said)
    with sessions() as session:
        found = {name: accounts.user_by_name(session, name) for name in ("admin", "student1", "plain")}
    assert {name: user.password for name, user in found.items() if user is not None} == {
        "admin": admin.password,
        "student1": old_site.BCRYPT,
        "plain": NO_PASSWORD,
    }
    assert any("give the user a new password" in line for line in said)
    assert not any("plain text" in line for line in said)


@pytest.mark.parametrize("batches", [1, 2, 5])
def test_broken_off_anywhere_and_run_again_it_goes_on_without_doubling(
    sessions: sessionmaker[Session], old: Path, batches: int
) -> None:
    shown: list[int] = []

    def interrupt(done: int, _total: int) -> None:
        shown.append(done)
        if len(shown) == batches:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        imported(sessions, old, [], show=interrupt)
    said: list[str] = []
    *_, documents = imported(sessions, old, said)
    assert any(
        line.startswith("going on where an earlier import was broken off, after json_data_entry ") for line in said
    )
    assert documents.repeated == 0
    assert 0 < documents.stored < 13
    assert times(sessions, "bms") == [
        AT,
        AT + MILLISECOND,
        AT + 2 * MILLISECOND,
        datetime(2019, 12, 5, 19, 50, tzinfo=UTC),
    ]
    assert times(sessions, "student1/water_temp") == [AT, AT + MILLISECOND]


def test_a_file_that_changed_where_the_import_was_broken_off_is_imported_from_its_beginning(
    sessions: sessionmaker[Session], old: Path
) -> None:
    def interrupt(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        imported(sessions, old, [], show=interrupt)
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.execute("UPDATE json_data_entry SET date_posted = '2019-12-09 00:00:00' WHERE id = 3")
    said: list[str] = []
    *_, documents = imported(sessions, old, said)
    assert any("starting anew" in line for line in said)
    assert documents.repeated == 2


def test_the_file_is_not_written_to(sessions: sessionmaker[Session], old: Path) -> None:
    before = old.read_bytes()
    imported(sessions, old, [])
    with opened(old) as site, pytest.raises(sqlite3.OperationalError, match="readonly"):
        site.connection.execute("DELETE FROM json_data_entry")
    assert old.read_bytes() == before
    assert sorted(path.name for path in old.parent.iterdir() if path.name.startswith("old")) == ["old site.db"]


def test_a_damaged_page_costs_its_table_from_there_on_and_nothing_else(
    sessions: sessionmaker[Session], old: Path
) -> None:
    old_site.lengthen(old, 3000)
    content = bytearray(old.read_bytes())
    place = content.index(b"2019-11-02")
    start = place // 4096 * 4096
    content[start : start + 4096] = b"\xa5" * 4096
    old.write_bytes(content)
    said: list[str] = []
    *_, documents = imported(sessions, old, said, batch=500)
    assert documents.stored > 500
    assert any(line.startswith("refused: json_data_entry: cannot be read after id ") for line in said)
    assert times(sessions, "admin/VEML7700") == [AT]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"not a database at all, but long enough to be one" * 100, "cannot be read as an SQLite file"), (b"", "none of")],
)
def test_a_file_that_is_no_old_site_is_refused_by_name(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(content)
    with pytest.raises(DocumentError, match=said), opened(path):
        pass


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="no such file"), opened(tmp_path / "x.db"):
        pass
    assert list(tmp_path.iterdir()) == []
