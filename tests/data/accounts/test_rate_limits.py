"""Tries are counted together by all who count; the audit log and the letters keep what they should."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from data.accounts import audit, outbox, rate_limits
from data.accounts.audit import Actor, Criteria
from data.accounts.rate_limits import Limit

AT = datetime(2026, 3, 1, 12, 1, tzinfo=UTC)
THREE = Limit("test", 3, timedelta(minutes=5))
ADA = Actor("ada", "203.0.113.9")


def test_workers_count_together_until_the_window_ends(sessions: sessionmaker[Session]) -> None:
    waits = []
    for _ in range(5):
        with sessions.begin() as worker:
            waits.append(rate_limits.hit(worker, THREE, "ada", AT))
    assert waits == [0, 0, 0, 240, 240]
    with sessions.begin() as session:
        assert rate_limits.hit(session, THREE, "bob", AT) == 0
        assert rate_limits.hit(session, THREE, "ada", AT + timedelta(minutes=4)) == 0
        rate_limits.forgive(session, THREE, "ada")
        assert rate_limits.hit(session, THREE, "ada", AT) == 0


def test_what_was_typed_for_a_name_is_not_kept_and_old_counts_go(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        rate_limits.hit(session, THREE, "hunter2-the-password", AT)
        assert "hunter2" not in " ".join(session.scalars(text("select name from rate_count")))
        rate_limits.sweep(session, AT + timedelta(days=2))
        assert session.scalar(text("select count(*) from rate_count")) == 0


def test_the_audit_log_is_filtered_and_read_to_its_end(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        for number in range(1_005):
            audit.record(session, ADA, "login", f"number {number}")
        audit.record(session, Actor("bob", "::1"), "key made", "a\nb\x1b[31m" + "x" * 500)
    with sessions() as session:
        newest = audit.entries(session, Criteria())[0]
        assert (newest.username, newest.action, newest.address) == ("bob", "key made", "::1")
        assert newest.subject.isprintable()
        assert len(newest.subject) == 120
        assert len(list(audit.every_entry(session, Criteria(username="ada")))) == 1_005
        assert audit.entries(session, Criteria(action="key made", until=AT)) == []
        with pytest.raises(ValueError, match="ACTIONS"):
            audit.record(session, ADA, "invented", "")


def test_a_letter_that_cannot_go_waits_longer_each_time_and_is_given_up(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        outbox.post(session, "ada@example.org", "subject", "body")
    at, waited = datetime.now(UTC) + timedelta(seconds=1), []
    for tries in range(1, outbox.MOST_TRIES + 1):
        with sessions.begin() as session:
            [letter] = outbox.due(session, at)
            given_up = outbox.failed(session, letter.id, tries, at)
        waited.append(given_up)
        at += timedelta(minutes=2**tries)
    assert waited == [False] * (outbox.MOST_TRIES - 1) + [True]
    with sessions() as session:
        assert session.scalar(text("select count(*) from outgoing_mail")) == 0
