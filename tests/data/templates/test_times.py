"""A document's own time is a slot of its template, and comes back as it was written."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data import queries
from data.database.models import ENTRIES, SealedBlock, Template
from data.ingest import batch
from data.ingest.batch import Posted
from data.ranges import TimeRange, to_milliseconds
from data.store.sealed import days, sealing
from data.templates import extraction, times
from data.templates.split_many import FEWEST, split_many
from data.templates.splitting import SLOT, fill, prove, split
from tests.builders import tristar_document

START = datetime(2026, 3, 7, 22, 0, 5, tzinfo=UTC)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
FORMATS = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f+00:00", "%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("2026-06-01T12:00:05.250Z", "T3Z", 1_780_315_205_250),
        ("2026-06-01T12:00:05.250000+02:00", "T6+02:00", 1_780_315_205_250_000),
        ("2026-06-01 12:00:05-0730", " s-0730", 1_780_315_205),
        ("2026-06-01 12:00", " m", 29_671_920),
        ("2026-06-01", "d", 20_605),
        ("2026-02-30T12:00:00Z", None, None),
        ("2026-06-01T24:10:00Z", None, None),
        ("1999-06-01T12:10:00Z", None, None),
        ("2026-06-01T12:00:00.1234567Z", None, None),
        ("since 2026-06-01", None, None),
    ],
)
def test_a_time_is_a_number_and_the_way_it_is_written(text: str, mark: str | None, number: int | None) -> None:
    posted = f'{{"timestamp": "{text}", "battery": 12.5, "note": "as it was measured"}}'
    apart = split(posted)
    if mark is None or number is None:
        assert apart is None or times.TIME not in apart.template
        return
    assert apart is not None
    assert apart.template.startswith(f'{{"timestamp": "{times.TIME}{mark}{SLOT}"')
    assert apart.numbers == f"{number},12.5"
    assert fill(apart.template, apart.numbers) == posted
    prove(apart.template)


ALL = st.integers(0, 200 * 365 * 86_400 * 1000).map(
    lambda number: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(milliseconds=number)
)


@given(st.lists(ALL, min_size=FEWEST, max_size=20), st.sampled_from(FORMATS), st.booleans(), st.booleans())
def test_texts_with_times_come_back_byte_for_byte(
    instants: list[datetime], form: str, is_listed: bool, is_spaced: bool
) -> None:
    separators = (", ", ": ") if is_spaced else (",", ":")
    texts = [
        json.dumps(
            {
                "a": -3.5,
                "date": at.strftime("%Y-%m-%d"),
                "inner": {"timestamp": at.strftime(form), "b": [1, 2] if is_listed else 7},
                "c": {"value": 4, "unit": "12:30:10"},
            },
            separators=separators,
        )
        for at in instants
    ]
    parts = split_many(texts)
    assert parts == [split(text) for text in texts]
    for text, part in zip(texts, parts, strict=True):
        if part is not None:
            assert fill(part.template, part.numbers) == text


def documents(number: int, form: str) -> list[Posted]:
    found = []
    for i in range(number):
        at = START + timedelta(seconds=7 * i)
        content = tristar_document(battery_voltage=12 + i % 40 / 100, timestamp=at.strftime(form))
        found.append(Posted("tristar", "tristar-1", json.dumps(content), received_at=at, own_time=True))
    return found


@pytest.mark.parametrize("form", FORMATS[:3])
def test_documents_that_say_their_time_share_one_template(sessions: sessionmaker[Session], form: str) -> None:
    posted = documents(200, form)
    for first in range(0, len(posted), 20):
        with sessions() as session:
            outcomes = batch.store(session, posted[first : first + 20], NOW)
            session.commit()
        assert [outcome.recorded_at for outcome in outcomes] == [one.received_at for one in posted[first : first + 20]]
    window = TimeRange(START, START + timedelta(days=1))
    with sessions() as session:
        assert len(session.scalars(select(Template.id)).all()) == 1
        entry = ENTRIES["tristar"]
        assert len(session.scalars(select(entry.id).where(entry.skeleton_id.is_(None))).all()) == 1  # the very first
        device = queries.device(session, "tristar-1").id
        before = [(one.recorded_at, one.content) for one in queries.documents(session, device, window, 1_000)]
    assert len(before) == 200
    sealing.seal(sessions, NOW, everything=True)
    with sessions() as session:
        after = [(one.recorded_at, one.content) for one in queries.documents(session, device, window, 1_000)]
        block = session.scalars(select(SealedBlock)).one()
        table = days.day(session, device, "tristar", to_milliseconds(START.replace(hour=0, second=0)))
        assert block.documents == 199
        assert [table.plain, len(table.groups)] == [{}, 1]
    assert after == before
    assert [outcome.result for outcome in store(sessions, posted)] == ["repeated"] * 200


def store(sessions: sessionmaker[Session], posted: list[Posted]) -> list[batch.Outcome]:
    with sessions() as session:
        outcomes = batch.store(session, posted, NOW)
        session.commit()
    return outcomes


def test_which_of_two_times_counts_is_told_by_the_document_rule() -> None:
    apart = split('{"Date": "2026-06-01", "TimeStamp": "2026-06-01T12:00:00+02:00", "b": 1, "made": "2026-05-01"}')
    assert apart is not None
    traits = extraction.traits("tristar", apart.template)
    assert traits.stated_in(apart.numbers) == datetime(2026, 6, 1, 10, tzinfo=UTC)
