"""A backup is the database at one instant; restored anywhere it is the same, and a damaged one changes nothing."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data import queries
from data.accounts import users
from data.database import archive, housekeeping
from data.database.backup import backup, restore
from data.database.engine import open_engine, session_factory
from data.database.models import User
from data.errors import ConfigError, DocumentError
from data.ingest import batch
from data.ingest.batch import Posted
from data.ranges import TimeRange

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ALWAYS = TimeRange(NOW - timedelta(days=1), NOW + timedelta(days=1))


def post(sessions: sessionmaker[Session], numbers: range) -> None:
    for number in numbers:
        content = json.dumps({"CurrentAndVoltage": {"total voltage": {"value": 12 + number / 1000, "unit": "V"}}})
        with sessions.begin() as session:
            batch.store(session, [Posted("bms", "bms", content, NOW + timedelta(seconds=number), "synced")], NOW)


def documents(sessions: sessionmaker[Session]) -> list[tuple[datetime, str]]:
    with sessions() as session:
        device_id = queries.device(session, "bms").id
        return [(one.recorded_at, str(one.content)) for one in queries.documents(session, device_id, ALWAYS, 10_000)]


def test_a_backup_during_writes_holds_a_beginning_of_them_and_is_the_same_elsewhere(
    sessions: sessionmaker[Session], database_url: str, tmp_path: Path
) -> None:
    post(sessions, range(150))
    source = sessions.kw["bind"]
    writer = threading.Thread(target=post, args=(sessions, range(150, 400)))
    writer.start()
    backup(source, tmp_path / "backup")
    writer.join()
    target = open_engine(database_url)
    restore(target, tmp_path / "backup")
    restored = session_factory(target)
    there, all_of_them = documents(restored), documents(sessions)
    assert 150 <= len(there) <= 400
    assert there == all_of_them[-len(there) :]
    # And it goes on: numbers are given on from where they were, and a repetition is known as one.
    post(restored, range(len(there) - 5, 400))
    assert documents(restored) == all_of_them
    with restored.begin() as session:
        users.create_user(session, "ada", "ada@example.org", "a long password")
    target.dispose()


def test_every_row_comes_back_as_it_was(sessions: sessionmaker[Session], database_url: str, tmp_path: Path) -> None:
    post(sessions, range(3))
    backup(sessions.kw["bind"], tmp_path / "first")
    target = open_engine(database_url)
    restore(target, tmp_path / "first")
    backup(target, tmp_path / "second")
    target.dispose()
    one, two = ({part.table: part for part in archive.parts(tmp_path / name)} for name in ("first", "second"))
    assert one == two
    assert (tmp_path / "first").stat().st_mode & 0o777 == 0o600


def test_a_database_that_holds_something_is_only_replaced_when_that_is_said(
    sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    engine = sessions.kw["bind"]
    post(sessions, range(2))
    backup(engine, tmp_path / "backup")
    post(sessions, range(2, 5))
    with pytest.raises(DocumentError, match="not empty"):
        restore(engine, tmp_path / "backup")
    assert len(documents(sessions)) == 5
    restore(engine, tmp_path / "backup", replace=True)
    assert len(documents(sessions)) == 2


def test_a_damaged_backup_changes_nothing(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    engine = sessions.kw["bind"]
    post(sessions, range(2))
    backup(engine, tmp_path / "backup")
    whole = (tmp_path / "backup").read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    for name, content in (("cut", whole[:-40]), ("flipped", bytes(flipped)), ("none", b"{}"), ("empty", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DocumentError):
            restore(engine, tmp_path / name, replace=True)
    with pytest.raises(DocumentError, match="cannot be read"):
        restore(engine, tmp_path / "absent", replace=True)
    assert len(documents(sessions)) == 2


def test_bytes_and_odd_floats_are_kept(tmp_path: Path) -> None:
    row = [1, None, True, "ä", bytes(range(256)), float("inf"), -0.5, 2**62]
    archive.write(tmp_path / "one", "0001", NOW, [("t", ["abc"], [row] * 250)])
    assert archive.check(tmp_path / "one") == 250
    assert [one for part in archive.parts(tmp_path / "one") for one in part.rows] == [row] * 250


def test_a_backup_that_cannot_be_written_says_so(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        backup(sessions.kw["bind"], tmp_path / "no folder" / "backup")


def test_vacuum_keeps_everything(sessions: sessionmaker[Session]) -> None:
    post(sessions, range(3))
    housekeeping.vacuum(sessions.kw["bind"])
    assert len(documents(sessions)) == 3
    with sessions() as session:
        assert session.scalars(select(User.username)).all() == ["admin"]
