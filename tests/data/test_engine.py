"""The schema is what the models say, and the database keeps what it accepted."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from data.engine import default_url, migrate, open_engine
from data.errors import ConfigError
from data.models import Base


def migrate_at(url: str) -> None:
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()


def test_the_migrated_schema_is_that_of_the_models(tmp_path: Path) -> None:
    engine = open_engine(default_url(tmp_path))
    migrate(engine)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    engine.dispose()
    assert differences == []


def test_processes_that_migrate_at_the_same_time_all_succeed(tmp_path: Path) -> None:
    url = default_url(tmp_path)
    spawned = multiprocessing.get_context("spawn")
    processes = [spawned.Process(target=migrate_at, args=(url,)) for _ in range(3)]
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
