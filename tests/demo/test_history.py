"""Loading: everything once, newest first, and on from where a killed run was."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from data import queries
from data.database import jobs
from data.database.models import ENTRIES
from data.ranges import TimeRange
from demo.history.batches import batches, plan
from demo.history.loading import load
from demo.launch import Launch
from demo.minutes import DAY, minute_of

ANCHOR = datetime(2026, 11, 20, 9, 13, 5, tzinfo=UTC)
LAUNCH = Launch(ANCHOR, days=1)
TICKS = 144
BatteryEntry = ENTRIES["bms"]


def said(_line: str) -> None:
    """Nobody listens."""


def counts(sessions: sessionmaker[Session]) -> Counter[tuple[str, str]]:
    """How many documents each device has of each family, and that each instant comes once."""
    found: Counter[tuple[str, str]] = Counter()
    window = TimeRange(ANCHOR - timedelta(days=40), ANCHOR + timedelta(days=40))
    with sessions() as session:
        for device in queries.devices(session):
            kept = queries.documents(session, device.id, window, 20_000)
            found.update((device.slug, document.family) for document in kept)
            assert len({(document.family, document.recorded_at) for document in kept}) == len(kept)
    return found


def test_a_history_is_whole_and_a_second_run_adds_nothing(sessions: sessionmaker[Session]) -> None:
    stored = load(sessions, LAUNCH, None, said, dense_days=0)
    expected = {
        ("bms", "bms"): TICKS,
        ("tristar-1", "tristar"): TICKS,
        ("tristar-2", "tristar"): TICKS,
        ("tristar-1", "tristar_daily"): 1,
        ("tristar-2", "tristar_daily"): 1,
        ("admin/SI7020_A20", "sensor"): TICKS,
        ("admin/VEML7700", "sensor"): TICKS,
        ("admin/BH1745NUC", "sensor"): TICKS,
    }
    assert counts(sessions) == expected
    assert stored == sum(expected.values())
    assert load(sessions, LAUNCH, None, said, dense_days=0) == 0
    with sessions() as session:
        job = next(job for job in queries.jobs(session) if job.name == "history")
        assert (job.done, job.finished_at is not None) == (job.total, True)
        battery = queries.device(session, "bms")
        span = queries.span(session, battery.id, "bms")
        assert span is not None
        assert ANCHOR - timedelta(minutes=10) < span.end_at <= ANCHOR
        latest = queries.latest(session, battery.id, "bms")
        assert latest is not None
        assert latest.clock == "synced"
        assert 13.0 < latest.readings["total_voltage"] < 14.6
        assert 60 <= latest.readings["state_of_charge"] <= 100


def test_a_killed_run_is_gone_on_with(sessions: sessionmaker[Session]) -> None:
    heard: list[str] = []

    def until_the_third(line: str) -> None:
        heard.append(line)
        if len(heard) == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        load(sessions, LAUNCH, None, until_the_third, dense_days=0)
    begun = counts(sessions)
    assert 0 < begun["bms", "bms"] < TICKS
    with sessions() as session:
        span = queries.span(session, queries.device(session, "bms").id, "bms")
        assert span is not None
        assert span.end_at > ANCHOR - timedelta(minutes=10)
    load(sessions, LAUNCH, None, said, dense_days=0)
    assert counts(sessions)["bms", "bms"] == TICKS
    assert counts(sessions)["admin/VEML7700", "sensor"] == TICKS


def test_older_days_are_sealed_as_they_come_and_a_killed_run_is_gone_on_with(sessions: sessionmaker[Session]) -> None:
    launch = Launch(ANCHOR, days=4)

    def until_the_days(line: str) -> None:
        if "2026-11-18" in line:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        load(sessions, launch, None, until_the_days, dense_days=0, workers=0)
    with sessions() as session:
        assert session.scalar(select(func.min(BatteryEntry.recorded_at))) >= datetime(2026, 11, 18, tzinfo=UTC)
        jobs.start(session, "history", "History", 0)
        session.commit()
    load(sessions, launch, None, said, dense_days=0, workers=0)
    again = counts(sessions)
    assert again["bms", "bms"] == again["tristar-1", "tristar"] == again["admin/VEML7700", "sensor"] == 4 * TICKS
    assert again["tristar-2", "tristar_daily"] == 4
    with sessions() as session:
        jobs.start(session, "history", "History", 0)
        session.commit()
    assert load(sessions, launch, None, said, dense_days=0, workers=0) == 0
    assert counts(sessions) == again
    with sessions() as session:
        battery = queries.device(session, "bms")
        assert queries.latest(session, battery.id, "bms") is not None
        whole = queries.samples(session, battery.id, ["total_voltage"], launch.history)
        assert len(whole) == 4 * TICKS


def test_whole_days_and_single_documents_are_the_history_without_a_gap() -> None:
    singles, days = plan(TimeRange(ANCHOR - timedelta(days=40), ANCHOR))
    ticks = [tick for batch in (*singles, *days) for tick in batch.ticks]
    assert len(ticks) == len(set(ticks)) == 38 * TICKS + 2 * DAY
    assert min(batch.first for batch in singles) == max(batch.last for batch in days)
    assert {batch.last % DAY for batch in days} == {0}
    assert min(singles[-1].ticks) <= minute_of(ANCHOR) - 2 * DAY


def test_what_a_pause_missed_comes_later_and_says_when_it_came(sessions: sessionmaker[Session]) -> None:
    load(sessions, LAUNCH, None, said, dense_days=0)
    back = ANCHOR + timedelta(hours=9)
    paused = Launch(ANCHOR, days=1, pauses=(TimeRange(ANCHOR + timedelta(hours=2), back),))
    load(sessions, paused, None, said, dense_days=0)
    with sessions() as session:
        device = queries.device(session, "bms")
        late = queries.documents(session, device.id, TimeRange(ANCHOR, back + timedelta(hours=1)), 1000)
        assert len(late) == 7 * 6
        assert {document.received_at for document in late} == {back}


def test_the_last_days_come_at_a_minute_and_the_rest_at_ten() -> None:
    span = TimeRange(ANCHOR - timedelta(days=5), ANCHOR)
    plan = batches(span, None)
    ticks = [tick for batch in plan for tick in batch.ticks]
    assert len(ticks) == len(set(ticks)) == 3 * TICKS + 2 * DAY
    assert max(ticks) == minute_of(ANCHOR)
    assert [batch.first for batch in plan] == sorted((batch.first for batch in plan), reverse=True)
    assert {tick % 10 for tick in ticks if tick <= max(ticks) - 2 * DAY} == {0}
