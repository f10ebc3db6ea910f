"""An administrator corrects the past; what was there is kept."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from data import queries
from data.errors import DocumentError, NotFoundError
from data.queries import corrections
from data.store.sealed import sealing
from tests.builders import tristar_document
from tests.data.store.test_sealing import NOW, START, WHOLE, answers, assert_same, minutes, post

AT = START + timedelta(minutes=200)


def samples(sessions: sessionmaker[Session]) -> dict[object, float]:
    with sessions() as session:
        device = queries.device(session, "tristar-1").id
        return queries.samples(session, device, ["bat_voltage"], WHOLE)["bat_voltage"].to_dict()


@pytest.mark.parametrize("sealed", [False, True])
def test_a_document_is_replaced_and_the_old_one_is_in_the_trail(sessions: sessionmaker[Session], sealed: bool):
    documents = minutes(400)
    post(sessions, documents)
    if sealed:
        sealing.seal(sessions, NOW)
    before = samples(sessions)
    after = json.dumps(tristar_document(battery_voltage=9.5))
    corrections.correct(sessions, "tristar-1", "tristar", AT, after, "admin", "the shunt was loose")
    assert samples(sessions) == before | {AT: 9.5}
    during = answers(sessions)
    sealing.seal(sessions, NOW)
    assert_same(during, answers(sessions))
    with sessions() as session:
        (one,) = corrections.corrections(session)
    assert json.loads(one.before or "") == json.loads(documents[200].content)
    assert (one.device, one.recorded_at, one.after, one.username) == ("tristar-1", AT, after, "admin")


def test_a_document_taken_out_is_gone_from_samples_and_levels(sessions: sessionmaker[Session]):
    post(sessions, minutes(400))
    sealing.seal(sessions, NOW)
    before = samples(sessions)
    corrections.correct(sessions, "tristar-1", "tristar", AT, None, "admin", "made at the bench")
    del before[AT]
    assert samples(sessions) == before
    during = answers(sessions)
    sealing.seal(sessions, NOW)
    assert_same(during, answers(sessions))


def test_the_newest_document_taken_out_leaves_the_one_before_it_as_the_newest(sessions: sessionmaker[Session]):
    post(sessions, minutes(400))
    sealing.seal(sessions, NOW)
    corrections.correct(sessions, "tristar-1", "tristar", START + timedelta(minutes=399), None, "admin", "doubled")
    with sessions() as session:
        newest = queries.latest(session, queries.device(session, "tristar-1").id, "tristar")
    assert newest is not None
    assert newest.recorded_at == START + timedelta(minutes=398)


def test_nobody_else_corrects_and_nothing_is_corrected_that_is_not_there(sessions: sessionmaker[Session]):
    post(sessions, minutes(10))
    with pytest.raises(DocumentError, match="no administrator"):
        corrections.correct(sessions, "tristar-1", "tristar", START, None, "nobody", "why not")
    with pytest.raises(DocumentError, match="needs a reason"):
        corrections.correct(sessions, "tristar-1", "tristar", START, None, "admin", "  ")
    with pytest.raises(DocumentError, match="not JSON"):
        corrections.correct(sessions, "tristar-1", "tristar", START, "{", "admin", "a slip")
    with pytest.raises(NotFoundError, match="has no tristar document of 2026-03-07T22:00:01"):
        corrections.correct(sessions, "tristar-1", "tristar", START + timedelta(seconds=1), None, "admin", "a slip")
    assert len(samples(sessions)) == 10
