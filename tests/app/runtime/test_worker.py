"""The worker's table of tasks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from app.config import Config
from app.runtime.installation import open_database
from app.runtime.worker import TASKS, Schedule, Task
from data.accounts import users


def test_a_duty_is_done_at_its_pace_and_a_failing_one_does_not_stop_the_others(config: Config) -> None:
    done: list[str] = []

    def fail(_engine: Engine) -> None:
        done.append("broken")
        raise RuntimeError("no")

    engine, _ = open_database(config)
    schedule = Schedule(
        (
            Task("broken", timedelta(seconds=10), fail),
            Task("often", timedelta(seconds=10), lambda _: done.append("often")),
            Task("seldom", timedelta(seconds=25), lambda _: done.append("seldom")),
        ),
        now=0.0,
    )
    assert schedule.wait_seconds(4.0) == 6.0
    assert schedule.turn(engine, 9.9) == []
    assert schedule.turn(engine, 10.0) == ["broken"]
    assert schedule.turn(engine, 20.0) == ["broken"]
    assert schedule.turn(engine, 30.0) == ["broken"]
    assert done == ["broken", "often"] * 3 + ["seldom"]
    engine.dispose()


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_every_duty_runs_on_a_database_in_use(config: Config, sessions: sessionmaker[Session], task: Task) -> None:
    engine, _ = open_database(config)
    with sessions() as session:
        users.create_user(session, "ada", "ada@example.org", "a long password")
        session.commit()
        assert users.user_by_name(session, "ada") is not None  # a reader is in the middle of something
        task.run(engine)
    engine.dispose()


def test_a_checkpoint_empties_the_write_ahead_log(config: Config, sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        users.create_user(session, "ada", "ada@example.org", "a long password")
        session.commit()
    log = config.data_dir / "arboretum.db-wal"
    assert log.stat().st_size > 0
    engine, _ = open_database(config)
    TASKS[0].run(engine)
    assert log.stat().st_size == 0
    engine.dispose()
