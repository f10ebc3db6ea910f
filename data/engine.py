"""The database: engine and sessions, and what SQLite needs to be told that PostgreSQL does by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session, sessionmaker

from data import entries
from data.errors import ConfigError

BUSY_TIMEOUT_SECONDS = 30
MIGRATIONS = Path(__file__).parent / "migrations"
# Held while the schema changes, so that two processes that start at once take turns (PostgreSQL).
MIGRATION_LOCK = 0x6172626F
WRITES = "arboretum_writes"


def default_url(data_dir: str | Path) -> str:
    """The URL of the SQLite file in `data_dir`."""
    return f"sqlite:///{Path(data_dir) / 'arboretum.db'}"


def open_engine(url: str) -> Engine:
    """An engine for a SQLAlchemy URL.  Raises ConfigError for one that cannot be read."""
    try:
        parsed = make_url(url)
    except ArgumentError as cause:
        raise ConfigError(
            f"DATABASE_URL is {url!r}, which is no database URL: write it like sqlite:////srv/arboretum/arboretum.db"
        ) from cause
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})
    event.listen(engine, "connect", _on_sqlite_connect)
    event.listen(engine, "begin", _on_sqlite_begin)
    return engine


def _on_sqlite_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver starts no transactions by itself; _on_sqlite_begin does
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # an accepted document is on disk
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _on_sqlite_begin(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once when another one wrote in between, however long
    # the busy timeout; so one that will write says so at its beginning.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def begin_write(session: Session) -> None:
    """Make the transaction of this session one that writes; call it before the first statement."""
    if not session.in_transaction() or not _is_connected(session):
        session.connection(execution_options={WRITES: True})


def _is_connected(session: Session) -> bool:
    transaction = session.get_transaction()
    return transaction is not None and bool(transaction._connections)


def session_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions on that engine; what they load stays usable after a commit."""
    factory = sessionmaker(engine, expire_on_commit=False)
    event.listen(factory, "before_flush", _before_flush)
    return factory


def _before_flush(session: Session, _context: object, _instances: object) -> None:
    begin_write(session)
    entries.complete(session)


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest step; does nothing when it is there.  Safe when two processes start at once."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    head = ScriptDirectory.from_config(config).get_current_head()
    with engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_revision() == head:
            return
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
