"""What an older version stored is there, and readable, after the schema has moved on."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from data import queries
from data.accounts import users
from data.database.engine import MIGRATIONS, migrate, open_engine, session_factory
from data.database.models import Base
from data.ingest import batch
from data.ingest.batch import Posted
from data.ranges import TimeRange
from tests.builders import DATABASES

SCHEMAS = Path(__file__).parent / "schemas"
DOCUMENTS = Path(__file__).parents[2] / "captures" / "documents"
RELEASED = sorted({path.name.partition(".")[0] for path in SCHEMAS.glob("*.sql")})
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAY = TimeRange(NOON - timedelta(hours=12), NOON + timedelta(hours=12))
HELD = {"bms": "bms.json", "tristar-1": "tristar_instantaneous.json", "admin/VEML7700": "sensor.json"}


def posted(name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((DOCUMENTS / name).read_text(encoding="utf-8"))
    return found


@pytest.fixture(params=[(step, made) for step in RELEASED for made in DATABASES], ids="-".join)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database as that step of the schema left it."""
    step, made = request.param
    dump = (SCHEMAS / f"{step}.{made}.sql").read_text(encoding="utf-8")
    if made == "sqlite":
        connection = sqlite3.connect(tmp_path / "old.db")
        connection.executescript(dump)
        connection.close()
        engine = open_engine(f"sqlite:///{tmp_path / 'old.db'}")
        yield engine
        engine.dispose()
        return
    with request.getfixturevalue("cluster").database() as url:
        with psycopg.connect(url) as raw:
            raw.execute(dump.encode())
        engine = open_engine(url)
        yield engine
        engine.dispose()


def test_every_step_of_the_schema_but_the_newest_has_its_copies() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    steps = {step.revision for step in script.walk_revisions()} - {script.get_current_head()}
    assert steps <= set(RELEASED)
    for step in RELEASED:
        assert [(SCHEMAS / f"{step}.{made}.sql").exists() for made in DATABASES] == [True, True]


def test_an_old_database_gets_the_schema_of_the_models(old: Engine) -> None:
    migrate(old)
    with old.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_all_that_an_old_database_holds_is_there_and_readable(old: Engine) -> None:
    migrate(old)
    sessions = session_factory(old)
    with sessions() as session:
        for slug, name in HELD.items():
            device_id = queries.device(session, slug).id
            found = queries.documents(session, device_id, DAY, 100)
            newest = [one for one in found if one.family != "tristar_daily"]
            assert [one.content for one in newest] == [posted(name)] * 3
            assert [one.recorded_at for one in newest] == [NOON + timedelta(minutes=minute) for minute in (2, 1, 0)]
            metrics = [one.key for one in queries.series(session, device_id) if one.key in newest[0].readings]
            frame = queries.samples(session, device_id, metrics[:1], DAY, family=newest[0].family)
            assert frame[metrics[0]].to_list() == [newest[0].readings[metrics[0]]] * 3
            hours = queries.buckets(session, device_id, metrics[:1], DAY, timedelta(hours=1))
            assert hours[metrics[0], "count"].sum() == 3
        tristar = queries.device(session, "tristar-1").id
        daily = queries.latest(session, tristar, "tristar_daily")
        assert daily is not None
        days = [one for one in queries.documents(session, tristar, DAY, 100) if one.family == "tristar_daily"]
        assert [one.content for one in (daily, *days)] == [posted("tristar_daily.json")] * (1 + len(days))
        admin = users.user_by_name(session, "admin")
        assert admin is not None
        assert [sensor.name for sensor in users.sensors_of(session, admin)] == [
            "BH1745NUC",
            "SI7020_A20",
            "VEML7700",
        ]
        assert [key.device_slug for key in users.keys(session)] == ["bms"]


def test_an_old_database_knows_what_it_has_and_takes_what_is_new(old: Engine) -> None:
    migrate(old)
    with session_factory(old).begin() as session:
        content = json.dumps(posted("bms.json"))
        both = [Posted("bms", "bms", content, NOON + timedelta(minutes=minute), "synced") for minute in (2, 3)]
        assert [outcome.result for outcome in batch.store(session, both, NOON)] == ["repeated", "stored"]
