"""The database of a site: opened, migrated to the current schema, and bootstrapped once."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from app.config import Config
from app.security.secret_key import peppers
from data.accounts import audit
from data.accounts.bootstrap import ADMIN, ensure_installation
from data.accounts.users import user_by_name
from data.database.engine import DATABASE_FILE, default_url, migrate, open_engine, session_factory
from data.errors import ConfigError
from data.ingest.entries import complete

FIRST_START = audit.Actor("(first start)", "this machine")


def open_database(config: Config) -> tuple[Engine, sessionmaker[Session]]:
    """The engine and the sessions of the configured database, by default SQLite in DATA_DIR."""
    if not config.database_url:
        try:
            config.data_dir.mkdir(parents=True, exist_ok=True)
            # Hashes and addresses are in it: nobody else on this machine reads it.  SQLite's other files follow it.
            (config.data_dir / DATABASE_FILE).touch(mode=0o600)
        except OSError as cause:
            raise ConfigError(f"DATA_DIR: {config.data_dir} cannot be made ({cause}); name another folder") from cause
    engine = open_engine(config.database_url or default_url(config.data_dir))
    return engine, session_factory(engine, before_flush=complete)


def prepare(config: Config, engine: Engine, sessions: sessionmaker[Session]) -> str | None:
    """Migrate; make the site, the user admin and its sensors where they are missing.

    Returns admin's password when it was made just now: nobody can read it again.
    """
    migrate(engine)
    return bootstrap(config, sessions)


def is_bootstrapped(sessions: sessionmaker[Session]) -> bool:
    """Whether the site is bootstrapped already; reads only."""
    with sessions() as session:
        return user_by_name(session, ADMIN) is not None


def bootstrap(config: Config, sessions: sessionmaker[Session]) -> str | None:
    """Make the site, the user admin and its sensors where they are missing; admin's password when it was made."""
    with sessions.begin() as session:
        installation = ensure_installation(session, config.site_name, config.site_timezone, peppers(config))
        if installation.admin_password is not None:
            audit.record(session, FIRST_START, "account made", ADMIN, "the first administrator")
    return installation.admin_password
