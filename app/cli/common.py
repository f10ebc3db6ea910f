"""What the commands share: settings, the database that is set up, the first password."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from app.config import GOOD_ONCE, Config

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker

Settings = Config
Arguments = argparse.Namespace


def database(config: Settings) -> sessionmaker[Session]:
    """Sessions of a database that is set up."""
    from app.runtime.installation import open_database, prepare

    engine, sessions = open_database(config)
    show_password(prepare(config, engine, sessions))
    return sessions


def show_password(password: str | None) -> None:
    """Show admin's password if it was made just now."""
    if password is not None:
        print(f"admin password: {password}", GOOD_ONCE, sep="\n", flush=True)


def nothing(_parser: argparse.ArgumentParser) -> None:
    """A command without arguments."""


def file_arguments(parser: argparse.ArgumentParser) -> None:
    """What an import and a backup take."""
    parser.add_argument("file")
