"""Damage to the database is found at the start, and told."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from app.config import Config
from app.factory import create_app
from app.services import parts_of
from data.database import housekeeping
from data.database.engine import default_url, open_engine


def test_a_whole_database_has_nothing_wrong(sessions: sessionmaker[Session]) -> None:
    assert housekeeping.check(sessions.kw["bind"]) == ""


def test_damage_is_found_and_shown_where_monitors_look(sqlite_config: Config) -> None:
    file = sqlite_config.data_dir / "arboretum.db"
    engine = open_engine(default_url(sqlite_config.data_dir))
    housekeeping.checkpoint(engine)
    with engine.connect() as connection:
        page = connection.scalar(text("SELECT rootpage FROM sqlite_schema WHERE name = 'series'"))
        size = connection.scalar(text("PRAGMA page_size"))
    engine.dispose()
    content = bytearray(file.read_bytes())
    content[(page - 1) * size : (page - 1) * size + 8] = b"\xff" * 8
    file.write_bytes(content)
    engine = open_engine(default_url(sqlite_config.data_dir))
    found = housekeeping.check(engine)
    engine.dispose()
    assert found
    server = create_app(sqlite_config)
    answer = server.test_client().get("/healthz").get_json()
    parts_of(server).engine.dispose()
    assert (answer["database"], answer["damage"]) == ("damaged", found)
