"""Damaged rows are reported, isolated, and built again from what they were made of."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, sessionmaker

from data import queries
from data.database.models import SealedBlock, SealedColumns, Template, TristarDataEntry
from data.queries import status
from data.store import integrity, retention, template_rows
from data.store.blocks import Block
from data.store.document_table import DocumentTable
from data.store.sealed import sealing
from tests.data.store.test_sealing import DAY, NOW, START, WHOLE, answers, assert_same, controller, minutes, post


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
    found = integrity.check(sealed_sessions, repair=True)
    assert (len(found.problems), found.repaired) == (1, 1)
    assert integrity.check(sealed_sessions, repair=False).problems == []
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
    found = integrity.check(sealed_sessions, repair=True)
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
    assert integrity.check(sealed_sessions, repair=False).problems == []


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
    assert len(integrity.check(sealed_sessions, repair=False).problems) == 1


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


BLOBS = [(SealedBlock, name) for name in ("times", "stamps", "notices", "originals")] + [(SealedColumns, "body")]


@pytest.mark.parametrize("seed", range(12))
def test_whatever_bytes_change_every_question_is_answered_and_the_documents_heal_it(
    sealed_sessions: sessionmaker[Session], seed: int
):
    before = answers(sealed_sessions)
    chance = random.Random(seed)
    table, name = BLOBS[seed % len(BLOBS)]
    with sealed_sessions() as session:
        row = chance.choice(session.scalars(select(table).order_by(*table.__table__.primary_key.columns)).all())
        body: bytes = getattr(row, name)
        place = chance.randrange(len(body))
        changes = (flipped(body, place), body[:place], body[:place] + bytes(8) + body[place + 8 :])
        setattr(row, name, next(one for one in changes[seed % 3 :] + changes if one != body))
        session.commit()
    after = answers(sealed_sessions)
    told = after["samples"]["bat_voltage"].dropna()
    pd.testing.assert_series_equal(told, before["samples"]["bat_voltage"].loc[told.index])
    assert {repr(one) for one in after["documents"]} <= {repr(one) for one in before["documents"]}
    assert "refused" not in post(sealed_sessions, minutes(400)[5:30])
    assert post(sealed_sessions, [controller(START + timedelta(seconds=7), 12.5)]) == ["stored"]
    sealing.seal(sealed_sessions, NOW)
    integrity.check(sealed_sessions, repair=True)
    assert "refused" not in post(sealed_sessions, minutes(400))
    sealing.seal(sealed_sessions, NOW)
    assert integrity.check(sealed_sessions, repair=True).problems == []
    with sealed_sessions() as session:
        device = queries.device(session, "tristar-1").id
        kept = queries.documents(session, device, WHOLE, 1_000)
    assert [repr(one.content) for one in kept if one.recorded_at != START + timedelta(seconds=7)] == [
        repr(content) for _, _, _, content, _, _ in before["documents"]
    ]


def test_a_template_that_is_gone_is_reported_and_its_documents_bring_it_back(sealed_sessions: sessionmaker[Session]):
    before = answers(sealed_sessions)
    with sealed_sessions() as session:
        session.execute(delete(Template).where(Template.id.not_in(select(newest_template()))))
        session.commit()
    template_rows.known(sealed_sessions()).texts.clear()
    assert 0 < len(answers(sealed_sessions)["documents"]) < 400
    assert len(integrity.check(sealed_sessions, repair=True).problems) == 2
    assert "refused" not in post(sealed_sessions, minutes(400))
    sealing.seal(sealed_sessions, NOW)
    assert_same(before, answers(sealed_sessions))


def newest_template() -> Any:
    """The templates of entries: a foreign key holds them."""
    return TristarDataEntry.skeleton_id


def test_a_level_that_is_damaged_when_its_period_is_sealed_again_is_built_from_the_samples(
    sealed_sessions: sessionmaker[Session],
):
    for level in (1, 2, 3):
        damage_columns(sealed_sessions, level)
    post(sealed_sessions, [controller(START + timedelta(minutes=5, seconds=1), 15.5)])
    before = answers(sealed_sessions)
    assert sealing.seal(sealed_sessions, NOW).documents == 121
    assert_same(before, answers(sealed_sessions))
    assert integrity.check(sealed_sessions, repair=False).problems == []


def test_days_without_samples_stay_in_a_level_that_is_built_again(sessions: sessionmaker[Session]):
    post(sessions, [controller(START + timedelta(minutes=i), 12 + i % 7, hourmeter=i) for i in range(400)])
    sealing.seal(sessions, NOW)
    with sessions() as session:
        retention.expire(session, retention.Keep(samples=timedelta(days=10)), START + 11 * DAY)
        session.commit()
        device = queries.device(session, "tristar-1").id
        before = queries.buckets(session, device, ["bat_voltage"], WHOLE, DAY)
        row = session.scalars(select(SealedColumns).where(SealedColumns.level == 3, SealedColumns.part == 1)).one()
        row.body = flipped(row.body, len(row.body) - 5)  # the last of its series; the first is sound
        session.commit()
    assert integrity.check(sessions, repair=True).repaired == 1
    with sessions() as session:
        pd.testing.assert_frame_equal(queries.buckets(session, device, ["bat_voltage"], WHOLE, DAY), before)


def test_a_device_that_cannot_be_sealed_keeps_no_other_waiting(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
):
    first, second = minutes(50), [replace(one, device="tristar-2") for one in minutes(60)]
    post(sessions, first + second)
    prove = sealing._prove

    def only_the_second(block: Block, table: DocumentTable) -> None:
        if len(table) == 49:
            raise AssertionError("it is not sealed")
        prove(block, table)

    monkeypatch.setattr(sealing, "_prove", only_the_second)
    with pytest.raises(AssertionError, match="it is not sealed"):
        sealing.seal(sessions, NOW)
    with sessions() as session:
        assert {one.device: one.unsealed for one in status.store_status(session).devices} == {
            "tristar-1": 50,
            "tristar-2": 1,
        }
