"""Single documents of several posters in one transaction: the way to the disk is as long for one as for ten.

A thread with a document stores all that wait with it and commits; those that come meanwhile wait for the next turn.
Nobody waits for others to come, and each is answered after the commit of its own document.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from data.ingest import batch
from data.ingest.batch import Outcome, Posted

MOST_AT_ONCE = 100


@dataclass(slots=True, eq=False)
class _Waiting:
    """A document in the queue, and what became of it."""

    posted: Posted
    leads: bool = False
    alone: bool = True  # until its turn has said something else
    outcome: Outcome | None = None
    problem: Exception | None = None
    told: threading.Event = field(default_factory=threading.Event)


class Committer:
    """The queue of the documents of one process.  Threads share one."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions
        self._lock = threading.Lock()
        self._queue: list[_Waiting] = []
        self._busy = False

    def store(self, posted: Posted) -> Outcome:
        """Store the document; answers when it is on disk, or refused.  Raises what `ingest.store` raises."""
        mine = _Waiting(posted)
        with self._lock:
            self._queue.append(mine)
            mine.leads, self._busy = not self._busy, True
        if not mine.leads:
            mine.told.wait()
        if mine.leads:
            self._take_turn()
        if mine.problem is not None:
            raise mine.problem
        # What failed in company is tried alone, so that no document fails for another's sake.
        return self._stored([posted])[0] if mine.alone or mine.outcome is None else mine.outcome

    def _take_turn(self) -> None:
        with self._lock:
            group, self._queue = self._queue[:MOST_AT_ONCE], self._queue[MOST_AT_ONCE:]
        try:
            self._store_all(group)
        finally:
            with self._lock:
                following = self._queue[0] if self._queue else None
                if following is None:
                    self._busy = False
                else:
                    following.leads = True
            for one in (following, *group):
                if one is not None:
                    one.told.set()

    def _store_all(self, group: Sequence[_Waiting]) -> None:
        try:
            outcomes = self._stored([one.posted for one in group])
        except Exception as problem:  # noqa: BLE001 - raised in the threads whose it is
            if len(group) > 1 and not isinstance(problem, OperationalError):
                return
            for one in group:
                one.problem, one.alone = problem, False
        else:
            for one, outcome in zip(group, outcomes, strict=True):
                one.outcome, one.alone = outcome, False

    def _stored(self, documents: Sequence[Posted]) -> list[Outcome]:
        with self._sessions() as session:
            outcomes = batch.store(session, documents, datetime.now(UTC))
            if any(outcome.result != batch.REFUSED for outcome in outcomes):
                session.commit()
        return outcomes
