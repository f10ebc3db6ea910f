"""A level that is put between others: every question answers as before, and the sealer gives it the old days."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, sessionmaker

from data import queries
from data.database.models import SealedBlock, SealedColumns
from data.queries.windows import aggregates
from data.ranges import to_milliseconds
from data.store import integrity, levels
from data.store.levels import HOUR, MINUTE, Level
from data.store.sealed import sealing
from tests.data.store.test_sealing import NOW, START, answers, assert_same, minutes, post

LEVEL = Level(1, 10 * MINUTE, 1), Level(2, HOUR, 12, 10 * MINUTE), Level(3, 24 * HOUR, 120, HOUR)
HALF_HOURS = Level(4, 30 * MINUTE, 6, 10 * MINUTE)
BETWEEN = (LEVEL[0], HALF_HOURS, *LEVEL[1:])


def rows(sessions: sessionmaker[Session], level: Level) -> tuple[int, int]:
    """How many rows that level has, and how many samples they stand for."""
    with sessions() as session:
        query = select(func.count(), func.coalesce(func.sum(SealedColumns.samples), 0))
        count, samples = session.execute(query.where(SealedColumns.level == level.number)).one()
        return int(count), int(samples)


@pytest.fixture
def sealed_sessions(sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    post(sessions, minutes(1_149))
    sealing.seal(sessions, NOW, everything=True)
    return sessions


@pytest.mark.parametrize("missing", [LEVEL[0], LEVEL[1], HALF_HOURS])
def test_a_level_among_the_others_changes_no_answer(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch, missing: Level
) -> None:
    """Sealed without one of the levels, asked with it, filled, and asked again."""
    day = replace(LEVEL[2], source=HOUR if missing is not LEVEL[1] else 10 * MINUTE)
    hour = replace(LEVEL[1], source=0 if missing is LEVEL[0] else 10 * MINUTE)
    half = replace(HALF_HOURS, source=hour.source)
    whole = (LEVEL[0], half, hour, day)
    monkeypatch.setattr(levels, "LEVELS", tuple(level for level in whole if level.width != missing.width))
    post(sessions, minutes(1_149))
    before = answers(sessions)
    sealing.seal(sessions, NOW, everything=True)
    assert_same(before, answers(sessions))
    monkeypatch.setattr(levels, "LEVELS", whole)
    assert_same(before, answers(sessions))
    sealing.seal(sessions, NOW, everything=True)
    assert rows(sessions, missing)[1] > 0
    assert_same(before, answers(sessions))
    assert integrity.check(sessions, repair=False).problems == []


def test_a_new_level_has_all_the_samples_of_the_days_that_were_sealed_before(
    sealed_sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(levels, "LEVELS", BETWEEN)
    sealing.seal(sealed_sessions, NOW)
    assert rows(sealed_sessions, HALF_HOURS)[1] == rows(sealed_sessions, LEVEL[0])[1] > 0
    with sealed_sessions() as session:
        assert [job for job in queries.jobs(session) if job.name.startswith("level")] == []
    post(sealed_sessions, minutes(2_000)[1_149:])
    sealing.seal(sealed_sessions, NOW, everything=True)
    assert rows(sealed_sessions, HALF_HOURS)[1] == rows(sealed_sessions, LEVEL[0])[1]


def test_a_new_level_is_added_up_from_the_finer_one_where_samples_are_expired(
    sealed_sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    with sealed_sessions.begin() as session:
        session.execute(update(SealedBlock).values(times=None, originals=None))
    monkeypatch.setattr(levels, "LEVELS", BETWEEN)
    sealing.seal(sealed_sessions, NOW)
    assert rows(sealed_sessions, HALF_HOURS)[1] == rows(sealed_sessions, LEVEL[0])[1]


def test_a_new_level_is_filled_once(sealed_sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(levels, "LEVELS", BETWEEN)
    sealing.seal(sealed_sessions, NOW)
    with sealed_sessions.begin() as session:
        session.execute(delete(SealedColumns).where(SealedColumns.level == HALF_HOURS.number))
    sealing.seal(sealed_sessions, NOW)
    assert rows(sealed_sessions, HALF_HOURS) == (0, 0)


def test_the_width_that_answers_is_the_widest_that_fits() -> None:
    start = to_milliseconds(START) // (24 * HOUR) * 24 * HOUR
    for width_asked, expected in (
        (7 * MINUTE, 0),
        (20 * MINUTE, 10 * MINUTE),
        (3 * HOUR, HOUR),
        (48 * HOUR, 24 * HOUR),
    ):
        assert aggregates.width_for(np.arange(start, start + 5 * width_asked, width_asked)) == expected
