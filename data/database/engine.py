"""The database: engine and sessions, and what SQLite needs to be told that PostgreSQL does by itself."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Engine, create_engine, event, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from data.errors import ConfigError

DATABASE_FILE = "arboretum.db"
BUSY_TIMEOUT_SECONDS = 30
BUSY_TIMEOUT = f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}"
TURN_SECONDS = 0.0005
MIGRATIONS = Path(__file__).parents[1] / "migrations"
# Held while the schema changes, so that two processes that start at once take turns (PostgreSQL).
MIGRATION_LOCK = 0x6172626F
WRITES = "arboretum_writes"
# What is read twice in one transaction is the same twice, as SQLite has it; what writes must see what others wrote.
READING, WRITING = "REPEATABLE READ", "READ COMMITTED"
# A connection for each thread of a web worker; more while many ask at once.
POOL_SIZE, POOL_OVERFLOW, POOL_WAIT_SECONDS = 5, 27, 30
CONNECT_SECONDS = 10
POSTGRESQL_SETTINGS = {
    "synchronous_commit": "on",  # an accepted document is on disk
    "statement_timeout": "120s",
    "lock_timeout": f"{BUSY_TIMEOUT_SECONDS}s",
    "idle_in_transaction_session_timeout": "1h",  # an export to a slow reader is a long transaction
    "timezone": "UTC",
}


def default_url(data_dir: str | Path) -> str:
    """The URL of the SQLite file in `data_dir`."""
    return f"sqlite:///{Path(data_dir) / DATABASE_FILE}"


def open_engine(url: str) -> Engine:
    """An engine for a SQLAlchemy URL.  Raises ConfigError for one that cannot be read.

    What goes into a statement is in no error text, and so in no log: hashes and addresses are among it.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as cause:
        shown = re.sub(r":[^:@/]*@", ":***@", url)
        raise ConfigError(
            f"DATABASE_URL is {shown!r}, which is no database URL: write it like sqlite:////srv/arboretum/arboretum.db"
        ) from cause
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername == "postgresql+psycopg":
        return _postgresql_engine(parsed)
    if parsed.get_backend_name() != "sqlite":
        raise ConfigError(
            f"DATABASE_URL names {parsed.drivername}: write sqlite:////folder/arboretum.db or postgresql://user@host/name"
        )
    engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_SECONDS}, hide_parameters=True)
    event.listen(engine, "connect", _on_sqlite_connect)
    event.listen(engine, "begin", _on_sqlite_begin)
    return engine


def _postgresql_engine(url: URL) -> Engine:
    settings = " ".join(f"-c {name}={value}" for name, value in POSTGRESQL_SETTINGS.items())
    return create_engine(
        url,
        isolation_level=READING,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_WAIT_SECONDS,
        connect_args={"connect_timeout": CONNECT_SECONDS, "application_name": "arboretum", "options": settings},
    )


def _on_sqlite_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver starts no transactions by itself; _on_sqlite_begin does
    cursor = connection.cursor()
    cursor.execute(BUSY_TIMEOUT)
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # an accepted document is on disk
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _on_sqlite_begin(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once when another one wrote in between, however long
    # the busy timeout; so one that will write says so at its beginning.
    writes = connection.get_execution_options().get(WRITES, False)
    driver = connection.connection.driver_connection
    assert driver is not None, "a transaction begins on a connection"
    try:
        if writes:
            _take_turn(driver)
        else:
            driver.execute("BEGIN")
    except sqlite3.Error as cause:
        raise DBAPIError.instance("BEGIN", (), cause, sqlite3.Error, dialect=connection.dialect) from cause


def _take_turn(driver: sqlite3.Connection) -> None:
    """Begin to write as soon as the writer before has ended.  Raises sqlite3.OperationalError, after the busy timeout.

    SQLite's own waiting sleeps ten times as long as most transactions last.
    """
    until = time.monotonic() + BUSY_TIMEOUT_SECONDS
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as problem:
                if problem.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            time.sleep(TURN_SECONDS)
    finally:
        driver.execute(BUSY_TIMEOUT)


def begin_write(session: Session) -> None:
    """Make the transaction of this session one that writes; call it before the first statement."""
    if not session.in_transaction() or not _is_connected(session):
        session.connection(execution_options=writing(session.get_bind().dialect.name))


def writing(dialect: str) -> dict[str, Any]:
    """The execution options of a connection that will write."""
    return {WRITES: True, "isolation_level": WRITING} if dialect == "postgresql" else {WRITES: True}


def _is_connected(session: Session) -> bool:
    transaction = session.get_transaction()
    return transaction is not None and bool(transaction._connections)


def session_factory(engine: Engine, before_flush: Callable[[Session], None] | None = None) -> sessionmaker[Session]:
    """Sessions on that engine; what they load stays usable after a commit.

    `before_flush` is called with the session before the objects in it are written.
    """
    factory = sessionmaker(engine, expire_on_commit=False)

    def prepare(session: Session, _context: object, _instances: object) -> None:
        begin_write(session)
        if before_flush is not None:
            before_flush(session)

    event.listen(factory, "before_flush", prepare)
    return factory


def engine_of(sessions: sessionmaker[Session]) -> Engine:
    """The engine that these sessions are bound to."""
    engine = sessions.kw["bind"]
    assert isinstance(engine, Engine), "sessions are bound to engines"
    return engine


def insert_unless_there(session: Session, table: Any) -> Any:
    """An INSERT that leaves rows alone whose key is taken."""
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return make(table).on_conflict_do_nothing()


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest step; does nothing when it is there.  Safe when two processes start at once.

    Raises ConfigError when PostgreSQL is not there or does not have the database.
    """
    head = ScriptDirectory.from_config(_alembic()).get_current_head()
    with _first_connection(engine) as connection:
        if MigrationContext.configure(connection).get_current_revision() == head:
            return
    options = writing(engine.dialect.name)
    with engine.connect().execution_options(**options) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            lift_time_limits(connection)
            connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        upgrade(connection, "head")


def upgrade(connection: Connection, revision: str) -> None:
    """Bring the schema to that step within the connection's transaction.  Raises ConfigError for an unknown step."""
    config = _alembic()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError as cause:
        raise ConfigError(f"the schema has the step {revision}, which this version does not know ({cause})") from cause


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def lift_time_limits(connection: Connection) -> None:
    """Let the statements of this PostgreSQL transaction take and wait as long as they need."""
    for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        connection.execute(text(f"SET LOCAL {name} = 0"))


def _first_connection(engine: Engine) -> Connection:
    try:
        return engine.connect()
    except OperationalError as cause:
        if engine.dialect.name != "postgresql":
            raise
        url, reason = engine.url, str(cause.orig).strip()
        shown = url.render_as_string(hide_password=True)
        if f'database "{url.database}" does not exist' in reason:
            owner = f" --owner={url.username}" if url.username else ""
            raise ConfigError(
                f"DATABASE_URL is {shown}, and the server has no such database. Make it: createdb{owner} {url.database}"
            ) from cause
        raise ConfigError(
            f"DATABASE_URL is {shown}, and PostgreSQL does not let us in: {reason}\n"
            "Start it (on Debian: systemctl start postgresql), or check host, port, user and password in DATABASE_URL."
        ) from cause
