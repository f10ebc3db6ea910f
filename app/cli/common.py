"""Helpers of the commands: settings, the database, the first password."""

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
    """Print admin's password when it was just created."""
    if password is not None:
        print(f"admin password: {password}", GOOD_ONCE, sep="\n", flush=True)


def nothing(_parser: argparse.ArgumentParser) -> None:
    """A command without arguments."""


def file_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the imports and of backup."""
    parser.add_argument("file")
