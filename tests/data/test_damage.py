"""Damaged rows are reported, fenced off, and built again from what they were made of."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from data import queries, scrubbing, sealing
from data.models import SealedBlock, SealedColumns
from data.queries import status
from tests.data.test_sealing import NOW, START, WHOLE, answers, assert_same, minutes, post


def flipped(body: bytes, place: int) -> bytes:
    return body[:place] + bytes([body[place] ^ 0x10]) + body[place + 1 :]


def damage_columns(sessions: sessionmaker[Session], level: int) -> None:
    """Change one bit in the last row of that level's newest period."""
    with sessions() as session:
        row = session.scalars(
            select(SealedColumns)
            .where(SealedColumns.level == level)
            .order_by(SealedColumns.start_at.desc(), SealedColumns.part.desc())
        ).first()
        assert row is not None
        row.body = flipped(row.body, len(row.body) - 5)
        session.commit()


@pytest.fixture
def sealed_sessions(sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    post(sessions, minutes(400))
    sealing.seal(sessions, NOW)
    return sessions


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_damaged_level_is_answered_from_below_and_built_again(
    sealed_sessions: sessionmaker[Session], level: int, caplog: pytest.LogCaptureFixture
):
    before = answers(sealed_sessions)
    damage_columns(sealed_sessions, level)
    assert_same(before, answers(sealed_sessions))
    assert "has changed since it was written" in caplog.text
    found = scrubbing.check(sealed_sessions, repair=True)
    assert (len(found.problems), found.repaired) == (1, 1)
    assert scrubbing.check(sealed_sessions, repair=False).problems == []
    caplog.clear()
    assert_same(before, answers(sealed_sessions))
    assert caplog.text == ""


def test_a_damaged_column_is_a_gap_until_the_documents_of_its_day_have_come_again(
    sealed_sessions: sessionmaker[Session],
):
    before = answers(sealed_sessions)
    damage_columns(sealed_sessions, 0)
    with sealed_sessions() as session:
        device = queries.device(session, "tristar-1").id
        gap = queries.samples(session, device, ["bat_voltage"], WHOLE)["bat_voltage"]
    assert 0 < gap.isna().sum() < 400
    found = scrubbing.check(sealed_sessions, repair=True)
    assert (len(found.problems), found.repaired) == (1, 0)
    with sealed_sessions() as session:
        assert [one.damaged_days for one in status.store_status(session).devices] == [1]
        kept = queries.documents(session, device, WHOLE, 1000)
    assert 0 < len(kept) < 400
    results = post(sealed_sessions, minutes(400))
    assert set(results) == {"stored", "repeated"}
    assert_same(before, answers(sealed_sessions))
    sealing.seal(sealed_sessions, NOW)
    assert_same(before, answers(sealed_sessions))
    assert scrubbing.check(sealed_sessions, repair=False).problems == []


def test_damaged_times_of_a_block_are_found(sealed_sessions: sessionmaker[Session]):
    with sealed_sessions() as session:
        block = session.scalars(select(SealedBlock).order_by(SealedBlock.start_at)).first()
        assert block is not None
        session.execute(
            update(SealedBlock)
            .where(SealedBlock.start_at == block.start_at)
            .values(stamps=flipped(block.stamps, len(block.stamps) - 1))
        )
        session.commit()
    assert len(scrubbing.check(sealed_sessions, repair=False).problems) == 1


def test_the_status_counts_documents_samples_and_bytes(sealed_sessions: sessionmaker[Session]):
    with sealed_sessions() as session:
        found = status.store_status(session)
    (one,) = found.devices
    assert (one.device, one.family, one.unsealed, one.sealed, one.days) == ("tristar-1", "tristar", 1, 399, 2)
    assert (one.oldest_at, one.newest_at) == (START, START + timedelta(minutes=399))
    assert [level.level for level in one.levels] == [0, 1, 2, 3]
    assert {level.samples for level in one.levels} == {399}
    assert one.bytes_per_sample is not None
    assert found.database_bytes > one.original_bytes + sum(level.bytes for level in one.levels)
    assert "399 documents" in status.as_text(found)


def test_a_window_beside_the_damage_is_whole(sealed_sessions: sessionmaker[Session]):
    before = answers(sealed_sessions)["samples"]
    damage_columns(sealed_sessions, 0)
    after = answers_samples(sealed_sessions)
    same = after["bat_voltage"].notna()
    pd.testing.assert_frame_equal(before[same], after[same])
    assert np.array_equal(before.index, after.index)


def answers_samples(sessions: sessionmaker[Session]) -> pd.DataFrame:
    with sessions() as session:
        return queries.samples(session, queries.device(session, "tristar-1").id, ["bat_voltage"], WHOLE)
