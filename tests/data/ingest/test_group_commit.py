"""Documents of several threads share transactions, and none of them pays for another."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from data.ingest.batch import REFUSED, REPEATED, STORED, Outcome, Posted
from data.ingest.group_commit import Committer
from tests.builders import wait_until

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def posted(number: int, content: str | None = None) -> Posted:
    text_ = content if content is not None else f'{{"Battery Charge":{{"state of charge":{number}.5}}}}'
    return Posted("bms", "bms", text_, NOW + timedelta(seconds=number))


class Crowd:
    """Threads that post at the same time, all behind one whose transaction is held up."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self.committer, self.commits = Committer(sessions), 0
        self.sessions = sessions

    def post(self, documents: Sequence[Posted]) -> list[Outcome | BaseException]:
        """What becomes of a first document and then of these, which have come while it was stored."""
        engine = self.sessions.kw["bind"]
        held, go_on = threading.Event(), threading.Event()

        def hold(_connection: object) -> None:
            self.commits += 1
            held.set()
            assert go_on.wait(60)

        event.listen(engine, "commit", hold)
        with ThreadPoolExecutor(len(documents) + 1) as pool:
            first = pool.submit(self.committer.store, posted(0))
            assert held.wait(60)
            waiting = [pool.submit(self.committer.store, one) for one in documents]
            assert wait_until(lambda: len(self.committer._queue) == len(documents))
            go_on.set()
            assert first.result(60).result == STORED
            results = [one.exception(60) or one.result() for one in waiting]
        event.remove(engine, "commit", hold)
        return results


def stored(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return int(session.execute(text("SELECT count(*) FROM bms_data_entry")).scalar_one())


def test_what_waits_together_is_stored_in_one_transaction(sessions: sessionmaker[Session]) -> None:
    crowd = Crowd(sessions)
    results = crowd.post([posted(number) for number in range(1, 9)])
    assert [one.result for one in results if isinstance(one, Outcome)] == [STORED] * 8
    assert (crowd.commits, stored(sessions)) == (2, 9)


def test_each_is_told_what_became_of_its_own(sessions: sessionmaker[Session]) -> None:
    results = Crowd(sessions).post(
        [posted(0), posted(1), posted(0, '{"Battery Charge":{"state of charge":99}}'), posted(2, "[]"), posted(3)]
    )
    told = [one.result for one in results if isinstance(one, Outcome)]
    assert told == [REPEATED, STORED, REFUSED, REFUSED, STORED]
    assert stored(sessions) == 3


def test_one_that_fails_takes_no_other_with_it(sessions: sessionmaker[Session]) -> None:
    spoiled = Posted("bms", "bms", 5, NOW)  # type: ignore[arg-type]  # no text: nobody can read it
    results = Crowd(sessions).post([posted(1), spoiled, posted(2)])
    assert [isinstance(one, Outcome) for one in results] == [True, False, True]
    assert stored(sessions) == 3


def test_what_ails_the_database_is_told_to_all_and_the_queue_goes_on(sessions: sessionmaker[Session]) -> None:
    crowd = Crowd(sessions)
    crowd.committer.store(posted(20))
    with sessions.begin() as session:
        session.execute(text("ALTER TABLE device RENAME TO elsewhere"))
    for _ in range(2):
        with pytest.raises(DBAPIError):
            crowd.committer.store(posted(1))
    with sessions.begin() as session:
        session.execute(text("ALTER TABLE elsewhere RENAME TO device"))
    assert crowd.committer.store(posted(1)).result == STORED


def test_many_threads_lose_and_double_nothing(sessions: sessionmaker[Session]) -> None:
    committer = Committer(sessions)
    with ThreadPoolExecutor(12) as pool:
        results = list(pool.map(committer.store, [posted(number % 150) for number in range(300)]))
    assert [one.result for one in results].count(STORED) == 150 == stored(sessions)
    assert [one.result for one in results].count(REPEATED) == 150
