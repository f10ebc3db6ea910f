"""The models at a prompt, as the first site's owner uses them: `db.create_all()`, `db.session`, `Model.query`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from data.database import models
from data.database.engine import migrate


class PromptDatabase:
    """`db` at a prompt: one session, open until the prompt is left, and the schema of its database."""

    def __init__(self, engine: Engine, sessions: sessionmaker[Session]) -> None:
        self._engine = engine
        self.session = scoped_session(sessions)

    def create_all(self) -> None:
        """Bring the tables to the newest schema by running the migrations; does nothing when they are there."""
        migrate(self._engine)


def prompt_names(engine: Engine, sessions: sessionmaker[Session]) -> dict[str, Any]:
    """What a prompt knows by name: `db`, its `session`, and every model, each with a `query` on that session."""
    db = PromptDatabase(engine, sessions)
    models.Base.query = db.session.query_property()
    tables = {mapper.class_.__name__: mapper.class_ for mapper in models.Base.registry.mappers}
    return {**tables, "BMSDataEntry": models.BMSDataEntry, "db": db, "session": db.session}
