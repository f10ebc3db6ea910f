"""Settings and database of the application, for its views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from app.config import Config
from data.accounts.passwords import Peppers
from data.accounts.post_rates import PostRates
from data.ingest.group_commit import Committer

EXTENSION = "arboretum"


@dataclass(frozen=True, slots=True)
class Parts:
    """The settings and the database of one application, and what its requests share."""

    config: Config
    engine: Engine
    sessions: sessionmaker[Session]
    peppers: Peppers
    post_rates: PostRates
    committer: Committer


def parts() -> Parts:
    """The parts of the application that answers the present request."""
    return cast(Parts, current_app.extensions[EXTENSION])


def parts_of(server: Flask) -> Parts:
    """The parts of that application."""
    return cast(Parts, server.extensions[EXTENSION])
