"""The schema is what the models say, and the database keeps what it accepted."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from data.database.engine import begin_write, default_url, migrate, open_engine, session_factory
from data.database.models import Base, Site
from data.errors import ConfigError
from tests.postgresql import Cluster


def migrate_at(url: str) -> None:
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()


def test_the_migrated_schema_is_that_of_the_models(database_url: str) -> None:
    engine = open_engine(database_url)
    migrate(engine)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    engine.dispose()
    assert differences == []


def test_processes_that_migrate_at_the_same_time_all_succeed(database_url: str) -> None:
    spawned = multiprocessing.get_context("spawn")
    processes = [spawned.Process(target=migrate_at, args=(database_url,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]


def test_sqlite_keeps_what_it_accepted_through_a_power_cut(tmp_path: Path) -> None:
    engine = open_engine(default_url(tmp_path))
    with engine.connect() as connection:
        pragmas = [connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")]
    engine.dispose()
    assert pragmas == ["wal", 2]


def test_a_url_that_is_none_is_told_how_to_write_one() -> None:
    with pytest.raises(ConfigError, match="write it like sqlite"):
        open_engine("not a url")


def test_postgresql_keeps_what_it_accepted_and_gives_up_waiting_in_the_end(cluster: Cluster) -> None:
    for scheme in ("postgres://", "postgresql://", "postgresql+psycopg://"):
        engine = open_engine(cluster.url("postgres").replace("postgresql://", scheme))
        with engine.connect() as connection:
            names = ("synchronous_commit", "statement_timeout", "lock_timeout", "TimeZone")
            found = [connection.execute(text(f"SHOW {name}")).scalar() for name in names]
        engine.dispose()
        assert found == ["on", "2min", "30s", "UTC"]


def test_what_one_session_reads_twice_is_the_same_twice_and_a_writer_sees_what_others_wrote(
    sessions: sessionmaker[Session],
) -> None:
    with sessions() as reader, sessions() as writer:
        before = reader.scalars(select(Site.name)).all()
        with sessions.begin() as other:
            other.add(Site(name="Another", timezone="UTC"))
        assert reader.scalars(select(Site.name)).all() == before
        begin_write(writer)
        assert len(writer.scalars(select(Site.name)).all()) == len(before) + 1


def test_a_writer_takes_its_turn_when_the_one_before_has_ended(tmp_path: Path) -> None:
    engine = open_engine(default_url(tmp_path))
    migrate(engine)
    factory = session_factory(engine)
    with factory() as first:
        begin_write(first)
        first.add(Site(name="First", timezone="UTC"))
        first.flush()

        def second() -> list[str]:
            with factory() as session:
                begin_write(session)
                return [*session.scalars(select(Site.name))]

        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(second)
            first.commit()
            assert "First" in waiting.result(60)
    engine.dispose()


def test_a_writer_that_waited_too_long_says_so_and_reads_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.database.engine.BUSY_TIMEOUT_SECONDS", 0)
    engine = open_engine(default_url(tmp_path))
    migrate(engine)
    factory = session_factory(engine)
    with factory() as first, factory() as second, factory() as reader:
        begin_write(first)
        with pytest.raises(OperationalError, match="locked"):
            begin_write(second)
        assert reader.scalars(select(Site.name)).all() == []
        first.commit()
        begin_write(second)
        assert second.connection().exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000
    engine.dispose()


def test_a_server_that_is_not_there_or_lacks_the_database_is_told_plainly(cluster: Cluster, tmp_path: Path) -> None:
    lost = open_engine(f"postgresql://somebody:secret@/site?host={tmp_path}")
    with pytest.raises(ConfigError, match="does not let us in") as told:
        migrate(lost)
    assert "secret" not in str(told.value)
    with pytest.raises(ConfigError, match="Make it: createdb --owner=arboretum nowhere"):
        migrate(open_engine(cluster.url("nowhere")))


def test_a_database_of_another_make_is_refused() -> None:
    with pytest.raises(ConfigError, match="write sqlite"):
        open_engine("mysql://somebody@host/site")
