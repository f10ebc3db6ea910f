"""What the application is built of, and where its views find it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from app.config import Config

EXTENSION = "arboretum"


@dataclass(frozen=True, slots=True)
class Parts:
    """The settings and the database of one application."""

    config: Config
    engine: Engine
    sessions: sessionmaker[Session]


def parts() -> Parts:
    """The parts of the application that answers the present request."""
    return cast(Parts, current_app.extensions[EXTENSION])


def parts_of(server: Flask) -> Parts:
    """The parts of that application."""
    return cast(Parts, server.extensions[EXTENSION])
