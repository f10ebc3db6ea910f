"""What an owner does not want to keep for ever goes with its age; the levels above stay and answer."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest
from sqlalchemy.orm import Session, sessionmaker

from data import queries
from data.store import integrity, retention
from data.store.levels import HOUR, MINUTE
from data.store.retention import Keep
from data.store.sealed import sealing
from tests.data.store.test_sealing import NOW, START, WHOLE, controller, minutes, post

DAY = timedelta(days=1)


@pytest.fixture
def sealed_sessions(sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    post(sessions, minutes(400))
    sealing.seal(sessions, NOW)
    return sessions


def expire(sessions: sessionmaker[Session], keep: Keep) -> retention.Expired:
    with sessions() as session:
        found = retention.expire(session, keep, NOW)
        session.commit()
    return found


def days(sessions: sessionmaker[Session]) -> pd.DataFrame:
    with sessions() as session:
        return queries.buckets(session, queries.device(session, "tristar-1").id, ["bat_voltage"], WHOLE, DAY)


def test_nothing_is_thrown_away_by_default(sealed_sessions: sessionmaker[Session]) -> None:
    assert expire(sealed_sessions, Keep()) == retention.Expired(0, 0, 0)


def test_without_originals_the_samples_stay(sealed_sessions: sessionmaker[Session]) -> None:
    before = days(sealed_sessions)
    assert expire(sealed_sessions, Keep(documents=30 * DAY)).documents == 1
    pd.testing.assert_frame_equal(before, days(sealed_sessions))
    with sealed_sessions() as session:
        device = queries.device(session, "tristar-1").id
        assert len(queries.samples(session, device, ["bat_voltage"], WHOLE)) == 400
        assert len(queries.documents(session, device, WHOLE, 1000)) == 280  # the newest waits in its day
    assert integrity.check(sealed_sessions, repair=False).problems == []


def test_without_samples_the_whole_days_stay(sealed_sessions: sessionmaker[Session]) -> None:
    before = days(sealed_sessions)
    assert expire(sealed_sessions, Keep(samples=30 * DAY)).samples == 1
    pd.testing.assert_frame_equal(before, days(sealed_sessions))
    assert integrity.check(sealed_sessions, repair=False).problems == []


@pytest.mark.parametrize("keep", [Keep(samples=30 * DAY), Keep(documents=30 * DAY)], ids=["samples", "originals"])
def test_a_day_with_late_documents_is_thinned_once_they_are_sealed(
    sealed_sessions: sessionmaker[Session], keep: Keep
) -> None:
    late = controller(START + timedelta(minutes=9, seconds=30), 99.0)
    assert post(sealed_sessions, [late, controller(NOW - DAY, 12.0)]) == ["stored", "stored"]
    before = days(sealed_sessions)
    thinned = expire(sealed_sessions, keep)
    assert (thinned.samples, thinned.documents) == (0, 0)
    pd.testing.assert_frame_equal(before, days(sealed_sessions))
    assert sealing.seal(sealed_sessions, NOW).damaged == []
    thinned = expire(sealed_sessions, keep)
    assert thinned.samples + thinned.documents == 2
    pd.testing.assert_frame_equal(before, days(sealed_sessions))
    assert integrity.check(sealed_sessions, repair=False).problems == []


def test_a_document_for_a_thinned_day_is_refused_in_words(sealed_sessions: sessionmaker[Session]) -> None:
    expire(sealed_sessions, Keep(samples=30 * DAY))
    assert set(post(sealed_sessions, minutes(100))) == {"refused"}


def test_a_level_goes_by_whole_periods(sealed_sessions: sessionmaker[Session]) -> None:
    before = days(sealed_sessions)
    assert expire(sealed_sessions, Keep(levels={10 * MINUTE: 30 * DAY, HOUR: 30 * DAY})).level_rows == 2
    pd.testing.assert_frame_equal(before, days(sealed_sessions))
