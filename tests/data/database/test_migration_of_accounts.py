"""An installation of the first schema keeps its users, sensors and keys."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from data.accounts import users
from data.database.engine import MIGRATIONS, WRITES, default_url, migrate, open_engine, session_factory
from data.database.models import Base

OLD = (
    "insert into site (id, name, timezone, created_at) values (1, 'Arboretum', 'UTC', 0)",
    "insert into user (id, username, email, password, admin, created_at) values (1, 'admin', 'a@b.cc', 'x', 1, 0)",
    "insert into user (id, username, email, password, admin, created_at) values (2, 'ada', 'c@d.ee', 'x', 0, 0)",
    "insert into sensor (id, user_id, name, type, units, protocol, public, created_at)"
    " values (1, 2, 'soil', '', '', '', 0, 0)",
    "insert into api_key (id, label, token_hash, user_id, created_at) values (1, 'pi', 'hash', 2, 0)",
)


def test_users_sensors_and_keys_come_along(tmp_path: Path) -> None:
    engine = open_engine(default_url(tmp_path))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for row in OLD:
            connection.execute(text(row))
    migrate(engine)
    with session_factory(engine)() as session:
        admin, ada = (users.user_by_name(session, name) for name in ("admin", "ada"))
        assert admin is not None
        assert ada is not None
        assert (admin.role, ada.role) == ("administrator", "member")
        assert len(admin.session_stamp) == 32
        assert admin.session_stamp != ada.session_stamp
        assert users.find_sensor(session, "ada", "soil") is not None
        assert [(key.label, key.scopes, key.expires_at) for key in users.keys(session)] == [("pi", "post,read", None)]
    engine.dispose()


def test_the_steps_lead_to_what_the_models_say(tmp_path: Path) -> None:
    engine = open_engine(default_url(tmp_path))
    migrate(engine)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert found == []
    engine.dispose()
