"""What is sealed answers as it did before, gives every document back, and loses and doubles nothing."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from data import document, queries
from data.database.engine import default_url, open_engine, session_factory
from data.database.models import ENTRIES, SealedBlock, SealedColumns
from data.ingest import batch
from data.ingest.batch import Posted
from data.ranges import TimeRange
from data.store.sealed import sealing
from tests.builders import bms_document, tristar_document

DAY = timedelta(days=1)
START = datetime(2026, 3, 7, 22, tzinfo=UTC)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
WHOLE = TimeRange(START - 400 * DAY, START + 400 * DAY)


def post(sessions: sessionmaker[Session], documents: Sequence[Posted]) -> list[str]:
    with sessions() as session:
        outcomes = batch.store(session, documents, NOW)
        session.commit()
    return [outcome.result for outcome in outcomes]


def controller(at: datetime, volts: float, faults: str = "", **more: Any) -> Posted:
    content = tristar_document(battery_voltage=volts, Status={"faults": faults, **more})
    return Posted("tristar", "tristar-1", json.dumps(content), at, "synced")


def minutes(number: int, step: int = 1) -> list[Posted]:
    chance = random.Random(number)
    return [
        controller(
            START + timedelta(minutes=step * i), round(12 + chance.random(), 2), "overcurrent" if i % 97 > 90 else ""
        )
        for i in range(number)
    ]


def answers(sessions: sessionmaker[Session], slug: str = "tristar-1", metric: str = "bat_voltage") -> dict[str, Any]:
    """Everything that can be asked of a device."""
    with sessions() as session:
        device = queries.device(session, slug).id
        family = "tristar" if slug.startswith("tristar") else "bms"
        there = queries.span(session, device, family)
        assert there is not None
        cut = TimeRange(
            there.start_at + timedelta(minutes=7),
            max(there.start_at + timedelta(minutes=8), there.end_at - timedelta(minutes=3)),
        )
        found: dict[str, Any] = {
            "samples": queries.samples(session, device, [metric], WHOLE),
            "cut": queries.samples(session, device, [metric], cut),
            "documents": [
                (one.recorded_at, one.received_at, one.clock, one.content, one.readings, one.flags)
                for one in queries.documents(session, device, WHOLE, 100_000)
            ],
            "events": queries.events(session, device, cut),
            "span": there,
            "cadence": queries.cadence(session, device, family),
            "latest": queries.latest(session, device, family),
            "nearest": queries.nearest(session, family, [device], cut.start_at, timedelta(hours=3)),
            "ticks": queries.ticks(
                session, family, [device], metric, cut.start_at, cut.end_at, timedelta(minutes=90), timedelta(hours=1)
            ),
        }
        for width in (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=5), DAY):
            found[f"buckets of {width}"] = queries.buckets(session, device, [metric], cut, width)
        found["days of all"] = queries.buckets(session, device, [metric], WHOLE, DAY)
        for points in (3, 50, 1000):
            found[f"{points} points"] = queries.buckets(session, device, [metric], cut, points=points)
    return found


def assert_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one.keys() == other.keys()
    for key, value in one.items():
        if isinstance(value, pd.DataFrame):
            pd.testing.assert_frame_equal(value, other[key], check_exact=True, obj=key)
        elif isinstance(value, pd.Series):
            pd.testing.assert_series_equal(value, other[key], check_exact=True, obj=key)
        else:
            assert value == other[key], key


def entries(session: Session) -> int:
    return sum(session.scalar(select(func.count()).select_from(entry)) or 0 for entry in ENTRIES.values())


@pytest.mark.parametrize("step", [1, 3, 10])
def test_sealed_days_answer_every_question_as_before(sessions: sessionmaker[Session], step: int):
    post(sessions, minutes(700, step))
    before = answers(sessions)
    assert len(before["events"]) > 5
    count = sealing.seal(sessions, NOW)
    assert (count.documents, count.postponed, count.damaged) == (699, 0, [])
    with sessions() as session:
        assert entries(session) == 1
        assert session.scalar(select(func.count()).select_from(SealedColumns).where(SealedColumns.level == 3)) == 2
    assert_same(before, answers(sessions))


def test_sealing_twice_does_nothing_the_second_time(sessions: sessionmaker[Session]):
    post(sessions, minutes(400))
    sealing.seal(sessions, NOW)
    with sessions() as session:
        blocks = session.execute(select(SealedBlock.start_at, SealedBlock.version)).all()
    assert sealing.seal(sessions, NOW).documents == 0
    with sessions() as session:
        assert session.execute(select(SealedBlock.start_at, SealedBlock.version)).all() == blocks


def test_late_documents_are_answered_at_once_and_sealed_with_their_day(sessions: sessionmaker[Session]):
    documents = minutes(500)
    late = documents[50:400:7]
    post(sessions, [one for one in documents if one not in late])
    sealing.seal(sessions, NOW)
    assert post(sessions, late) == ["stored"] * len(late)
    during = answers(sessions)
    sealing.seal(sessions, NOW)
    assert_same(during, answers(sessions))
    assert len(during["samples"]) == 500
    assert len(during["documents"]) == 500


def test_documents_sealed_long_ago_are_repeated_and_never_doubled(sessions: sessionmaker[Session]):
    documents = minutes(300)
    post(sessions, documents)
    sealing.seal(sessions, NOW)
    assert post(sessions, documents) == ["repeated"] * 300
    changed = Posted(
        "tristar", "tristar-1", json.dumps(tristar_document(battery_voltage=9.0)), documents[5].recorded_at
    )
    assert post(sessions, [changed]) == ["refused"]
    spelled = json.dumps(json.loads(documents[5].content), indent=2)
    assert post(sessions, [Posted("tristar", "tristar-1", spelled, documents[5].recorded_at)]) == ["repeated"]


def test_today_waits_until_enough_has_come(sessions: sessionmaker[Session]):
    documents = minutes(150)
    now = START + timedelta(minutes=110)
    post(sessions, documents[:100])
    assert sealing.seal(sessions, now).documents == 0
    assert sealing.seal(sessions, now, everything=True).documents == 99


def test_two_sealers_at_once_share_the_work(sessions: sessionmaker[Session]):
    post(sessions, minutes(400))
    before = answers(sessions)
    from data.database.locks import device_lock

    engine = sessions.kw["bind"]
    with sessions() as session:
        device = queries.device(session, "tristar-1").id
    with device_lock(engine, device) as mine:
        assert mine
        assert sealing.seal(sessions, NOW).documents == 0
    assert sealing.seal(sessions, NOW).documents == 399
    assert_same(before, answers(sessions))


def test_a_day_that_changes_while_it_is_sealed_waits_for_the_next_turn(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
):
    post(sessions, minutes(100))
    before = answers(sessions)
    prove = sealing._prove

    def other_sealer_first(*arguments: Any) -> None:
        prove(*arguments)
        monkeypatch.setattr(sealing, "_prove", prove)
        with sessions() as session:
            device = queries.device(session, "tristar-1").id
        sealing.seal_days(sessions, device, "tristar", [sealing.blocks.day_of(int(START.timestamp() * 1000))], NOW)

    monkeypatch.setattr(sealing, "_prove", other_sealer_first)
    with sessions() as session:
        device = queries.device(session, "tristar-1").id
    day = sealing.blocks.day_of(int(START.timestamp() * 1000))
    assert sealing.seal_days(sessions, device, "tristar", [day], NOW).postponed == 1
    assert_same(before, answers(sessions))


NUMBERS = st.one_of(
    st.integers(-1000, 1000),
    st.floats(-100, 100).map(lambda value: round(value, 2) + 0.0),
    st.floats(allow_nan=False, allow_infinity=False, width=64).map(lambda value: value + 0.0),
    st.sampled_from([0, 0.0, 1e300, 1e-300, 123456789012345678, 0.1, None, "7.5", "high", True]),
)
CONTENTS = st.one_of(
    st.dictionaries(st.sampled_from(["a", "b", "c", "ü d"]), NUMBERS, min_size=1),
    st.fixed_dictionaries({"one": NUMBERS, "two": st.fixed_dictionaries({"value": NUMBERS, "unit": st.just("V")})}),
)
INSTANTS = st.integers(0, 3 * 86_400 * 4).map(lambda quarters: START + timedelta(seconds=quarters / 4))


@settings(
    deadline=None,
    max_examples=25,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.dictionaries(INSTANTS, CONTENTS, min_size=2, max_size=60), st.integers(0, 2**32), st.integers(1, 5))
def test_any_order_repetition_split_and_lateness_gives_the_same_frames(
    template_database: Path,
    tmp_path_factory: pytest.TempPathFactory,
    stated: dict[datetime, dict[str, Any]],
    seed: int,
    parts: int,
):
    chance = random.Random(seed)
    documents = [
        Posted("bms", "bms", json.dumps({"x": content, "BMS Status": {"Charging Stage": "Charging"}}), at)
        for at, content in stated.items()
    ]
    engines = []
    frames = []
    for sealed in (False, True):
        folder = tmp_path_factory.mktemp("store")
        shutil.copy(template_database / "arboretum.db", folder)
        engine = open_engine(default_url(folder))
        sessions = session_factory(engine)
        engines.append(engine)
        order = documents * 2
        if sealed:
            chance.shuffle(order)
        size = -(-len(order) // parts)
        for start in range(0, len(order), size):
            assert "refused" not in post(sessions, order[start : start + size])
            if sealed:
                assert sealing.seal(sessions, NOW, everything=chance.random() < 0.7).damaged == []
        frames.append(answers(sessions, "bms", "charging_stage"))
    for one in frames:
        one["documents"] = [(at, content, readings) for at, _, _, content, readings, _ in one["documents"]]
        one.pop("cadence")
        one["latest"], one["nearest"] = one["latest"].content, None
    assert_same(*frames)
    assert len(frames[0]["documents"]) == len(documents)
    for engine in engines:
        engine.dispose()


def test_a_device_that_changes_its_metrics_keeps_both(sessions: sessionmaker[Session]):
    old = [Posted("bms", "bms", json.dumps(bms_document()), START + timedelta(minutes=i)) for i in range(50)]
    new = [
        Posted(
            "bms",
            "bms",
            json.dumps({"CurrentAndVoltage": {"current": {"value": i / 10, "unit": "A"}}}),
            START + timedelta(minutes=50 + i),
        )
        for i in range(50)
    ]
    post(sessions, old + new)
    before = answers(sessions, "bms", "total_current")
    sealing.seal(sessions, NOW)
    assert_same(before, answers(sessions, "bms", "total_current"))
    assert before["samples"]["total_current"].notna().sum() == 50
    assert document.readings("bms", before["documents"][-1][3])["state_of_charge"] == 72.4
