"""A document is stored whole, once, under (device, family, time of measurement), however it comes."""

from __future__ import annotations

import itertools
import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, sessionmaker

from data import queries
from data.database.engine import engine_of
from data.database.models import BMSDataEntry, BMSDataentry, TristarDailyDataEntry, TristarDataEntry
from data.ingest import batch, texts
from data.ingest.batch import Posted
from data.ranges import TimeRange
from tests.builders import statements_of

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ALWAYS = TimeRange(NOW - timedelta(days=400), NOW + timedelta(days=2))
EXAMPLES = itertools.count()
DOCUMENTS = Path(__file__).parents[2] / "captures/documents"


def voltage(volts: float) -> str:
    return json.dumps({"CurrentAndVoltage": {"total voltage": {"value": volts, "unit": "V"}}})


def posted(minute: int, volts: float = 13.0, device: str = "bms") -> Posted:
    return Posted("bms", device, voltage(volts), NOW + timedelta(minutes=minute), "synced")


def results(sessions: sessionmaker[Session], *documents: Posted) -> list[str]:
    with sessions.begin() as session:
        return [outcome.result for outcome in batch.store(session, documents, NOW)]


def test_the_same_key_with_equal_content_is_repeated_and_with_other_content_refused(
    sessions: sessionmaker[Session],
) -> None:
    assert results(sessions, posted(0), posted(0), posted(0, 13.1)) == ["stored", "repeated", "refused"]
    assert results(sessions, posted(0), posted(0, 13.1), posted(1)) == ["repeated", "refused", "stored"]


def test_one_bad_document_never_hurts_the_others(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        outcomes = batch.store(
            session,
            [
                posted(0),
                Posted("bms", "bms", "{broken"),
                Posted("weather", "bms", "{}"),
                Posted("bms", "BMS!", "{}"),
                Posted("tristar", "bms", "{}"),
                Posted("bms", "bms", "{}", NOW + timedelta(days=3)),
                Posted("bms", "bms", "{}", datetime(1970, 1, 1, tzinfo=UTC)),
                Posted("sensor", "nobody/VEML7700", "{}"),
                Posted("sensor", "admin/nothing", "{}"),
                posted(1),
            ],
            NOW,
        )
    assert [outcome.result for outcome in outcomes] == ["stored", *["refused"] * 8, "stored"]
    assert [outcome.reason for outcome in outcomes[7:9]] == ["unknown user", "unknown sensor"]
    assert all(outcome.reason for outcome in outcomes[1:9])


def test_documents_without_a_time_take_the_next_free_millisecond(sessions: sessionmaker[Session]) -> None:
    untimed = Posted("bms", "bms", voltage(13))
    with sessions.begin() as session:
        first = batch.store(session, [untimed, untimed, untimed], NOW)
    with sessions.begin() as session:
        second = batch.store(session, [untimed], NOW)
    times = [outcome.recorded_at for outcome in first + second]
    assert times == [NOW + timedelta(milliseconds=n) for n in range(4)]


def test_each_family_of_a_device_has_its_series_when_their_documents_look_alike(
    sessions: sessionmaker[Session],
) -> None:
    for minute in range(3):
        at = NOW + timedelta(minutes=minute)
        results(sessions, *(Posted(f, "tristar-1", '{"odd": 7.5}', at, "synced") for f in ("tristar", "tristar_daily")))
    with sessions() as session:
        device_id = queries.device(session, "tristar-1").id
        assert {row.key for row in queries.series(session, device_id)} == {"odd", "daily/odd"}


def test_a_batch_takes_a_bounded_number_of_statements(sessions: sessionmaker[Session]) -> None:
    counts = []
    for size in (5, 500):
        with statements_of(engine_of(sessions)) as statements, sessions() as session:
            batch.store(session, [posted(size * 1000 + n) for n in range(size)], NOW + timedelta(days=900))
            session.commit()
        counts.append(len(statements))
    assert counts[1] <= counts[0] * 2 + 2


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_split_and_repetition_gives_the_same_frame(
    sessions: sessionmaker[Session], data: st.DataObject
) -> None:
    minutes = data.draw(st.lists(st.integers(0, 30), min_size=1, max_size=25))
    sequence = [posted(minute, 12 + minute / 100) for minute in minutes]
    cut = data.draw(st.integers(0, len(sequence)))
    device = f"bms-{next(EXAMPLES)}"
    for part in (sequence[:cut], sequence[cut:]):
        with sessions.begin() as session:
            renamed = [Posted(one.family, device, one.content, one.recorded_at, one.clock) for one in part]
            batch.store(session, renamed, NOW)
    with sessions() as session:
        frame = queries.samples(session, queries.device(session, device).id, ["total_voltage"], ALWAYS)
    expected = sorted(set(minutes))
    assert frame["total_voltage"].to_list() == [pytest.approx(12 + minute / 100) for minute in expected]
    assert [at.to_pydatetime() for at in frame.index] == [NOW + timedelta(minutes=minute) for minute in expected]


def test_writers_at_the_same_time_store_each_document_once(sessions: sessionmaker[Session]) -> None:
    problems: list[BaseException] = []
    seen: list[str] = []

    def write(offset: int) -> None:
        try:
            for minute in range(20):
                seen.extend(results(sessions, posted(minute), posted(1000 + offset * 100 + minute)))
        except BaseException as problem:
            problems.append(problem)
            raise

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert seen.count("stored") == 20 + 4 * 20
    assert seen.count("repeated") == 3 * 20
    with sessions() as session:
        assert session.query(BMSDataentry).count() == 100


def test_the_owners_recipe_at_a_prompt_works(sessions: sessionmaker[Session]) -> None:
    assert BMSDataEntry is BMSDataentry
    content = json.loads((DOCUMENTS / "bms.json").read_text(encoding="utf-8"))
    with sessions() as session:
        session.add(BMSDataentry(json_content=content))
        session.add(BMSDataentry(json_content={}))
        session.add(TristarDataEntry(json_content={"ADC data": {"battery voltage": 13.4}}))
        session.add(TristarDailyDataEntry(json_content={}))
        session.commit()
        entries = session.query(BMSDataentry).order_by(BMSDataentry.id).all()
        assert [entry.json_content for entry in entries] == [content, {}]
        assert all(entry.date_posted.tzinfo is not None and entry.clock == "server" for entry in entries)
        assert len({entry.recorded_at for entry in entries}) == 2
        latest = {row.family: row for row in queries.latest_all(session, ["tristar"])}
        assert latest["tristar"].readings["bat_voltage"] == 13.4


def test_a_text_of_a_known_template_is_told_whose_it_is_without_being_parsed(sessions: sessionmaker[Session]) -> None:
    controllers = [
        Posted("tristar", "tristar-1", json.dumps({"string": 1, "ADC data": {"battery voltage": volts}}), own_time=True)
        for volts in (13.41, 13.42, 13.43)
    ]
    for each in controllers:
        results(sessions, each)
    with sessions() as session:
        known = texts.read(session, controllers[0].content.replace("1,", "2,", 1))
        unknown = texts.read(session, controllers[0].content.replace("string", "name"))
    assert (known.content, known.controller_string("1")) == (None, 2)
    assert (unknown.content is None, unknown.controller_string("1")) == (False, 1)
    once = Posted("tristar", "tristar-2", known.text, NOW, text=known)
    assert results(sessions, once, once) == ["stored", "repeated"]
